"""Nothing is said against the healthy sessions of real agents, at the time of any event and in the gaps between."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sessions import disk
from sessions.floor import events as ev
from sessions.floor.fold.fold import fold
from sessions.floor.progress.signs import due, looping, stalled, thrashing
from sessions.floor.rank.rank import rank
from sessions.floor.state import EMPTY, FloorState
from tests import ROOT

DATA = ROOT.parent / "shared/data"
ROOMS = ("transcripts/claude", "transcripts/codex", "transcripts/openclaw", "cases")
LONG_S = 30.0
"""A gap of which several times are looked at."""

pytestmark = pytest.mark.skipif(not DATA.exists(), reason=f"no recorded sessions in {DATA}")


def observed(place: Path) -> list[ev.Event]:
    found = disk.observed([place])
    return sorted((event for event in found if isinstance(event, ev.StationEvent)), key=lambda event: event.time)


def moments(state: FloorState, until: float) -> Iterator[float]:
    """Now, and in the gap until the next event: early, in the middle, at its end, and when time says something new."""
    now, gap = state.time, until - state.time
    yield now
    if gap > LONG_S:
        told = [moment + 1.0 for name in state.stations if now < (moment := due(state, name)) < until]
        yield from (now + LONG_S, now + gap / 2, now + gap * 0.999, *told)


def said_against(state: FloorState, now: float) -> Iterator[str]:
    for name, progress in state.progress.items():
        for found in (looping(progress, now), thrashing(progress, now), stalled(state, name, now)):
            if found is not None:
                yield f"{name}: {found}"
    yield from (f"{entry.station}: {entry.words}" for entry in rank(state, now).slow)


@pytest.mark.parametrize("room", ROOMS)
def test_nothing_is_said_against_healthy_sessions(room: str) -> None:
    state, seen, wrong = EMPTY, 0, set[str]()
    events = observed(DATA / room)
    for event, after in zip(events, [*(each.time for each in events[1:]), events[-1].time + 86_400], strict=True):
        state = fold(state, event)
        for now in moments(state, after):
            seen += 1
            wrong |= set(said_against(state, now))
    assert wrong == set()
    assert seen >= len(events) > 20
