"""What Claude Code says of itself is read where it lies, whatever else lies there."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from sessions.floor.reports import Report
from sessions.stations.contract import Stated
from sessions.stations.terminal import reported
from sessions.stations.terminal.claude import CLAUDE


def says(home: Path, pid: int, status: object, session: str = "s1", started: float = 1.0) -> Path:
    folder = home / ".claude" / "sessions"
    folder.mkdir(parents=True, exist_ok=True)
    said = {
        "pid": pid,
        "sessionId": session,
        "cwd": "/w",
        "startedAt": started,
        "kind": "interactive",
        "status": status,
    }
    file = folder / f"{pid}.json"
    file.write_text(json.dumps(said))
    return file


@pytest.mark.parametrize(
    ("status", "report"),
    [
        ("busy", Report.WORKING),
        ("waiting", Report.NEEDS_ME),
        ("idle", Report.IDLE),
        ("shell", Report.BACKGROUND),
        ("dreaming", None),
        (5, None),
    ],
)
def test_each_word_has_its_meaning(tmp_path: Path, status: object, report: Report | None) -> None:
    assert isinstance(CLAUDE, Stated)
    says(tmp_path, 7, status)
    assert CLAUDE.state(tmp_path, "s1") is report
    assert CLAUDE.state(tmp_path, "other") is None


def test_the_newest_process_counts(tmp_path: Path) -> None:
    says(tmp_path, 9, "busy", started=1.0)
    says(tmp_path, 7, "idle", started=2.0)
    says(tmp_path, 8, "waiting", session="s2", started=3.0)
    assert CLAUDE.state(tmp_path, "s1") is Report.IDLE


def test_what_many_killed_processes_left_hides_no_living_one(tmp_path: Path) -> None:
    for pid in range(100, 100 + reported.MOST):
        os.utime(says(tmp_path, pid, "busy", started=1.0), (1_000, 1_000))
    says(tmp_path, 999, "idle", started=2.0)
    assert CLAUDE.state(tmp_path, "s1") is Report.IDLE


def test_what_is_no_such_file_says_nothing(tmp_path: Path) -> None:
    assert CLAUDE.state(tmp_path, "s1") is None
    file = says(tmp_path, 7, "idle")
    file.rename(tmp_path / "away")
    file.symlink_to(tmp_path / "away")
    os.mkfifo(file.with_name("8.json"))
    file.with_name("9.json").mkdir()
    file.with_name("10.json").write_bytes(b"{" * 100_000)
    assert CLAUDE.state(tmp_path, "s1") is None
