"""What comparing remembers has bounds, and what was forgotten changes no verdict and costs no more than it must."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from sessions.branches.git import history
from sessions.branches.git.history import History
from sessions.branches.git.run import Git
from sessions.branches.git.scratch import Scratch, replacements
from sessions.branches.merges import judge as matrix
from sessions.branches.merges import snapshot
from sessions.branches.merges.verdicts import CLEAN
from sessions.branches.parts import known as known_parts
from sessions.branches.parts.known import Known
from sessions.branches.sift import overlap
from sessions.branches.sift.areas import Areas
from sessions.branches.sift.overlap import Overlap
from sessions.branches.watch.repo import Repository
from tests.support.branches.collision import scramble, scrambled
from tests.support.branches.git import TestRepository
from tests.support.branches.matrix import Diary, agrees, looked, opened


@pytest.fixture(autouse=True)
def _own_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.mark.parametrize("seed", range(2))
def test_verdicts_stay_right_while_much_is_forgotten(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "MOST_KNOWN", 12)
    monkeypatch.setattr(known_parts, "MOST_KNOWN", 3)
    monkeypatch.setattr(matrix, "MOST_TREES", 5)
    monkeypatch.setattr(overlap, "MOST_PATHS", 25)
    monkeypatch.setattr(overlap, "MOST_EDITS", 4)
    made, names = scrambled(tmp_path / "r", 20 + seed, branches=5)
    chance = random.Random(seed)
    with opened(made, tmp_path / "state") as compared:
        for _ in range(5):
            chosen, rows, verdicts = looked(compared, made)
            agrees(made, chosen.base_head, rows, verdicts)
            made.git("checkout", "--quiet", "--force", chance.choice(names))
            scramble(made, chance)
            made.commit()


def test_merge_bases_are_forgotten_from_the_oldest_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "MOST_KNOWN", 10)
    made = TestRepository(tmp_path / "r")
    root = made.commit({"a.txt": "1\n"})
    known, git = History(), Git(made.path)
    commit = root
    for number in range(40):
        older, commit = commit, made.commit({"a.txt": f"{number}\n"})
        assert known.bases(git, [(older, commit)]) == {(min(older, commit), max(older, commit)): (older,)}
        assert len(known._known) <= 10 + 4
        assert len(known._parents) <= 10 + 4
        assert set(known._order) == {base for bases in known._known.values() for base in bases}
    assert known.bases(git, [(root, commit)]) == {(min(root, commit), max(root, commit)): (root,)}


def test_comparisons_that_are_needed_survive_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overlap, "MOST_EDITS", 6)
    made = TestRepository(tmp_path / "r")
    base = made.commit(dict.fromkeys(("a.txt", "b.txt", "c.txt"), "0\n"))
    still = side(made, "still", base, "still\n")
    diary = Diary(tmp_path)
    sieve, git = Overlap(), Git(made.path)
    counted = Git(made.path, wrapper=diary.wrapper)
    for number in range(5):
        moved = side(made, "moved", base, f"moved {number}\n")
        pair = (min(still, moved), max(still, moved))
        before = diary.count("--batch-check=%(objectname)")
        found = sieve.sift(counted, [pair], {pair: (base,)})[pair]
        assert found == Overlap().sift(git, [pair], {pair: (base,)})[pair]
        assert found.shared == 3
        assert diary.count("--batch-check=%(objectname)") == before + 1
        assert (base, still) in sieve._sides
        assert sum(map(len, sieve._edits.values())) <= 9


def side(made: TestRepository, name: str, base: str, text: str) -> str:
    """The commit of a branch, begun anew from the base, that edited all files."""
    made.git("checkout", "--quiet", "-B", name, base)
    return made.commit(dict.fromkeys(("a.txt", "b.txt", "c.txt"), text))


def test_pieces_learned_last_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_parts, "MOST_KNOWN", 4)
    known, made = Known(), [(b"p%d" % number, b"0", b"1", b"2") for number in range(5)]
    known.follow(b"rules")
    for piece in made:
        known.learn([piece], CLEAN)
    known.follow(b"rules")
    assert known.lacking(made) == set(made[:2])


def test_what_is_known_of_history_takes_no_second_walk(tmp_path: Path) -> None:
    made, names = scrambled(tmp_path / "r", 3)
    diary = Diary(tmp_path)
    with opened(made, tmp_path / "state", diary.wrapper) as compared:
        chosen = looked(compared, made)[0]
        walks = diary.count("--topo-order")
        areas = Areas(compared.history)
        heads = [item.head for item in chosen.others]
        found = areas.of(compared.git, chosen.base_head, heads)
        assert diary.count("--topo-order") == walks
        assert found == Areas().of(compared.git, chosen.base_head, heads)
    assert len(names) == 8


def test_the_parents_of_new_work_take_one_process(tmp_path: Path) -> None:
    made, names = scrambled(tmp_path / "r", 4)
    diary = Diary(tmp_path)
    with opened(made, tmp_path / "state", diary.wrapper) as compared:
        looked(compared, made)
        made.git("checkout", "--quiet", "--force", names[-1])
        made.commit({"one.txt": "1\n"})
        made.commit({"two.txt": "1\n"})
        before, walks = diary.count("--no-walk=unsorted"), diary.count("--topo-order")
        looked(compared, made)
        assert diary.count("--no-walk=unsorted") == before + 1
        assert diary.count("--topo-order") == walks, "it follows from the parent of its parent"


def test_comparing_nothing_asks_git_nothing(tmp_path: Path) -> None:
    made, _names = scrambled(tmp_path / "r", 5, branches=2)
    diary = Diary(tmp_path)
    with opened(made, tmp_path / "state", diary.wrapper) as compared:
        assert list(compared.judge([], made.git("rev-parse", "main"))) == []
        assert not (tmp_path / "diary").exists()


@pytest.mark.parametrize("packed", [False, True])
def test_replaced_objects_are_found_without_a_process_where_there_are_none(tmp_path: Path, packed: bool) -> None:
    made = TestRepository(tmp_path / "r")
    root = made.commit({"a.txt": "1\n"})
    head = made.commit({"a.txt": "2\n"})
    diary = Diary(tmp_path)
    git = Git(made.path / ".git", wrapper=diary.wrapper)
    if packed:
        made.git("pack-refs", "--all")
    assert replacements(git) == b""
    assert diary.count("for-each-ref") == 0
    made.git("replace", head, root)
    if packed:
        made.git("pack-refs", "--all", "--prune")
        (made.path / ".git" / "refs" / "replace").rmdir()
    assert replacements(git) == f"{root} refs/replace/{head}\n".encode()


def test_a_head_whose_tree_is_known_is_not_asked_for_it(tmp_path: Path) -> None:
    made = TestRepository(tmp_path / "r")
    made.commit({"a.txt": "1\n"})
    diary = Diary(tmp_path)
    scratch = Scratch(made.path / ".git", tmp_path / "scratch", diary.wrapper)
    (worktree,) = Repository.open(made.path).worktrees()
    tree = made.git("rev-parse", "HEAD^{tree}")
    before = diary.count("rev-parse")
    assert snapshot.take(worktree, scratch, tree) == worktree.head
    made.write({"a.txt": "2\n"})
    assert snapshot.take(worktree, scratch, tree) == snapshot.take(worktree, scratch)
    assert diary.count("rev-parse") == before + 1, "only where it was not given"
    scratch.close()


def test_scratch_objects_count_with_the_disk_that_they_take(tmp_path: Path) -> None:
    made = TestRepository(tmp_path / "r")
    made.commit({"a.txt": "1\n"})
    scratch = Scratch(made.path / ".git", tmp_path / "scratch")
    for number in range(5):
        scratch.git.run("hash-object", "-w", "--stdin", stdin=b"%d\n" % number)
    states = [path.lstat() for path in scratch.objects.rglob("*") if path.is_file()]
    assert states
    assert scratch.size() >= sum(state.st_blocks * 512 for state in states)
    assert scratch.size() >= sum(state.st_size for state in states)
    scratch.close()
