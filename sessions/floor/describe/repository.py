"""What happened to the repository and the machine, in words."""

from __future__ import annotations

from sessions.floor import events as ev
from sessions.floor.describe.said import Said, Says

SAYS = Says()


@SAYS.says
def _factory_opened(event: ev.FactoryOpened) -> Said:
    return Said("begins", whose=event.name or "the past")


@SAYS.says
def _source_skipped(event: ev.SourceSkipped) -> Said:
    return Said("skipped", f"{event.reason} {event.detail}")


@SAYS.says
def _clock_set(event: ev.ClockSet) -> Said:
    if 0 < event.before < event.time:
        return Said("slept", f"for {event.time - event.before:,.0f} s", whose="the machine")
    back = f"by {event.before - event.time:,.0f} s" if event.before > event.time else ""
    return Said("set the clock back", back, whose="the machine")


@SAYS.says
def _base_chosen(event: ev.BaseChosen) -> Said:
    return Said("is the base", whose=event.base)


@SAYS.says
def _branch_changed(event: ev.BranchChanged) -> Said:
    return Said("changed", event.subject, whose=event.branch)


@SAYS.says
def _branch_removed(event: ev.BranchRemoved) -> Said:
    return Said("is gone", whose=event.branch)


@SAYS.says
def _branch_compared(event: ev.BranchCompared) -> Said:
    return Said("compared", whose=event.branch)


@SAYS.says
def _verdict_reached(event: ev.VerdictReached) -> Said:
    return Said(f"× {event.b or 'base'}", event.outcome.value, whose=event.a)
