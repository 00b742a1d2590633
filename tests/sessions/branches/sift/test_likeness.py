"""Which added files may be renamed ones; and that git merges rests without the content of the others as the whole."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from sessions.branches.git.run import Git
from sessions.branches.merges import attempts
from sessions.branches.parts.parts import EMPTY, FILLER, STAND_INS, Rest
from sessions.branches.sift import division
from sessions.branches.sift.likeness import SURE, UNSURE, Likeness
from sessions.branches.sift.sides import Composed
from tests.support.branches.collision import LINES, Files, edited
from tests.support.branches.git import TestRepository
from tests.support.branches.matrix import looked, opened, same_as_whole

ODD = "nothing of it\n" * 20


def states(made: TestRepository, *texts: str | bytes) -> list[bytes]:
    names = [made.git("hash-object", "-w", "--stdin", stdin=text) for text in texts]
    return [b"100644 " + name.encode() for name in names]


def test_like_files_are_found_and_no_other_and_each_is_compared_once(tmp_path: Path) -> None:
    made = TestRepository(tmp_path / "r")
    gone, near, same, other = states(made, LINES, edited(5, "x"), LINES, ODD)
    known, git = Likeness(), Git(made.path)
    assert known.cost({gone}, {near, other}) == 2
    assert known.alike(git, {gone}, {near, other}) == {near}
    assert known.cost({gone}, {near, other, same}) == 1
    assert known.alike(git, {gone}, {near, other, same}) == {near, same}
    assert known.alike(git, {other}, {near, other}) == {near, same, other}, "another source, compared with all"
    further = states(made, edited(7, "x"), edited(8, "x"), edited(9, "x"))
    assert known.cost({gone}, {near, *further}) == 2 * 3, "each with both sources"


def test_where_files_are_read_otherwise_fewer_lines_make_them_alike(tmp_path: Path) -> None:
    made = TestRepository(tmp_path / "r")
    gone, part = states(made, LINES, LINES[:90] + ODD[:140])
    known, git = Likeness(), Git(made.path)
    assert known.alike(git, {gone}, {part}) == set()
    known.follow(UNSURE)
    assert known.alike(git, {gone}, {part}) == {part}
    known.follow(SURE)
    assert known.alike(git, {gone}, {part}) == set()


@pytest.fixture
def rests(monkeypatch: pytest.MonkeyPatch) -> list[Rest]:
    """The rests that are made; files are compared for any."""
    made: list[Rest] = []
    make = division._rest

    def noted(ours: Composed, theirs: Composed, odd: int, plain: int) -> Rest:
        made.append(make(ours, theirs, odd, plain))
        return made[-1]

    monkeypatch.setattr(division, "_rest", noted)
    monkeypatch.setattr(Likeness, "cost", lambda *_: 0)
    return made


def moved(path: Path, more: Files, before: Files | None = None) -> TestRepository:
    """A branch that moves a file and does `more`, and one that edits the file, from a base with it and others."""
    made = TestRepository(path)
    made.commit({"old/f.txt": LINES, **(before or {})})
    made.git("checkout", "--quiet", "-b", "one")
    made.git("mv", "old/f.txt", "moved.txt")
    made.commit(more)
    made.git("checkout", "--quiet", "-b", "other", "main")
    made.commit({"old/f.txt": edited(5, "x")})
    return made


def stand_ins(rests: list[Rest]) -> set[tuple[bytes, bytes]]:
    return {(path, state) for rest in rests for path, state in rest.ours + rest.theirs if state in (EMPTY, FILLER)}


def compared(made: TestRepository, state: Path) -> None:
    with opened(made, state) as matrix:
        chosen, rows, verdicts = looked(matrix, made)
        same_as_whole(matrix, chosen.base_head, rows, verdicts)


def test_what_can_be_no_renamed_file_is_nothing_that_git_must_compare(tmp_path: Path, rests: list[Rest]) -> None:
    compared(moved(tmp_path / "r", {"new/a.txt": ODD, "new/f.txt": ODD, "b.txt": edited(9, "y")}), tmp_path / "state")
    assert stand_ins(rests) == {(b"new/a.txt", EMPTY), (b"new/f.txt", FILLER)}, "git looks at names, too"
    assert {rest.effort for rest in rests} == {2}


def test_what_takes_long_to_compare_is_compared_after_all_others_are_merged(
    tmp_path: Path, rests: list[Rest], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "AT_ONCE", -1)
    monkeypatch.setattr(attempts, "HEAVY", 1)
    compared(moved(tmp_path / "r", {"new/a.txt": ODD, "b.txt": edited(9, "y")}), tmp_path / "state")
    assert [len(stand_ins([rest])) for rest in rests] == [0, 1]


def test_an_empty_file_stays_one_whatever_its_name(tmp_path: Path, rests: list[Rest]) -> None:
    made = moved(tmp_path / "r", {"new/f.txt": "", "b/f.txt": edited(9, "y"), "a.txt": edited(8, "z")})
    compared(made, tmp_path / "state")
    assert stand_ins(rests) == {(b"new/f.txt", EMPTY)}, "else git would know two files of that name"


IN_DOUBT: dict[str, tuple[Files, Files]] = {
    "a deleted file is what stands in for others": ({"gone.txt": STAND_INS[1]}, {"gone.txt": None}),
    "attributes make texts of files": ({".gitattributes": "*.txt diff\n"}, {}),
}


@pytest.mark.parametrize("before, more", IN_DOUBT.values(), ids=IN_DOUBT)
def test_in_doubt_every_added_file_is_there(tmp_path: Path, rests: list[Rest], before: Files, more: Files) -> None:
    compared(moved(tmp_path / "r", {"new/a.txt": ODD, **more}, before), tmp_path / "state")
    assert rests
    assert not stand_ins(rests)


def test_what_moves_along_with_a_directory_keeps_its_content_and_so_does_what_it_meets(
    tmp_path: Path, rests: list[Rest]
) -> None:
    made = TestRepository(tmp_path / "r")
    made.commit({"d/x.txt": LINES, "keep.txt": "k\n"})
    made.git("checkout", "--quiet", "-b", "one")
    made.git("mv", "d", "e")
    made.commit({"e/n.txt": ODD + "one\n", "z/far.txt": "1\n"})
    made.git("checkout", "--quiet", "-b", "other", "main")
    made.commit({"d/n.txt": ODD + "other\n", "y/far.txt": "2\n"})
    compared(made, tmp_path / "state")
    assert stand_ins(rests) == {(b"z/far.txt", EMPTY)}, "the other side renamed nothing, and is not looked at"


@pytest.mark.parametrize("seed", range(6))
def test_branches_that_moved_much_agree_with_git(tmp_path: Path, rests: list[Rest], seed: int) -> None:
    """Directories and files are moved, and others added where they were, where they are now, and by the same names."""
    chance = random.Random(seed)
    made = TestRepository(tmp_path / "r")
    old = [f"{top}/{name}.txt" for top in ("a", "b", "c/d") for name in "pqr"]
    made.commit({name: f"{name}\n" + LINES for name in old})
    for number in range(7):
        made.git("checkout", "--quiet", "-b", f"b{number}", "main")
        for top in chance.sample(("a", "b", "c/d"), 2):
            if chance.random() < 0.5 and (made.path / top).exists():
                made.git("mv", top, f"n{chance.randrange(2)}-{top.replace('/', '-')}")
        places = ("a", "b", "c/d", "n0-a", "n1-a", "n0-b", "n0-c-d", "z")
        for _ in range(5):
            text = chance.choice([f"{chance.random()}\n" * 9, "same for all\n" * 9, edited(3, "like")])
            path = f"{chance.choice(places)}/{chance.choice('pqrst')}.txt"
            if not (made.path / path).exists():
                made.write({path: text})
        for name in chance.sample(old, 3):
            if (made.path / name).exists():
                made.write({name: chance.choice([None, edited(4, f"{number}")])})
        made.commit()
    made.git("checkout", "--quiet", "main")
    compared(made, tmp_path / "state")
    assert {state for _, state in stand_ins(rests)} == {EMPTY, FILLER}


def test_of_files_that_one_side_alone_edited_one_in_each_directory_is_enough(tmp_path: Path, rests: list[Rest]) -> None:
    """It is there for the directory's sake: git walks those that nobody changed otherwise."""
    names = [f"{top}/{name}.txt" for top in ("a", "a/b", "c") for name in "pqrs"]
    more: Files = dict.fromkeys(names, "2\n")
    compared(moved(tmp_path / "r", more, dict.fromkeys(names, "1\n")), tmp_path / "state")
    edits = sorted(path.rpartition(b"/")[0] for path, _ in rests[0].ours + rests[0].theirs if path.decode() in names)
    assert edits in ([b"a", b"a/b", b"c"], [b"a/b", b"c"]), "the way to a/b goes by a, where it is taken first"
