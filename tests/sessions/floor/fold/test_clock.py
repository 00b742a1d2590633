"""A clock that goes back freezes nothing: what is told from then on is believed, and nothing stands in the future."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from sessions.floor import events as ev
from sessions.floor.fold.fold import fold_all
from sessions.floor.identity import Owner
from sessions.floor.ours.lives import Life
from sessions.floor.state import EMPTY, Status
from sessions.floor.tokens import Tokens
from tests.support.journal import START, event_lists

NOON, ELEVEN = START + 3_600.0, START


def ship(kind: type[ev.StationEvent], time: float, **fields: Any) -> ev.Event:
    return kind(time=time, station="ship", source="claude:1", **fields)


BEFORE = [
    ev.StationOpened(time=NOON - 60, station="ship", kind="claude", owner=Owner.OURS),
    ship(ev.LifeChanged, NOON - 50, life=Life.RUNNING, process=7),
    ship(ev.TurnStarted, NOON - 40, text="mend it"),
    ship(ev.TokensUsed, NOON - 30, tokens=Tokens(output=300)),
    ship(ev.ToolCalled, NOON - 20, tool="Bash", call="c1"),
]
SET = ev.ClockSet(time=ELEVEN, before=NOON)
AFTER = [
    ship(ev.TokensUsed, ELEVEN + 5, tokens=Tokens(output=1_500)),
    ship(ev.TurnFinished, ELEVEN + 20),
]


@pytest.mark.parametrize(("between", "status"), [([], Status.WORKING), ([SET], Status.IDLE)])
def test_what_is_told_after_it_is_believed(between: list[ev.Event], status: Status) -> None:
    station = fold_all(EMPTY, [*BEFORE, *between, *AFTER]).stations["ship"]
    assert station.evidence.status is status


def test_a_turn_has_lasted_as_long_as_it_has() -> None:
    state = fold_all(EMPTY, [*BEFORE, SET])
    assert (state.owned["ship"].worked, state.owned["ship"].turn_since) == (40.0, ELEVEN)
    assert fold_all(state, AFTER).owned["ship"].worked == 60.0
    unknown = fold_all(EMPTY, [*BEFORE, ev.ClockSet(time=ELEVEN), *AFTER]).owned["ship"]
    assert unknown.worked == 20.0, "where nobody watched the clock nothing is charged for it"


def test_what_is_used_after_it_is_counted_at_its_rate() -> None:
    state = fold_all(EMPTY, [*BEFORE, SET, *AFTER])
    now = ELEVEN + 10
    assert state.stations["ship"].pace.tokens_per_s(now, 60) == state.pace.tokens_per_s(now, 60) == 25.0
    assert state.total.tokens.output == 1_800


@given(event_lists)
def test_nothing_stands_in_the_future(events: list[ev.Event]) -> None:
    before = fold_all(EMPTY, events)
    state = fold_all(before, [SET])
    for name, station in state.stations.items():
        tools = (tool.since for tool in station.running.values())
        beneath = [each for each in (station.evidence, station.beneath, station.rest) if each is not None]
        times = (
            station.settled,
            station.activity_time,
            *tools,
            *(t for each in beneath for t in (each.since, each.seen)),
        )
        assert max(times) <= ELEVEN
        if max(times) < ELEVEN and not station.wrote and before.stations[name].pace.ended(ELEVEN):
            assert station == before.stations[name], "what lies in the past stays as it was"
    for owned in state.owned.values():
        assert max(owned.since, owned.turn_since, *(each.asked for each in owned.questions.values())) <= ELEVEN
