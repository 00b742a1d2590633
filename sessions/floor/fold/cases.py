"""How the floor keeps cases: those that are open, and the latest that were settled."""

from __future__ import annotations

from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.fold import versions
from sessions.floor.fold.draft import Draft
from sessions.floor.fold.slice import Slice
from sessions.floor.triage.case import Settled

CASES = Slice("cases", versions.CASES, ("cases", "settled", "expected"))
MOST_SETTLED = 500
"""Cases remembered that left the queue, the newest; the journal has all. Of each station and kind the newest is."""
KEPT = ("opened", "snoozed", "wakes", "plan", "plan_act", "plan_at", "note", "returned")
"""What is known of a case but by its evidence."""


@CASES.folds
def case_opened(draft: Draft, event: ev.CaseOpened) -> None:
    draft.settled.pop(event.what.id, None)
    draft.cases[event.what.id] = replace(event.what, opened=event.time)


@CASES.folds
def case_restated(draft: Draft, event: ev.CaseRestated) -> None:
    if (known := draft.cases.get(event.what.id)) is not None:
        kept = {name: getattr(known, name) for name in KEPT}
        draft.cases[event.what.id] = replace(event.what, **kept)


@CASES.folds
def case_closed(draft: Draft, event: ev.CaseClosed) -> None:
    if (case := draft.cases.pop(event.case, None)) is not None:
        _settle(draft, Settled(case, event.time, event.why))


@CASES.folds
def case_settled(draft: Draft, event: ev.CaseSettled) -> None:
    if (case := draft.cases.pop(event.case, None)) is not None:
        who = {"who": event.who, "command": event.command, "rule": event.rule}
        _settle(draft, Settled(case, event.time, event.text, event.act, **who))


@CASES.folds
def case_snoozed(draft: Draft, event: ev.CaseSnoozed) -> None:
    _put(draft, event, snoozed=event.until, wakes=event.wakes if event.until else "")


@CASES.folds
def case_planned(draft: Draft, event: ev.CasePlanned) -> None:
    note = {"note": event.why} if event.why else {}
    _put(draft, event, plan=event.rule, plan_act=event.act, plan_at=event.at, **note)


@CASES.folds
def case_returned(draft: Draft, event: ev.CaseReturned) -> None:
    _return(draft, event.case, event.why, event.time)


@CASES.folds
def command_failed(draft: Draft, event: ev.CommandFailed) -> None:
    for name in [name for name, settled in draft.settled.items() if settled.command == event.command]:
        act = draft.settled[name].act
        _return(draft, name, f"{act.value if act else 'it'} failed: {event.reason}", event.time)


@CASES.folds
def kind_expected(draft: Draft, event: ev.KindExpected) -> None:
    kinds = {*draft.expected.get(event.station, ())} - {event.kind}
    kinds |= {event.kind} if event.expected else set()
    draft.expected.pop(event.station, None)
    if kinds:
        draft.expected[event.station] = tuple(sorted(kinds))


def _return(draft: Draft, case: str, why: str, time: float) -> None:
    if (settled := draft.settled.pop(case, None)) is not None:
        back = replace(settled.case, note=why, returned=time, snoozed=0.0, wakes="", plan="", plan_at=0.0)
        draft.cases[case] = back


def _put(draft: Draft, event: ev.CaseEvent, **changes: object) -> None:
    if (case := draft.cases.get(event.case)) is not None:
        draft.cases[event.case] = replace(case, **changes)


def _settle(draft: Draft, settled: Settled) -> None:
    draft.settled.pop(settled.case.id, None)
    draft.settled[settled.case.id] = settled
    if len(draft.settled) > MOST_SETTLED:
        del draft.settled[_oldest(draft)]


def _oldest(draft: Draft) -> str:
    """The one that is forgotten: what a station is in still would come into the queue again."""
    newest = {(each.case.station, each.case.kind): name for name, each in draft.settled.items()}
    kept = set(newest.values())
    return next((name for name in draft.settled if name not in kept), next(iter(draft.settled)))
