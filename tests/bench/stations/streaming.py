"""What the supervisor costs while forty stations of the built-in agent stream, and how late a screen shows it."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

from sessions.floor.commands import StartStation
from sessions.headless.live_demo import LiveFactory
from sessions.place import place_of
from sessions.simulation.live.part import Part
from sessions.simulation.provider.script import Step
from sessions.supervisor import process
from sessions.supervisor.process import Options
from sessions.supervisor.wire.client import Client
from tests.bench.figure import Figure, percentile
from tests.bench.idle import spent
from tests.bench.live import console
from tests.bench.probe import Terminal
from tests.bench.stations.running import yard
from tests.support.stations.together import together
from tests.support.supervisor import watched

PIECE, PACE_S = 24, 0.05
"""Characters of a piece, and seconds between two: some hundred tokens a second for each station."""
WORDS = "This is one of very many words. "
WARM_S = 5.0
EVENTS_PER_S = 600


def figures(quick: bool) -> Iterator[Figure]:
    """Of many stations that all stream at once, for a while."""
    count, seconds = (10, 10.0) if quick else (40, 30.0)
    yield from _streaming(count, seconds)
    yield _late(count, seconds)


def _streaming(count: int, seconds: float) -> Iterator[Figure]:
    step = Step(text=WORDS, repeat=100_000, piece=PIECE, pace=PACE_S)
    parts = [Part(f"stream-{n:02}", "Talk without end.", (step,)) for n in range(count)]
    with LiveFactory(parts) as factory:
        factory.begin()
        factory.started()
        with watched(place_of(factory.repo).socket) as looks:
            looks.until(lambda client: _streaming_now(client) == count, 120.0)
            pid = process.running(factory.repo)
            assert pid
            time.sleep(WARM_S)
            before, began, seq = spent(pid), time.perf_counter(), looks.client.state.seq
            time.sleep(seconds)
            used, took = spent(pid) - before, time.perf_counter() - began
            told = (looks.client.state.seq - seq) / took
            memory = _memory(pid)
    note = f"{1 / PACE_S:.0f} pieces a second each, {told:.0f} events a second of all; workers apart"
    what = f"supervisor with {count} stations streaming"
    yield Figure(f"{what}, CPU", 100 * used.cpu_s / took, "% of one core", 25, note=note)
    yield Figure(f"{what}, memory", memory / 1e6, "MB", 200)


def _late(count: int, seconds: float) -> Figure:
    rate = EVENTS_PER_S / count
    with yard() as house:
        house.start(Options(idle_minutes=10.0))
        together(house, [StartStation("parrot", f"clock {rate}", name=f"s{n}") for n in range(count)])
        with console(house.repo.path) as terminal:
            terminal.until(lambda text: f"1/{count}" in text and "at 1" in text, 120.0)
            terminal.watch(WARM_S, draw=True)
            late = list(_waits(terminal, seconds, 1 / rate))
    note = f"{EVENTS_PER_S} events a second from {count} stations, all in view: {len(late):,} of them"
    return Figure("event of an agent to the console's screen, p99", 1_000 * percentile(late, 99), "ms", 150, note=note)


def _waits(terminal: Terminal, seconds: float, pause: float) -> Iterator[float]:
    """Of each event the seconds until a pane, or what stands below the wall, says its time or that of a later one.

    Each station says a time every `pause` seconds: where some were left out, it is known when those were.
    """
    shown: dict[tuple[int, int], float] = {}
    over = time.monotonic() + seconds
    while time.monotonic() < over:
        terminal.screen.dirty.clear()
        if not terminal.read(0.05):
            continue
        now = time.time()
        for y in terminal.screen.dirty:
            line = terminal.screen.buffer[y]
            text = "".join(line[x].data for x in range(terminal.screen.columns))
            for found in re.finditer(r"\bat (\d{10}\.\d{3})\b", text):
                place, said = (y, found.start()), float(found[1])
                before = shown.get(place, said)
                shown[place] = said
                yield from (now - before - n * pause for n in range(1, round((said - before) / pause)))
                if said != before:
                    yield now - said


def _streaming_now(client: Client) -> int:
    return sum(WORDS.strip() in station.activity for station in client.state.stations.values())


def _memory(pid: int) -> int:
    """Bytes that are the process's own or shared out to it."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) << 10
