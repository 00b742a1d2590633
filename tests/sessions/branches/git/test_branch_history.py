"""Merge bases that follow from known ones are those that git finds, and take no walk."""

from __future__ import annotations

import itertools
import random
from pathlib import Path

import pytest

from sessions.branches.git.history import History
from sessions.branches.git.run import Git
from tests.support.branches.collision import scrambled
from tests.support.branches.git import TestRepository
from tests.support.branches.matrix import Diary


def exact(made: TestRepository, found: dict[tuple[str, str], tuple[str, ...]]) -> None:
    for (a, b), bases in found.items():
        assert sorted(bases) == sorted(made.git("merge-base", "--all", a, b).splitlines()), (a, b)


def heads(made: TestRepository) -> list[str]:
    return sorted(set(made.git("for-each-ref", "--format=%(objectname)", "refs/heads").splitlines()))


@pytest.mark.parametrize("seed", range(4))
def test_bases_stay_exact_while_branches_move(tmp_path: Path, seed: int) -> None:
    made, names = scrambled(tmp_path / "r", 50 + seed, branches=6)
    chance = random.Random(seed)
    history, git = History(), Git(made.path)
    exact(made, history.bases(git, list(itertools.combinations(heads(made), 2))))
    for step in range(8):
        made.git("checkout", "--quiet", "--force", chance.choice([*names, "main"]))
        act = chance.randrange(4)
        if act == 0:
            made.git("merge", "--quiet", "--no-edit", "-s", "ours", chance.choice(names))
        elif act == 1:
            made.git("reset", "--quiet", "--hard", chance.choice(names))
        else:
            for number in range(chance.randint(1, 2)):
                made.commit({f"s{step}{number}.txt": "1\n"})
        exact(made, history.bases(git, list(itertools.combinations(heads(made), 2))))


def test_a_commit_on_a_known_branch_takes_no_walk(tmp_path: Path) -> None:
    made, names = scrambled(tmp_path / "r", 1)
    diary = Diary(tmp_path)
    history, git = History(), Git(made.path, wrapper=diary.wrapper)
    history.bases(git, list(itertools.combinations(heads(made), 2)))
    walks = diary.count("--topo-order")
    made.git("checkout", "--quiet", "--force", names[-1])
    made.commit({"one.txt": "1\n"})
    made.commit({"two.txt": "1\n"})
    found = history.bases(git, list(itertools.combinations(heads(made), 2)))
    exact(made, found)
    assert diary.count("--topo-order") == walks
