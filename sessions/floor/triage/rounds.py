"""What has changed in the queue since it was looked at last, as events: opened, restated, closed, back in sight. Pure.

A supervisor records them; so does a simulated factory.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.ours.lives import Life
from sessions.floor.progress.signs import SILENT_S
from sessions.floor.state import FloorState, Status
from sessions.floor.triage import judge, over, wakes
from sessions.floor.triage.case import Case
from sessions.floor.triage.causes.rule import Rule
from sessions.floor.triage.causes.rules import RULES

SOURCE = "triage"
NO_ANSWERS: Mapping[str, str] = {}
_TOLD = ("cause", "rule", "title", "group")
"""What a case is told anew for. Its evidence alone may change with every event."""


def changes(
    state: FloorState,
    stations: Collection[str],
    now: float,
    rules: tuple[Rule, ...] = RULES,
    answers: Mapping[str, str] = NO_ANSWERS,
    whole: bool = True,
    silent: float = SILENT_S,
) -> list[ev.Event]:
    """What is other of the cases of these stations, and of those that are nobody's own.

    `answers` says of questions how they were answered. Without `whole`, what is nobody's own is left as it is.
    """
    known: dict[str, dict[str, Case]] = {}
    for case in state.cases.values():
        known.setdefault(judge.subject(case), {})[case.id] = case
    found: list[ev.Event] = []
    for station in sorted(stations):
        if station:
            cases = judge.cases_of(state, station, now, rules, silent)
            found += _differing(state, known.get(station, {}), cases, now, answers)
    if whole:
        found += _differing(state, known.get("", {}), judge.floor_cases(state, now, rules), now, answers)
    return found


def awake(state: FloorState, now: float, told: Iterable[ev.Event] = ()) -> Iterator[ev.Event]:
    """Cases that are in sight again: their time has come, or what they wait for was `told`."""
    waiting = [case for case in state.cases.values() if case.snoozed]
    events = [*told]
    for case in waiting:
        if case.snoozed <= now or wakes.woken(state, case, events):
            yield _in_sight(case, now)


def missed(state: FloorState, now: float) -> Iterator[ev.Event]:
    """Cases that are in sight again since what they wait for came while nobody listened, or cannot come any more."""
    for case in state.cases.values():
        if case.snoozed and wakes.missed(state, case):
            yield _in_sight(case, now)


def _in_sight(case: Case, now: float) -> ev.CaseSnoozed:
    return ev.CaseSnoozed(time=now, source=SOURCE, station=case.station, case=case.id)


def next_awake(state: FloorState, now: float) -> float:
    """When the next one is; infinite for never."""
    return min((case.snoozed for case in state.cases.values() if case.snoozed > now), default=float("inf"))


def _differing(
    state: FloorState, known: Mapping[str, Case], judged: Iterable[Case], now: float, answers: Mapping[str, str]
) -> Iterator[ev.Event]:
    present = set()
    for case in judged:
        present.add(case.id)
        old = known.get(case.id)
        if old is None:
            if _is_news(state, case):
                yield ev.CaseOpened(
                    time=now, source=SOURCE, station=case.station, what=replace(case, since=case.since or now)
                )
        elif any(getattr(old, name) != getattr(case, name) for name in _TOLD):
            yield ev.CaseRestated(time=now, source=SOURCE, station=case.station, what=replace(case, since=old.since))
    for name, case in known.items():
        if name not in present and not _stays(state, case):
            why = over.why(state, case, answers, now)
            yield ev.CaseClosed(time=now, source=SOURCE, station=case.station, case=name, why=why)


def _is_news(state: FloorState, case: Case) -> bool:
    """Whether it is to be opened: not what somebody has settled, nor what is expected of its station."""
    settled = state.settled.get(case.id)
    if settled is not None and settled.act is not None:
        return False
    return case.kind not in state.expected.get(case.station, ())


def _stays(state: FloorState, case: Case) -> bool:
    """Whether a case that came back as something was undone stays: until its station goes on, or is gone."""
    seen, known = state.stations.get(case.station), state.owned.get(case.station)
    if not case.returned or seen is None or (known is not None and known.life is Life.REMOVED):
        return False
    return not (seen.evidence.status is Status.WORKING and seen.evidence.since > case.returned)
