"""The planted repositories hold what they say, as plain git sees it."""

from __future__ import annotations

import itertools
import subprocess
import time
from pathlib import Path

import pytest

from sessions.branches.git.scratch import Scratch
from sessions.branches.merges.merges import merge_batch
from sessions.floor.conflicts import Outcome
from tests.support.branches.conflict import KINDS, Planted, bench_repository, planted
from tests.support.branches.git import environment


def agrees(made: Planted, tmp: Path) -> None:
    """Every verdict of git is the one that was planted."""
    named = {head: name for name, head in made.heads.items()}
    scratch = Scratch(made.path, tmp / "scratch")
    try:
        found = merge_batch(scratch.git, list(itertools.combinations(named, 2)))
    finally:
        scratch.close()
    assert len(found) == len(named) * (len(named) - 1) // 2 > 0
    for verdict in found:
        one, other = sorted(named[head] for head in verdict.pair)
        expected = made.conflicts.get((one, other), frozenset())
        assert (verdict.outcome is Outcome.CONFLICT) == bool(expected), (one, other, verdict.reason)
        assert {(item.path, item.kind) for item in verdict.collisions} == expected


@pytest.mark.parametrize("seed", range(3))
def test_every_pair_is_as_planted(tmp_path: Path, seed: int) -> None:
    made = planted(tmp_path, seed, branches=10)
    assert {kind for files in made.conflicts.values() for _, kind in files} == set(KINDS)
    agrees(made, tmp_path)


def test_plain_git_finds_the_planted_paths(tmp_path: Path) -> None:
    """Each pair by itself, by git alone; of two things that want one path git sets one aside as `path~branch`."""
    made = planted(tmp_path, 5, branches=7)
    for one, other in itertools.combinations(made.names, 2):
        merge = ("merge-tree", "--write-tree", "--name-only", "--no-messages", "-z", one, other)
        done = subprocess.run(["git", *merge], cwd=made.path, env=environment(), capture_output=True, check=False)
        found = {path.partition("~")[0] for path in done.stdout.decode().split("\0")[1:] if path}
        expected = made.conflicts.get((one, other), frozenset())
        assert (done.returncode, found) == (bool(expected), {path for path, _ in expected})


def test_the_same_seed_makes_the_same_repository(tmp_path: Path) -> None:
    one, other = (planted(tmp_path / name, 7) for name in ("one", "other"))
    assert one.conflicts == other.conflicts
    assert one.heads == other.heads


def test_the_large_one_is_as_planted(tmp_path: Path) -> None:
    begin = time.process_time()
    made = bench_repository(tmp_path, files=600, branches=12, conflicts=15, touched=5)
    assert time.process_time() - begin < 10
    assert len(made.conflicts) == 15
    agrees(made, tmp_path)


def test_the_pairs_that_collide_can_be_given(tmp_path: Path) -> None:
    made = bench_repository(tmp_path, files=100, branches=5, conflicts=[(3, 1), (1, 3), (0, 4)], touched=2)
    assert set(made.conflicts) == {("work/001", "work/003"), ("work/000", "work/004")}
    agrees(made, tmp_path)
