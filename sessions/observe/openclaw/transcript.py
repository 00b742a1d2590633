"""Where OpenClaw keeps its sessions: in a SQLite file, and before that in JSONL files of pi's format."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from sessions.floor import events as ev
from sessions.observe.contract import Desk
from sessions.observe.lines import Skips, remembered
from sessions.observe.openclaw.database import connect, text_of
from sessions.observe.openclaw.session import KIND, Session, SessionState
from sessions.observe.words import safe
from sessions.text import clean

_PASSING = ("locked", "busy", "unable to open")


class _Known(Struct, omit_defaults=True):
    """What a database must remember: its sessions, and the trouble that was already told."""

    sessions: dict[str, SessionState] = {}
    trouble: str = ""


class OpenClawTranscript:
    """A session in a file of lines."""

    def __init__(self, path: Path, desk: Desk, memory: bytes = b"") -> None:
        self._session = Session(path, desk, remembered(memory, SessionState()), Skips())

    def save(self) -> bytes:
        return msgspec.msgpack.encode(self._session.memory)

    def feed(self, lines: Sequence[bytes], offset: int) -> list[ev.Event]:
        session = self._session
        session.events, session.skips = [], Skips()
        for line in lines:
            if line:
                session.take(line)
        return session.events + session.skips.events(session.memory.clock, session.source())


class OpenClawDatabase:
    """All sessions in one SQLite file, which OpenClaw may write, lock or replace at any time."""

    def __init__(self, path: Path, desk: Desk, memory: bytes = b"") -> None:
        self._path, self._desk = path, desk
        self._skips = Skips()
        known = remembered(memory, _Known())
        self._trouble = known.trouble
        self._sessions = {name: self._reader(state) for name, state in known.sessions.items()}
        self.behind = False
        """The last look found the file locked or gone: it has rows that were not read."""

    def save(self) -> bytes:
        sessions = {name: session.memory for name, session in self._sessions.items()}
        return msgspec.msgpack.encode(_Known(sessions, self._trouble))

    def changes(self) -> list[ev.Event]:
        """The events of rows that were not read before.

        A file that is locked or gone says nothing now (see `behind`); one that is no database is reported once.
        """
        self._skips = Skips()
        for session in self._sessions.values():
            session.events, session.skips = [], self._skips
        self.behind = False
        try:
            with connect(self._path) as db:
                self._read(db)
            self._trouble = ""
        except sqlite3.OperationalError as error:
            self.behind = any(word in str(error) for word in _PASSING)
            if not self.behind:
                self._unreadable(error)
        except sqlite3.DatabaseError as error:
            self._unreadable(error)
        found = [event for session in self._sessions.values() for event in session.events]
        clock = max((session.memory.clock for session in self._sessions.values()), default=0.0)
        return found + self._skips.events(clock, f"{KIND}:{safe(self._path.name)}")

    def _unreadable(self, error: sqlite3.Error) -> None:
        if str(error) != self._trouble:
            self._trouble = str(error)
            self._skips.add("unreadable file", f"{self._path.name}: {error}")

    def _read(self, db: sqlite3.Connection) -> None:
        for name, last in db.execute(
            "SELECT session_id, max(seq) FROM transcript_events GROUP BY session_id"
        ).fetchall():
            if not isinstance(name, bytes) or not isinstance(last, int):
                self._skips.add("unexpected shape", "a row without a session or a number")
                continue
            key = name.decode("utf-8", "replace")
            session = self._sessions.get(key)
            if session is None:
                title, parent = _described(db, key)
                session = self._reader(SessionState(session=safe(key), title=title, parent=parent))
                self._sessions[key] = session
            if last < session.memory.last:
                session.memory.last, session.memory.copied = -1, session.memory.clock
            if last > session.memory.last:
                self._rows(db, key, session)

    def _rows(self, db: sqlite3.Connection, key: str, session: Session) -> None:
        rows = db.execute(
            "SELECT seq, event_json, event_zstd FROM transcript_events "
            "WHERE session_id = ? AND seq > ? AND typeof(seq) = 'integer' ORDER BY seq",
            (key, session.memory.last),
        )
        for seq, json, packed in rows:
            session.memory.last = seq
            line = text_of(json, packed)
            if line is None:
                self._skips.add("damaged zstd row")
            elif line:
                session.take(line)
        # A row is read once, so that its call need not be known again; a memory of many sessions stays small.
        session.memory.recent.clear()

    def _reader(self, memory: SessionState) -> Session:
        return Session(self._path, self._desk, memory, self._skips)


def _described(db: sqlite3.Connection, session: str) -> tuple[str, str]:
    """A session's title and the session that spawned it, where this version of OpenClaw says so."""
    query = (
        "SELECT child.display_name, parent.session_id FROM session_windows AS child "
        "LEFT JOIN session_windows AS parent "
        "ON parent.session_key = coalesce(child.parent_session_key, child.spawned_by) "
        "AND parent.session_id <> child.session_id WHERE child.session_id = ?"
    )
    try:
        found = db.execute(query, (session,)).fetchone() or (b"", b"")
    except sqlite3.OperationalError:
        return "", ""
    title, parent = (value.decode("utf-8", "replace") if isinstance(value, bytes) else "" for value in found)
    return clean(title), safe(parent)
