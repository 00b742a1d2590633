"""Reads one source from its mark onwards: a file of lines, or a database."""

from __future__ import annotations

import os
import stat as modes
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct, structs

from sessions.floor.events import Event, SourceSkipped
from sessions.observe import presence
from sessions.observe.contract import Desk, ForeignSessionError, Transcript
from sessions.observe.files import discover
from sessions.observe.files.archive import is_packed, is_renamed, opened
from sessions.observe.files.discover import Source
from sessions.observe.files.handle import handle
from sessions.observe.files.tail import BLOCK, LONGEST, Lines, Piece, Position, Tail
from sessions.observe.lines import remembered
from sessions.observe.seats import Seats
from sessions.observe.words import latest, safe

NOT_A_TRANSCRIPT = "not a transcript"
FOREIGN = "a transcript that claims the session of another station"
UNREADABLE = "unreadable file"
DELETED = "deleted file"
GONE = b""
"""The mark of a file that was deleted."""


class Mark(Struct, array_like=True, omit_defaults=True):
    """How far a source was read, and what its reader remembers."""

    kind: str = ""
    position: Position = Position()
    memory: bytes = b""
    trouble: str = ""
    """Why it could not be read at the last look, which is told once."""


class Portion(Struct, frozen=True):
    """Some events of a source, the mark behind them, and how many bytes they took."""

    events: list[Event]
    mark: bytes
    read: int


def mark_of(saved: bytes) -> Mark:
    """A saved mark; one that cannot be read means that nothing was."""
    try:
        return msgspec.msgpack.decode(saved, type=Mark) if saved else Mark()
    except msgspec.DecodeError:
        return Mark()


def unchanged(mark: Mark, source: Source) -> bool:
    """Whether nothing was written since the mark was made, as far as the file system tells."""
    position = mark.position
    return (position.inode, position.size, position.mtime_ns) == (source.inode, source.size, source.mtime_ns)


def read(source: Source, saved: bytes, desk: Desk, longest: int = LONGEST, marked: bool = True) -> Iterator[Portion]:
    """What is new in a source, a block at a time. What cannot be read is told once and never raised.

    Where nobody will go on from here, lines need not be `marked`: their portions say that nothing was read.
    """
    mark = mark_of(saved)
    try:
        kind = source.kind or mark.kind or discover.kind_of(source.path)
        if not kind:
            yield _refused(source, mark, NOT_A_TRANSCRIPT)
        elif kind == discover.PROCESSES:
            yield from _process(source, mark, desk)
        elif discover.is_database(source.path):
            yield _database(source, mark, desk, kind)
        elif is_packed(source.path):
            yield from _packed(source, desk, kind, longest)
        else:
            yield from _lines(source, mark, desk, kind, longest, marked)
    except ForeignSessionError:
        yield _refused(source, mark, FOREIGN)
    except FileNotFoundError:
        if saved:
            yield Portion([skipped(source.path, DELETED, source.written)], GONE, 0)
    except OSError as error:
        yield _refused(source, mark, UNREADABLE, error.strerror or "")


def skipped(path: Path, reason: str, at: float, detail: str = "", count: int = 1) -> SourceSkipped:
    """Part of a file, or all of it, could not be used."""
    told = f"{path.name}: {detail}" if detail else path.name
    return SourceSkipped(time=at, source=f"file:{safe(path.name, 80)}", reason=reason, count=count, detail=safe(told))


def _refused(source: Source, mark: Mark, reason: str, detail: str = "") -> Portion:
    """What is none of ours is asked again when it has changed; what cannot be read, at every look."""
    told = mark.trouble == reason or not source.size
    events: list[Event] = [] if told else [skipped(source.path, reason, source.written, detail)]
    if source.size:
        mark.trouble = reason
    if reason != UNREADABLE:
        mark.position = Position(source.inode, source.size, source.mtime_ns)
    else:
        mark.position = structs.replace(mark.position, size=-1)
    return Portion(events, msgspec.msgpack.encode(mark), 0)


def _lines(source: Source, mark: Mark, desk: Desk, kind: str, longest: int, marked: bool) -> Iterator[Portion]:
    fd = handle(source.path)
    try:
        if not modes.S_ISREG(os.fstat(fd).st_mode):
            return
        tail = Tail(fd, mark.position, longest)
        written = source.written
        anew = tail.afresh and not is_renamed(source.path, mark.position.inode)
        events: list[Event] = [skipped(source.path, tail.change.value, written)] if anew else []
        transcript = _transcript(kind, source.path, desk, b"" if tail.afresh else mark.memory)
        at = tail.offset
        for piece in tail.pieces():
            if piece.too_long:
                events.append(skipped(source.path, "line too long", written, count=piece.too_long))
            events.extend(_dated(transcript.feed(piece.lines, piece.offset), written))
            now = _saved(kind, tail.position(done=False), transcript) if marked else GONE
            yield Portion(events, now, tail.offset - at)
            events, at = [], tail.offset
        last = tail.rest()
        if last is not None:
            events.extend(_dated(transcript.feed(last.lines, last.offset), written))
        now = _saved(kind, tail.position(done=True), transcript) if marked else GONE
        yield Portion(events, now, tail.offset - at)
    finally:
        os.close(fd)


def attend(source: Source, saved: bytes, seats: Seats) -> None:
    """Before anybody is seated: in which conversation a process lives, and out of which one it came."""
    try:
        said = presence.said_in(_body(source.path), source.path)
    except OSError:
        return
    if said is None or presence.lives(said.pid, str(said.proc_start or ""), said.pid_domain or "") is False:
        return
    memory, session = remembered(mark_of(saved).memory, presence.PresenceState()), presence.session_of(said)
    if memory.session and not memory.over and memory.session != session:
        seats.turned(memory.station, session)
    seats.lives(session)


def _body(path: Path) -> bytes:
    """The file of a process; nothing where it is no plain file. Raises OSError when it cannot be read."""
    fd = handle(path, follow=False)
    try:
        return os.read(fd, presence.LONGEST) if modes.S_ISREG(os.fstat(fd).st_mode) else b""
    finally:
        os.close(fd)


def _process(source: Source, mark: Mark, desk: Desk) -> Iterator[Portion]:
    """What a running agent says of itself. A torn or foreign file says nothing, and is no trouble."""
    body = _body(source.path)
    memory = remembered(mark.memory, presence.PresenceState())
    said = presence.said_in(body, source.path)
    position = Position(source.inode, source.size, source.mtime_ns)
    if said is None:
        yield Portion([], msgspec.msgpack.encode(Mark(discover.PROCESSES, position, mark.memory)), 0)
        return
    closing = presence.left(said, memory, presence.moment(said, source.written))
    if closing:
        yield Portion(closing, msgspec.msgpack.encode(Mark(discover.PROCESSES, Position(), mark.memory)), 0)
    alive = presence.lives(said.pid, str(said.proc_start or ""), said.pid_domain or "")
    events = presence.report(said, memory, desk, source.written, alive)
    saved = msgspec.msgpack.encode(Mark(discover.PROCESSES, position, msgspec.msgpack.encode(memory)))
    yield Portion(events, saved, 0)


def departed(mark: Mark, at: float) -> list[Event]:
    """What it means that the file of a process is gone: it ended by itself."""
    return presence.ended(remembered(mark.memory, presence.PresenceState()), at)


def _packed(source: Source, desk: Desk, kind: str, longest: int) -> Iterator[Portion]:
    """A compressed transcript, from its beginning: it was written at once and does not grow.

    One that is damaged is told once, with what could be read before.
    """
    transcript, lines = _transcript(kind, source.path, desk, b""), Lines(0, longest)
    done = Position(source.inode, source.size, source.mtime_ns)

    def portion(piece: Piece) -> Portion:
        told = [skipped(source.path, "line too long", source.written, count=piece.too_long)] if piece.too_long else []
        events = [*told, *_dated(transcript.feed(piece.lines, piece.offset), source.written)]
        return Portion(events, _saved(kind, Position(source.inode, -1), transcript), 0)

    damage: list[Event] = []
    with opened(source.path) as file:
        try:
            while data := file.read(BLOCK):
                piece = lines.take(data)
                if piece is not None:
                    yield portion(piece)
            piece = lines.rest()
            if piece is not None:
                yield portion(piece)
        except OSError as error:
            damage.append(skipped(source.path, UNREADABLE, source.written, error.strerror or ""))
    yield Portion(damage, _saved(kind, done, transcript), source.size)


def _dated(events: list[Event], written: float) -> list[Event]:
    """Events that stand before the first time in a file, or claim to be of the future, get the time of the file.

    One line of the year 9999 would otherwise be the newest evidence for ever.
    """
    end = latest()
    return [event if 0 < event.time <= end else structs.replace(event, time=written) for event in events]


def _saved(kind: str, position: Position, transcript: Transcript) -> bytes:
    return msgspec.msgpack.encode(Mark(kind, position, transcript.save()))


def _transcript(kind: str, path: Path, desk: Desk, memory: bytes) -> Transcript:
    if kind == discover.CODEX:
        from sessions.observe.codex.transcript import CodexTranscript

        return CodexTranscript(path, desk, memory)
    if kind == discover.OPENCLAW:
        from sessions.observe.openclaw.transcript import OpenClawTranscript

        return OpenClawTranscript(path, desk, memory)
    from sessions.observe.claude.transcript import ClaudeTranscript

    return ClaudeTranscript(path, desk, memory)


def _database(source: Source, mark: Mark, desk: Desk, kind: str) -> Portion:
    from sessions.observe.openclaw.transcript import OpenClawDatabase

    database = OpenClawDatabase(source.path, desk, mark.memory)
    events = database.changes()
    # One that was locked is looked at again: its mark is that of no file.
    position = Position() if database.behind else Position(source.inode, source.size, source.mtime_ns)
    events = _dated(events, source.written)
    return Portion(events, msgspec.msgpack.encode(Mark(kind, position, database.save())), source.size)
