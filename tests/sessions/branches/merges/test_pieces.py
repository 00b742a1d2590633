"""Pairs that are known by their parts: never otherwise than git merges them, and without another merge."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from sessions.branches.git.run import Git
from sessions.branches.merges.tally import contents
from sessions.floor.conflicts import Outcome, between
from tests.support.branches.collision import LINES, edited
from tests.support.branches.git import TestRepository
from tests.support.branches.matrix import agrees, looked, opened, same_as_whole

PATHS = ("a.txt", "d/b.txt", "d/e/c.txt", "union.md", "bin")


@pytest.fixture(autouse=True)
def _own_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


def woven(path: Path, seed: int, branches: int = 10) -> TestRepository:
    """Branches that stand on each other and bring the same versions of the same few files in many combinations."""
    chance = random.Random(seed)
    made = TestRepository(path)
    made.commit(dict.fromkeys(PATHS, LINES) | {".gitattributes": "*.md merge=union\nbin binary\n"})
    for number in range(branches):
        start = chance.choice(["main", *(f"b{other}" for other in range(number))])
        made.git("checkout", "--quiet", "-b", f"b{number}", start)
        for name in chance.sample(PATHS, chance.randint(1, 3)):
            if (made.path / name).exists():
                made.write({name: edited(chance.choice([3, 4, 20]), chance.choice("xy"))})
        act = chance.randrange(16)
        if act == 0 and (made.path / "d").exists():
            made.git("mv", "-f", "d", f"moved{chance.randrange(2)}")
        elif act == 1 and (made.path / "a.txt").exists():
            made.git("mv", "-f", "a.txt", "n.txt")
        elif act == 2 and (made.path / "a.txt").exists():
            made.write({"a.txt": None})
        elif act == 3 and (made.path / "bin").exists():
            (made.path / "bin").chmod(0o755)
        elif act == 4 and (made.path / "d").is_dir():
            made.write({f"d/new{chance.randrange(2)}": chance.choice("xy")})
        made.commit(message=f"{number}")
    made.git("checkout", "--quiet", "main")
    return made


@pytest.mark.parametrize("seed", range(4))
def test_what_is_put_together_is_what_git_says_of_each_pair(tmp_path: Path, seed: int) -> None:
    made = woven(tmp_path / "r", seed)
    with opened(made, tmp_path / "state") as matrix:
        chosen, rows, verdicts = looked(matrix, made)
        agrees(made, chosen.base_head, rows, verdicts)
        same_as_whole(matrix, chosen.base_head, rows, verdicts)
        shared = sum(verdict.shared > 0 for verdict in verdicts.values())
        assert 0 < matrix.tried < shared, "some needed no merge"


def test_a_base_that_moves_elsewhere_takes_no_merge(tmp_path: Path) -> None:
    made = TestRepository(tmp_path / "r")
    made.commit(dict.fromkeys(PATHS, LINES))
    for number in range(6):
        made.git("checkout", "--quiet", "-b", f"b{number}", "main")
        made.commit({"a.txt": edited(5, "x"), "bin": edited(3, f"{number}")})
    made.git("checkout", "--quiet", "main")
    made.commit({"a.txt": edited(5, "y")})
    with opened(made, tmp_path / "state") as matrix:
        verdicts = looked(matrix, made)[2]
        tried = matrix.tried
        assert tried == 15, "a sheet for each pair's own file; one of the base's tells of all, and lies on the first"
        made.commit({"d/b.txt": edited(5, "y")})
        chosen, rows, later = looked(matrix, made)
        assert matrix.tried == tried
        agrees(made, chosen.base_head, rows, later)
        against = between(later, "b3", "")
        assert against is not None
        assert [(file.path, file.lines) for file in against.files] == [("a.txt", 1)]
        assert later == verdicts


def test_what_was_changed_and_changed_back_is_not_shared(tmp_path: Path) -> None:
    made = TestRepository(tmp_path / "r")
    made.commit({"a.txt": LINES, "b.txt": LINES})
    made.git("checkout", "--quiet", "-b", "old")
    made.commit({"a.txt": edited(20, "old")})
    made.git("checkout", "--quiet", "main")
    made.commit({"a.txt": edited(5, "main"), "b.txt": edited(5, "main")})
    made.git("checkout", "--quiet", "-b", "back")
    made.commit({"a.txt": LINES})
    made.git("checkout", "--quiet", "main")
    made.commit({"b.txt": edited(20, "main")})
    with opened(made, tmp_path / "state") as matrix:
        chosen, rows, verdicts = looked(matrix, made)
        agrees(made, chosen.base_head, rows, verdicts)
        shared = {(verdict.a, verdict.b): verdict.shared for verdict in verdicts.values()}
        assert shared == {("back", "old"): 0, ("back", ""): 0, ("old", ""): 1}
        assert matrix.tried == 1


def test_other_rules_for_merging_make_other_pieces(tmp_path: Path) -> None:
    made = TestRepository(tmp_path / "r")
    made.commit({"a.txt": LINES})
    for name in ("one", "other"):
        made.git("checkout", "--quiet", "-b", name, "main")
        made.commit({"a.txt": edited(5, name)})
    made.git("checkout", "--quiet", "main")
    with opened(made, tmp_path / "state") as matrix:
        assert [verdict.outcome for verdict in looked(matrix, made)[2].values() if verdict.b] == [Outcome.CONFLICT]
        made.commit({".gitattributes": "*.txt merge=union\n"})
        assert {verdict.outcome for verdict in looked(matrix, made)[2].values()} == {Outcome.CLEAN}


def test_a_damaged_file_makes_unknown_only_what_needs_it(tmp_path: Path) -> None:
    made = TestRepository(tmp_path / "r")
    made.commit({"a.txt": LINES, "bin": LINES})
    for number, words in enumerate("xxyy"):
        made.git("checkout", "--quiet", "-b", f"b{number}", "main")
        made.commit({"a.txt": edited(5, words), "bin": edited(3, f"{number}") if number == 3 else LINES + "\n"})
    made.git("checkout", "--quiet", "main")
    blob = made.git("rev-parse", "b3:bin")
    (made.path / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    with opened(made, tmp_path / "state") as matrix:
        chosen, rows, verdicts = looked(matrix, made)
        agrees(made, chosen.base_head, rows, verdicts)
        assert {(v.a, v.b) for v in verdicts.values() if v.outcome is Outcome.UNKNOWN} == {
            (f"b{number}", "b3") for number in range(3)
        }


def test_contents_are_read_to_the_byte_and_past_what_is_not_there(tmp_path: Path) -> None:
    made = TestRepository(tmp_path / "repo")
    texts = [b"one\n", b"", b"\ntwo\x00 3 4\n\n", b"no end"]
    for number, text in enumerate(texts):
        (made.path / str(number)).write_bytes(text)
    names = [made.git("hash-object", "-w", str(number)).encode() for number in range(len(texts))]
    asked = [names[0], b"0" * 40, *names[1:]]
    assert contents(Git(made.path / ".git"), asked) == dict(zip(names, texts, strict=True))
