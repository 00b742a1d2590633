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
UNWANTED = {"concurrent.futures.thread", "hashlib", "sessions.floor.fold.fold", "sessions.redact", "sqlite3", "tomllib"}
"""Modules without which a recording can be shown."""
LATER = UNWANTED | {
    "argparse", "sessions.journal.codec", "sessions.journal.reader", "zipfile",
    "sessions.floor.patterns", "sessions.floor.rank", "sessions.floor.tasks.queue", "sessions.floor.triage.groups",
}  # fmt: skip
"""Modules without which the last floor can be shown."""
MODULES = 179
"""Of ours, without which no live floor is painted: what a floor is made of as values, and beside each screen what its
keys are; each takes about a tenth of a millisecond to import."""
PAINTED = """
import os, sys
from pathlib import Path
from console import cli
from console.links import last_floor
from console.cli.commands import live
from sessions.place import place_of
from sessions.views.floor.last import LastFloor
from sessions.views.floor.totals import Counts, totals
from sessions.floor.state import EMPTY
from sessions.views.floor.panes import Pane
pane = Pane(key="station:a", station="a", name="a")
last_floor.write(place_of(Path({repo!r})).last_floor, LastFloor(1e9, totals(EMPTY, Counts.of([pane]), 1e9), (pane,)))
os.chdir({repo!r})
from textual.app import App
from textual.screen import Screen
display, lay_out, layouts = App._display, Screen._refresh_layout, []
def counting(screen, *words, **more):
    layouts.append(1)
    lay_out(screen, *words, **more)
def shown(app, screen, renderable):
    display(app, screen, renderable)
    if app.sent is not None and not app._batch_count:
        Path({loaded!r}).write_text(" ".join([str(len(layouts)), str(len(screen.query("*"))), *sys.modules]))
        top = "".join(text for line in screen.query("TopLine").first()._lines for text, _ in line)
        Path({seen!r}).write_text(top)
        os._exit(0)
App._display, Screen._refresh_layout = shown, counting
cli.main([])
"""
"""A program that begins the live floor of a repository and ends with its first frame."""


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


def test_a_live_floor_is_painted_without_what_its_supervisor_needs(tmp_path: Path) -> None:
    """The whole start is run, up to the first frame."""
    machine, repo = Machine(tmp_path), tmp_path / "repo"
    (repo / ".git" / "objects").mkdir(parents=True)
    (repo / ".git" / "refs").mkdir()
    (repo / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    loaded, seen = tmp_path / "loaded", tmp_path / "seen"
    code = PAINTED.format(repo=str(repo), loaded=str(loaded), seen=str(seen))
    with Terminal((sys.executable, "-c", code), env=machine.env) as terminal:
        assert terminal.wait(60.0) == 0
    layouts, nodes, *names = loaded.read_text().split()
    assert "textual.app" in names and "sessions.views.floor.last" in names
    assert LATER & {*names} == set()
    assert not [name for name in names if name.startswith(("sessions.supervisor", "sessions.asking"))]
    ours = [name for name in names if name.partition(".")[0] in ("console", "widgets", "sessions")]
    assert len(ours) <= MODULES
    assert int(nodes) == 4, "what is seen, and nothing else"
    assert int(layouts) <= 2, "as it comes, and as it gets its size"
    assert "LAST SEEN" in seen.read_text()
