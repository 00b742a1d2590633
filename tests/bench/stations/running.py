"""Stations under a real supervisor: how fast they start, what they cost while they wait, and what kills lose."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from statistics import median

import pytest

from sessions.floor.commands import PromptStation, StartStation
from sessions.headless.supervised import Supervised
from sessions.paths import mark_of
from sessions.stations.keeping.processes import everything, mark_of_process
from sessions.stations.running.governor import AT_PROVIDER
from sessions.supervisor.process import Options
from tests.bench.figure import Figure
from tests.bench.idle import spent
from tests.support.branches.git import environment
from tests.support.house import House
from tests.support.stations.killing import Killing, keepers
from tests.support.stations.together import together
from tests.support.stations.yard import yard_in

FILES = 5_000
STILL_S, SETTLE_S = 3.0, 60.0
KIND = "parrot"
"""A scripted agent that converses, in a package of its own: what is measured is the factory, and no model."""


def figures(quick: bool) -> Iterator[Figure]:
    """All figures of stations; with `quick` smaller and shorter."""
    yield from _starts(quick)
    yield from _waits(quick)
    yield from _kills(quick)


@contextmanager
def yard() -> Iterator[House]:
    """A house with a scripted kind of agent, in an environment of its own."""
    patch = pytest.MonkeyPatch()
    try:
        yield from yard_in(patch)
    finally:
        patch.undo()


def _starts(quick: bool) -> Iterator[Figure]:
    with yard() as house:
        house.repo.commit({f"src/d{n % 100}/f{n}.py": f"# {n}\n" * 20 for n in range(FILES)}, "many files")
        house.start(Options(idle_minutes=10.0))
        with Supervised(house.repo.path) as supervised:
            supervised.obey(StartStation(KIND, "say first", name="first"))  # its host is there from then on
            took, plain = [], []
            for number in range(3 if quick else 7):
                began = time.perf_counter()
                supervised.obey(StartStation(KIND, f"say {number}", name=f"one{number}"))
                took.append(time.perf_counter() - began)
                plain.append(_written(house, f"beside{number}-", 1))
        note = f"safe, {FILES:,} files, scripted agent, its host running"
        beside = f"median of {len(took)}; `git clone` alone takes {median(plain):.2f} s in the same minute"
        yield Figure(
            "start of a station, to its first prompt accepted", median(took), "s", 1.2, note=f"{note}; {beside}"
        )
        count = 10 if quick else 30
        began = time.perf_counter()
        together(house, [StartStation(KIND, f"say {n}", name=f"many{n}") for n in range(count)])
        all_s = time.perf_counter() - began
        plain_s = _written(house, "plain", count)
        beside = f"git alone takes {plain_s:.1f} s here to write as many places, as many at once"
        yield Figure(f"start of {count} at once", all_s, "s", 15.0, note=f"{note}; {beside}")


def _written(house: House, name: str, count: int) -> float:
    """How long plain clones of the same files take: what the disk makes of it, without anything of ours."""
    began = time.perf_counter()

    def clone(number: int) -> None:
        words = ["git", "-c", "checkout.workers=0", "clone", "-q", "--shared", "--no-tags"]
        words += [str(house.repo.path), str(house.root / f"{name}{number}")]
        subprocess.run(words, env=environment(), check=True, stdin=subprocess.DEVNULL)

    with ThreadPoolExecutor(AT_PROVIDER) as pool:
        list(pool.map(clone, range(count)))
    return time.perf_counter() - began


def _waits(quick: bool) -> Iterator[Figure]:
    count, seconds = (10, 10.0) if quick else (40, 60.0)
    with yard() as house:
        pid = house.start(Options(idle_minutes=10.0))
        together(house, [StartStation(KIND, "say hello", name=f"s{n}") for n in range(count)])
        with Supervised(house.repo.path) as supervised:
            for number in range(count // 2):
                supervised.obey(PromptStation(f"s{number}", "ask"))  # these wait for an answer
        ours = [pid, *keepers(house), *_hosts(house)]
        settled = _settled(ours)
        before = spent(*ours)
        time.sleep(seconds)
        used = spent(*ours) - before
    note = f"supervisor, keeper and host; half with an open question; {seconds:.0f} s, begun {settled:.0f} s after that"
    yield Figure(f"{count} stations waiting, CPU", 100 * used.cpu_s / seconds, "%", 0.5, note=note)
    yield Figure(f"{count} stations waiting, times that any of ours woke", used.wakes, "", note=note)


def _settled(processes: Sequence[int]) -> float:
    """Wait until what was begun has come to its end: branches are compared. Returns the seconds that took."""
    began = time.monotonic()
    while time.monotonic() < began + SETTLE_S:
        before = spent(*processes)
        time.sleep(STILL_S)
        if spent(*processes).wakes - before.wakes <= STILL_S:  # one in a second may be a timer, which is to be seen
            break
    return time.monotonic() - began


def _hosts(house: House) -> list[int]:
    factory = mark_of(house.place.state_dir)
    marks = {pid: mark_of_process(pid) for pid in everything()}
    return [pid for pid, m in marks.items() if m is not None and m.factory == factory and m.station.startswith("host-")]


def _kills(quick: bool) -> Iterator[Figure]:
    count = 20 if quick else 200
    with yard() as house:
        found = Killing(house, seed=int(os.environ.get("SEED", "7"))).run(count)
    killed = ", ".join(f"{number} {kind}s" for kind, number in sorted(found.killed.items()))
    what = f"{count} SIGKILLs at random"
    yield Figure(f"{what}: acknowledged requests lost or done twice", found.lost, "", 0, note=killed)
    yield Figure(f"{what}: stations unaccounted for", found.unaccounted, "", 0)
    yield Figure(f"{what}: processes left behind", found.orphans, "", 0)
    yield Figure(f"{what}: damaged places and repositories", found.damaged, "", 0)
