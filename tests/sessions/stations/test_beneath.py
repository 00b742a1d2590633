"""What the host writes into an agent's home lands there, whatever the agent has put in the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from sessions.errors import FactoryError
from sessions.stations.running.beneath import write_beneath


def test_a_file_is_written_with_the_directories_above_it(tmp_path: Path) -> None:
    write_beneath(tmp_path, ".claude/deep/settings.json", "one")
    write_beneath(tmp_path, ".claude/deep/settings.json", "two")
    file = tmp_path / ".claude/deep/settings.json"
    assert (file.read_text(), file.stat().st_mode & 0o777) == ("two", 0o600)
    assert [path.name for path in file.parent.iterdir()] == ["settings.json"]


@pytest.mark.parametrize("way", ["folder", "file", "dangling"])
def test_a_link_in_the_way_leads_nowhere(tmp_path: Path, way: str) -> None:
    operators = tmp_path / "operator"
    operators.mkdir()
    (operators / "settings.json").write_text("the operator's")
    home = tmp_path / "home"
    (home / ".claude").mkdir(parents=True)
    if way == "file":
        (home / ".claude/settings.json").symlink_to(operators / "settings.json")
    else:
        (home / ".claude").rmdir()
        (home / ".claude").symlink_to(operators if way == "folder" else operators / "none")
    write_beneath(home, ".claude/settings.json", "the station's")
    assert (operators / "settings.json").read_text() == "the operator's"
    assert (home / ".claude/settings.json").read_text() == "the station's"
    assert sorted(path.name for path in operators.iterdir()) == ["settings.json"]


def test_a_file_where_a_directory_should_be_makes_room(tmp_path: Path) -> None:
    (tmp_path / ".codex").write_text("x")
    write_beneath(tmp_path, ".codex/config.toml", "y")
    assert (tmp_path / ".codex/config.toml").read_text() == "y"


@pytest.mark.parametrize("name", ["/etc/passwd", "../x", "a/../../x", ""])
def test_what_leads_out_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(FactoryError, match="is no file below"):
        write_beneath(tmp_path, name, "x")


def test_what_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "settings.json").mkdir()
    with pytest.raises(FactoryError, match="cannot be written: Is a directory"):
        write_beneath(tmp_path, "settings.json", "x")
    assert [path.name for path in tmp_path.iterdir()] == ["settings.json"]
