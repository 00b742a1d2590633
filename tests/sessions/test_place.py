"""Finding the repository, and where its supervisor's things lie, without git."""

from __future__ import annotations

import stat
import subprocess
from pathlib import Path

import pytest

from sessions.errors import FactoryError
from sessions.place import common_dir, place_of


def _git(directory: Path, *words: str) -> None:
    names = ["-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "protocol.file.allow=always"]
    subprocess.run(["git", "-C", str(directory), *names, *words], check=True, capture_output=True)


@pytest.fixture(scope="module")
def layouts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Directories in repositories of every layout."""
    root = tmp_path_factory.mktemp("layouts")
    for name in ("plain", "inner"):
        (root / name / "deep" / "er").mkdir(parents=True)
        _git(root / name, "init", "-q", "-b", "main")
        _git(root / name, "commit", "-q", "--allow-empty", "-m", "first")
    _git(root, "clone", "-q", "--bare", "plain", "bare.git")
    _git(root / "plain", "worktree", "add", "-q", str(root / "linked"), "-b", "other")
    _git(root / "bare.git", "worktree", "add", "-q", str(root / "bare-linked"), "-b", "third")
    _git(root / "plain", "submodule", "add", "-q", str(root / "inner"), "sub")
    _git(root, "init", "-q", "--separate-git-dir", str(root / "elsewhere"), "separate")
    (root / "link").symlink_to(root / "plain")
    return {
        "plain": root / "plain",
        "deep": root / "plain" / "deep" / "er",
        "inside .git": root / "plain" / ".git" / "refs",
        "linked worktree": root / "linked",
        "bare": root / "bare.git",
        "worktree of a bare one": root / "bare-linked",
        "submodule": root / "plain" / "sub",
        "separate git directory": root / "separate",
        "symbolic link": root / "link" / "deep",
    }


LAYOUTS = [
    "plain",
    "deep",
    "inside .git",
    "linked worktree",
    "bare",
    "worktree of a bare one",
    "submodule",
    "separate git directory",
    "symbolic link",
]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_common_directory_is_the_one_that_git_names(layouts: dict[str, Path], layout: str) -> None:
    command = ["git", "-C", str(layouts[layout]), "rev-parse", "--path-format=absolute", "--git-common-dir"]
    named = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    assert common_dir(layouts[layout]) == Path(named).resolve()


@pytest.mark.parametrize("pointer", ["", "gitdir: nowhere", "\0\xff", "gitdir: \0"])
def test_outside_a_repository_it_says_so(tmp_path: Path, pointer: str) -> None:
    (tmp_path / ".git").write_text(pointer, encoding="latin-1")
    with pytest.raises(FactoryError, match="no git repository"):
        common_dir(tmp_path)


def test_all_worktrees_share_one_private_place(
    layouts: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    place = place_of(layouts["linked worktree"])
    assert place.journal == place_of(layouts["plain"]).journal
    assert stat.S_IMODE(place.state_dir.stat().st_mode) == 0o700
    assert place.state_dir.is_relative_to(tmp_path)
