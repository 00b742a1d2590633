"""The start of the console: its first frame is the floor, sent once, and nothing is loaded that it does not need."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pyte

from sessions.simulation.world import station_names
from tests import ROOT
from tests.bench.probe import Terminal
from tests.support.cli import COMMAND, Machine

FRAME_ENDS = b"\x1b[?2026l"
"""What follows every frame for a terminal that shows frames whole."""
UNWANTED = {"concurrent.futures.thread", "hashlib", "sessions.redact", "sqlite3", "tomllib"}
"""Modules without which a recording can be shown."""


def test_the_first_frame_is_the_floor_and_what_is_shown_is_not_sent_again(tmp_path: Path) -> None:
    names = station_names(30)
    with Terminal((*COMMAND, "demo"), env=Machine(tmp_path).env) as terminal:
        terminal.until(lambda text: all(name in text for name in names), 60.0)
        terminal.settle()
        output = bytes(terminal.output)
    screen = pyte.Screen(200, 60)
    stream = pyte.ByteStream(screen)
    for frame in output.split(FRAME_ENDS):
        stream.feed(frame)
        shown = "\n".join(screen.display)
        if shown.strip():
            break
    assert [name for name in names if name not in shown] == []
    assert len(output) < 2 * len(frame)


def test_a_recording_is_shown_without_what_only_others_need() -> None:
    code = (
        "import sys, console.cli.screens, console.screens.replay.screen\n"
        "from console.cli.commands.demo import bundled_link\n"
        "link = bundled_link()\n"
        "print(len(link.state.stations), *sys.modules)\n"
        "link.stop()"
    )
    root = ROOT
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    stations, *loaded = done.stdout.split()
    assert int(stations) == 30
    assert "textual.app" in loaded
    assert UNWANTED & {*loaded} == set()
