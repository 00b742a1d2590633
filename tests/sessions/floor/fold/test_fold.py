"""The fold: pure, the same in batches and one by one, and true to what each fact means."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.conflicts import Outcome
from sessions.floor.fold.fold import fold, fold_all
from sessions.floor.fold.stations.work import MAX_FILES, MAX_RUNNING
from sessions.floor.state import EMPTY, FloorState, Station, Status
from sessions.floor.tokens import Certainty, Meter, Tokens
from sessions.floor.zone import day
from tests.support.journal import event_lists, events, sample_stream


@given(event_lists)
def test_a_batch_folds_like_its_events_one_by_one(facts: list[ev.Event]) -> None:
    assert fold_all(EMPTY, facts) == reduce(fold, facts, EMPTY)


@given(event_lists, st.integers(0, 40))
def test_a_batch_may_be_cut_anywhere(facts: list[ev.Event], cut: int) -> None:
    assert fold_all(fold_all(EMPTY, facts[:cut]), facts[cut:]) == fold_all(EMPTY, facts)


@given(event_lists, events)
def test_folding_leaves_the_state_it_was_given_as_it_was(facts: list[ev.Event], event: ev.Event) -> None:
    state = fold_all(EMPTY, facts)
    before = msgspec.json.encode(state)
    fold(state, event)
    assert msgspec.json.encode(state) == before
    assert msgspec.json.encode(EMPTY) == b"{}"


@given(event_lists)
def test_totals_are_the_sum_of_the_stations(facts: list[ev.Event]) -> None:
    state = fold_all(EMPTY, facts)
    for meters in (state.models, state.branch_meters, state.days):
        assert _sum(meters.values()) == state.total.tokens
    assert _sum(station.meter for station in state.stations.values()) == state.total.tokens
    assert sum(station.meter.calls for station in state.stations.values()) == state.total.calls
    assert state.seq == len(facts)
    assert state.time == max([0.0, *(event.time for event in facts)])


def _sum(meters: object) -> Tokens:
    assert hasattr(meters, "__iter__")
    return reduce(Tokens.__add__, (meter.tokens for meter in meters), Tokens())


def test_what_nothing_touched_stays_the_same_object() -> None:
    state = fold_all(EMPTY, sample_stream(200))
    after = fold(state, ev.TextWritten(time=state.time + 1, station="ship-0", text="hello"))
    assert after.branches is state.branches
    assert after.sessions is state.sessions
    assert after.models is state.models
    assert after.stations["ship-1"] is state.stations["ship-1"]


def test_a_station_that_moves_keeps_its_home() -> None:
    events = [
        ev.StationOpened(time=1, station="api", kind="claude", directory="/a"),
        ev.BranchEntered(time=2, station="api", directory="/b"),
    ]
    station = fold_all(EMPTY, events).stations["api"]
    assert (station.home, station.directory) == ("/a", "/b")


def _station(*facts: ev.Event) -> Station:
    return fold_all(EMPTY, facts).stations["s"]


def test_evidence_follows_the_newest_fact() -> None:
    station = _station(
        ev.TurnStarted(time=10, station="s", source="claude:1"),
        ev.ToolCalled(time=12, station="s", tool="Bash", call="c"),
        ev.PersonNeeded(time=20, station="s", reason="may I?", guess=True),
        ev.ActivitySeen(time=15, station="s"),
    )
    assert (station.evidence.status, station.evidence.since, station.evidence.seen) == (Status.NEEDS_ME, 20, 20)
    assert station.evidence.guess


def test_a_status_is_as_old_as_its_first_evidence() -> None:
    station = _station(*(ev.ActivitySeen(time=time, station="s") for time in (10, 20, 30)))
    assert (station.evidence.since, station.evidence.seen) == (10, 30)


def test_a_late_fact_of_another_file_changes_no_newer_activity() -> None:
    station = _station(
        ev.TurnStarted(time=10, station="s", text="do it"),
        ev.TextWritten(time=30, station="s", text="done"),
        ev.TurnFinished(time=30, station="s"),
        ev.ToolCalled(time=20, station="s", tool="Bash", call="late"),
    )
    assert station.activity == "done"
    assert station.tools == 1
    assert station.running == {}
    assert station.evidence.status is Status.IDLE


def test_tools_under_way_end_with_the_turn_and_are_bounded() -> None:
    calls = [ev.ToolCalled(time=n, station="s", tool="Bash", call=str(n)) for n in range(MAX_RUNNING + 5)]
    station = _station(*calls)
    assert list(station.running) == [str(n) for n in range(5, MAX_RUNNING + 5)]
    assert _station(*calls, ev.TurnFinished(time=MAX_RUNNING + 5, station="s")).running == {}
    assert len(_station(*calls, ev.ToolFinished(time=90, station="s", call="7")).running) == MAX_RUNNING - 1


def test_files_are_counted_and_bounded() -> None:
    calls = [ev.ToolCalled(time=1, station="s", tool="Edit", file=f"{n}.py") for n in range(MAX_FILES + 1)]
    station = _station(*calls, calls[0])
    assert len(station.files) == MAX_FILES
    assert station.files["0.py"] == 2


def test_only_what_succeeded_was_written() -> None:
    def edit(call: str) -> ev.ToolCalled:
        return ev.ToolCalled(time=2, station="s", tool="Edit", call=call, file=f"{call}.py", more_files=(f"{call}.md",))

    under_way = [edit("well"), edit("failed"), edit("broken")]
    assert _station(*under_way).files == {}
    came = [
        ev.ToolFinished(time=3, station="s", call="well"),
        ev.ToolFinished(time=3, station="s", call="failed", failed=True),
        ev.TurnFinished(time=4, station="s", interrupted=True),
        ev.ToolFinished(time=5, station="s", call="broken", failed=True),
    ]
    assert _station(*under_way, *came).files == {"well.py": 1, "well.md": 1}


def test_a_session_that_ends_after_its_successor_began_says_nothing() -> None:
    facts = [
        ev.SessionOpened(time=1, station="s", session="old"),
        ev.SessionOpened(time=5, station="s", session="new"),
        ev.TurnStarted(time=6, station="s", session="new"),
        ev.SessionClosed(time=7, station="s", session="old"),
    ]
    state = fold_all(EMPTY, facts)
    assert state.stations["s"].evidence.status is Status.WORKING
    assert state.sessions["old"].closed and not state.sessions["new"].closed
    assert (
        fold(state, ev.SessionClosed(time=8, station="s", session="new")).stations["s"].evidence.status is Status.IDLE
    )


def test_events_of_no_session_make_none() -> None:
    state = fold_all(EMPTY, [ev.SessionOpened(time=1, station="s"), ev.SessionClosed(time=2, station="s")])
    assert state.sessions == {}
    assert set(state.stations) == {"s"}


def test_usage_of_a_known_session_copies_no_sessions() -> None:
    state = fold_all(EMPTY, sample_stream(200))
    (session, known), *_ = state.sessions.items()
    usual = {"model": known.counted.models[0], "branch": known.counted.branch_meters[0]}
    after = fold(state, _used(state.time, station=known.station, session=session, **usual))
    assert after.sessions is state.sessions
    assert after.total.calls == state.total.calls + 1


class _Copied(dict[str, Meter]):
    """Meters that count how many were copied: with an `__iter__` of its own, a dict is copied item by item."""

    copied = 0

    def __iter__(self) -> Iterator[str]:
        return super().__iter__()

    def __getitem__(self, key: str) -> Meter:
        self.copied += 1
        return super().__getitem__(key)


def test_a_batch_copies_the_meters_once_however_many_it_changes() -> None:
    meters = _Copied({f"w/{number}": Meter(calls=1) for number in range(50)})
    state = replace(EMPTY, branch_meters=meters)
    after = fold_all(state, [_used(1.0, branch=f"w/{number}") for number in range(50)])
    assert [meter.calls for meter in after.branch_meters.values()] == [2] * 50
    assert meters.copied == 50


def _used(time: float, **fields: object) -> ev.TokensUsed:
    facts = {"type": "tokens_used.1", "time": time, "station": "s", "tokens": {"output": 10}, **fields}
    return msgspec.convert(facts, ev.TokensUsed)


def test_usage_reaches_every_meter_it_belongs_to() -> None:
    state = fold_all(
        EMPTY,
        [
            _used(1.0, session="a", model="opus", branch="main", cost=2.0),
            _used(90_000.0, session="b", model="opus", cost=None, certainty="estimated"),
            _used(90_001.0, session="b", model="opus", calls=0, cost=None),
        ],
    )
    assert state.total == Meter(Tokens(output=30), 2, 2.0, 1, estimated=1, sessions=2)
    assert state.total.certainty == "mixed"
    assert set(state.days) == {"1970-01-01", "1970-01-02"}
    assert set(state.branch_meters) == {"main", ""}


def test_every_kind_of_token_is_counted() -> None:
    kinds = {
        "input": 1, "cache_write_5m": 2, "cache_write_1h": 4, "cache_read": 8, "output": 16, "thinking": 3
    }  # fmt: skip
    state = fold_all(EMPTY, [_used(1.0, tokens=kinds, model="opus"), _used(2.0, tokens=kinds, model="opus")])
    twice = Tokens(2, 4, 8, 16, 32, 6)
    assert [meter.tokens for meter in (state.total, state.models["opus"], state.stations["s"].meter)] == [twice] * 3


@pytest.mark.parametrize(("time", "session"), [(4, "old"), (5, "new")])
def test_the_session_opened_last_is_the_stations(time: float, session: str) -> None:
    station = _station(
        ev.SessionOpened(time=1, station="s", session="old"),
        ev.TurnStarted(time=5, station="s", session="old"),
        ev.SessionOpened(time=time, station="s", session="new"),
    )
    assert station.session == session


def test_stations_elsewhere_are_not_the_factorys_own() -> None:
    facts = [ev.StationOpened(time=1, station="s", kind="claude", elsewhere=True), _used(100.0, cost=1.0)]
    state = fold_all(EMPTY, facts)
    assert state.total.tokens.output == 10
    assert state.here.tokens.output == 0
    assert state.pace.last == 0
    assert state.stations["s"].pace.last == 20


def test_a_sub_agents_call_leaves_the_model_and_context_of_its_parent() -> None:
    station = _station(
        _used(1.0, model="opus", context=900, window=1_000), _used(2.0, model="haiku", context=5, subagent="x")
    )
    assert (station.model, station.context, station.window) == ("opus", 900, 1_000)


def test_the_base_moves_with_its_branch() -> None:
    facts = [
        ev.FactoryOpened(time=1, repo="/r", name="r", base="main"),
        ev.BranchChanged(time=2, branch="main", head="abc"),
    ]
    state = fold_all(EMPTY, facts)
    assert (state.base_head, state.runs, state.branches["main"].changed) == ("abc", 1, 2)
    assert fold(state, ev.BranchRemoved(time=3, branch="main")).branches == {}


def test_what_sources_could_not_give_is_counted() -> None:
    facts = [ev.SourceSkipped(time=1, reason="torn line", count=2), ev.SourceSkipped(time=2, reason="torn line")]
    assert fold_all(EMPTY, facts).skipped == {"torn line": 3}


@pytest.mark.parametrize(
    ("time", "offset", "expected"),
    [
        (0.0, 0, "1970-01-01"),
        (0.0, -3_600, "1970-01-01"),
        (86_399.0, 3_600, "1970-01-02"),
        (1e300, 0, "9999-12-31"),
    ],
)
def test_days_are_the_operators(time: float, offset: int, expected: str) -> None:
    assert day(time, offset) == expected


def test_days_follow_the_clock_through_the_seasons() -> None:
    changes = ((0.0, 3_600), (1_000_000.0, 7_200), (2_000_000.0, 3_600))
    opened = ev.FactoryOpened(time=1.0, repo="/r", name="r", utc_offset=-3_600, utc_offsets=changes)
    midnights = [(n * 86_400.0, offset) for n, offset in ((-2, -3_600), (2, 3_600), (12, 7_200), (24, 3_600))]
    for midnight, offset in midnights:
        for second, expected in ((-1.0, -1), (0.0, 0)):
            state = fold_all(EMPTY, [opened, _used(midnight - offset + second)])
            assert list(state.days) == [day(midnight + expected * 86_400, 0)]


def test_certainty_looks_at_every_call() -> None:
    def meter(*certainties: Certainty) -> Meter:
        return fold_all(EMPTY, [_used(1.0, certainty=str(one)) for one in certainties]).total

    assert meter(Certainty.EXACT).certainty == "exact"
    assert meter(Certainty.REPORTED, Certainty.REPORTED).certainty == "reported"
    assert meter(Certainty.UNDERCOUNTED, Certainty.ESTIMATED).certainty == "estimated"
    assert meter(Certainty.EXACT, Certainty.REPORTED).certainty == "mixed"


def test_the_empty_floor_is_what_no_events_make() -> None:
    assert fold_all(EMPTY, []) == FloorState()


def test_every_file_of_a_patch_is_the_stations() -> None:
    patch = ev.ToolCalled(
        time=2, station="s", session="a", tool="apply_patch", file="a.py", more_files=("b.py", "c.py")
    )
    assert _station(patch).files == {"a.py": 1, "b.py": 1, "c.py": 1}


def test_an_older_conversation_says_nothing_of_the_present_model_and_context() -> None:
    now = ev.TextWritten(time=20, station="s", session="new", text="here")
    used = ev.TokensUsed(time=21, station="s", session="new", tokens=Tokens(), model="opus", context=900, window=1_000)
    old = ev.TokensUsed(time=5, station="s", session="old", tokens=Tokens(), model="haiku", context=5, window=9)
    silent = ev.TokensUsed(time=22, station="s", session="new", tokens=Tokens())
    found = _station(now, used, old, silent)
    assert (found.model, found.context, found.window) == ("opus", 900, 1_000)


def test_a_session_began_at_its_earliest_word() -> None:
    late, early = (ev.SessionOpened(time=time, station="s", session="a") for time in (30.0, 10.0))
    for facts in ((late, early), (early, late)):
        assert fold_all(EMPTY, facts).sessions["a"].opened == 10.0


def test_a_collision_is_as_old_as_its_outcome() -> None:
    """However often it is stated anew: with other files, say."""
    stated = [
        ev.VerdictReached(time=float(time), a="a", b="b", outcome=outcome, shared=time)
        for time, outcome in ((10, Outcome.CONFLICT), (20, Outcome.CONFLICT), (30, Outcome.CLEAN), (40, Outcome.CLEAN))
    ]
    assert [fold_all(EMPTY, stated[: n + 1]).verdicts["a..b"].since for n in range(4)] == [10.0, 10.0, 30.0, 30.0]
