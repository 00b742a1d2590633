"""Measures how a live floor opens: with a past that floods in, and again with what it showed last.

The supervisor, the repository and the transcripts are real, and all stations have a worktree and a transcript.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from sessions.place import place_of
from sessions.supervisor import process
from sessions.supervisor.process import Options
from tests import ROOT
from tests.bench.figure import Figure
from tests.bench.probe import Terminal
from tests.bench.transcripts import Writer
from tests.support.branches.git import TestRepository

STATIONS = 50
PATIENCE_S = 120.0
SETTLED_S = 4.0
"""So long after the whole floor is there, what was late for it has come, too."""
QUIET_S = 0.1
"""The first floor comes without such a pause; the supervisor has more to tell afterwards."""
AGO_S = 3_600.0
SINCE = 0.1
"""The part of the transcripts that was written while no console and no supervisor looked."""
_NAMES = ("CLAUDE_CONFIG_DIR", "CODEX_HOME", "FACTORY_TUI_CONFIG", "XDG_RUNTIME_DIR")
EMPTY = (sys.executable, "-m", "tests.bench.empty_app")


@contextmanager
def at_home(directory: Path) -> Iterator[Path]:
    """The home of somebody who has nothing yet; it is in force until the end, and then what was before."""
    kept = {name: os.environ.pop(name, None) for name in (*_NAMES, "HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME")}
    home = directory / "home"
    home.mkdir()
    os.environ.update(
        HOME=str(home), XDG_STATE_HOME=str(directory / "state"), XDG_CONFIG_HOME=str(directory / "config")
    )
    try:
        yield home
    finally:
        for name, value in kept.items():
            os.environ.pop(name, None) if value is None else os.environ.update({name: value})


def repository(directory: Path, stations: int) -> tuple[TestRepository, list[Path]]:
    """A repository with a worktree for every station."""
    made = TestRepository(directory / "repo")
    made.commit({f"src/m{number}.py": "one\n" * 20 for number in range(20)}, "first")
    trees = (directory / "trees" / f"b{number:03}" for number in range(stations))
    return made, [made.worktree(tree, f"work/{tree.name}") for tree in trees]


def write(home: Path, trees: list[Path], size: int) -> None:
    """Have the agent in every worktree write a session of about `size` bytes, of the shape that fleets write."""
    for number, tree in enumerate(trees):
        writer = Writer(number, str(tree), f"work/{tree.name}", time.time() - AGO_S - number)
        path = home / ".claude" / "projects" / str(tree).replace("/", "-") / f"{writer.session}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8") as file:
            file.write(writer.prompt("Please do the next thing and run the tests") + "\n")
            while file.tell() < size:
                writer.clock = min(writer.clock, time.time() - AGO_S / 2)
                file.writelines(line + "\n" for line in writer.reply())


def console(repo: Path) -> Terminal:
    """A console on the live floor of a repository."""
    return Terminal((sys.executable, "-m", "console", "--repo", str(repo)), env={"PYTHONPATH": str(ROOT)})


def full(stations: int) -> Callable[[str], bool]:
    """Whether a screen shows every station as it is now: nothing above the wall says that there is more to come."""

    def seen(text: str) -> bool:
        above = "\n".join(text.splitlines()[:2])
        return f"1/{stations}" in text and not any(word in above for word in ("reading", "LAST SEEN", "since"))

    return seen


def figures(directory: Path, quick: bool) -> Iterator[Figure]:
    """Bytes to the whole floor from nothing and again, and the first floor beside an empty app."""
    with at_home(directory) as home:
        repo, trees = repository(directory, STATIONS)
        megabytes = 10 if quick else 80
        write(home, trees, megabytes * 1_000_000 // STATIONS)
        try:
            yield from _opened(repo.path, f"from nothing, with transcripts of {megabytes} MB")
            process.stop(repo.path)
            for tree in trees[: int(STATIONS * SINCE)]:
                write(home, [tree], megabytes * 1_000_000 // STATIONS + 200_000)
            assert place_of(repo.path).last_floor.exists()
            yield from _opened(repo.path, "from what it showed last, with what was written since")
            yield from _first(repo.path, 3 if quick else 9)
        finally:
            process.stop(repo.path)


def _opened(repo: Path, how: str) -> Iterator[Figure]:
    with console(repo) as terminal:
        terminal.until(full(STATIONS), PATIENCE_S)
        took = time.perf_counter() - terminal.started
        terminal.watch(SETTLED_S, draw=True)
        what = f"live floor of {STATIONS} stations {how}"
        yield Figure(f"bytes to the full {what}", terminal.received / 1e3, "kB", 30)
        yield Figure(f"seconds to the full {what}", took, "s")
        sent, _ = terminal.watch(2 * SETTLED_S)
        yield Figure(f"bytes to the terminal afterwards, {what}", sent / 1e3, "kB/s", 4)


def _first(repo: Path, times: int) -> Iterator[Figure]:
    """From the start of the process to all panes, in turns with an empty app; both compiled, as pip installs them."""
    process.start(repo, Options(idle_minutes=5.0))
    ours, empty = [], []
    for _ in range(times):
        with Terminal(EMPTY, env={"PYTHONPATH": str(ROOT)}) as terminal:
            empty.append(terminal.first_seen(lambda text: "ready" in text, QUIET_S, PATIENCE_S))
        with console(repo) as terminal:
            ours.append(terminal.first_seen(lambda text: f"1/{STATIONS}" in text, QUIET_S, PATIENCE_S))
    yield Figure("first full floor, live / an empty Textual app", median(ours) / median(empty), "x", 1.2)
    yield Figure("first full floor, live", median(ours) * 1e3, "ms")
