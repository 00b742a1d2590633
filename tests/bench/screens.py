"""Measures the real program in a pseudo-terminal of 200x60: start, keys, bytes, CPU, memory."""

from __future__ import annotations

import asyncio
import compileall
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from statistics import median

from textual.screen import Screen

from console.app import FactoryApp
from console.links.demo import DemoLink
from sessions.journal.past.past import EventList
from sessions.journal.recording.record import write
from sessions.simulation import simulate
from sessions.simulation.world import station_names
from tests import ROOT
from tests.bench import idle, live, opening
from tests.bench.figure import Figure, percentile
from tests.bench.probe import Seen, Terminal
from tests.bench.stations import triage

STATIONS, RATE = 50, 600
CROWD = 1_000
PROGRAM = (sys.executable, "-m", "console")
EMPTY = (sys.executable, "-m", "tests.bench.empty_app")
LOAD = (*PROGRAM, "demo", "--stations", str(STATIONS), "--rate", str(RATE))
PATIENCE_S = 30.0
WARM_S = 3.0
QUIET_S, FIRST_S = 0.2, 4.0
"""The first floor comes without such a pause, in such a time; a demo that plays may have no pause at all."""


def figures(quick: bool) -> Iterator[Figure]:
    """Every figure about the screens; `quick` measures shorter and is less sure."""
    with tempfile.TemporaryDirectory(prefix="factory-tui-bench-") as name:
        os.environ["XDG_STATE_HOME"] = os.environ["XDG_CONFIG_HOME"] = name
        yield from first_floor(3 if quick else 9)
        yield from under_load(40 if quick else 200, 5.0 if quick else 20.0)
        yield from many_stations(40 if quick else 200)
        yield from opening.figures(Path(name))
        yield from counts()
        yield from triage.figures(quick)
        yield from large(Path(name), 100_000 if quick else 1_000_000)
    with tempfile.TemporaryDirectory(prefix="ft", dir="/tmp") as name:  # room for the path of a socket
        yield from idle.figures(Path(name), 10.0 if quick else 40.0)
    with tempfile.TemporaryDirectory(prefix="ft", dir="/tmp") as name:
        yield from live.figures(Path(name), quick)
        if not quick:
            yield from triage.live_figures(Path(name))


def first_floor(times: int) -> Iterator[Figure]:
    """From the start of the process to all panes, in turns with an empty app; both compiled, as pip installs them."""
    for package in ("console", "widgets", "sessions", "tests/bench"):
        compileall.compile_dir(ROOT / package, quiet=1)
    names = station_names(30)
    ours, empty = [], []
    for _ in range(times):
        empty.append(_ready(EMPTY, lambda text: "ready" in text))
        ours.append(_ready((*PROGRAM, "demo"), lambda text: all(name in text for name in names)))
    yield Figure("first full floor of the demo / an empty Textual app", median(ours) / median(empty), "x", 1.2)
    yield Figure("first full floor of the demo", median(ours) * 1e3, "ms")
    yield Figure("an empty Textual app", median(empty) * 1e3, "ms")


def _ready(command: tuple[str, ...], seen: Seen) -> float:
    with Terminal(command) as terminal:
        return terminal.first_seen(seen, QUIET_S, FIRST_S)


def many_stations(keys: int) -> Iterator[Figure]:
    """A thousand stations with a branch each, streaming at the same rate: opening their floor, and keys on it."""
    crowd = ("--stations", str(CROWD), "--branches", str(CROWD), "--rate", str(RATE))
    settings = Path(os.environ["XDG_CONFIG_HOME"], "factory-tui", "config.toml")
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(
        'attention = ["quiet"]\n', encoding="utf-8"
    )  # news would stand where the cursor's place is read
    with Terminal((*PROGRAM, "demo", *crowd)) as terminal:
        terminal.until(lambda text: f"1/{CROWD}" in text, 3 * PATIENCE_S)
        yield Figure(f"bytes to the full floor of {CROWD:,} stations", terminal.received / 1e3, "kB", 30)
        terminal.watch(WARM_S, draw=True)
        waits = list(_key_waits(terminal, keys, CROWD))
        what = f"key to changed screen, {CROWD:,} stations at {RATE} events/s"
        yield Figure(f"{what}, p50", median(waits) * 1e3, "ms")
        yield Figure(f"{what}, p99", percentile(waits, 99) * 1e3, "ms", 80)
    settings.unlink()


def under_load(keys: int, seconds: float) -> Iterator[Figure]:
    """50 panes streaming at 600 events a second: keys that move the cursor, then output and CPU without keys."""
    with Terminal(LOAD) as terminal:
        terminal.until(lambda text: f"1/{STATIONS}" in text, PATIENCE_S)
        terminal.watch(WARM_S, draw=True)
        waits = list(_key_waits(terminal, keys))
        what = f"key to changed screen, {STATIONS} panes at {RATE} events/s"
        yield Figure(f"{what}, p50", median(waits) * 1e3, "ms", 25)
        yield Figure(f"{what}, p99", percentile(waits, 99) * 1e3, "ms", 80)
        bytes_s, cpu = terminal.watch(seconds)
        yield Figure("bytes to the terminal, same load, 200x60", bytes_s / 1e3, "kB/s", 20)
        yield Figure("CPU of the console with its simulation, same load", cpu * 100, "%", 15)
        yield Figure("memory of the console, same load", terminal.usage().memory_mb, "MB")


def _key_waits(terminal: Terminal, keys: int, stations: int = STATIONS) -> Iterator[float]:
    """Seconds from a key that moves the cursor to the footer that says where it is."""
    rng, place = random.Random(1), 1
    for _ in range(keys):
        terminal.watch(rng.uniform(0.02, 0.2), draw=True)
        forward = place < min(stations, STATIONS) // 2
        place += 1 if forward else -1
        footer = f" {place}/{stations}"
        begun = time.perf_counter()
        terminal.press("l" if forward else "h")
        _until_in_footer(terminal, footer)
        yield time.perf_counter() - begun


def _until_in_footer(terminal: Terminal, text: str) -> None:
    terminal.until_last_line(lambda line: text in line, PATIENCE_S)


def counts() -> Iterator[Figure]:
    """Layouts while the floor changes, and the nodes it is made of."""
    layouts, nodes = asyncio.run(_counted())
    yield Figure("layouts in 20 ticks, same load", layouts, "", 0)
    yield Figure("nodes on the floor", nodes, "", 60)


async def _counted() -> tuple[int, int]:
    link = DemoLink(STATIONS, rate=RATE)
    app = FactoryApp(link)
    async with app.run_test(size=(200, 60)) as pilot:
        while not link.state.stations:
            await pilot.pause(0.1)
        await pilot.pause(1.0)
        layouts = 0
        lay_out = Screen._refresh_layout

        def counting(screen: Screen[None], *words: object, **more: object) -> None:
            nonlocal layouts
            layouts += 1
            lay_out(screen, *words, **more)  # type: ignore[arg-type]  # passed through

        Screen._refresh_layout = counting  # type: ignore[method-assign,assignment]
        try:
            await pilot.pause(5.0)
        finally:
            Screen._refresh_layout = lay_out  # type: ignore[method-assign]
        return layouts, len(app.screen.query("*")) + 1


def large(directory: Path, events: int) -> Iterator[Figure]:
    """The console on a large recording: opening it, and its memory after going through it."""
    path = directory / "large.ftr"
    write(EventList(list(islice(simulate(1, STATIONS), events)), "large"), path, 1, events, redact=False)
    with Terminal((*PROGRAM, "replay", str(path), "--at", "50%")) as terminal:
        terminal.until(lambda text: f"1/{STATIONS}" in text, PATIENCE_S)
        opened = time.perf_counter() - terminal.started
        for key in "eeee" + "  " + "eeee":
            terminal.press(key)
            terminal.watch(0.3, draw=True)
        what = f"a recording of {events:,} events"
        yield Figure(f"console on {what}, from start of the process", opened * 1e3, "ms")
        yield Figure(f"memory of the console on {what}", terminal.usage().memory_mb, "MB", 150)
