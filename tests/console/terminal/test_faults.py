"""A fault in a part of the console is told and kept; the console goes on, and can be left."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from console.terminal.faults import MOST_KEPT, Faults
from tests import ROOT
from tests.bench.probe import Terminal
from tests.support.cli import Machine

PATIENCE_S = 60.0
BROKEN = """
import sys
from widgets.floor.wall import Wall
from console.screens.floor.screen import FloorScreen
from console.__main__ import main

def broken(*_):
    raise ValueError("[b]boom[/b] \\x1b]0;title\\x07")

{place} = broken
sys.exit(main(["demo", "--stations", "12", "--branches", "20", "--rate", "30"]))
"""


def test_a_fault_is_kept_whole_and_told_harmlessly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    faults = Faults()
    for _ in range(MOST_KEPT + 5):
        told = faults.take(ValueError("\x1b[31mred"))
    assert faults.path is not None
    assert faults.path.parent == tmp_path
    assert "\x1b" not in told
    assert "ValueError: red" in told
    assert faults.path.read_text().count("ValueError") == MOST_KEPT
    assert faults.count == MOST_KEPT + 5


def test_without_a_place_for_it_a_fault_is_told_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/nowhere/at/all")
    faults = Faults()
    assert "ValueError: boom" in faults.take(ValueError("boom"))
    assert faults.path is None


@pytest.mark.parametrize("place", ["Wall.move", "Wall.on_click"])
def test_the_console_goes_on_after_a_fault(tmp_path: Path, place: str) -> None:
    machine = Machine(tmp_path)
    command = (sys.executable, "-c", BROKEN.format(place=place))
    env = {**machine.env, "TMPDIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    with Terminal(command, 120, 40, env=env) as terminal:
        terminal.until(lambda text: "12 stations" in text and "proxy-01" in text, PATIENCE_S)
        terminal.press({"Wall.move": "j", "Wall.on_click": "\x1b[<0;10;10M\x1b[<0;10;10m"}[place])
        terminal.until(lambda text: "✖ a fault in the console: ValueError" in text, PATIENCE_S)
        terminal.press("?")
        terminal.until(lambda text: "finished its turn" in text, PATIENCE_S)
        terminal.press("\x1b[A")
        terminal.press("qq")
        assert terminal.wait(PATIENCE_S) == 0
        assert "1 fault in the console: what led to it is in" in terminal.text
        assert "Traceback" not in terminal.text
    logs = list(tmp_path.glob("factory-tui-*.log"))
    assert len(logs) == 1
    assert "ValueError: [b]boom[/b]" in logs[0].read_text()
    assert oct(logs[0].stat().st_mode & 0o777) == "0o600"


def test_a_fault_before_the_first_floor_ends_the_console_in_one_line(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    command = (sys.executable, "-c", BROKEN.format(place="FloorScreen.compose"))
    env = {**machine.env, "TMPDIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    with Terminal(command, 120, 40, env=env) as terminal:
        assert terminal.wait(PATIENCE_S) == 1
        assert "the console failed: what led to it is in" in terminal.text.replace("\n", "")
        assert "Traceback" not in terminal.text
