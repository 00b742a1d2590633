"""The simulated factory: the same for the same seed, believable, and a load that can be measured with."""

from __future__ import annotations

import random
from collections import Counter
from functools import cache
from itertools import islice, pairwise, takewhile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sessions.floor import events as ev
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY, FloorState, Status
from sessions.floor.tokens import Tokens
from sessions.models.prices import Prices
from sessions.simulation import START, simulate
from sessions.simulation.context import FULL, OPENING, Context
from sessions.simulation.models import CODEX, LOCAL, OPUS, SEATS, Seat
from sessions.simulation.world import branch_names, station_names
from sessions.views.status import status_at
from tests.support.chance import of_hundred

HOUR = 3_600.0


@cache
def first_hours() -> list[ev.Event]:
    return list(takewhile(lambda event: event.time < START + 2 * HOUR, simulate(4)))


@cache
def after_two_hours() -> FloorState:
    return fold_all(EMPTY, first_hours())


def test_the_same_seed_gives_the_same_events() -> None:
    assert list(islice(simulate(5), 4_000)) == list(islice(simulate(5), 4_000))
    assert list(islice(simulate(5), 400)) != list(islice(simulate(6), 400))


@settings(max_examples=of_hundred(15), deadline=None)
@given(seed=st.integers(0, 2**63), stations=st.integers(1, 60), branches=st.integers(1, 80))
def test_any_size_is_in_order_and_complete(seed: int, stations: int, branches: int) -> None:
    events = list(islice(simulate(seed, stations, branches), 1_500))
    assert all(a.time <= b.time for a, b in pairwise(events))
    state = fold_all(EMPTY, events)
    assert len(state.stations) == stations
    assert len(state.branches) == max(2, branches)  # a station needs a branch beside the base
    assert {station.branch for station in state.stations.values()} <= state.branches.keys()
    assert state.simulated


def test_names_are_unique() -> None:
    assert len(set(station_names(500))) == 500
    assert len(set(branch_names(30, 5_000))) == 4_999


def test_there_is_everything_a_floor_can_show() -> None:
    seen = Counter(type(event) for event in first_hours())
    absent = {
        ev.BranchRemoved,
        ev.SourceSkipped,
        ev.BranchEntered,
        ev.ActivitySeen,
        ev.ClockSet,
        ev.BaseChosen,
        # Nobody gives commands, and nobody runs its stations.
        *(kind for kind in ev.AnyEvent.__args__ if issubclass(kind, ev.CommandEvent)),
        *(
            ev.CommandResumed,
            ev.CommandDeferred,
            ev.CommandDone,
            ev.CommandFailed,
            ev.CommandUndone,
            ev.StationRenamed,
            ev.SessionClaimed,
        ),
        *(ev.SessionsOver, ev.SessionReturned),  # the journal's own
        *(ev.PlaceSetUp, ev.WorkLetGo),  # nothing there has a place
        ev.TaskReopened,  # nobody takes anything back
        *(ev.CaseOpened, ev.CaseRestated, ev.KindExpected, *ev.CaseEvent.__subclasses__()),  # see `triaged`
    }
    assert set(ev.AnyEvent.__args__) - set(seen) <= absent
    assert {station.kind for station in after_two_hours().stations.values()} == {"claude", "codex", "openclaw"}
    assert any(
        event.branch != "main" and event.merged for event in first_hours() if isinstance(event, ev.BranchChanged)
    )


def test_a_floor_is_mixed() -> None:
    statuses = Counter[Status]()
    for minute in range(30, 120, 10):
        now = START + minute * 60.0
        state = fold_all(EMPTY, [event for event in first_hours() if event.time <= now])
        statuses.update(status_at(station, now).status for station in state.stations.values())
    assert set(statuses) >= {Status.WORKING, Status.IDLE, Status.NEEDS_ME, Status.FAILED}
    assert 0.5 < statuses[Status.WORKING] / statuses.total() < 0.9


def test_usage_has_the_proportions_of_real_sessions() -> None:
    tokens = after_two_hours().total.tokens
    assert 0.94 < tokens.cache_read / tokens.total < 0.98
    pace = tokens.total / (2 * HOUR)
    assert 30_000 < pace < 150_000  # around five billion a day


def test_meters_are_of_every_certainty_and_price() -> None:
    state = after_two_hours()
    assert state.models[LOCAL.name].cost_usd is None
    assert state.models[OPUS.name].certainty == "exact"
    certainties = {station.meter.certainty for station in state.stations.values()}
    assert certainties == {"exact", "reported", "estimated"}


def test_prices_are_those_of_the_table() -> None:
    prices = Prices.load()
    sample = Tokens(input=1_000, cache_write_5m=1_000, cache_write_1h=1_000, cache_read=1_000, output=1_000)
    for model in {seat.model for seat in SEATS}:
        known = prices.cost(
            model.name, sample if model.write_1h else Tokens(input=1_000, cache_read=1_000, output=1_000)
        )
        ours = model.cost(sample if model.write_1h else Tokens(input=1_000, cache_read=1_000, output=1_000))
        assert ours == pytest.approx(known) if ours is not None else known is None, model.name


def test_context_grows_with_calls_and_compaction_empties_it() -> None:
    context = Context(Seat("claude", OPUS), random.Random(1))
    first = context.call(1.0, 500)
    assert first.cache_read == 0 and first.context == OPENING
    context.add(2_000)
    second = context.call(2.0, 500)
    assert second.cache_read == OPENING and second.context == OPENING + 500 + 2_000
    while not context.full:
        context.add(10_000)
    assert context.size > FULL * OPUS.window
    context.compact()
    assert not context.full


def test_a_long_pause_writes_the_cache_again() -> None:
    context = Context(Seat("codex", CODEX), random.Random(1))
    context.call(1.0, 100)
    assert context.call(2.0, 100).cache_read > 0
    assert context.call(2.0 + 2 * HOUR, 100).cache_read == 0


def test_a_streamed_call_adds_up_to_the_same_usage() -> None:
    """Streaming states a call several times; the statements of one call must add up to one call."""
    calls: dict[str, int] = {}
    output: dict[str, int] = {}
    events = list(islice(simulate(1, 4, 4, streaming_from=START, rate=200.0), 30_000))
    used = [event for event in events if isinstance(event, ev.TokensUsed) and not event.subagent]
    for event in used:
        calls[event.call] = calls.get(event.call, 0) + event.calls
        output[event.call] = output.get(event.call, 0) + event.tokens.output
    assert set(calls.values()) == {1}
    assert len(used) > 3 * len(calls)
    assert min(output.values()) >= 12


@pytest.mark.parametrize(("stations", "rate"), [(30, 60.0), (50, 600.0), (10, 100.0)])
def test_the_rate_of_streaming_is_about_what_was_asked(stations: int, rate: float) -> None:
    start = START + HOUR / 2
    stream = simulate(1, stations, 48, streaming_from=start, rate=rate)
    times = [event.time for event in islice(stream, 60_000) if event.time >= start + 60.0]
    assert rate / 2 < len(times) / (times[-1] - times[0]) < rate * 2
