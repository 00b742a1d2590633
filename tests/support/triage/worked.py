"""A live factory whose queue is worked off by keys in a real terminal, and what was recorded of that."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
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
"""How long somebody looks at what came under the cursor, before something of it is allowed."""
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
    keys: int = 0
    """That were pressed; a typed reason is not counted, nor is the key that ends it."""
    pressed: list[str] = []
    """In order, each with whom it was for."""


def live(parts: Sequence[Part], wanted: int, to: Path, patience_s: float) -> tuple[Worked, Recording]:
    """Run these stations until so many cases wait, kill the supervisor, work them off by keys, and record all of it."""
    program = (sys.executable, "-m", "console")
    with LiveFactory(parts) as factory:
        place = place_of(factory.repo)
        factory.begin()
        factory.started()
        assert factory.troubles == []
        with watched(place.socket, revive=lambda: None) as console:
            console.until(lambda client: len(client.state.cases) >= wanted, patience_s)
            kill_supervisor(factory)
            words = (*program, "--repo", str(factory.repo), "--theme", "dark")
            with Terminal(words, COLUMNS, LINES) as terminal:
                terminal.until(lambda text: "3 triage " in text, WAIT_S)
                terminal.press("3")
                worked = work_off(terminal, console, wanted)
        return worked, record(factory, to)


def queue(state: FloorState, now: float) -> tuple[Item, ...]:
    """The rows that a console shows first."""
    return items(state, now, Tab.WAITING, (), lambda case: False)


def work_off(terminal: Terminal, console: Watched, wanted: int) -> Worked:
    """Settle all cases that there are, `wanted` at least, each row with the key of its kind."""
    console.until(lambda client: len(client.state.cases) >= wanted, WAIT_S)
    terminal.until(lambda text: f"waiting {len(console.client.state.cases)}" in text, WAIT_S)
    worked = Worked(tuple(console.client.state.cases.values()))
    left = {case.id for case in worked.began}
    while left:
        line = _under_cursor(terminal)
        console.until(lambda client: bool(_rows(line, client.state)), WAIT_S)  # noqa: B023 - at once
        row = _rows(line, console.client.state)[0]
        assert row.first is not None
        key, typed, _ = KEYS[row.first.kind]
        key = "a" if row.first.kind is Kind.PERMISSION and worked.keys == 0 else key
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
