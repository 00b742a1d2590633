"""Running git: the environment it gets, what its complaints become, and that foreign configuration runs nothing."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest

from sessions.branches.git import run as running
from sessions.branches.git.run import Git, GitError, GitTimeoutError, NotARepositoryError, supported
from sessions.branches.merges.judge import Matrix
from sessions.branches.merges.subjects import Subject, uncommitted
from sessions.branches.watch.repo import Repository
from sessions.errors import FactoryError
from sessions.floor.events import BranchChanged
from tests.support.branches.git import TestRepository


@pytest.fixture(autouse=True)
def _own_configuration(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("git version 2.39.5", (2, 39)),
        ("git version 2.38.0", (2, 38)),
        ("git version 2.39.5 (Apple Git-154)", (2, 39)),
        ("git version 2.52.0.windows.1", (2, 52)),
        ("git version 3.0.0-rc1", (3, 0)),
    ],
)
def test_a_version_is_read(words: str, found: tuple[int, int]) -> None:
    assert supported(words) == found


@pytest.mark.parametrize("words", ["git version 2.37.9", "git version 1.9.1"])
def test_an_older_git_is_refused_by_name(words: str) -> None:
    with pytest.raises(FactoryError, match=r"git \d+\.\d+ is too old: install git 2\.38"):
        supported(words)


def test_a_missing_git_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FactoryError, match="git is not installed"):
        Git(tmp_path).run("version")


def test_another_repository_in_the_environment_is_not_followed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    mine, other = TestRepository(tmp_path / "mine"), TestRepository(tmp_path / "other")
    monkeypatch.setenv("GIT_DIR", str(other.path / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other.path / "index"))
    assert Repository.open(mine.path).common_dir == mine.path / ".git"


def test_background_git_asks_nothing_and_takes_no_locks() -> None:
    env = running.environment()
    assert env["GIT_OPTIONAL_LOCKS"] == "0"
    assert env["GIT_TERMINAL_PROMPT"] == "0"
    assert env["LC_ALL"] == "C"


@pytest.mark.parametrize(
    ("stderr", "kind", "words"),
    [
        (b"fatal: not a git repository (or any of the parent directories): .git", NotARepositoryError, "--repo DIR"),
        (
            b"fatal: detected dubious ownership in repository at '/y/.git'",
            GitError,
            "safe.directory /y && git config --global --add safe.directory /y/.git",
        ),
        (
            b"fatal: cannot use bare repository '/x' (safe.bareRepository is 'explicit')",
            GitError,
            "safe.bareRepository",
        ),
        (b"warning: odd\nfatal: bad \x1b[31mobject\nhint: try", GitError, "bad object"),
        (b"", GitError, "no reason given"),
    ],
)
def test_complaints_become_errors_with_a_cure(stderr: bytes, kind: type[GitError], words: str) -> None:
    error = running.failure(Path("/x"), ["status"], stderr)
    assert type(error) is kind
    assert words in str(error)
    assert "\x1b" not in str(error)


def test_outside_a_repository_the_cure_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotARepositoryError, match="in no git repository"):
        Repository.open(tmp_path)
    with pytest.raises(NotARepositoryError, match="there is no"):
        Repository.open(tmp_path / "gone")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a directory away")
def test_a_repository_of_somebody_else_is_not_trusted(tmp_path: Path) -> None:
    repository = TestRepository(tmp_path / "r")
    os.chown(repository.path, 12_345, 12_345)
    os.chown(repository.path / ".git", 12_345, 12_345)
    with pytest.raises(GitError, match=r"git config --global --add safe\.directory"):
        Repository.open(repository.path)


def test_a_slow_git_is_ended_with_all_it_started(tmp_path: Path) -> None:
    repository = TestRepository(tmp_path / "r")
    pid_file = tmp_path / "pid"
    repository.git("config", "alias.slow", f"!echo $$ > {pid_file}; exec sleep 600")
    for patience in (1, 8, 64):
        with pytest.raises(GitTimeoutError, match=f"longer than {patience} s"):
            Git(repository.path).run("slow", timeout=patience)
        if pid_file.exists() and pid_file.read_text():  # on a loaded machine it may not have begun in the first second
            break
    pid = int(pid_file.read_text())
    deadline = time.monotonic() + 60
    while _runs(pid):
        assert time.monotonic() < deadline


def _runs(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False


def test_a_repository_that_vanishes_while_it_is_read_is_said(tmp_path: Path) -> None:
    repository = TestRepository(tmp_path / "r")
    repository.commit()
    observed = Repository.open(repository.path)
    shutil.rmtree(repository.path)
    with pytest.raises(NotARepositoryError, match="there is no directory"):
        observed.read({}, 1.0)


def test_nothing_from_the_repository_runs(tmp_path: Path) -> None:
    repository = TestRepository(tmp_path / "r")
    submodule = TestRepository(tmp_path / "s")
    submodule.commit({"inner.txt": "1\n", ".gitattributes": "* filter=inner\n"})
    repository.commit({"a.txt": "1\n", ".gitattributes": "* filter=evil diff=evil merge=evil\n"})
    repository.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(submodule.path), "sub")
    repository.commit()
    witness = tmp_path / "ran"
    hook = tmp_path / "hook"
    hook.write_text(f"#!/bin/sh\necho \"$0 $*\" >> '{witness}'\ncat\n")
    hook.chmod(0o755)
    hooks = repository.path / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("post-index-change", "reference-transaction", "post-checkout", "pre-commit"):
        (hooks / name).write_bytes(hook.read_bytes())
        (hooks / name).chmod(0o755)
    for place in (repository.path, repository.path / "sub"):
        for key in ("core.fsmonitor", "filter.evil.clean", "filter.evil.process", "filter.inner.clean"):
            # A filter that only the submodule defines is unknown outside it.
            if place != repository.path or "inner" not in key:
                repository.git("config", key, str(hook), cwd=place)
        for key in ("diff.external", "diff.evil.textconv", "diff.evil.command", "merge.evil.driver", "core.pager"):
            repository.git("config", key, str(hook), cwd=place)
        for key in ("credential.helper", "core.sshCommand", "core.askPass", "gpg.program", "core.editor"):
            repository.git("config", key, str(hook), cwd=place)
    witness.unlink(missing_ok=True)
    (repository.path / "a.txt").write_text("2\n")
    (repository.path / "sub" / "inner.txt").write_text("2\n")
    os.utime(repository.path / ".gitattributes", (1, 1))
    observed = Repository.open(repository.path)
    assert observed.read({}, 1.0)
    assert not witness.exists(), witness.read_text()


def _program(tmp_path: Path) -> tuple[str, Path]:
    """A program that leaves a witness of having been run, and the witness."""
    witness, program = tmp_path / "ran", tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch '{witness}'\ncat\n")
    program.chmod(0o755)
    return str(program), witness


def _uncommitted(repository: Path, state_dir: Path) -> dict[str, tuple[str, str]]:
    """The uncommitted work of the first worktree beside the main one, or of that one, as it is compared."""
    observed = Repository.open(repository)
    tree = observed.worktrees()[-1]
    state_dir.mkdir(mode=0o700)
    matrix = Matrix(observed.common_dir, state_dir)
    try:
        return uncommitted(matrix, [Subject(tree.row, tree.head, tree)])
    finally:
        matrix.close()


@pytest.mark.parametrize("name", ["a=b", "a.b"])
def test_a_filter_does_not_run_whatever_its_name(tmp_path: Path, name: str) -> None:
    repository = TestRepository(tmp_path / "r")
    repository.commit({"a.txt": "1\n", ".gitattributes": f"* filter={name}\n"})
    program, witness = _program(tmp_path)
    for end in ("clean", "smudge", "process"):
        repository.git("config", f"filter.{name}.{end}", program)
    repository.write({"a.txt": "2\n"})
    assert Repository.open(repository.path).read({}, 1.0)
    assert _uncommitted(repository.path, tmp_path / "state")
    assert not witness.exists()


def test_a_filter_of_one_worktree_does_not_run(tmp_path: Path) -> None:
    repository = TestRepository(tmp_path / "r")
    repository.commit({"a.txt": "1\n", ".gitattributes": "* filter=own\n"})
    repository.git("config", "extensions.worktreeConfig", "true")
    repository.git("worktree", "add", "--quiet", "-b", "work", str(tmp_path / "w"))
    program, witness = _program(tmp_path)
    repository.git("config", "--worktree", "filter.own.clean", program, cwd=tmp_path / "w")
    repository.write({"a.txt": "2\n"}, cwd=tmp_path / "w")
    assert Repository.open(repository.path).read({}, 1.0)
    assert _uncommitted(repository.path, tmp_path / "state")
    assert not witness.exists()


def test_a_worktree_cannot_lead_git_to_another_repository(tmp_path: Path) -> None:
    repository, other = TestRepository(tmp_path / "r"), TestRepository(tmp_path / "other")
    for place in (repository, other):
        place.commit({"a.txt": "1\n", ".gitattributes": "* filter=own\n"})
    repository.git("worktree", "add", "--quiet", "-b", "work", str(tmp_path / "w"))
    program, witness = _program(tmp_path)
    other.git("config", "filter.own.clean", program)
    repository.write({"a.txt": "2\n", ".git": f"gitdir: {other.path / '.git'}\n"}, cwd=tmp_path / "w")
    found = Repository.open(repository.path).read({}, 1.0)
    assert [event.dirty for event in found if isinstance(event, BranchChanged) and event.branch == "work"] == [1]
    assert _uncommitted(repository.path, tmp_path / "state")
    assert not witness.exists()


def test_filters_of_the_user_still_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configuration = tmp_path / "gitconfig"
    configuration.write_text('[filter "mine"]\n\tclean = cat\n')
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(configuration))
    repository = TestRepository(tmp_path / "r")
    repository.git("config", "filter.theirs.clean", "cat")
    assert running.quiet_filters(Git(repository.path)) == (
        "filter.theirs.clean=",
        "filter.theirs.smudge=",
        "filter.theirs.process=",
        "filter.theirs.required=false",
    )
