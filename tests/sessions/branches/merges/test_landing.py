"""What landing one branch makes of the pairs of others, against plain merges one after the other."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sessions.branches.merges.landing import after_landing
from sessions.branches.merges.rehearsal import rehearse, take_in
from sessions.floor.conflicts import Outcome, between
from tests.support.branches.collision import LINES, edited
from tests.support.branches.git import TestRepository
from tests.support.branches.matrix import Diary, looked, one_by_one, opened


@pytest.fixture(autouse=True)
def _own_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def made(tmp_path: Path) -> TestRepository:
    found = TestRepository(tmp_path / "r")
    found.commit({"a.txt": LINES, "b.txt": LINES})
    return found


def branch(made: TestRepository, name: str, files: dict[str, str], start: str = "main") -> str:
    """A branch with one commit."""
    made.git("checkout", "--quiet", "-b", name, start)
    head = made.commit(dict(files), name)
    made.git("checkout", "--quiet", "main")
    return head


def outcomes(made: TestRepository, state: Path, landing: str, one: str, other: str) -> list[Outcome]:
    """What is said of two branches before and after a third lands."""
    with opened(made, state) as matrix:
        chosen, rows, verdicts = looked(matrix, made)
        known = {key: said for key, said in verdicts.items() if said.outcome is not Outcome.CLEAN or said.shared}
        after = after_landing(matrix, chosen.base_head, rows, known, landing)
        told = [between(verdicts, one, other), between(after, one, other)]
        return [said.outcome if said else Outcome.CLEAN for said in told]


def test_a_branch_that_changes_the_rules_changes_every_pair(made: TestRepository, tmp_path: Path) -> None:
    branch(made, "rules", {".gitattributes": "*.txt merge=union\n"})
    branch(made, "one", {"a.txt": edited(5, "one")})
    branch(made, "two", {"a.txt": edited(5, "two")})
    assert outcomes(made, tmp_path / "state", "rules", "one", "two") == [Outcome.CONFLICT, Outcome.CLEAN]


def test_what_was_taken_back_on_a_branch_lands_as_taken_back(made: TestRepository, tmp_path: Path) -> None:
    """Both stand on a commit that one of them reverts: the base then has it, and the revert."""
    branch(made, "below", {"a.txt": edited(5, "below")})
    branch(made, "upper", {"b.txt": edited(5, "upper")}, "below")
    reverted = branch(made, "reverted", {"a.txt": LINES}, "below")
    made.git("branch", "--quiet", "-D", "below")
    other = branch(made, "two", {"a.txt": edited(5, "two")})
    assert outcomes(made, tmp_path / "state", "reverted", "two", "upper") == [Outcome.CONFLICT, Outcome.CLEAN]
    made.git("merge", "--quiet", "--no-ff", "-m", "landed", reverted)
    for name in ("two", "upper"):
        made.git("checkout", "--quiet", name)
        made.git("merge", "--quiet", "-m", "taken in", "main")
    assert other != made.git("rev-parse", "two")
    assert one_by_one(made, made.git("rev-parse", "two"), made.git("rev-parse", "upper"))[0] is Outcome.CLEAN


def test_taking_in_the_base_is_one_question_for_all_and_makes_what_a_rehearsal_makes(
    made: TestRepository, tmp_path: Path
) -> None:
    heads = {name: branch(made, name, {"a.txt": edited(number, name)}) for number, name in enumerate("abcdef", 3)}
    base = made.commit({"a.txt": edited(4, "base")})
    diary = Diary(tmp_path)
    with opened(made, tmp_path / "state", diary.wrapper) as matrix:
        taken = take_in(matrix.scratch, base, heads)
        assert diary.count("merge-tree") == 1
        for name, head in heads.items():
            alone = rehearse(matrix.scratch, base, {name: head}, [name])
            assert taken.get(name, base) == alone.commit
            assert (name in taken) == alone.verified
        assert taken.keys() == set("def")
        assert take_in(matrix.scratch, base, heads, cancelled=lambda: True) == {}
