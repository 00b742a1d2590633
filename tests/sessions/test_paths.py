"""Where state lies: private, readable by name, and refused where somebody else prepared the place."""

from __future__ import annotations

import os
import stat
import sys
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace

import pytest

from sessions import paths
from sessions.errors import FactoryError
from tests.support.supervisor import short_directory


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(paths, "SHARED_TEMP", tmp_path)


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_one_private_folder_per_repository(tmp_path: Path) -> None:
    shop, other = tmp_path / "My Shop!" / ".git", tmp_path / "other" / "My Shop!" / ".git"
    folder = paths.repo_state_dir(shop)
    assert folder.parent == tmp_path / "state" / "factory-tui"
    assert folder.name.startswith("my-shop-")
    assert _mode(folder) == _mode(folder.parent) == 0o700
    assert paths.repo_state_dir(shop) == folder
    assert paths.repo_state_dir(other) != folder


@pytest.mark.parametrize(
    ("version", "own"), [((3, 12), "_sha2"), ((3, 11), "_sha256"), ((3, 12), ""), ((3, 11), "")], ids=str
)
def test_a_folder_has_the_same_name_whatever_python_hashes_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: tuple[int, int], own: str
) -> None:
    """It moved in Python 3.12, and may be missing."""
    asked: list[bytes] = []

    def noted(text: bytes) -> object:
        asked.append(text)
        return sha256(text)

    modules = {name: SimpleNamespace(sha256=noted) if name == own else None for name in ("_sha2", "_sha256")}
    with monkeypatch.context() as patched:
        patched.setattr(sys, "version_info", version)
        for name, module in modules.items():
            patched.setitem(sys.modules, name, module)
        folder = paths.repo_state_dir(tmp_path / ".git")
    assert folder.name.rpartition("-")[2] == sha256(os.fsencode((tmp_path / ".git").resolve())).hexdigest()[:12]
    assert bool(asked) is bool(own)


def test_the_real_path_is_the_identity(tmp_path: Path) -> None:
    (tmp_path / "repo.git").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "repo.git")
    folder = paths.repo_state_dir(tmp_path / "link")
    assert folder == paths.repo_state_dir(tmp_path / "repo.git")
    assert folder.name.startswith("repo-")


@pytest.mark.parametrize("name", ["...", "漢字", "x" * 200, "-rf", "a/../b"])
def test_any_name_makes_a_folder(tmp_path: Path, name: str) -> None:
    folder = paths.repo_state_dir(tmp_path / name / ".git")
    assert folder.is_dir()
    assert len(folder.name) < 60
    assert not folder.name.startswith(("-", "."))


def test_relative_base_directories_are_ignored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", "relative")
    assert paths.config_dir() == tmp_path / ".config" / "factory-tui"
    monkeypatch.setenv("XDG_CONFIG_HOME", "/etc/mine")
    assert paths.config_dir() == Path("/etc/mine/factory-tui")


def test_a_folder_that_others_can_read_is_closed(tmp_path: Path) -> None:
    folder = tmp_path / "open"
    folder.mkdir(mode=0o755)
    assert _mode(paths.private_dir(folder)) == 0o700


def test_a_folder_that_others_can_write_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(0o777)
    with pytest.raises(FactoryError, match="others may write"):
        paths.private_dir(folder)


def test_a_link_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(FactoryError, match="link"):
        paths.private_dir(tmp_path / "link")


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = paths.private_dir(tmp_path / "mine")
    owner = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    with pytest.raises(FactoryError, match=f"belongs to user {owner}"):
        paths.private_dir(folder)


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "state").touch()
    with pytest.raises(FactoryError, match="XDG_STATE_HOME"):
        paths.repo_state_dir(tmp_path / "repo" / ".git")


def test_the_socket_lies_with_the_state_where_its_name_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    with short_directory() as short:
        monkeypatch.setattr(paths, "SHARED_TEMP", short)
        room = paths.SOCKET_LIMIT - len(os.fsencode(short)) - len("//supervisor.sock")
        fits, too_long = short / ("d" * room), short / ("d" * (room + 1))
        assert paths.socket_path(fits) == fits / "supervisor.sock"
        moved = paths.socket_path(too_long)
        assert moved.parent.parent == short
        assert len(os.fsencode(moved)) <= paths.SOCKET_LIMIT
        assert _mode(moved.parent) == 0o700
        assert paths.socket_path(too_long) == moved
        assert paths.socket_path(short / ("e" * (room + 1))) != moved


def test_a_prepared_socket_folder_is_refused(tmp_path: Path) -> None:
    prepared = tmp_path / f"factory-tui-{os.geteuid()}"
    prepared.mkdir()
    prepared.chmod(0o777)
    with pytest.raises(FactoryError):
        paths.socket_path(tmp_path / ("d" * 120))
