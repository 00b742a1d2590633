"""Trial merges against git's own, one pair at a time, on planted and on random collisions."""

from __future__ import annotations

import itertools
import os
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.branches.git.history import merge_bases
from sessions.branches.git.names import shown
from sessions.branches.git.run import Git
from sessions.branches.git.scratch import Scratch
from sessions.branches.merges import merges
from sessions.branches.merges.merges import Collision, MergeResult, merge_batch, merge_some
from sessions.branches.sift import changed
from sessions.branches.sift.division import Sifted
from sessions.branches.sift.overlap import Overlap
from sessions.branches.sift.sides import Side, entangled
from sessions.floor.conflicts import Outcome
from tests.support.branches.collision import LINES, edited, planted, scrambled
from tests.support.branches.git import TestRepository, environment, unchanged


@pytest.fixture(autouse=True)
def _own_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def scratches() -> Iterator[list[Scratch]]:
    opened: list[Scratch] = []
    yield opened
    for scratch in opened:
        scratch.close()


def heads(made: TestRepository, names: list[str]) -> list[str]:
    """The commits of branches."""
    return made.git("rev-parse", *names).splitlines()


def one_by_one(made: TestRepository, one: str, other: str) -> tuple[int, str, list[str]]:
    """Exit code, tree and conflicted files of one `git merge-tree`."""
    words = ["git", "merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", one, other]
    done = subprocess.run(words, cwd=made.path, env=environment(), capture_output=True, check=False)
    tree, *files = done.stdout.split(b"\0")
    return (
        done.returncode,
        tree.decode(),
        sorted({shown(name).removesuffix("~" + one).removesuffix("~" + other) for name in files if name}),
    )


def agrees(made: TestRepository, verdict: MergeResult) -> None:
    code, tree, files = one_by_one(made, *verdict.pair)
    assert (verdict.outcome, verdict.tree) == (Outcome.CONFLICT if code else Outcome.CLEAN, tree)
    found = {collision.path for collision in verdict.collisions}
    assert set(files) <= found
    assert bool(found) == bool(code)


def test_every_kind_is_told_apart(tmp_path: Path, scratches: list[Scratch]) -> None:
    made, pairs = planted(tmp_path / "r")
    scratches.append(scratch := Scratch(made.path / ".git", tmp_path / "scratch"))
    for one, other, kind in pairs.values():
        first, second = heads(made, [one, other])
        (verdict,) = merge_batch(scratch.git, [(first, second)])
        agrees(made, verdict)
        assert kind in {collision.kind for collision in verdict.collisions}, (kind, verdict)

        (back,) = merge_batch(scratch.git, [(second, first)])
        assert kind in {collision.kind for collision in back.collisions}, (kind, back)


def test_all_pairs_agree_and_the_repository_gains_nothing(tmp_path: Path, scratches: list[Scratch]) -> None:
    made, pairs = planted(tmp_path / "r")
    names = [name for one, other, _ in pairs.values() for name in (one, other)]
    tips = heads(made, names)
    wanted = list(itertools.combinations(tips, 2))
    verdicts: list[MergeResult] = []

    def work() -> None:
        scratch = Scratch(made.path / ".git", tmp_path / "scratch")
        scratches.append(scratch)
        scratch.follow(made_main)
        verdicts.extend(merge_batch(scratch.git, wanted))

    made_main = made.git("rev-parse", "main")
    unchanged(made.path, work, times=False)
    assert sorted(verdict.pair for verdict in verdicts) == sorted(set(wanted))
    for verdict in verdicts:
        agrees(made, verdict)


@pytest.mark.parametrize("seed", range(6))
def test_random_branches_agree_and_the_filter_is_never_wrong(
    tmp_path: Path, seed: int, scratches: list[Scratch]
) -> None:
    made, names = scrambled(tmp_path / "r", seed)
    scratches.append(scratch := Scratch(made.path / ".git", tmp_path / "scratch"))
    tips = heads(made, [*names, "main"])
    wanted = list(dict.fromkeys(pair for pair in itertools.combinations(tips, 2) if pair[0] != pair[1]))
    bases = merge_bases(scratch.git, tips)
    for (a, b), found in bases.items():
        assert sorted(found) == sorted(made.git("merge-base", "--all", a, b).splitlines())
    sifted = Overlap().sift(scratch.git, wanted, bases)
    for verdict in merge_batch(scratch.git, wanted):
        agrees(made, verdict)
        assert verdict.outcome is Outcome.CLEAN or sifted.get(verdict.pair, Sifted()).suspect


def test_plain_merges_in_a_clone_agree(tmp_path: Path, scratches: list[Scratch]) -> None:
    made, names = scrambled(tmp_path / "r", seed=99, branches=6)
    scratches.append(scratch := Scratch(made.path / ".git", tmp_path / "scratch"))
    clone = tmp_path / "clone"
    made.git("clone", "--quiet", "--no-checkout", str(made.path), str(clone))
    for verdict in merge_batch(scratch.git, list(itertools.combinations(heads(made, names), 2))):
        one, other = verdict.pair
        made.git("checkout", "--quiet", "--force", "--detach", one, cwd=clone)
        made.git("clean", "-dffxq", cwd=clone)
        done = subprocess.run(
            ["git", "merge", "--quiet", "--no-edit", other],
            cwd=clone,
            env=environment(),
            capture_output=True,
            check=False,
        )
        assert (done.returncode == 0) == (verdict.outcome is Outcome.CLEAN), done.stdout
        if verdict.outcome is Outcome.CLEAN:
            assert made.git("rev-parse", "HEAD^{tree}", cwd=clone) == verdict.tree
        made.git("reset", "--quiet", "--hard", cwd=clone)


def test_crossed_histories_have_several_bases(tmp_path: Path) -> None:
    made = TestRepository(tmp_path / "r")
    made.commit({"a.txt": "1\n"})
    made.git("checkout", "--quiet", "-b", "one")
    one = made.commit({"one.txt": "1\n"})
    made.git("checkout", "--quiet", "-b", "two", "main")
    two = made.commit({"two.txt": "1\n"})
    made.git("merge", "--quiet", "--no-edit", "one")
    made.git("checkout", "--quiet", "one")
    made.git("merge", "--quiet", "--no-edit", two)
    tips = sorted(heads(made, ["one", "two"]))
    bases = merge_bases(Git(made.path), tips)
    assert {pair: set(found) for pair, found in bases.items()} == {(tips[0], tips[1]): {one, two}}
    assert Overlap().sift(Git(made.path), [(tips[0], tips[1])], bases) == {}


def test_unrelated_and_missing_commits_are_unknown_and_stop_no_others(tmp_path: Path, scratches: list[Scratch]) -> None:
    made, pairs = planted(tmp_path / "r")
    made.git("checkout", "--quiet", "--orphan", "stranger")
    made.git("rm", "-rfq", "--cached", ".")
    stranger = made.commit(message="stranger")
    good = tuple(heads(made, list(pairs["content"][:2])))
    clean = tuple(heads(made, ["content-1", "add-add-1"]))
    missing = "0" * 39 + "1"
    scratches.append(scratch := Scratch(made.path / ".git", tmp_path / "scratch"))
    wanted = [(good[0], missing), (good[0], good[1]), (stranger, good[0]), (missing, missing), (clean[0], clean[1])]
    verdicts = merge_batch(scratch.git, wanted)
    assert [verdict.pair for verdict in verdicts] == wanted
    assert [verdict.outcome for verdict in verdicts] == [
        Outcome.UNKNOWN,
        Outcome.CONFLICT,
        Outcome.UNKNOWN,
        Outcome.UNKNOWN,
        Outcome.CLEAN,
    ]
    assert all(verdict.reason for verdict in verdicts if verdict.outcome is Outcome.UNKNOWN)
    bases = merge_bases(scratch.git, [stranger, good[0], good[1]])
    assert bases[min(stranger, good[0]), max(stranger, good[0])] == ()


def test_a_git_that_takes_one_pair_at_a_time_comes_to_the_same(
    tmp_path: Path, scratches: list[Scratch], monkeypatch: pytest.MonkeyPatch
) -> None:
    made, pairs = planted(tmp_path / "r")
    tips = heads(made, [name for one, other, _ in pairs.values() for name in (one, other)])
    wanted = [*itertools.pairwise(tips), (tips[0], "0" * 39 + "1"), (tips[0], tips[1])]
    scratches.append(scratch := Scratch(made.path / ".git", tmp_path / "scratch"))
    at_once = merge_batch(scratch.git, wanted)
    calls = []

    def call(git: Git, *words: str, stdin: bytes = b"", timeout: float | None = None) -> tuple[int, bytes, bytes]:
        calls.append(words)
        return real(git, *words, stdin=stdin, timeout=timeout)

    real = Git.call
    monkeypatch.setattr(Git, "call", call)
    monkeypatch.setattr(merges, "version", lambda: (2, 38))
    one_by_one = merge_batch(scratch.git, wanted)
    assert [msgspec.structs.replace(it, reason="") for it in one_by_one] == [
        msgspec.structs.replace(it, reason="") for it in at_once
    ]
    assert "not something we can merge" in one_by_one[-2].reason
    assert len(calls) == len(wanted)
    assert not any("--stdin" in words for words in calls)


def test_a_merge_that_crashes_git_costs_no_other_pair_its_verdict(tmp_path: Path, scratches: list[Scratch]) -> None:
    """One side makes a file of a directory that the other moves: git 2.39 fails an assertion, its answers unsaid."""
    made = TestRepository(tmp_path / "r")
    made.commit({"d/f/in": LINES, "a.txt": LINES})
    made.git("checkout", "--quiet", "-b", "one", "main")
    made.commit({"d/f/in": None})
    (made.path / "d" / "f").rmdir()
    made.commit({"d/f": LINES, "a.txt": edited(5, "one")})
    made.git("checkout", "--quiet", "-b", "two", "main")
    made.commit({"d/f/in": None, "f/in": LINES})
    for number in range(4):
        made.git("checkout", "--quiet", "-b", f"b{number}", "main")
        made.commit({"a.txt": edited(5, f"{number}")})
    scratches.append(scratch := Scratch(made.path / ".git", tmp_path / "scratch"))
    names = ["b0", "b1", "one", "two", "b2", "b3"]
    pairs = list(itertools.combinations(heads(made, names), 2))
    found = merge_batch(scratch.git, pairs)
    assert [verdict.pair for verdict in found] == pairs
    for verdict in found:
        if verdict.pair == pairs[9] and verdict.outcome is Outcome.UNKNOWN:
            assert "ssertion" in verdict.reason
        else:
            agrees(made, verdict)


def test_a_pair_that_takes_long_is_put_off_and_no_other(tmp_path: Path, scratches: list[Scratch]) -> None:
    """Git stops at one pair, whose answer and those behind it in the same portion never come."""
    made, pairs = planted(tmp_path / "r")
    tips = heads(made, [name for one, other, _ in list(pairs.values())[:6] for name in (one, other)])
    wanted = list(itertools.pairwise(tips))
    slow = wanted[4]
    stopper = tmp_path / "stopper"
    stopper.write_text(
        f'#!/bin/sh\nasked=$(cat)\ncase "$asked" in *"{" ".join(slow)}"*) '
        'echo "$asked" | head -n 2 | "$@"; exec sleep 60;; esac\necho "$asked" | exec "$@"\n'
    )
    stopper.chmod(0o755)
    scratches.append(scratch := Scratch(made.path / ".git", tmp_path / "scratch"))
    verdicts, late = merge_some(replace(scratch.git, wrapper=(str(stopper),)), wanted, 1.0)
    assert late == [slow]
    assert verdicts == [verdict for verdict in merge_batch(scratch.git, wanted) if verdict.pair != slow]


def test_attributes_of_the_base_hold_and_foreign_drivers_do_not_run(tmp_path: Path, scratches: list[Scratch]) -> None:
    made = TestRepository(tmp_path / "r")
    witness = tmp_path / "ran"
    base = made.commit(
        {".gitattributes": "*.md merge=union\n*.evil merge=evil\n", "sub/.gitattributes": "*.txt -merge\n"}
        | dict.fromkeys(("log.md", "x.evil", "sub/a.txt"), "1\n2\n3\n")
    )
    made.git("config", "merge.evil.driver", f"touch {witness}; true")
    tips = []
    for number in (1, 2):
        made.git("checkout", "--quiet", "-b", f"b{number}", "main")
        tips.append(made.commit(dict.fromkeys(("log.md", "x.evil", "sub/a.txt"), f"1\n{number} changed\n3\n")))
    made.git("checkout", "--quiet", "main")
    scratches.append(scratch := Scratch(made.path / ".git", tmp_path / "scratch"))
    scratch.follow(base)
    (verdict,) = merge_batch(scratch.git, [(tips[0], tips[1])])
    assert verdict.collisions == (Collision("sub/a.txt", "binary"), Collision("x.evil", "content"))
    assert not witness.exists()


def test_a_tree_made_by_hand_leads_nowhere(tmp_path: Path, scratches: list[Scratch]) -> None:
    made = TestRepository(tmp_path / "r")
    blob = made.git("hash-object", "-w", "--stdin", stdin="* -merge\n")

    def tree(name: bytes, mode: bytes, entry: str) -> str:
        raw = mode + b" " + name + b"\0" + bytes.fromhex(entry)
        return made.git("hash-object", "-t", "tree", "-w", "--stdin", "--literally", stdin=raw)

    out = tree(b"..", b"40000", tree(b"..", b"40000", tree(b".gitattributes", b"100644", blob)))
    commit = made.git("commit-tree", "-m", "evil", out)
    scratches.append(scratch := Scratch(made.path / ".git", tmp_path / "one" / "scratch"))
    scratch.follow(commit)
    assert [path for path in tmp_path.rglob(".gitattributes") if path.is_file()] == []


def test_steering_settings_are_followed(tmp_path: Path, scratches: list[Scratch]) -> None:
    made, pairs = planted(tmp_path / "r")
    one, other = heads(made, list(pairs["directory rename"][:2]))
    made.git("config", "merge.directoryRenames", "true")
    scratches.append(scratch := Scratch(made.path / ".git", tmp_path / "scratch"))
    (verdict,) = merge_batch(scratch.git, [(one, other)])
    assert verdict.outcome is Outcome.CLEAN
    agrees(made, verdict)


def test_scratch_objects_are_bounded_and_removed(tmp_path: Path) -> None:
    made, pairs = planted(tmp_path / "r")
    scratch = Scratch(made.path / ".git", tmp_path / "scratch")
    one, other = heads(made, list(pairs["content"][:2]))
    (verdict,) = merge_batch(scratch.git, [(one, other)])
    assert scratch.size() > 0
    assert not scratch.bound(10_000_000)
    assert scratch.bound(10)
    assert merge_batch(scratch.git, [(one, other)]) == [verdict]
    scratch.close()
    assert not (tmp_path / "scratch").exists()


def test_a_repository_at_an_awkward_path(tmp_path: Path, scratches: list[Scratch]) -> None:
    made, pairs = planted(tmp_path / 'a:b "c"\\d\n#e')
    scratches.append(scratch := Scratch(made.path / ".git", tmp_path / "scratch"))
    one, other = heads(made, list(pairs["content"][:2]))
    assert [verdict.outcome for verdict in merge_batch(scratch.git, [(one, other)])] == [Outcome.CONFLICT]


A, B, D, D_X, D_Y = (1 << bit for bit in range(5))
"""Paths as bits: two files, a directory, and two files in it."""


@pytest.mark.parametrize(
    ("one", "other", "suspect"),
    [
        (Side(A), Side(A), False),
        (Side(A), Side(B), False),
        (Side(D), Side(D_X, above=D), True),
        (Side(D_X, above=D), Side(D_Y, above=D), False),
        (Side(D_X | A, above=D, emptied=D, likely=A), Side(D_Y, above=D, added_in=D, added=D_Y), True),
        (Side(D_X, above=D, emptied=D), Side(D_Y, above=D, added_in=D, added=D_Y), False),
        (Side(D_X | A, above=D, emptied=D, likely=A), Side(D_Y, above=D), False),
        (Side(), Side(A | B | D), False),
    ],
)
def test_the_sieve(one: Side, other: Side, suspect: bool) -> None:
    assert entangled(one, other) is suspect
    assert entangled(other, one) is suspect


@given(st.binary())
def test_no_output_raises(out: bytes) -> None:
    assert len(list(merges.parse(out))) <= len(out)


def test_the_output_of_differences() -> None:
    header = b"a" * 40 + b" " + b"b" * 40 + b"\n"
    out = header + b":1 2 3 4 A\0x\ny\0" + header + header + b":1 2 3 4 D\0d/z\0" + header
    assert [found.paths for found in changed.parse(out)] == [{b"x\ny"}, frozenset(), {b"d/z"}, frozenset()]
    assert list(changed.parse(b"")) == []
