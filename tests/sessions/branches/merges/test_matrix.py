"""The matrix against git's own merges, and that nothing is computed twice, left behind or lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sessions.branches.merges import tally, trials
from sessions.branches.merges.comparing import compare, names_of
from sessions.branches.merges.pair import hunks_of
from sessions.branches.merges.subjects import rows_of, subjects
from sessions.branches.merges.verdicts import UNRELATED
from sessions.floor.conflicts import Outcome, between
from tests import ROOT
from tests.support.branches.collision import LINES, edited, planted, scrambled
from tests.support.branches.git import TestRepository, fingerprint, unchanged
from tests.support.branches.matrix import Clone, Diary, agrees, looked, opened
from tests.support.chance import of_hundred


@pytest.fixture(autouse=True)
def _own_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


def test_every_kind_of_collision_agrees_with_git(tmp_path: Path) -> None:
    made, pairs = planted(tmp_path / "r")
    with opened(made, tmp_path / "state") as matrix:
        chosen, rows, verdicts = looked(matrix, made)
        agrees(made, chosen.base_head, rows, verdicts)
        for one, other, kind in pairs.values():
            verdict = between(verdicts, one, other)
            assert verdict is not None
            assert kind in {file.kind for file in verdict.files}, (kind, verdict)
        lines = {kind: between(verdicts, *pairs[kind][:2]) for kind in ("content", "add/add", "binary")}
        assert {kind: verdict and [file.lines for file in verdict.files] for kind, verdict in lines.items()} == {
            "content": [1],
            "add/add": [1],
            "binary": [0],
        }


@pytest.mark.parametrize("seed", range(5))
def test_random_branches_agree_with_git(tmp_path: Path, seed: int) -> None:
    made, _ = scrambled(tmp_path / "r", 100 + seed)
    with opened(made, tmp_path / "state") as matrix:
        chosen, rows, verdicts = looked(matrix, made)
        agrees(made, chosen.base_head, rows, verdicts)


Work = list[tuple[str, str, int, list[str]]]
"""Edits, deletions and moves, each with a path, a line, and the new lines or the new path."""
PATHS = ("a.txt", "d/b.txt", "d/c.txt", "e/f/g.txt", "h")
NEW = (*PATHS, "d/new.txt", "e/new.txt", "h/in.txt", "n.txt")
TEXTS = st.lists(st.sampled_from("xyz"), min_size=1, max_size=2)
WORK = st.lists(
    st.one_of(
        st.tuples(st.just("edit"), st.sampled_from(NEW), st.integers(0, 5), TEXTS),
        st.tuples(st.just("delete"), st.sampled_from(PATHS), st.just(0), st.just([""])),
        st.tuples(st.just("move"), st.sampled_from(PATHS), st.just(0), st.sampled_from([[name] for name in NEW])),
    ),
    min_size=1,
    max_size=3,
)


@settings(max_examples=of_hundred(12), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(WORK, min_size=2, max_size=4), WORK)
def test_plain_merges_in_a_clone_agree(branches: list[Work], later: Work) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = imported(folder / "r", branches, later)
        clone = Clone(made, folder / "clone")
        with opened(made, folder / "state") as matrix:
            chosen, rows, verdicts = looked(matrix, made)
            commits = {row.name: row.commit for row in rows}
            for verdict in verdicts.values():
                ours = commits[verdict.a] if verdict.b else chosen.base_head
                theirs = commits[verdict.b or verdict.a]
                assert clone.merges(ours, theirs) == (verdict.outcome is Outcome.CLEAN), verdict


def imported(path: Path, branches: list[Work], later: Work) -> TestRepository:
    """A repository with a base, on which `later` came after the branches had parted."""
    made = TestRepository(path)
    root = {name: [f"{name} {line}" for line in range(6)] for name in PATHS}
    stream = commit("main", "", root)
    for number, work in enumerate(branches):
        stream += commit(f"b{number}", ":1", worked(root, work))
    stream += commit("main", ":1", worked(root, later))
    made.git("fast-import", "--quiet", stdin="\n".join(stream) + "\ndone\n")
    return made


def commit(branch: str, parent: str, files: dict[str, list[str]]) -> list[str]:
    lines = [
        f"commit refs/heads/{branch}",
        *([] if parent else ["mark :1"]),
        "committer A <a@example.com> 1700000000 +0000",
        "data 1",
        "x",
    ]
    lines += [f"from {parent}"] if parent else []
    lines.append("deleteall")
    for name, content in files.items():
        text = "".join(line + "\n" for line in content)
        lines += [f"M 100644 inline {name}", f"data {len(text)}", text]
    return lines


def worked(files: dict[str, list[str]], work: Work) -> dict[str, list[str]]:
    files = {name: list(lines) for name, lines in files.items()}
    for act, name, at, words in work:
        if act == "delete":
            files.pop(name, None)
        elif act == "move" and name in files and _free(files, words[0], name):
            files[words[0]] = files.pop(name)
        elif act == "edit" and (name in files or _free(files, name)):
            files.setdefault(name, [])[at : at + 1] = words
    return files or {"left.txt": ["left"]}


def _free(files: dict[str, list[str]], name: str, without: str = "") -> bool:
    others = [other for other in files if other != without]
    return all(not name.startswith(other + "/") and not other.startswith(name + "/") for other in others)


def test_a_second_look_merges_nothing_and_a_commit_only_its_row(tmp_path: Path) -> None:
    made, names = scrambled(tmp_path / "r", 7)
    diary = Diary(tmp_path)
    with opened(made, tmp_path / "state", diary.wrapper) as matrix:
        first = looked(matrix, made)[2]
        assert diary.count("merge-tree") > 0
    merges = diary.count("merge-tree")
    with opened(made, tmp_path / "state", diary.wrapper) as matrix:
        assert looked(matrix, made)[2] == first
        assert (diary.count("merge-tree"), matrix.tried) == (merges, 0)
        assert diary.count("rev-list") == 1, "history is not walked again"
        made.git("checkout", "--quiet", names[3])
        made.commit({"shared.txt": "1\n", **dict.fromkeys(made.git("ls-files").splitlines(), "edited\n")})
        _, rows, second = looked(matrix, made)
        assert 0 < matrix.tried <= len(rows), "at most one row: the others, and the base"
        moved = {key for key in second if first[key] != second[key]}
        assert moved
        assert all(names[3] in (second[key].a, second[key].b) for key in moved)


def test_the_same_work_under_another_commit_is_known_already(tmp_path: Path) -> None:
    made, pairs = planted(tmp_path / "r")
    with opened(made, tmp_path / "state") as matrix:
        before = looked(matrix, made)[2]
        tried = matrix.tried
        made.git("checkout", "--quiet", pairs["content"][0])
        made.git("commit", "--quiet", "--amend", "-m", "other words")
        assert looked(matrix, made)[2] == before
        assert matrix.tried == tried


def test_looking_leaves_nothing_in_the_repository(tmp_path: Path) -> None:
    made, pairs = planted(tmp_path / "r")
    made.worktree(tmp_path / "tree", "dirty")
    made.write({"a.txt": edited(5, "mine"), "new.txt": "untracked\n"}, tmp_path / "tree")

    def work() -> None:
        with opened(made, tmp_path / "state") as matrix:
            chosen, rows, verdicts = looked(matrix, made)
            verdict = between(verdicts, "dirty", pairs["content"][0])
            assert verdict is not None
            assert hunks_of(matrix, chosen.base_head, rows, verdict)
            assert list((tmp_path / "state" / "scratch").iterdir())

    unchanged(tmp_path / "r", work, times=False)
    assert list((tmp_path / "state" / "scratch").iterdir()) == []


def test_uncommitted_work_counts_unless_it_is_not_wanted(tmp_path: Path) -> None:
    made = TestRepository(tmp_path / "r")
    made.commit({"a.txt": LINES, "b.txt": LINES, ".gitignore": "*.log\n"})
    for name in ("one", "two"):
        made.worktree(tmp_path / name, name)
    with opened(made, tmp_path / "state") as matrix:
        made.write({"a.txt": edited(5, "one"), "new.txt": "1\n", "x.log": "1\n"}, tmp_path / "one")
        made.write({"a.txt": edited(5, "two"), "new.txt": "2\n", "x.log": "2\n"}, tmp_path / "two")
        made.git("add", "a.txt", cwd=tmp_path / "two")
        _, rows, verdicts = looked(matrix, made)
        assert all(row.dirty and row.commit != row.head for row in rows)
        verdict = between(verdicts, "one", "two")
        assert verdict is not None
        assert {(file.path, file.kind, file.lines) for file in verdict.files} == {
            ("a.txt", "content", 1),
            ("new.txt", "add/add", 1),
        }
        _, rows, verdicts = looked(matrix, made, dirty=False)
        assert not any(row.dirty for row in rows)
        assert {verdict.outcome for verdict in verdicts.values()} == {Outcome.CLEAN}

        tried = matrix.tried
        made.commit(message="the agent commits it", cwd=tmp_path / "one")
        verdict = between(looked(matrix, made)[2], "one", "two")
        assert verdict is not None
        assert (verdict.outcome, matrix.tried) == (Outcome.CONFLICT, tried), "its tree is known"


def test_what_cannot_be_read_is_unknown_and_stops_no_other(tmp_path: Path) -> None:
    made, pairs = planted(tmp_path / "r")
    made.git("checkout", "--quiet", "--orphan", "stranger")
    made.git("rm", "-rfq", "--cached", ".")
    made.commit(message="stranger")
    made.git("checkout", "--quiet", "--force", "main")
    blob = made.git("rev-parse", f"{pairs['content'][0]}:a.txt")
    (made.path / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    (made.path / ".git" / "refs" / "heads" / "gone").write_text("1" * 40 + "\n")
    with opened(made, tmp_path / "state") as matrix:
        _, rows, verdicts = looked(matrix, made)
        broken, other = pairs["content"][:2]
        for one, two, words in ((broken, other, blob), ("gone", other, "cannot be read"), ("stranger", "", UNRELATED)):
            verdict = between(verdicts, one, two)
            assert verdict is not None
            assert verdict.outcome is Outcome.UNKNOWN
            assert words in verdict.reason
        fine = between(verdicts, *pairs["add/add"][:2])
        assert fine is not None
        assert fine.outcome is Outcome.CONFLICT
        tried = matrix.tried
        assert looked(matrix, made)[2] == verdicts
        assert matrix.tried == tried, "what could not be had is not tried again at once"
        assert len(rows) > 20


def test_a_damaged_commit_stops_no_other_whoever_asked_for_it(tmp_path: Path) -> None:
    made, pairs = planted(tmp_path / "r")
    (one, other, _), broken = pairs["content"], pairs["binary"][0]
    head = made.git("rev-parse", broken)
    loose = made.path / ".git" / "objects" / head[:2] / head[2:]
    loose.chmod(0o644)
    loose.write_bytes(b"damaged")
    with opened(made, tmp_path / "state") as matrix:
        for globs in (("**",), (one, other, broken)):
            _, rows, verdicts = looked(matrix, made, *globs)
            assert [row.name for row in rows if row.trouble] == [broken]
            found = between(verdicts, one, other)
            assert found is not None
            assert found.outcome is Outcome.CONFLICT


def test_a_tree_that_is_lost_stops_no_pair_that_does_not_need_it(tmp_path: Path) -> None:
    made = TestRepository(tmp_path / "r")
    begin = made.commit({"a.txt": LINES})
    middle = made.commit({"b.txt": LINES})
    for name, at in (("old", begin), ("one", middle), ("two", middle)):
        made.git("checkout", "--quiet", "-b", name, at)
        made.commit({"a.txt": edited(5, name)})
    tree = made.git("rev-parse", f"{begin}^{{tree}}")
    (made.path / ".git" / "objects" / tree[:2] / tree[2:]).unlink()
    with opened(made, tmp_path / "state") as matrix:
        _, rows, verdicts = looked(matrix, made, "old", "one", "two")
        assert not any(row.trouble for row in rows)
        found = between(verdicts, "one", "two")
        assert found is not None
        assert found.outcome is Outcome.CONFLICT


def test_lines_are_counted_in_every_file_however_many_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tally, "PORTION_BYTES", len(LINES))
    made = TestRepository(tmp_path / "r")
    made.commit({f"{number}.txt": LINES for number in range(5)})
    for name in ("one", "two"):
        made.git("checkout", "--quiet", "-b", name, "main")
        made.commit({f"{number}.txt": edited(5, name) for number in range(5)})
    with opened(made, tmp_path / "state") as matrix:
        found = between(looked(matrix, made)[2], "one", "two")
        assert found is not None
        assert [(file.path, file.lines) for file in found.files] == [(f"{number}.txt", 1) for number in range(5)]


def test_the_store_is_emptied_before_it_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "FIRST_BATCH", 1)
    monkeypatch.setattr(trials, "LARGEST_BATCH", 1)
    made, _ = planted(tmp_path / "r")
    most = {}
    for bytes_ in (1 << 60, -(1 << 60)):
        monkeypatch.setattr(trials, "MOST_STORED_BYTES", bytes_)
        with opened(made, tmp_path / f"state{bytes_}") as matrix:
            chosen = subjects(matrix.git, made.path / ".git", "main", ["**"])
            rows = rows_of(matrix, chosen.others, dirty=False)
            store = Path(matrix.merging(chosen.base_head).env["GIT_OBJECT_DIRECTORY"])
            sizes = [
                sum(path.is_file() for path in store.rglob("*"))
                for _ in compare(matrix, chosen.base_head, rows)
                if store.exists()
            ]
            assert matrix.tried > 10
            most[bytes_] = max(sizes)
    assert most[-(1 << 60)] < most[1 << 60] / 2


def test_called_off_work_stops_and_what_was_done_is_kept(tmp_path: Path) -> None:
    made, _ = scrambled(tmp_path / "r", 3, branches=12)
    with opened(made, tmp_path / "state") as matrix:
        chosen = subjects(matrix.git, made.path / ".git", "main", ["**"])
        rows = rows_of(matrix, chosen.others, dirty=False)
        seen: list[int] = []
        portions = compare(matrix, chosen.base_head, rows, cancelled=lambda: bool(seen))
        for portion in portions:
            if matrix.tried and not seen:
                matrix.halt()
                seen.append(len(portion))
        tried = matrix.tried
        assert seen
        assert tried < len(list(names_of(rows)))
        looked(matrix, made)
    with opened(made, tmp_path / "state") as matrix:
        looked(matrix, made)
        assert matrix.tried == 0


CHILD = """
import sys
from pathlib import Path
from tests.support.branches.git import TestRepository
from tests.support.branches.matrix import looked, opened
made = TestRepository.found(Path(sys.argv[1]))
with opened(made, Path(sys.argv[2]), (sys.argv[3],), processes=1) as matrix:
    looked(matrix, made)
"""


def test_killed_in_the_middle_it_leaves_nothing_behind(tmp_path: Path) -> None:
    made, _ = planted(tmp_path / "r")
    state, fifo, stopper = tmp_path / "state", tmp_path / "fifo", tmp_path / "stopper"
    os.mkfifo(fifo)
    # Git stops before its second batch of merges and says so; no other is about to start, which would hold the lock.
    stopper.write_text(
        f'#!/bin/sh\ncase "$*" in *merge-tree*) echo x >> "{tmp_path}/merges"\n'
        f'test $(wc -l < "{tmp_path}/merges") -ge 2 && {{ echo $$ > "{fifo}"; sleep 60; }};; esac\nexec "$@"\n'
    )
    stopper.chmod(0o755)
    before = fingerprint(made.path, times=False)
    words = [sys.executable, "-c", CHILD, str(made.path), str(state), str(stopper)]
    with subprocess.Popen(words, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}) as child:
        stopped = int(fifo.read_text())
        child.kill()
    os.killpg(stopped, signal.SIGKILL)
    assert child.returncode == -signal.SIGKILL
    assert fingerprint(made.path, times=False) == before
    assert list((state / "scratch").iterdir()), "it was in the middle"
    with opened(made, state) as matrix:
        assert list((state / "scratch").iterdir()) == []
        chosen, rows, verdicts = looked(matrix, made)
        agrees(made, chosen.base_head, rows, verdicts)


def test_other_rules_for_merging_are_another_matter(tmp_path: Path) -> None:
    made, pairs = planted(tmp_path / "r")
    one, other = pairs["content"][:2]
    with opened(made, tmp_path / "state") as matrix:
        assert between(looked(matrix, made)[2], one, other).outcome is Outcome.CONFLICT  # type: ignore[union-attr]
        (made.path / ".git" / "info").mkdir(exist_ok=True)
        (made.path / ".git" / "info" / "attributes").write_text("*.txt merge=union\n")
        assert between(looked(matrix, made)[2], one, other).outcome is Outcome.CLEAN  # type: ignore[union-attr]


@pytest.mark.parametrize("place", ["merge.default", "merge.directoryRenames", "core.attributesFile", "everywhere"])
def test_settings_that_change_meanwhile_are_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "own"))
    made, pairs = planted(tmp_path / "r")
    one, other, _ = pairs["directory rename" if place == "merge.directoryRenames" else "content"]
    kinds = ("content", "modify/delete", "rename/add", "binary", "directory rename")
    names = [name for kind in kinds for name in pairs[kind][:2]]
    attributes = (
        tmp_path / 'own "#;\\ ones' if place == "core.attributesFile" else tmp_path / "own" / "git" / "attributes"
    )
    with opened(made, tmp_path / "state") as matrix:
        first = looked(matrix, made, *names)[2]
        assert between(first, one, other).outcome is Outcome.CONFLICT  # type: ignore[union-attr]
        if place == "merge.directoryRenames":
            made.git("config", place, "true")
        elif place == "merge.default":
            made.git("config", place, "union")
        else:
            attributes.parent.mkdir(parents=True, exist_ok=True)
            attributes.write_text("*.txt merge=union\n")
            made.git("config", *(["core.attributesFile", str(attributes)] if place != "everywhere" else ["a.b", "c"]))
        chosen, rows, verdicts = looked(matrix, made, *names)
        assert between(verdicts, one, other).outcome is Outcome.CLEAN  # type: ignore[union-attr]
        agrees(made, chosen.base_head, rows, verdicts)


def test_texts_that_are_normalized_first_go_by_the_attributes_of_both_sides(tmp_path: Path) -> None:
    made = TestRepository(tmp_path / "r")
    made.commit({"a.txt": LINES})
    made.git("config", "merge.renormalize", "true")
    for name, text in (("crlf", edited(5, "x").replace("\n", "\r\n")), ("other", edited(20, "y"))):
        made.git("checkout", "--quiet", "-b", name, "main")
        made.commit({"a.txt": text})
    made.git("checkout", "--quiet", "-b", "ruled")
    made.commit({".gitattributes": "*.txt text\n"})
    made.git("checkout", "--quiet", "main")
    with opened(made, tmp_path / "state") as matrix:
        chosen, rows, verdicts = looked(matrix, made)
        agrees(made, chosen.base_head, rows, verdicts)
        assert between(verdicts, "crlf", "other").outcome is Outcome.CONFLICT  # type: ignore[union-attr]
        assert between(verdicts, "crlf", "ruled").outcome is Outcome.CLEAN  # type: ignore[union-attr]


def test_grafted_history_is_as_git_sees_it(tmp_path: Path) -> None:
    made = TestRepository(tmp_path / "r")
    made.commit({"a.txt": LINES})
    made.branch("one")
    made.git("checkout", "--quiet", "-b", "other")
    made.commit({"a.txt": edited(5, "other")})
    made.git("checkout", "--quiet", "one")
    head = made.commit({"a.txt": edited(20, "one")})
    made.git("checkout", "--quiet", "main")
    grafts = made.path / ".git" / "info" / "grafts"
    grafts.parent.mkdir(exist_ok=True)
    with opened(made, tmp_path / "state") as matrix:
        for cut in (False, True, False):
            grafts.write_text(f"{head}\n" if cut else "")
            chosen, rows, verdicts = looked(matrix, made)
            found = between(verdicts, "one", "other")
            assert found is not None
            assert (found.outcome, found.reason) == ((Outcome.UNKNOWN, UNRELATED) if cut else (Outcome.CLEAN, ""))
            agrees(made, chosen.base_head, rows, verdicts)


def test_history_that_arrives_later_counts(tmp_path: Path) -> None:
    origin = TestRepository(tmp_path / "origin")
    origin.commit({"a.txt": LINES, "b.txt": LINES})
    origin.git("checkout", "--quiet", "-b", "one")
    origin.commit({"a.txt": edited(5, "one")})
    origin.git("checkout", "--quiet", "-b", "two", "main")
    origin.commit({"a.txt": edited(5, "two")})
    origin.git("clone", "--quiet", "--depth=1", "--no-single-branch", f"file://{origin.path}", str(tmp_path / "r"))
    made = TestRepository(tmp_path / "r")
    made.branch("one", "origin/one")
    with opened(made, tmp_path / "state") as matrix:
        found = between(looked(matrix, made, base="two")[2], "one", "")
        assert found is not None
        assert (found.outcome, found.reason) == (Outcome.UNKNOWN, UNRELATED)
        made.git("fetch", "--quiet", "--unshallow")
        chosen, rows, verdicts = looked(matrix, made, base="two")
        found = between(verdicts, "one", "")
        assert found is not None
        assert found.outcome is Outcome.CONFLICT
        agrees(made, chosen.base_head, rows, verdicts)


@pytest.mark.parametrize("dirty", [False, True])
def test_replaced_commits_are_merged_as_git_sees_them(tmp_path: Path, dirty: bool) -> None:
    made = TestRepository(tmp_path / "r")
    root = made.commit({"a.txt": LINES})
    made.git("checkout", "--quiet", "--orphan", "apart")
    apart = made.commit({"a.txt": edited(5, "apart")})
    made.git("checkout", "--quiet", "main")
    made.commit({"a.txt": edited(20, "main")})
    if dirty:
        made.worktree(tmp_path / "tree", "busy")
        made.write({"a.txt": edited(5, "busy")}, tmp_path / "tree")
    with opened(made, tmp_path / "state") as matrix:
        for joined in (False, True, False):
            if joined:
                made.git("replace", "--graft", apart, root)
            elif made.git("replace", "--list"):
                made.git("replace", "--delete", apart)
            found = between(looked(matrix, made)[2], "apart", "")
            assert found is not None
            assert found.outcome is (Outcome.CLEAN if joined else Outcome.UNKNOWN)


def test_a_commit_that_is_replaced_by_other_work_is_compared_again(tmp_path: Path) -> None:
    made = TestRepository(tmp_path / "r")
    made.commit({"a.txt": LINES, "b.txt": LINES})
    made.git("checkout", "--quiet", "-b", "one")
    head = made.commit({"a.txt": edited(5, "one")})
    made.git("checkout", "--quiet", "--detach", "main")
    instead = made.commit({"b.txt": edited(5, "one")})
    made.git("checkout", "--quiet", "main")
    made.commit({"b.txt": edited(5, "main")})
    with opened(made, tmp_path / "state") as matrix:
        for replaced in (False, True, False):
            if replaced:
                made.git("replace", head, instead)
            elif made.git("replace", "--list"):
                made.git("replace", "--delete", head)
            found = between(looked(matrix, made)[2], "one", "")
            assert found is not None
            assert found.outcome is (Outcome.CONFLICT if replaced else Outcome.CLEAN)
