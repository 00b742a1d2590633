"""What commands about cases come to: the events of the wish that an act means, and that the case is settled. Pure."""

from __future__ import annotations

from typing import TypedDict

from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.commands import CaseWish, ExpectKind, Lasting, ReopenCase, SettleCase, StationWish, TaskWish
from sessions.floor.decide.decision import SOURCE, Accepted, Decision, Hand, Refusal, done_at_once
from sessions.floor.decide.stations import decide_station
from sessions.floor.decide.tasks import decide_task
from sessions.floor.state import FloorState, Status, name_of
from sessions.floor.triage import acts
from sessions.floor.triage.case import Act, Case, Kind
from sessions.floor.triage.meanings import Means
from sessions.text import clean

TEXT_CHARS = 200
_OF_THE_CASE = (Act.SEEN, Act.SNOOZE, Act.EXPECTED)
"""What is done to a case alone, and not to its station."""


def decide_case(state: FloorState, wish: CaseWish, hand: Hand) -> Decision:
    """What `wish` comes to on this floor."""
    match wish:
        case SettleCase():
            return _settled(state, wish, hand)
        case ExpectKind(station, kind, expected):
            return _expected(state, station, kind, expected, hand)
        case ReopenCase():
            return _reopened(state, wish, hand)


class _About(TypedDict):
    """What every event about a case says."""

    time: float
    source: str
    station: str
    case: str


def _about(case: Case, hand: Hand) -> _About:
    return {"time": hand["time"], "source": SOURCE, "station": case.station, "case": case.id}


def _settled(state: FloorState, wish: SettleCase, hand: Hand) -> Decision:
    case = state.cases.get(wish.case)
    if case is None:
        return _gone(state, wish.case)
    if wish.act not in acts.offered(case, state):
        return Refusal(
            f"{wish.act.value} is nothing for a case of this kind", f"look at it: factory-tui triage show {case.id}"
        )
    if wish.act not in _OF_THE_CASE and _is_at_work_again(state, case):
        return Refusal(f"{name_of(state, case.station)} is at work again", "it needs nobody for this any more")
    means = acts.meaning(state, wish, case, hand["time"])
    return means if isinstance(means, Refusal) else _done(state, case, wish, means, hand)


def _is_at_work_again(state: FloorState, case: Case) -> bool:
    """Whether what failed goes on by itself, which was not looked at yet: to begin anew would end what it does now."""
    if case.kind not in (Kind.FAILED, Kind.CRASH_LOOP) or case.station not in state.stations:
        return False
    told = state.stations[case.station].evidence
    return told.status is Status.WORKING and told.since > max(case.since, case.returned)


def _done(state: FloorState, case: Case, wish: SettleCase, means: Means, hand: Hand) -> Decision:
    if means.lacks:
        return Refusal("that is not enough to do it", means.lacks)
    if wish.act is Act.SNOOZE:
        return _snoozed(case, wish, means.words, hand)
    if wish.act is Act.EXPECTED:
        return _expected(state, case.station, case.kind, True, hand)
    inner: tuple[ev.Event, ...] = ()
    if means.wish is not None:
        decided = _decided(state, means.wish, hand)
        if not isinstance(decided, Accepted):
            return decided
        inner = decided.events
    settled = ev.CaseSettled(
        **_about(case, hand),
        act=wish.act,
        who=hand["who"],
        text=clean(wish.text, TEXT_CHARS),
        command=hand["command"],
        rule=wish.rule,
    )
    return Accepted((settled, *_undoable(inner, case, means.words, hand)))


def _decided(state: FloorState, wish: StationWish | TaskWish, hand: Hand) -> Decision:
    return decide_task(state, wish, hand) if isinstance(wish, TaskWish) else decide_station(state, wish, hand)


def _undoable(inner: tuple[ev.Event, ...], case: Case, words: str, hand: Hand) -> tuple[ev.Event, ...]:
    """What is done, such that undoing it brings the case back, too."""
    for event in inner:
        if isinstance(event, ev.CommandEvent | ev.CommandDone) and event.command == hand["command"]:
            told = replace(
                event,
                undo=ReopenCase(
                    case.id, also=event.undo if isinstance(event.undo, StationWish | TaskWish | Lasting) else None
                ),
            )
            if isinstance(told, ev.CommandDone):
                told = replace(told, about=told.about or case.station, words=told.words or words)
            return tuple(told if each is event else each for each in inner)
    return (*inner, done_at_once(hand, ReopenCase(case.id), case.station, words))


def _snoozed(case: Case, wish: SettleCase, words: str, hand: Hand) -> Decision:
    longest = acts.MOST_SNOOZE_S if wish.wakes else acts.SNOOZE_S
    until, wakes = wish.until or hand["time"] + longest, clean(wish.wakes, 40)
    snoozed = ev.CaseSnoozed(**_about(case, hand), until=until, wakes=wakes, who=hand["who"])
    return Accepted((snoozed, done_at_once(hand, ReopenCase(case.id), case.station, words)))


def _expected(state: FloorState, station: str, kind: Kind, expected: bool, hand: Hand) -> Decision:
    if station not in state.stations:
        return Refusal(f"there is no station {clean(station, 80)!r}", "see `factory-tui status`")
    if (kind in state.expected.get(station, ())) is expected:
        return Accepted(told="that is so already")
    who = hand["who"]
    told = ev.KindExpected(time=hand["time"], source=SOURCE, station=station, kind=kind, expected=expected, who=who)
    cases: list[ev.Event]
    if expected:
        cases = [
            ev.CaseSettled(**_about(case, hand), act=Act.EXPECTED, who=who, command=hand["command"])
            for case in state.cases.values()
            if case.station == station and case.kind is kind
        ]
    else:
        cases = [
            ev.CaseReturned(**_about(each.case, hand), why=f"not expected any more, says {who}")
            for each in state.settled.values()
            if each.act is Act.EXPECTED and each.case.station == station and each.case.kind is kind
        ]
    name, kinds = name_of(state, station), kind.value.replace("_", " ")
    words = f"{kinds} cases of {name} are {'not ' * expected}shown{' again' * (not expected)}"
    return Accepted((told, *cases, done_at_once(hand, ExpectKind(station, kind, not expected), station, words)))


def _reopened(state: FloorState, wish: ReopenCase, hand: Hand) -> Decision:
    case, settled = state.cases.get(wish.case), state.settled.get(wish.case)
    known = settled.case if settled is not None else case
    back: tuple[ev.Event, ...] = ()
    if settled is not None:
        back = (ev.CaseReturned(**_about(settled.case, hand), why=f"undone by {hand['who']}"),)
    elif case is not None and case.snoozed:
        back = (ev.CaseSnoozed(**_about(case, hand), who=hand["who"]),)
    if wish.also is not None and not isinstance(wish.also, Lasting):
        decided = _decided(state, wish.also, hand)
        if not isinstance(decided, Accepted):
            return decided
        return Accepted((*back, *(decided.events or (done_at_once(hand, words=decided.told),))), decided.told)
    if known is None:
        return _gone(state, wish.case)
    return _back(known, back, wish.also, hand)


def _back(case: Case, back: tuple[ev.Event, ...], lasting: Lasting | None, hand: Hand) -> Accepted:
    """The case is open again; `lasting` is why what was done about it stays."""
    again = "it is in the queue again"
    if lasting is not None:
        told = f"{again}, but nothing undoes {lasting.what}: {lasting.why}"
        return Accepted((*back, done_at_once(hand, None, case.station, told)), told)
    if not back:
        return Accepted(told="it is in the queue already")
    undo = Lasting("putting a case back", "it is open", f"settle it: factory-tui triage show {case.id}")
    return Accepted((*back, done_at_once(hand, undo, case.station, again)))


def _gone(state: FloorState, case: str) -> Refusal:
    """Why nothing can be done about a case that is not open."""
    settled = state.settled.get(case)
    if settled is None:
        return Refusal(f"there is no case {clean(case, 80)!r}", "see `factory-tui triage`")
    if settled.act is None:
        return Refusal(f"it is over: {settled.why}", "see `factory-tui triage`")
    return Refusal(f"it is settled: {settled.act.value} by {settled.who}", "undo that first, if it was wrong")
