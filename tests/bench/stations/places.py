"""Measures places: a private clone beside `git worktree add` in the same run, and how soon a commit has arrived."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from sessions import paths
from sessions.stations.places.absorb import Absorber
from sessions.stations.places.making import Wanted, make
from sessions.stations.places.removing import remove
from tests.bench.figure import Figure, percentile
from tests.support.branches.git import TestRepository

FILES = 5_000
SCOPE = ("d1/**", "!d1/generated/**")


def figures(quick: bool) -> Iterator[Figure]:
    """The figures of places in a repository of 5,000 files."""
    rounds, commits = (3, 10) if quick else (7, 40)
    with tempfile.TemporaryDirectory(prefix="ft-places-") as name, _state(Path(name)):
        root = Path(name)
        repository = TestRepository(root / "repo")
        repository.commit({f"d{n % 50}/e{n % 7}/f{n}.txt": f"line {n}\n" * 20 for n in range(FILES)}, "first")
        common_dir = repository.path / ".git"
        state_dir = paths.repo_state_dir(common_dir)
        made, added, cpu_made, cpu_added = [], [], [], []
        for number in range(rounds):
            wanted = Wanted(f"s{number}", f"agent/{number}", "main")
            wall, cpu = _timed(lambda wanted=wanted: make(common_dir, state_dir, wanted))  # type: ignore[misc]
            made.append(wall)
            cpu_made.append(cpu)
            words = ("worktree", "add", "--quiet", str(root / f"w{number}"), "-b", f"w{number}", "main")
            wall, cpu = _timed(lambda words=words: repository.git(*words))  # type: ignore[misc]
            added.append(wall)
            cpu_added.append(cpu)
        beside = f"git worktree add {median(added):.2f} s, {median(cpu_added):.2f} s of a processor"
        yield Figure(f"a place for a station, {FILES:,} files", median(made), "s", 1.2, note=beside)
        share = median(cpu_made) / median(cpu_added)
        yield Figure("processor time that it takes, to that of git worktree add", share, "times")
        place = make(common_dir, state_dir, Wanted("absorbed", "agent/absorbed", "main"))
        door, walls = Absorber(place, SCOPE), []
        for number in range(commits):
            repository.commit({"d1/e1/f1.txt": f"{number}\n"}, cwd=place.work)
            wall, _ = _timed(door.look)
            walls.append(wall)
        yield Figure("a commit, until the operator's branch has it", median(walls), "s", 0.1)
        yield Figure("the slowest of twenty", percentile(walls, 95), "s")
        wall, _ = _timed(door.look)
        yield Figure("a look at a place where nothing is new", wall * 1_000, "ms", 10)
        repository.write({"d1/e1/f1.txt": "not committed\n"}, cwd=place.work)
        wall, _ = _timed(lambda: remove(place, time.time()))
        yield Figure("removing it, with its uncommitted work kept", wall, "s")


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    """Wall time and processor time, that of other programs included, in seconds."""
    before, begun = os.times(), time.perf_counter()
    work()
    wall, after = time.perf_counter() - begun, os.times()
    return wall, sum(after[:4]) - sum(before[:4])


@contextmanager
def _state(root: Path) -> Iterator[None]:
    before = os.environ.get("XDG_STATE_HOME")
    os.environ["XDG_STATE_HOME"] = str(root / "state")
    try:
        yield
    finally:
        if before is None:
            del os.environ["XDG_STATE_HOME"]
        else:
            os.environ["XDG_STATE_HOME"] = before
