"""What happened to cases, in words."""

from __future__ import annotations

from sessions.floor import events as ev
from sessions.floor.describe.said import Said, Says, Tone

SAYS = Says()


@SAYS.says
def _case_opened(event: ev.CaseOpened) -> Said:
    return Said("case", f"{event.what.kind.value.replace('_', ' ')} {event.what.title}", Tone.NEEDS_ME)


@SAYS.says
def _case_restated(event: ev.CaseRestated) -> Said:
    return Said("case", f"{event.what.kind.value.replace('_', ' ')} {event.what.title}", Tone.QUIET)


@SAYS.says
def _case_closed(event: ev.CaseClosed) -> Said:
    return Said("case over", event.why, Tone.QUIET)


@SAYS.says
def _case_settled(event: ev.CaseSettled) -> Said:
    by = f"rule {event.rule}" if event.rule else event.who
    return Said("settled", f"{event.act.value} by {by} {event.text}".rstrip())


@SAYS.says
def _case_snoozed(event: ev.CaseSnoozed) -> Said:
    return Said("snoozed" if event.until else "woken", event.who)


@SAYS.says
def _case_planned(event: ev.CasePlanned) -> Said:
    said = f"{event.act.value} by rule {event.rule}" if event.rule else event.why or "nothing more"
    return Said("plans" if event.rule else "plans off", said)


@SAYS.says
def _case_returned(event: ev.CaseReturned) -> Said:
    return Said("case back", event.why, Tone.NEEDS_ME)


@SAYS.says
def _kind_expected(event: ev.KindExpected) -> Said:
    return Said("expects" if event.expected else "shows again", event.kind.value.replace("_", " "))
