"""The queue of what needs a person, with 500 cases: from a key to the next case, and from an event to the screen."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from textual.events import Key

from console.app import FactoryApp
from console.options import Options
from console.screens.triage import screen as shown
from console.screens.triage.screen import TriageScreen
from sessions.floor.fold.fold import fold
from sessions.floor.state import FloorState
from sessions.floor.triage.case import Cause, Kind
from sessions.simulation.live import story
from tests.bench.figure import Figure, percentile
from tests.bench.probe import Terminal
from tests.support.console import state_of
from tests.support.triage import worked as worked_off
from tests.support.triage.mixed import DecidingLink, case, many_events

CASES = 500
LIVE, STATIONS, PATIENCE_S = 20, 20, 400.0
"""Cases of so many live stations, which come within some minutes: a loop is called one after two and a half."""
KEYS = ("O", "R", "down", "O", "B", "L", "m")
"""Settled, retried, passed over, begun afresh, and put away."""
EVERY_S = 0.02


def figures(quick: bool) -> Iterator[Figure]:
    """Both on a screen of 200x60."""
    yield from asyncio.run(_measured(60 if quick else 210, 20 if quick else 60))


def live_figures(directory: Path) -> Iterator[Figure]:
    """A live demo that is worked off by keys, its supervisor killed before; and whether the past shows the same."""
    worked, recording = worked_off.live(story.parts(STATIONS, 0.5), waits, directory / "triage.ftr", PATIENCE_S)
    try:
        seq, state = worked_off.before_first_key(recording, worked)
        rows = [row.first.kind for row in worked_off.queue(state, state.time) if row.first is not None]
        alike = {case.id for case in worked.began} == state.cases.keys() and rows == worked.shown
        after = recording.state_at(recording.span.last_seq)
        left = sum(case.id in after.cases for case in worked.began)
    finally:
        recording.close()
    alike &= replayed(directory / "triage.ftr", seq, len(state.cases), len(rows)) == rows
    kinds = len({case.kind for case in worked.began})
    causes = len({case.cause for case in worked.began})
    note = f"{len(worked.began)} cases of {kinds} kinds and {causes} causes: {', '.join(worked.pressed)}"
    yield Figure("live queue of 20 cases: keys to settle all of it", worked.keys, "keys", 20, note=note)
    yield Figure("live queue of 20 cases: of them left, or not the same in the past", left + (not alike), "", 0)


def replayed(recording: Path, seq: int, cases: int, rows: int) -> list[Kind]:
    """What the queue of a replay shows as of an event."""
    words = (sys.executable, "-m", "console", "replay", str(recording), "--seq", str(seq))
    with Terminal(words, worked_off.COLUMNS, worked_off.LINES) as terminal:
        terminal.until(lambda text: f"triage {cases}" in text, worked_off.WAIT_S)
        terminal.press("3")
        terminal.until(lambda text: f"waiting {cases}" in text, worked_off.WAIT_S)
        return worked_off.drawn(terminal, rows)


def waits(state: FloorState) -> bool:
    """Whether all of them are there, and every cause of the list is among theirs."""
    return len(state.cases) >= LIVE and {case.cause for case in state.cases.values()} == {*Cause}


async def _measured(keys: int, events: int) -> list[Figure]:
    link = DecidingLink(state_of(many_events(CASES)))
    app = FactoryApp(link, Options(theme="dark", ascii_only=False, no_colour=False))
    shown.UNSEEN_S = 0.0
    async with app.run_test(size=(200, 60)) as pilot:
        await pilot.press("3")
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, TriageScreen)
        pressed = [await _pressed(app, screen, KEYS[i % len(KEYS)]) for i in range(keys)]
        came = [await _came(link, screen, i) for i in range(events)]
    return [
        Figure("queue of 500 cases: key to the next case drawn, p99", percentile(pressed, 99) * 1e3, "ms", 50.0),
        Figure("queue of 500 cases: event to its case drawn, p99", percentile(came, 99) * 1e3, "ms", 200.0),
    ]


async def _pressed(app: FactoryApp, screen: TriageScreen, key: str) -> float:
    """Until it has been painted."""
    begin = time.perf_counter()
    await app.on_event(Key(key, key if len(key) == 1 else None))
    screen._on_timer_update()
    took = time.perf_counter() - begin
    await asyncio.sleep(EVERY_S)  # what the supervisor answers is heard in between
    return took


async def _came(link: DecidingLink, screen: TriageScreen, number: int) -> float:
    event = case("station-01", Kind.PERMISSION, Cause.UNKNOWN, f"new {number}", 1.0, id=f"new-{number}")
    begin = time.perf_counter()
    link.state = fold(link.state, event)
    link.changed()
    while not any(row.key == f"new-{number}" for row in screen.shown):  # noqa: ASYNC110 - it is drawn, not told
        await asyncio.sleep(0.001)
    screen._on_timer_update()
    return time.perf_counter() - begin
