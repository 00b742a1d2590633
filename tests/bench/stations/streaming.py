"""What the supervisor costs while forty stations of the built-in agent stream, and how late a screen knows."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

from sessions.floor.commands import StartStation
from sessions.headless.live_demo import LiveFactory
from sessions.place import place_of
from sessions.simulation.live.story import Part
from sessions.simulation.provider.script import Step
from sessions.supervisor import process
from sessions.supervisor.process import Options
from sessions.supervisor.wire.client import Client
from tests.bench.figure import Figure, percentile
from tests.bench.idle import spent
from tests.bench.stations.running import together, yard
from tests.support.supervisor import watched

PIECE, PACE_S = 24, 0.05
"""Characters of a piece, and seconds between two: some hundred tokens a second for each station."""
WARM_S = 5.0
EVENTS_PER_S = 600


def figures(quick: bool) -> Iterator[Figure]:
    """Of many stations that all stream at once, for a while."""
    count, seconds = (10, 10.0) if quick else (40, 30.0)
    yield from _streaming(count, seconds)
    yield _late(count, seconds)


def _streaming(count: int, seconds: float) -> Iterator[Figure]:
    step = Step(text="This is one of very many words. ", repeat=100_000, piece=PIECE, pace=PACE_S)
    parts = [Part(f"stream-{n:02}", "Talk without end.", (step,)) for n in range(count)]
    with LiveFactory(parts) as factory:
        factory.begin()
        factory.started()
        with watched(place_of(factory.repo).socket) as console:
            console.until(lambda client: _busy(client) == count, 120.0)
            pid = process.running(factory.repo)
            assert pid
            time.sleep(WARM_S)
            before, began = spent(pid), time.perf_counter()
            time.sleep(seconds)
            used, took = spent(pid) - before, time.perf_counter() - began
            memory = _memory(pid)
    note = f"{1 / PACE_S:.0f} pieces a second each; workers apart"
    what = f"supervisor with {count} stations streaming"
    yield Figure(f"{what}, CPU", 100 * used.cpu_s / took, "% of one core", 25, note=note)
    yield Figure(f"{what}, memory", memory / 1e6, "MB", 200)


def _late(count: int, seconds: float) -> Figure:
    rate = EVENTS_PER_S / count
    with yard() as house:
        house.start(Options(idle_minutes=10.0))
        together(house, [StartStation("parrot", f"tick {rate}", name=f"s{n}") for n in range(count)])
        with watched(house.place.socket) as console:
            console.until(lambda client: _busy(client) == count, 120.0)
            late = _Late(console.client)
            late.sample(seconds)
    note = f"{EVENTS_PER_S} events a second from {count} stations, {len(late.seconds):,} looked at"
    return Figure(
        "event of an agent to the console's floor, p99", 1_000 * percentile(late.seconds, 99), "ms", 150, note=note
    )


def _busy(client: Client) -> int:
    return sum(bool(known.turn_since) for known in client.state.owned.values())


class _Late:
    """How long after they happened facts are on a console's floor."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.seconds: list[float] = []

    def sample(self, seconds: float) -> None:
        """Look at what is new, for so long."""
        known: dict[str, float] = {}
        over = time.monotonic() + seconds
        bell = threading.Event()
        while time.monotonic() < over:
            state, now = self._client.state, time.time()
            for name, station in state.stations.items():
                if station.activity_time > known.get(name, 0.0):
                    if name in known:
                        self.seconds.append(now - station.activity_time)
                    known[name] = station.activity_time
            bell.wait(0.002)


def _memory(pid: int) -> int:
    """Bytes that are the process's own or shared out to it."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) << 10
