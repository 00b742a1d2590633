"""What the matrix's tests share: a matrix over a test repository, a git that keeps a diary, and merging by hand."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sessions.branches.git.names import shown
from sessions.branches.merges.comparing import compare
from sessions.branches.merges.judge import Matrix
from sessions.branches.merges.merges import merge_batch
from sessions.branches.merges.subjects import Row, Subjects, rows_of, subjects
from sessions.branches.merges.tally import files_of
from sessions.floor.conflicts import Outcome, Verdict, key_of
from tests.support.branches.git import ALONE, TestRepository, environment

Verdicts = dict[str, Verdict]


class Diary:
    """A wrapper of git that writes down every command that works."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "diary"
        self._script = folder / "wrapper"
        self._script.write_text(f'#!/bin/sh\necho "$*" >> {self._path}\nexec "$@"\n')
        self._script.chmod(0o755)

    @property
    def wrapper(self) -> tuple[str, ...]:
        return (str(self._script),)

    def count(self, word: str) -> int:
        """How many commands so far had this word in them."""
        return sum(word in line.split() for line in self._path.read_text().splitlines()) if self._path.exists() else 0


@contextmanager
def opened(
    made: TestRepository, state: Path, wrapper: Sequence[str] = (), processes: int | None = None
) -> Iterator[Matrix]:
    """The matrix of a repository that is not bare; `state` is where it remembers."""
    state.mkdir(exist_ok=True)
    matrix = Matrix(made.path / ".git", state, wrapper=wrapper, processes=processes)
    try:
        yield matrix
    finally:
        matrix.close()


def looked(
    matrix: Matrix, made: TestRepository, *globs: str, dirty: bool = True, base: str = "main"
) -> tuple[Subjects, list[Row], Verdicts]:
    """What was compared, and the verdict on every pair."""
    chosen = subjects(matrix.git, made.path / ".git", base, globs or ("**",))
    rows = rows_of(matrix, chosen.others, dirty=dirty)
    verdicts: Verdicts = {}
    for portion in compare(matrix, chosen.base_head, rows):
        for verdict in portion:
            assert key_of(verdict.a, verdict.b) not in verdicts, "each pair comes once"
            verdicts[key_of(verdict.a, verdict.b)] = verdict
    assert len(verdicts) == len(rows) * (len(rows) + 1) // 2
    return chosen, rows, verdicts


def one_by_one(made: TestRepository, one: str, other: str) -> tuple[Outcome, set[str]]:
    """What one `git merge-tree` says of two commits, with the paths that it leaves unmerged."""
    words = ["git", "merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", one, other]
    done = subprocess.run(words, cwd=made.path, env=environment(), capture_output=True, check=False)
    if done.returncode not in (0, 1):
        return Outcome.UNKNOWN, set()
    files = {shown(name) for name in done.stdout.split(b"\0")[1:] if name}
    plain = {path.removesuffix(f"~{one}").removesuffix(f"~{other}") for path in files}
    return (Outcome.CONFLICT if done.returncode else Outcome.CLEAN), plain


def agrees(made: TestRepository, base_head: str, rows: Sequence[Row], verdicts: Verdicts) -> None:
    """Fail unless every verdict says what one `git merge-tree` says, file by file."""
    commits = {row.name: row.commit for row in rows}
    for verdict in verdicts.values():
        ours, theirs = (commits[verdict.a], commits[verdict.b]) if verdict.b else (base_head, commits[verdict.a])
        outcome, files = one_by_one(made, ours, theirs)
        assert verdict.outcome is outcome, verdict
        named = {file.path for file in verdict.files}
        # Git may leave nothing unmerged and still say where the two collide.
        assert named == files or (named and not files), (verdict, files)


def same_as_whole(matrix: Matrix, base_head: str, rows: Sequence[Row], verdicts: Verdicts) -> None:
    """Fail unless every verdict is what git's merge of the two commits comes to: each file, its kind and its lines."""
    heads = {row.name: row.commit for row in rows} | {"": base_head}
    pairs = {(heads[v.a], heads[v.b]) if v.b else (base_head, heads[v.a]): v for v in verdicts.values()}
    git = matrix.merging(base_head)
    trials = merge_batch(git, list(pairs))
    files = files_of(git, trials)
    for trial in trials:
        verdict = pairs[trial.pair]
        assert (verdict.outcome, verdict.files) == (trial.outcome, files.get(trial.pair, ())), verdict


class Clone:
    """A throw-away clone in which branches are really merged."""

    def __init__(self, made: TestRepository, path: Path) -> None:
        self._made, self._path = made, path
        made.git("clone", "--quiet", "--no-checkout", str(made.path), str(path))

    def merges(self, ours: str, theirs: str) -> bool:
        """Whether a plain `git merge` of two commits succeeds."""
        git = self._made.git
        git("reset", "--quiet", "--hard", ours, cwd=self._path)
        git("clean", "-dffxq", cwd=self._path)
        words = ["git", *ALONE, "merge", "--quiet", "--no-edit", theirs]
        done = subprocess.run(words, cwd=self._path, env=environment(), capture_output=True, check=False)
        return done.returncode == 0
