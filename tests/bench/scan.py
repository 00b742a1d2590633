"""How fast transcripts are scanned, for the first time and again, beside the meter that most people use.

`python -m tests.bench.scan [--ccusage FILE] [--dir DIR]` measures this alone, on made-up transcripts or on those of a
configuration folder of Claude Code (one with `projects` in it), of which nothing is changed.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Self

import msgspec

from sessions.journal.lock import holder
from tests.bench.figure import Figure, report
from tests.bench.transcripts import bytes_in, make, scan_rate

RUNS = 5
PEER = "ccusage"
LARGE, SMALL = 1_000, 300
"""Megabytes of made-up transcripts: for whole commands, whose start must not count much, and for a scan by itself."""


class Cost(msgspec.Struct, frozen=True):
    """What a command took, in seconds: of all cores together, and until it ended."""

    cpu: float
    wall: float


def figures(quick: bool, peer: str = "") -> Iterator[Figure]:
    """The figures about scanning; `quick` scans a tenth. `peer` is a ccusage; else the one on PATH, if there is one."""
    with tempfile.TemporaryDirectory(prefix="factory-tui-bench-") as name:
        small = Path(name) / "small" / "projects"
        found = scan_rate(small, make(small, SMALL // 10 if quick else SMALL))
        what = f"scan of {found['megabytes']} MB of Claude transcripts"
        yield Figure(f"{what}, cold, one core", float(found["cold_mb_per_s"]), "MB/s", 250, more_is_better=True)
        yield Figure(f"{what}, again", float(found["again_s"]), "s", 0.3)
        yield Figure("calls of the scan that are not counted to the token", float(not found["exact"]), "", 0)
        large = Path(name) / "large"
        make(large / "projects", LARGE // 10 if quick else LARGE)
        yield from peer_figures(large, Path(name) / "home", peer)


def peer_figures(folder: Path, home: Path, peer: str = "") -> Iterator[Figure]:
    """What whole commands take on the transcripts in `folder`, and what the peer takes in the same run."""
    peer = peer or shutil.which(PEER) or ""
    commands, environment = _commands(folder, home), _environment(folder, home)
    if peer:
        commands["peer"] = [peer, "claude", "daily", "--json", "--offline"]
    try:
        costs = _measured(commands, environment)
    finally:
        stop = [*commands["again"][:3], "stop", *commands["again"][-2:]]
        subprocess.run(stop, env=environment, cwd=_root(), stdout=subprocess.DEVNULL, check=True)
    size = f"{bytes_in(folder) / 1e6:,.0f} MB"
    note = f"no {PEER} is here: the figure is the command's own" if not peer else ""
    said = _version(peer, environment) if peer else ""
    for key, what, bar in (
        ("totals", f"exact totals of {size}", 0.5),
        ("facts", f"all facts of {size}", 1.5),
        ("again", f"totals of {size} read before", 0.1),
    ):
        if not peer:
            yield Figure(f"{what}, CPU", costs[key].cpu, "s", note=note)
            continue
        yield Figure(f"{what}, CPU of {said}", costs[key].cpu / costs["peer"].cpu, "×", bar)
        if key == "totals":
            yield Figure(f"{what}, time of {said}", costs[key].wall / costs["peer"].wall, "×", 1)
    if peer:
        mine, theirs = _total(commands["totals"], environment), _total(commands["peer"], environment)
        yield Figure(f"tokens by which the totals differ from {said}", float(abs(mine - theirs)), "", 0)


def _commands(folder: Path, home: Path) -> dict[str, Sequence[str]]:
    """The commands that are compared, which have been run once: what was read then, is read again."""
    program = [sys.executable, "-m", "console"]
    alone = ["--json", "--sessions", str(folder), "--only"]
    repo = home / "repo"
    repo.mkdir(parents=True)
    subprocess.run(["git", "init", "-q", str(repo)], check=True)
    commands: dict[str, Sequence[str]] = {
        "totals": [*program, "meters", "--by", "day", *alone],
        "facts": [*program, "status", *alone],
        "again": [*program, "meters", "--json", "--repo", str(repo)],
    }
    for command in commands.values():
        subprocess.run(command, env=_environment(folder, home), stdout=subprocess.DEVNULL, check=True)
    return commands


def _environment(folder: Path, home: Path) -> dict[str, str]:
    """An environment in which nothing is found but the transcripts in `folder`, and a program that was installed: what
    is imported was compiled before."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    states = {"XDG_STATE_HOME": str(home / "state"), "XDG_CONFIG_HOME": str(home / "config")}
    compiled = {"PYTHONPYCACHEPREFIX": str(home / "compiled")}
    return {**kept, **states, **compiled, "HOME": str(home), "CLAUDE_CONFIG_DIR": str(folder), "TZ": "UTC"}


def _measured(commands: Mapping[str, Sequence[str]], environment: Mapping[str, str]) -> dict[str, Cost]:
    """The median of each command. They take turns, so that whatever else the machine does hits all of them.

    What a supervisor did for a command counts to it.
    """
    taken: dict[str, list[Cost]] = {name: [] for name in commands}
    for _ in range(RUNS):
        for name, command in commands.items():
            with Supervisors(Path(environment["XDG_STATE_HOME"])) as supervisors:
                cost = _run(command, environment)
            taken[name].append(Cost(cost.cpu + supervisors.cpu, cost.wall))
    return {name: Cost(median(c.cpu for c in each), median(c.wall for c in each)) for name, each in taken.items()}


class Supervisors:
    """The processor time that the supervisors of a state directory, and git for them, take meanwhile."""

    def __init__(self, states: Path) -> None:
        self._states = states
        self._before: dict[int, float] = {}
        self.cpu = 0.0

    def __enter__(self) -> Self:
        self._before = self._taken()
        return self

    def __exit__(self, *_: object) -> None:
        self.cpu = sum(taken - self._before.get(pid, 0.0) for pid, taken in self._taken().items())

    def _taken(self) -> dict[int, float]:
        found: dict[int, float] = {}
        for lock in self._states.glob("*/*/journal.db.lock"):
            if pid := holder(lock):
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                found[pid] = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
        return found


def _run(command: Sequence[str], environment: Mapping[str, str]) -> Cost:
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, env=environment, cwd=_root(), stdout=subprocess.DEVNULL, check=True)
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cost(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime, wall)


def _total(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """All tokens that a meter counts, by its JSON."""
    told = json.loads(subprocess.run(command, env=environment, cwd=_root(), stdout=subprocess.PIPE, check=True).stdout)
    return int(told["totals"]["totalTokens"]) if "totals" in told else sum(told["total"]["tokens"].values())


def _version(peer: str, environment: Mapping[str, str]) -> str:
    found = subprocess.run([peer, "--version"], env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return found.stdout.strip() or PEER


def _root() -> Path:
    return Path(__file__).parents[2]


def main() -> int:
    """Measure what was asked for; the exit code is 1 when a bar was missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.scan", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="measure smaller")
    parser.add_argument("--ccusage", default="", metavar="FILE", help="the ccusage to compare with")
    parser.add_argument("--dir", type=Path, metavar="DIR", help="measure on these transcripts of Claude Code")
    asked = parser.parse_args()
    measured: list[Figure] = []

    def kept() -> Iterator[Figure]:
        with tempfile.TemporaryDirectory(prefix="factory-tui-bench-") as name:
            found = (
                peer_figures(asked.dir, Path(name), asked.ccusage) if asked.dir else figures(asked.quick, asked.ccusage)
            )
            for figure in found:
                measured.append(figure)
                yield figure

    report(kept())
    return int(not all(figure.good for figure in measured))


if __name__ == "__main__":
    raise SystemExit(main())
