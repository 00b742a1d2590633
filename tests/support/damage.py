"""Ways in which a bad disk, a torn copy or an enemy damages a file, and everything a program does with a past."""

from __future__ import annotations

import random
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from console.links.link import station_events
from console.links.replay import ReplayLink
from sessions.asking.figures import used_of
from sessions.floor.tokens import By
from sessions.headless import floor_shape, meters_shape
from sessions.headless.line import text
from sessions.headless.pasts import past_at
from sessions.journal.past.chronicle import chronicle
from sessions.journal.past.part import as_of_now, run
from sessions.journal.past.past import Past
from sessions.journal.recording import record

PAGE = 512


def flipped(content: bytes, chance: random.Random) -> bytes:
    """A few bits are the other way round."""
    changed = bytearray(content)
    for _ in range(chance.choice((1, 2, 4, 16))):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def cut(content: bytes, chance: random.Random) -> bytes:
    """The end is missing."""
    return content[: chance.randrange(len(content))]


def zeroed(content: bytes, chance: random.Random) -> bytes:
    """A page of zeros lies where something was."""
    at = chance.randrange(0, len(content), PAGE)
    return content[:at] + bytes(len(content[at : at + PAGE])) + content[at + PAGE :]


def doubled(content: bytes, chance: random.Random) -> bytes:
    """A page lies where another one was."""
    one, other = (chance.randrange(0, len(content), PAGE) for _ in range(2))
    return content[:other] + content[one : one + PAGE] + content[other + PAGE :]


def shuffled(content: bytes, chance: random.Random) -> bytes:
    """Lines stand in another order, and some twice."""
    lines = content.split(b"\n")
    chance.shuffle(lines)
    return b"\n".join([*lines, *lines[: chance.randrange(3)]])


def renamed(content: bytes, chance: random.Random) -> bytes:
    """Words of the file stand where other words did: names that never were, numbers for texts."""
    words = content.split(b'"')
    for _ in range(chance.choice((1, 3))):
        words[chance.randrange(len(words))] = words[chance.randrange(len(words))]
    return b'"'.join(words)


DAMAGES: tuple[Callable[[bytes, random.Random], bytes], ...] = (flipped, cut, zeroed, doubled, shuffled, renamed)


def damage_file(source: Path, target: Path, chance: random.Random) -> None:
    """Damage the bytes as they lie on the disk."""
    target.write_bytes(chance.choice(DAMAGES)(source.read_bytes(), chance))


def damage_parts(source: Path, target: Path, chance: random.Random) -> None:
    """Damage a recording where its checksums do not tell."""
    with zipfile.ZipFile(source) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    names = [name for name, body in parts.items() if body]
    for name in chance.sample(names, chance.choice((1, 1, 2))):
        if chance.random() < 0.1:
            parts[name] = parts[chance.choice(names)]
        else:
            parts[name] = chance.choice(DAMAGES)(parts[name], chance)
    with zipfile.ZipFile(target, "w") as new:
        for name, body in parts.items():
            new.writestr(name, body)


UNGUARDED = "".join(
    f"DROP TRIGGER {name};" for name in ("events_stay", "events_are_final", "blocks_stay", "blocks_are_final")
)
"""Lets a journal be changed as only a bad disk changes it."""


def damage_rows(source: Path, target: Path, chance: random.Random) -> None:
    """Damage a journal where SQLite does not tell: values of other types, and rows that are missing or changed."""
    target.write_bytes(source.read_bytes())
    with closing(sqlite3.connect(target, isolation_level=None)) as journal:
        journal.executescript(UNGUARDED)
        for table, column in chance.sample(_COLUMNS, chance.choice((1, 1, 2))):
            key = _KEYED.get(table, "rowid")
            row, value = chance.choice(journal.execute(f"SELECT {key}, {column} FROM {table}").fetchall())
            with suppress(sqlite3.IntegrityError):  # SQLite itself keeps some columns in order
                if chance.random() < 0.2:
                    journal.execute(f"DELETE FROM {table} WHERE {key} = ?", (row,))
                else:
                    journal.execute(f"UPDATE {table} SET {column} = ? WHERE {key} = ?", (_other(value, chance), row))


_COLUMNS = [
    *[("events", column) for column in ("seq", "latest", "type", "station", "failed", "body", "body")],
    *[("blocks", column) for column in ("last", "first", "latest", "failures")],
    *[("packed", column) for column in ("last", "heads", "heads", "lines", "lines")],
    ("station_blocks", "last"),
    *[("slices", column) for column in ("seq", "name", "version", "body", "body")],
    *[("stations", column) for column in ("id", "name")],
    *[("marks", column) for column in ("name", "value")],
    *[("calls", column) for column in ("key", "value")],
    ("migrations", "name"),
]
"""Tables and columns; what decides about more is damaged more often."""
_KEYED = {"marks": "name", "calls": "key", "station_blocks": "last"}


def _other(value: object, chance: random.Random) -> object:
    if isinstance(value, bytes) and value and chance.random() < 0.7:
        return chance.choice(DAMAGES)(value, chance)
    return chance.choice((0, -1, 2**62, 1e308, -1e308, float("inf"), "", "text", b"", b"\xff\x00", "9" * 30))


def use(path: Path, scratch: Path) -> None:
    """Everything that a command or a screen does with a past."""
    for again in (False, True):
        past = past_at(path)
        try:
            _look(chronicle(past) if again else past, scratch)
        finally:
            past.close()
    past = past_at(path)
    try:
        _look(run(past, None), scratch)
    finally:
        past.close()


def _look(past: Past, scratch: Path) -> None:
    span = past.span
    for seq in (span.last_seq, 0, span.first_seq, span.last_seq // 2):
        state = past.state_at(seq)
        text(floor_shape.status(state, span.last_time))
        for by in By:
            text(meters_shape.meters(used_of(state, by), by))
    for number, event in enumerate(past.events(0, span.last_seq), 1):
        text(floor_shape.NumberedEvent(number, event))
    for station in state.stations:
        past.events_of(station, span.last_seq + 1, 20)
    past.density(40)
    past.failure_before(past.failure_after(past.seq_at(span.first_time)) or span.last_seq)
    as_of_now(past).density(7)
    record.write(past, scratch / "again.ftr", span.first_seq, span.last_seq)
    _play(past)


def _play(past: Past) -> None:
    clock = 0.0
    link = ReplayLink(past, clock=lambda: clock)
    moves: tuple[Callable[[], None], ...] = (
        lambda: link.seek_fraction(0.5),
        lambda: link.step(-3),
        lambda: link.step_turn(1),
        lambda: link.step_failure(-1),
        lambda: link.go_to("end"),
        link.toggle,
    )
    for move in moves:
        move()
        clock += 100.0
        link.tick()
    link.timeline(40, skips_silence=True)
    for station in link.state.stations:
        station_events(link, station, link.span.last_seq + 1, 10)
