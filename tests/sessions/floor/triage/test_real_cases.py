"""The queue over the recorded sessions of real agents: nothing healthy is stuck, and each episode is one case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import pytest

from sessions import disk
from sessions.floor import events as ev
from sessions.floor.fold.fold import fold, fold_all
from sessions.floor.state import EMPTY, FloorState
from sessions.floor.triage import judge, rounds
from sessions.floor.triage.case import Case, Cause, Kind
from sessions.floor.triage.causes.rule import Said, Where, cause_of
from sessions.floor.triage.causes.rules import RULES
from tests import ROOT
from tests.sessions.stations.test_frames import told

DATA = ROOT.parent / "shared/data"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason=f"no recorded sessions in {DATA}")

EXPECTED: dict[str, dict[tuple[Kind, Cause], int]] = {
    # Questions of the agent itself, plans to approve, and turns that end with a question, which are guesses.
    "transcripts/claude": {(Kind.PERMISSION, Cause.UNKNOWN): 6},
    "transcripts/codex": {},
    "transcripts/openclaw": {},
    "cases": {(Kind.PERMISSION, Cause.UNKNOWN): 1, (Kind.FAILED, Cause.PROVIDER): 1},
}


def observed(room: str) -> list[ev.Event]:
    found = disk.observed([DATA / room])
    return sorted((event for event in found if isinstance(event, ev.StationEvent)), key=lambda event: event.time)


def looks(events: Sequence[ev.Event]) -> Iterator[tuple[FloorState, float]]:
    """The floor after each event, and in the gap after it whenever time alone may change what is said of it."""
    state = EMPTY
    ends = [*(event.time for event in events[1:]), events[-1].time + 86_400.0] if events else []
    for event, until in zip(events, ends, strict=True):
        state = fold(state, event)
        yield state, state.time
        assert isinstance(event, ev.StationEvent)
        at = judge.due(state, event.station, state.time)
        if state.time < at < until:
            yield state, at + 1.0


@pytest.mark.parametrize("room", EXPECTED)
def test_nothing_healthy_is_stuck_and_what_needs_a_person_is_told_once(room: str) -> None:
    cases: dict[str, Case] = {}
    for state, now in looks(observed(room)):
        for station in state.stations:
            cases.update((case.id, case) for case in judge.cases_of(state, station, now))
    assert Counter((case.kind, case.cause) for case in cases.values()) == EXPECTED[room]


@pytest.mark.parametrize("room", EXPECTED)
def test_each_case_is_opened_once_and_leaves_with_a_reason(room: str) -> None:
    recorded, state = list[ev.Event](), EMPTY
    for event in observed(room):
        state = fold(state, event)
        assert isinstance(event, ev.StationEvent)
        changes = rounds.changes(state, [event.station], state.time)
        state = fold_all(state, changes)
        recorded += changes
    opened = [event.what.id for event in recorded if isinstance(event, ev.CaseOpened)]
    closed = [event for event in recorded if isinstance(event, ev.CaseClosed)]
    assert len(opened) == len({*opened}) == len(closed) + len(state.cases)
    assert all(event.why for event in closed)


@pytest.mark.parametrize(
    ("name", "kinds"), [("hooks-hooks", [Kind.PERMISSION]), ("hooks-hooks2", []), ("claude-sub", [])]
)
def test_recorded_frames_make_the_cases_that_were_there(name: str, kinds: list[Kind]) -> None:
    cases: dict[str, Case] = {}
    state = EMPTY
    for event in told(DATA / "frames" / f"{name}.jsonl"):
        state = fold(state, event)
        for station in state.stations:
            cases.update((case.id, case) for case in judge.cases_of(state, station, state.time))
    assert [case.kind for case in cases.values()] == kinds


def test_what_tools_came_to_that_failed_has_a_cause() -> None:
    said = [
        event.detail for event in observed("transcripts/claude") if isinstance(event, ev.ToolFinished) and event.failed
    ]
    found = Counter(cause_of(RULES, (Said(Where.TOOL, detail),)).rule for detail in said if detail)
    assert found == {"a tool failed": 27, "tool misused": 1}
