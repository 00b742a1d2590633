"""The rank is judged on histories with known answers: no healthy station is named, and every sick one is, in time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sessions.floor.fold.fold import fold_all
from sessions.floor.rank.rank import rank
from sessions.floor.rank.ranking import Why
from sessions.floor.state import EMPTY, FloorState
from tests.sessions.floor.rank.histories import COUNT, LASTS_S, SEEN, SICK, History, histories, history
from tests.sessions.floor.working import START

EVERY_S = 120.0
IN_TIME_S = {Why.LOOP: 600.0, Why.STALL: 1_200.0, Why.THRASH: 2_700.0, Why.PACE: LASTS_S}
"""How soon after its beginning each is to be named."""


def looks(told: History) -> Iterator[tuple[FloorState, float]]:
    """The floor at regular times, in gaps, too."""
    state, at, events = EMPTY, 0, told.events
    moment, end = START + EVERY_S, START + LASTS_S + 300
    while moment <= end:
        begin = at
        while at < len(events) and events[at].time <= moment:
            at += 1
        if at > begin:
            state = fold_all(state, events[begin:at])
        yield state, moment
        moment += EVERY_S


def first_named(told: History) -> tuple[dict[str, tuple[Why, float]], list[str]]:
    """By station why and when it is first named; and every verdict."""
    found: dict[str, tuple[Why, float]] = {}
    said = []
    for state, now in looks(told):
        for entry in rank(state, now).slow:
            if entry.station not in found:
                found[entry.station] = (entry.reasons[0].why, now)
                said.append(f"{entry.station} {now - START:.0f}: {entry.words}")
    return found, said


def test_no_healthy_station_is_named_and_every_sick_one_in_time() -> None:
    wrong, late, seen = [], [], 0
    for told in histories():
        seen += 1
        found, said = first_named(told)
        healthy = [name for name in found if name != SEEN or told.named is None]
        if healthy:
            wrong.append((told.name, said))
        if told.named is not None:
            why, when = found.get(SEEN, (None, float("inf")))
            if why is not told.named or when - told.begins > IN_TIME_S[told.named]:
                late.append((told.name, why, when - told.begins))
    assert (wrong, late) == ([], [])
    assert seen == COUNT


@pytest.mark.parametrize("kind", [kind for kind, (why, _) in SICK.items() if why is Why.LOOP])
def test_every_loop_is_named_within_ten_minutes_of_its_start_to_the_event(kind: str) -> None:
    for number in range(4):
        told = history(kind, number)
        before = [event for event in told.events if event.time <= told.begins]
        state = fold_all(EMPTY, before)
        for event in told.events[len(before) :]:
            state = fold_all(state, (event,))
            if any(entry.station == SEEN for entry in rank(state, event.time).slow):
                break
        assert state.time - told.begins <= 600.0, told.name
