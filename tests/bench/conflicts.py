"""Measures conflicts: all pairs of fifty branches, warm and cold, and how soon a change is known to a console.

`python -m tests.bench.conflicts --repo DIR... [--branches GLOB...]` measures real repositories, of which nothing is
changed.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

from sessions.branches.git.run import Git
from sessions.branches.git.scratch import Scratch
from sessions.branches.merges.comparing import compare
from sessions.branches.merges.judge import Matrix
from sessions.branches.merges.merges import merge_batch
from sessions.branches.merges.subjects import rows_of as as_compared
from sessions.branches.merges.subjects import subjects
from sessions.branches.merges.tally import files_of
from sessions.floor.conflicts import Compared, Outcome
from sessions.landing.independent import largest_independent
from sessions.place import common_dir, place_of
from sessions.supervisor.process import Options, start, stop
from sessions.supervisor.wire.client import Client
from tests import ROOT
from tests.bench import many
from tests.bench.figure import Figure, percentile, report
from tests.bench.probe import Terminal
from tests.support.branches.git import TestRepository, fingerprint
from tests.support.branches.graph import planted_graph
from tests.support.supervisor import Watched, watched

BRANCHES, TOUCHED = 50, 20
LINES = 60


def figures(quick: bool) -> Iterator[Figure]:
    """Every figure about conflicts on a generated repository; `quick` measures fewer changes."""
    with tempfile.TemporaryDirectory(prefix="ftb") as name:
        folder = Path(name)
        made = generated(folder / "repo", 5_000)
        before = fingerprint(made.path / ".git", times=False)
        yield from matrix_figures(made.path, folder, (), quick)
        changed = fingerprint(made.path / ".git", times=False) != before
        yield Figure("files changed in .git by all that", float(changed), "files", 0)
        yield landing_figure(2 if quick else 8)
        yield from many.figures(folder, quick)
        kept = {key: os.environ.get(key) for key in ("XDG_STATE_HOME", "HOME")}
        os.environ.update(XDG_STATE_HOME=str(folder / "state"), HOME=str(folder))
        try:
            yield from live_figures(made, folder, 5 if quick else 15)
        finally:
            for key, value in kept.items():
                os.environ.pop(key) if value is None else os.environ.update({key: value})


def generated(path: Path, files: int, seed: int = 1) -> TestRepository:
    """A packed repository with 50 branches of one commit in 20 files each, some of which collide."""
    chance = random.Random(seed)
    made = TestRepository(path)
    names = [f"src/m{number % 50}/s{number % 7}/f{number}.py" for number in range(files)]
    made.commit({name: content(name) for name in names})
    made.git("gc", "--quiet")

    def work(number: int) -> dict[str, str]:
        return {name: content(name, number, chance.randrange(3)) for name in chance.sample(names, TOUCHED)}

    made.fast_import((f"work/b{number:02}", work(number)) for number in range(BRANCHES))
    return made


def content(name: str, branch: int = -1, part: int = 0) -> str:
    """A file; a branch changes three lines in one of its three parts."""
    begin = part * 20
    changed = range(begin, begin + 3) if branch >= 0 else range(0)
    return "".join(f"branch {branch} {n}\n" if n in changed else f"line {n} of {name}\n" for n in range(LINES))


def matrix_figures(repo: Path, folder: Path, globs: Sequence[str], quick: bool, name: str = "") -> Iterator[Figure]:
    """Cold and warm beside one `merge-tree` process for all pairs, and one for each, all measured in the same run."""
    common = common_dir(repo)
    chosen = subjects(Git(common), common, "", globs)
    title = f"{name}: " if name else ""
    size = f"{len(chosen.others)} branches, {len(chosen.others) * (len(chosen.others) + 1) // 2:,} pairs"

    (folder / "cold").mkdir()
    matrix = Matrix(common, folder / "cold")
    begin, used = time.perf_counter(), cpu()
    rows = as_compared(matrix, chosen.others, dirty=False)
    portions = compare(matrix, chosen.base_head, rows)
    verdicts = next(portions)
    first = time.perf_counter() - begin
    verdicts += [verdict for portion in portions for verdict in portion]
    cold, spent = time.perf_counter() - begin, cpu() - used
    matrix.close()
    yield Figure(f"{title}{size}, cold", cold, "s")
    yield Figure(f"{title}CPU of that", spent, "s")
    yield Figure(f"{title}first verdicts", first, "s", 1)
    yield Figure(f"{title}merges that were needed", matrix.tried, "merges")

    heads = {row.name: row.commit for row in rows} | {"": chosen.base_head}
    pairs = {(heads[v.a], heads[v.b]) if v.b else (heads[""], heads[v.a]): v for v in verdicts}
    scratch = Scratch(common, folder / "plain")
    scratch.follow(chosen.base_head)
    used = cpu()
    answers = merge_batch(scratch.git, list(pairs))
    single = cpu() - used
    files = files_of(scratch.git, answers)
    wrong = sum(
        (pairs[it.pair].outcome, pairs[it.pair].files) != (it.outcome, files.get(it.pair, ())) for it in answers
    )
    sample = random.Random(1).sample(list(pairs), min(len(pairs), 60 if quick else 300))
    used = cpu()
    for pair in sample:
        merge_batch(scratch.git, [pair])
    each = (cpu() - used) * len(pairs) / len(sample)
    scratch.close()
    unknown = sum(verdict.outcome is Outcome.UNKNOWN for verdict in verdicts)
    right = 100 * (len(pairs) - wrong) / len(pairs)
    yield Figure(f"{title}CPU of one merge-tree process for all pairs", single, "s")
    yield Figure(f"{title}CPU against one merge-tree process", spent / single, "×", 0.7)
    yield Figure(f"{title}CPU of a merge-tree process for each pair", each, "s")
    yield Figure(f"{title}CPU against a process for each pair", spent / each, "×", 0.1 if not name else None)
    yield Figure(f"{title}agreement, every pair, file, kind and line", right, "%", 100, more_is_better=True)
    yield Figure(f"{title}pairs that git could not merge", unknown, "pairs")
    yield warm_figure(repo, folder, globs, title)


def warm_figure(repo: Path, folder: Path, globs: Sequence[str], title: str) -> Figure:
    """The CPU of a command that has nothing left to merge, against that of one that only says its version."""
    env = {**os.environ, "XDG_STATE_HOME": str(folder / "xdg"), "PYTHONPATH": str(ROOT)}
    env.pop("PYTHONDONTWRITEBYTECODE", None)  # else the first run of a module is measured each time
    words = [sys.executable, "-m", "console"]
    asking = [*words, "conflicts", "--json", "--committed", "--repo", str(repo)]
    asking += ["--branches", *globs] if globs else []

    def spent(command: list[str]) -> float:
        used = cpu()
        subprocess.run(command, env=env, stdout=subprocess.DEVNULL, check=False)
        return cpu() - used

    spent(asking)
    times = [(spent(asking), spent([*words, "--version"])) for _ in range(9)]
    ratio = median(warm for warm, _ in times) / median(version for _, version in times)
    return Figure(f"{title}CPU of the whole command, warm, against `--version`", ratio, "×", 2)


def cpu() -> float:
    """Seconds of processor that this process and those that it has waited for took."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in both)


def landing_figure(seeds: int) -> Figure:
    """How many branches the suggested order lands, of the known most, over graphs of 50 and of 200 branches."""
    chosen = most = 0
    for seed in range(seeds):
        for vertices, optimum in ((50, 20), (200, 60)):
            for density in (0.05, 0.1, 0.2, 0.4):
                neighbours = planted_graph(seed, vertices, optimum, density)
                chosen += largest_independent(neighbours, (1 << vertices) - 1).chosen.bit_count()
                most += optimum
    return Figure("branches landed, of the known most", 100 * chosen / most, "%", 98, more_is_better=True)


def live_figures(made: TestRepository, folder: Path, times: int) -> Iterator[Figure]:
    """How long after a commit, and after a file was saved, a client of the supervisor has the new verdicts."""
    tree = folder / "tree"
    made.git("worktree", "add", "--quiet", str(tree), "work/b10")
    start(made.path, Options(idle_minutes=5.0))
    try:
        with watched(place_of(made.path).socket) as peer:
            peer.until(lambda client: len(client.state.compared) == BRANCHES, 60)
            commits = [after_commit(made, tree, peer, number) for number in range(times)]
            saves = [after_save(made, tree, peer, number) for number in range(times)]
            waits = list(keys_while_comparing(made, times))
        shown = [list(until_shown(made, tree, times, committed)) for committed in (True, False)]
    finally:
        stop(made.path)
    yield Figure("one branch moves, 5,000 files: commit to matrix on the screen, median", median(shown[0]), "s", 0.5)
    yield Figure("one file saved in a dirty worktree, to matrix on the screen, median", median(shown[1]), "s", 1)
    yield Figure("one branch moves, 5,000 files: commit to verdicts in a client, median", median(commits), "s", 0.5)
    yield Figure("the slowest of them", max(commits), "s")
    yield Figure("one file saved in a dirty worktree, to verdicts in a client, median", median(saves), "s", 1)
    yield Figure("the slowest of them", max(saves), "s")
    yield Figure("key to changed screen while all pairs are compared, p50", median(waits) * 1e3, "ms")
    yield Figure("key to changed screen while all pairs are compared, p99", percentile(waits, 99) * 1e3, "ms", 80)


def after_commit(made: TestRepository, tree: Path, peer: Watched, number: int) -> float:
    head = made.commit({"src/m0/s0/f0.py": f"commit {number}\n"}, cwd=tree)
    begin = time.perf_counter()
    peer.until(lambda client: compared(client).head == head)
    return time.perf_counter() - begin


def after_save(made: TestRepository, tree: Path, peer: Watched, number: int) -> float:
    before = compared(peer.client).tree
    begin = time.perf_counter()
    made.write({"src/m0/s0/f0.py": f"saved {number}\n"}, tree)
    peer.until(lambda client: compared(client).tree != before)
    return time.perf_counter() - begin


def keys_while_comparing(made: TestRepository, times: int) -> Iterator[float]:
    """Seconds from a key that moves the cursor to the screen that shows it; the base moves before every few of them."""
    with Terminal((sys.executable, "-m", "console", "--repo", str(made.path))) as terminal:
        terminal.until(lambda text: _PLACE.search(text) is not None, 30)
        for number in range(times):
            made.commit({f"src/m1/s1/f{number}.py": f"base {number}\n"})
            for key in "llllhhhh":
                terminal.watch(0.06, draw=True)
                before = _place(terminal.screen.display[-1])
                begin = time.perf_counter()
                terminal.press(key)
                _until_elsewhere(terminal, before)
                yield time.perf_counter() - begin


def until_shown(made: TestRepository, tree: Path, times: int, committed: bool) -> Iterator[float]:
    """Seconds from a commit or a save that begins or ends a collision to the conflicts screen that counts it."""
    name = made.git("diff", "--name-only", "work/b11~1", "work/b11").split()[0]
    with Terminal((sys.executable, "-m", "console", "--repo", str(made.path))) as terminal:
        terminal.until(lambda text: _PLACE.search(text) is not None, 30)
        terminal.press("2")
        terminal.until(lambda text: _COUNT.search(text) is not None and "computing" not in text, 30)
        for number in range(times // 2 * 2):  # an even number, so that the last one ends the collision
            terminal.watch(0.7, draw=True)
            before = _collisions(terminal.text)
            body = {name: f"{number}\n" * LINES if number % 2 == 0 else content(name)}
            if committed:
                made.commit(body, cwd=tree)
            begin = time.perf_counter()
            if not committed:
                made.write(body, tree)
            _until_counted(terminal, before)
            yield time.perf_counter() - begin


def _until_counted(terminal: Terminal, before: str) -> None:
    terminal.until(lambda text: _collisions(text) not in ("", before), 10)


_COUNT = re.compile(r"(\d+) conflicts")


def _collisions(text: str) -> str:
    found = _COUNT.search(text)
    return found[1] if found else ""


def _until_elsewhere(terminal: Terminal, before: str) -> None:
    terminal.until_last_line(lambda line: _place(line) not in ("", before), 10)


_PLACE = re.compile(r"(\d+)/\d+\s*$", re.MULTILINE)


def _place(line: str) -> str:
    found = _PLACE.search(line)
    return found[1] if found else ""


def compared(client: Client) -> Compared:
    return client.state.compared["work/b10"]


def real_figures(repos: Sequence[Path], globs: Sequence[str] = (), quick: bool = False) -> Iterator[Figure]:
    """The same on somebody's repositories, without the live part: nothing is changed in them.

    Branches in flight can be made of any repository's history: see `in_flight`.
    """
    for repo in repos:
        with tempfile.TemporaryDirectory(prefix="ftb") as name:
            yield from matrix_figures(repo, Path(name), globs, quick, repo.resolve().name)


def main() -> int:
    """Measure real repositories."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.conflicts", description=__doc__)
    parser.add_argument("--repo", type=Path, nargs="+", required=True, metavar="DIR")
    parser.add_argument("--branches", nargs="+", default=())
    parser.add_argument("--quick", action="store_true")
    asked = parser.parse_args()
    report(real_figures(asked.repo, asked.branches, asked.quick))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
