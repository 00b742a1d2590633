"""What it costs to go from screen to screen, as a terminal of 200x60 sees it: bytes, and how empty it is meanwhile."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import msgspec

from sessions.journal.past.past import EventList
from sessions.journal.recording.record import write
from sessions.simulation import simulate
from tests.bench.figure import Figure
from tests.bench.probe import Terminal

STATIONS, EVENTS = 50, 5_000
PATIENCE_S = 30.0
QUIET_S = 0.6
"""So long nothing comes when a screen is all there: longer than a screen waits for what it has to read."""
SLOW = "--slow-link"
PROGRAM = (sys.executable, "-m", "console")
_WAITS = "from console.screens import opening; opening.OPENING_S = 30.0; from console.cli import main"
PATIENT = (sys.executable, "-c", f"import sys; {_WAITS}; sys.exit(main())")
"""The same program for a machine that may be slow: a screen is seen when it is whole, however long that takes."""
_FRAME = re.compile(rb"(?<=\x1b\[\?2026l)")
"""Where a frame ends."""

WAY = (
    ("help", "?", 12_000),
    ("help to floor", "\x1b", None),
    ("palette", ":", 8_000),
    ("palette to floor", "\x1b", 8_000),
    ("station", "\r", 25_000),
    ("station to floor", "\x1b", None),
    ("conflicts", "2", 40_000),
    ("conflicts to floor", "\x1b", None),
)
"""Changes of the screen in their order, each with its key and the bytes that it may take; half of them over a slow
link."""


class Change(msgspec.Struct, frozen=True):
    """A change of the screen."""

    what: str
    sent: int
    """Bytes."""
    bar: float | None
    emptiest: float
    """Of the cells with something in them, before or after, the fewer: how many the emptiest frame still had."""


@contextmanager
def still(
    directory: Path,
    options: Sequence[str] = (),
    columns: int = 200,
    lines: int = 60,
    program: Sequence[str] = PROGRAM,
) -> Iterator[Terminal]:
    """A console on a past that stands still."""
    path = directory / "still.ftr"
    events = list(islice(simulate(1, STATIONS), EVENTS))
    write(EventList(events, "still"), path, 1, len(events), redact=False)
    command = (*program, "replay", str(path), "--at", "end", *options)
    env = {"XDG_STATE_HOME": str(directory), "XDG_CONFIG_HOME": str(directory)}
    with Terminal(command, columns, lines, env=env) as terminal:
        terminal.until(lambda text: f"1/{STATIONS}" in text, PATIENCE_S)
        terminal.settle(QUIET_S)
        yield terminal


def changes(directory: Path, options: Sequence[str] = (), program: Sequence[str] = PROGRAM) -> Iterator[Change]:
    """Go the whole way."""
    with still(directory, options, program=program) as terminal:
        for what, key, bar in WAY:
            sent, share = _press(terminal, key)
            yield Change(what, sent, bar and bar / (2 if SLOW in options else 1), share)


def _press(terminal: Terminal, key: str) -> tuple[int, float]:
    """Press a key and wait until all is there; the bytes it took, and how full the emptiest frame was."""
    before, start = _filled(terminal), len(terminal.output)
    terminal.press(key)
    end = time.perf_counter() + PATIENCE_S
    while time.perf_counter() < end and (terminal.read(QUIET_S, draw=False) or len(terminal.output) == start):
        pass
    sent = bytes(terminal.output[start:])
    filled: list[int] = []
    for frame in frames(sent):
        terminal.draw(frame)
        filled.append(_filled(terminal))
    return len(sent), min(filled) / max(1, min(before, filled[-1]))


def frames(sent: bytes) -> Iterator[bytes]:
    """What was sent, frame by frame: the terminal shows all of one at once."""
    return filter(None, _FRAME.split(sent))


def _filled(terminal: Terminal) -> int:
    return sum(not char.isspace() for char in terminal.text)


def figures(directory: Path) -> Iterator[Figure]:
    """What each change costs, fast and over a slow link."""
    for options in ((), (SLOW,)):
        link = ", slow link" if options else ""
        seen = list(changes(directory, options))
        for change in seen:
            yield Figure(f"bytes from screen to screen: {change.what}{link}", change.sent / 1e3, "kB",
                         change.bar and change.bar / 1e3)  # fmt: skip
        least = min(change.emptiest for change in seen)
        yield Figure(f"the emptiest frame on the way{link}", 100 * least, "%", 50, more_is_better=True)
