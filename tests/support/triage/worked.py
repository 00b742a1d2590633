"""A live factory whose queue is worked off by keys in a real terminal, and what was recorded of that."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import takewhile
from pathlib import Path

import msgspec

from console.screens.triage.screen import UNSEEN_S
from console.terminal.theme import make_look
from sessions.floor.events import CaseSettled
from sessions.floor.state import FloorState
from sessions.floor.triage.case import Act, Case, Kind
from sessions.headless.live_demo import LiveFactory
from sessions.journal.recording.recording import Recording
from sessions.place import place_of
from sessions.simulation.live.part import Part
from sessions.supervisor import process
from sessions.views.triage.queue import Item, items
from sessions.views.triage.tab import Tab
from tests.bench.probe import Terminal
from tests.support.supervisor import Watched, ended, watched
from widgets.triage.row_lines import word

COLUMNS, LINES = 200, 60
LIST = 108
"""Cells of the list on a terminal of that width."""
AGE = 8
"""Where in a row what comes behind its sign and age begins."""
LOOK_S = UNSEEN_S + 0.1
"""How long somebody looks at what came under the cursor before it is allowed."""
WAIT_S = 30.0
KEYS: dict[Kind, tuple[str, str, Act]] = {
    Kind.PERMISSION: ("d", "not from here", Act.DENY),
    Kind.CRASH_LOOP: ("O", "", Act.SEEN),
    Kind.PROVIDER: ("O", "", Act.SEEN),
    Kind.FAILED: ("-", "", Act.GIVE_UP),
    Kind.SCOPE: ("a", "", Act.RESCOPE),
    Kind.BUDGET: ("-", "", Act.GIVE_UP),
    Kind.CHECK: ("a", "", Act.ALLOW),
    Kind.REVIEW: ("a", "", Act.ALLOW),
    Kind.STUCK: ("-", "", Act.GIVE_UP),
    Kind.CONFLICT: ("O", "", Act.SEEN),
    Kind.SIGNAL: ("O", "", Act.SEEN),
    Kind.RESULT: ("O", "", Act.SEEN),
}
"""By kind the key, what is typed after it, and what that settles a case with."""


class Worked(msgspec.Struct):
    """What became of it."""

    began: tuple[Case, ...]
    """The queue before the first key."""
    shown: list[Kind] = []
    """Of what kind each row on the screen was before the first key."""
    keys: int = 0
    """That were pressed; a typed reason is not counted, nor is the key that ends it."""
    pressed: list[str] = []
    """In order, each with whom it was for."""


Keys = Mapping[Kind, tuple[str, str, Act]]
Ready = Callable[[FloorState], bool]
Look = Callable[[LiveFactory, Watched], None]


def nothing(factory: LiveFactory, console: Watched) -> None:
    """Nothing is looked at."""


def live(
    parts: Sequence[Part],
    ready: Ready,
    to: Path,
    patience_s: float,
    keys: Keys = KEYS,
    before: Look = nothing,
    after: Look = nothing,
) -> tuple[Worked, Recording]:
    """Run these stations until it is so, kill the supervisor, work their cases off by keys, and record all of it.

    `before` is called before the supervisor is killed, `after` when all of those cases are settled.
    """
    program = (sys.executable, "-m", "console")
    with LiveFactory(parts) as factory:
        place = place_of(factory.repo)
        factory.begin()
        factory.started()
        assert factory.troubles == []
        with watched(place.socket, revive=lambda: None) as console:
            console.until(lambda client: ready(client.state), patience_s)
            before(factory, console)
            kill_supervisor(factory)
            words = (*program, "--repo", str(factory.repo), "--theme", "dark")
            with Terminal(words, COLUMNS, LINES) as terminal:
                terminal.until(lambda text: "3 triage " in text, WAIT_S)
                terminal.press("3")
                worked = work_off(terminal, console, ready, keys)
            after(factory, console)
        return worked, record(factory, to)


def queue(state: FloorState, now: float) -> tuple[Item, ...]:
    """The rows that a console shows first."""
    return items(state, now, Tab.WAITING, (), lambda case: False)


def work_off(terminal: Terminal, console: Watched, ready: Ready, keys: Keys = KEYS) -> Worked:
    """Settle all cases that there are when it is so, each row with the key of its kind."""
    console.until(lambda client: ready(client.state), WAIT_S)
    terminal.until(lambda text: f"waiting {len(console.client.state.cases)}" in text, WAIT_S)
    worked = Worked(tuple(console.client.state.cases.values()))
    worked.shown = drawn(terminal, len(queue(console.client.state, console.client.state.time)))
    left = {case.id for case in worked.began}
    while left:
        line, row = _at_cursor(terminal, console)
        assert row.first is not None
        key, typed, _ = keys[row.first.kind]
        key = "a" if row.first.kind is Kind.PERMISSION and worked.keys == 0 else key
        if key == "a":
            terminal.watch(LOOK_S, draw=True)
        terminal.press(key)
        worked.keys += 1
        if typed and key != "a":
            terminal.settle()
            terminal.press(typed + "\r")
        worked.pressed.append(f"{key} {line[AGE:].split('  ')[0]}")
        done = {case.id for case in row.cases}
        console.until(lambda client: not done & client.state.cases.keys(), WAIT_S)  # noqa: B023 - at once
        left &= console.client.state.cases.keys()  # giving up a station ends all that it needs somebody for
        if left:
            # Its age moves on while it is there.
            terminal.until(lambda _: _under_cursor(terminal)[AGE:] != line[AGE:], WAIT_S)  # noqa: B023 - at once
    return worked


def drawn(terminal: Terminal, rows: int) -> list[Kind]:
    """Of what kind each row of the list is, as soon as there are so many."""
    terminal.until(lambda _: len(shown(terminal)) == rows, WAIT_S)
    return shown(terminal)


def shown(terminal: Terminal) -> list[Kind]:
    """Of what kind each row of the list on the screen is."""
    lines = terminal.text.splitlines()[2:]
    found = (next((kind for kind in KEYS if f" {word(kind)} " in line[:20]), None) for line in lines)
    return [kind for kind in takewhile(bool, found) if kind is not None]


def _at_cursor(terminal: Terminal, console: Watched) -> tuple[str, Item]:
    """The row under the cursor, as it is drawn and as it is known: either may be behind the other."""
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline:
        line = _under_cursor(terminal)
        if rows := _rows(line, console.client.state):
            return line, rows[0]
        terminal.read(0.05)
    raise TimeoutError(f"no case is drawn like {line!r}; the screen was:\n{terminal.text}")


def _under_cursor(terminal: Terminal) -> str:
    """The text of the list's row that has the ground of the cursor; "" where none has."""
    ground = make_look("dark", ascii_only=False, colour=True).colours.cursor.lstrip("#")
    for y in range(2, terminal.screen.lines - 1):
        row = terminal.screen.buffer[y]
        if row[LIST // 2].bg == ground:
            return "".join(row[x].data for x in range(LIST)).strip()
    return ""


def _rows(line: str, state: FloorState) -> list[Item]:
    """The rows of the queue that are drawn like this."""
    return [row for row in queue(state, state.time) if _is_of(line, row, state)]


def _is_of(line: str, row: Item, state: FloorState) -> bool:
    case = row.cases[0]
    name = state.stations[case.station].name if case.station else "the floor"
    return word(case.kind) in line and name in line and (len(row.cases) == 1 or f"+{len(row.cases) - 1}" in line)


def kill_supervisor(factory: LiveFactory) -> None:
    """As the system would; its stations go on."""
    pid = process.running(factory.repo)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert ended(pid)


def record(factory: LiveFactory, to: Path) -> Recording:
    """Record all of its journal."""
    words = [sys.executable, "-m", "console", "record", "-o", str(to)]
    subprocess.run([*words, "--repo", str(factory.repo)], check=True, capture_output=True)
    return Recording(to)


def before_first_key(recording: Recording, worked: Worked) -> tuple[int, FloorState]:
    """The event before the first case of that queue was settled by a person, and the floor as of then."""
    known = {case.id for case in worked.began}
    for seq, event in enumerate(recording.events(0, recording.span.last_seq), 1):
        if isinstance(event, CaseSettled) and event.case in known and not event.rule:
            return seq - 1, recording.state_at(seq - 1)
    raise AssertionError("nothing was settled")
