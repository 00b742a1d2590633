"""The one writer of a journal: events become durable, then they become the floor.

Appends that arrive while a commit is under way share the next one, so many small appends cost little more than one
large one. Every commit is synced (`synchronous = FULL`): an acknowledged event then survives a power cut too. On an SSD
a commit takes 0.8 ms so and 0.4 ms with `NORMAL`; a bulk load commits so seldom that it would gain nothing.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiosqlite

from sessions.errors import FactoryError
from sessions.floor.events import Event
from sessions.floor.fold.fold import FOLD_VERSION
from sessions.floor.state import EMPTY, FloorState
from sessions.journal import codec, schema
from sessions.journal import group as groups
from sessions.journal.group import Group
from sessions.journal.lock import WriterLock

GROUP = 20_000
"""Events that one commit takes together; a single larger append still is one commit."""
INLINE = 200
"""Groups up to this size are encoded and folded on the event loop; larger ones on a thread, so that it stays free."""

_INSERT_EVENT = "INSERT INTO events (seq, latest, type, station, failed, body) VALUES (?, ?, ?, ?, ?, ?)"
_INSERT_STATION = "INSERT INTO stations (id, name) VALUES (?, ?)"
_INSERT_CHECKPOINT = "INSERT OR REPLACE INTO checkpoints (seq, fold, state) VALUES (?, ?, ?)"
_LAST_ON_GRID = """
    SELECT seq, length(state) FROM checkpoints WHERE fold = ? AND seq % ? = 0 AND seq <= ? ORDER BY seq DESC LIMIT 1
"""
# A checkpoint off the grid was written by `close`; the next one replaces it.
_DELETE_CHECKPOINTS = "DELETE FROM checkpoints WHERE seq < ? AND seq % ? != 0"
_INSERT_MARK = "INSERT OR REPLACE INTO marks (name, value) VALUES (?, ?)"
_INSERT_CALL = "INSERT OR REPLACE INTO calls (key, value) VALUES (?, ?)"


class JournalGoneError(FactoryError):
    """The journal was moved away or removed under its writer: what is written now, nobody will ever read."""


class UnwritableError(FactoryError):
    """The disk takes nothing: it is full, fails, or may not be written. What was committed before can be read."""


class _Append:
    """What one caller of `append` waits for."""

    def __init__(
        self,
        events: Sequence[Event],
        marks: Mapping[str, bytes],
        calls: Mapping[bytes, bytes],
        done: asyncio.Future[int],
    ) -> None:
        self.events, self.marks, self.calls, self.done = events, dict(marks), dict(calls), done


class Journal:
    """The append-only log of one repository's events, open for writing. Use `Journal.open`."""

    def __init__(self, path: Path, connection: aiosqlite.Connection, lock: WriterLock) -> None:
        self.path = path
        self._connection = connection
        self._lock = lock
        self._files = {path: path.stat(), lock.path: lock.path.stat()}
        """What must stay where it is for others to read what is written, and to keep off."""
        self._state = EMPTY
        self._checkpoint = self._due = 0
        self._stations: dict[str, int] = {}
        self._next_station = 1
        self._waiting: list[_Append] = []
        self._committer: asyncio.Task[None] | None = None
        self._closed = False

    @classmethod
    async def open(cls, path: Path) -> Journal:
        """Open the journal at `path` for writing, made if missing, brought up to date if older.

        Raises `NewerFormatError` when a newer program wrote it and `FactoryError` when it is no journal, damaged, or
        being written by another process. Its file is harmed in none of these cases.
        """
        await asyncio.to_thread(schema.check, path, missing_ok=True)
        lock = WriterLock.take(path)
        connection: aiosqlite.Connection | None = None
        try:
            await asyncio.to_thread(schema.prepare, path)
            # IMMEDIATE: Python's sqlite3 begins a transaction by itself before the first INSERT.
            connection = await aiosqlite.connect(
                schema.uri(path, "mode=rw"), uri=True, isolation_level="IMMEDIATE", cached_statements=32
            )
            journal = cls(path, connection, lock)
            await journal._load()
        except BaseException as error:
            if connection is not None:
                await connection.close()
            lock.release()
            if isinstance(error, schema.UNUSABLE):
                raise _trouble(path, error) from error
            raise
        return journal

    @property
    def state(self) -> FloorState:
        """The floor after the last committed event."""
        return self._state

    async def append(
        self, events: Sequence[Event], marks: Mapping[str, bytes] = {}, calls: Mapping[bytes, bytes] = {}
    ) -> int:
        """Write `events`, `marks` and `calls` in one transaction; returns the sequence number of the last event.

        It returns once they are durable. When it raises `FactoryError` (a full disk, a failing one) nothing of them
        was written, and later appends work as soon as the disk does, but for `JournalGoneError`, which is for good.
        An append whose caller is cancelled may still be written, whole.
        """
        if self._closed:
            raise FactoryError(f"{self.path} is closed")
        request = _Append(events, marks, calls, asyncio.get_running_loop().create_future())
        self._waiting.append(request)
        if self._committer is None:
            self._committer = asyncio.create_task(self._commit_waiting(), name="journal")
        return await request.done

    async def marks(self) -> dict[str, bytes]:
        """All marks, by name."""
        rows = await self._fetch("SELECT name, value FROM marks")
        return {name: value for name, value in rows if isinstance(name, str) and isinstance(value, bytes)}

    async def close(self) -> None:
        """Finish what is waiting, write a checkpoint, and let the next writer in. Closing twice is closing once."""
        if self._closed:
            return
        self._closed = True
        try:
            if self._committer is not None:
                await self._committer
            if self._state.seq > self._checkpoint:
                packed = await asyncio.to_thread(codec.encode_state, self._state)
                checkpoints = [(self._state.seq, FOLD_VERSION, packed)]
                await self._commit(Group(self._state, self._state.seq, self._due, checkpoints=checkpoints))
        finally:
            await self._connection.close()
            self._lock.release()

    async def _load(self) -> None:
        """Fold the journal up to its end, from its newest checkpoint; write the ones that are missing on the way."""
        await self._connection.execute("PRAGMA synchronous = FULL")
        await self._connection.execute("PRAGMA journal_mode = WAL")
        # A log of 16 MB before it is worked into the file: a bulk load then syncs a quarter as often.
        await self._connection.execute("PRAGMA wal_autocheckpoint = 4000")
        # Cut the log back after a bulk load: it would keep its largest size for ever.
        await self._connection.execute(f"PRAGMA journal_size_limit = {16 << 20}")
        self._stations = {name: number for number, name in await self._fetch("SELECT id, name FROM stations")}
        # The events are asked too: a station whose row was lost keeps its number to itself.
        used = (await self._fetch("SELECT max(station) FROM events WHERE station IS NOT NULL"))[0][0]
        self._next_station = max([used if isinstance(used, int) else 0, *self._stations.values()]) + 1
        self._know_log()
        self._state = await self._newest_checkpoint()
        self._checkpoint = self._state.seq
        last = await self._fetch(_LAST_ON_GRID, (FOLD_VERSION, groups.CHECKPOINT_EVERY, self._checkpoint))
        self._due = groups.due_after(*last[0]) if last else 0
        while True:
            step = groups.CHECKPOINT_EVERY - self._state.seq % groups.CHECKPOINT_EVERY
            after = self._state.seq
            rows = await self._fetch("SELECT seq, body FROM events WHERE seq > ? ORDER BY seq LIMIT ?", (after, step))
            if rows and rows[-1][0] - after != len(rows):
                # What is missing cannot be written again, and everything behind it would get a wrong number.
                lacks = codec.missing(after, (seq for seq, _ in rows))
                cure = "take it from a backup, or move it away; a new one will be made"
                raise FactoryError(f"{self.path} is damaged (it lacks event {lacks})", cure)
            group = Group(self._state, self._checkpoint, self._due)
            group.fold(codec.decode_all(codec.stored(body) for _, body in rows))
            self._state = group.state
            if group.checkpoints:
                await self._commit(group)
            if len(rows) < step:
                return

    async def _newest_checkpoint(self) -> FloorState:
        """The newest stored floor that can be read: a damaged one costs a longer fold, and not the journal."""
        sql = "SELECT seq, state FROM checkpoints WHERE fold = ? AND seq < ? ORDER BY seq DESC LIMIT 1"
        below = 1 << 62
        while rows := await self._fetch(sql, (FOLD_VERSION, below)):
            below, packed = rows[0]
            with suppress(FactoryError):
                state = codec.decode_state(codec.stored(packed))
                if state.seq == below:
                    return state
        return EMPTY

    async def _fetch(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        try:
            return [tuple(row) for row in await self._connection.execute_fetchall(sql, values)]
        except schema.UNUSABLE as error:
            raise _trouble(self.path, error) from error

    async def _commit_waiting(self) -> None:
        """Commit group after group until nobody waits; there is never more than one such task."""
        try:
            while self._waiting:
                await self._settle(self._take_group())
        finally:
            self._committer = None

    async def _settle(self, group: Sequence[_Append]) -> None:
        """Commit the group and tell everyone in it how it went."""
        try:
            ends = await self._write(group)
        except Exception as error:
            if len(group) > 1 and not isinstance(error, FactoryError):
                # One of them is at fault, not the disk: the others shall not pay for it.
                for request in group:
                    await self._settle([request])
                return
            for request in group:
                if not request.done.done():
                    request.done.set_exception(error)
        else:
            for request, end in zip(group, ends, strict=True):
                if not request.done.done():
                    request.done.set_result(end)

    def _take_group(self) -> list[_Append]:
        size = taken = 0
        for request in self._waiting:
            size += len(request.events)
            if taken and size > GROUP:
                break
            taken += 1
        group, self._waiting = self._waiting[:taken], self._waiting[taken:]
        return group

    async def _write(self, requests: Sequence[_Append]) -> list[int]:
        size = sum(len(request.events) for request in requests)
        if size <= INLINE and not groups.reaches_checkpoint(self._state.seq, size):
            group = self._prepare(requests)
        else:
            group = await asyncio.to_thread(self._prepare, requests)
        await self._commit(group)
        self._stations.update(group.stations)
        self._next_station += len(group.stations)
        return group.ends

    def _prepare(self, requests: Sequence[_Append]) -> Group:
        """Encode and fold; it changes nothing of the journal, so a failed commit leaves no trace."""
        group = Group(self._state, self._checkpoint, self._due)
        for request in requests:
            events, bodies = codec.encode_all(request.events)
            group.add(events, bodies, self._stations, self._next_station)
            group.marks.update(request.marks)
            group.calls.update(request.calls)
            group.ends.append(group.state.seq)
        return group

    async def _commit(self, group: Group) -> None:
        """One transaction, and the state after it."""
        self._check_place()
        self._know_log()
        write = self._connection.executemany
        try:
            if group.stations:
                await write(_INSERT_STATION, [(number, name) for name, number in group.stations.items()])
            if group.rows:
                await write(_INSERT_EVENT, group.rows)
            if group.marks:
                await write(_INSERT_MARK, group.marks.items())
            if group.calls:
                await write(_INSERT_CALL, group.calls.items())
            if group.checkpoints:
                await write(_INSERT_CHECKPOINT, group.checkpoints)
                await self._connection.execute(_DELETE_CHECKPOINTS, (group.checkpoint, groups.CHECKPOINT_EVERY))
            await self._connection.commit()
        except BaseException as error:
            await self._connection.rollback()
            if isinstance(error, schema.UNUSABLE):
                raise _trouble(self.path, error) from error
            raise
        self._state, self._checkpoint, self._due = group.state, group.checkpoint, group.due

    def _check_place(self) -> None:
        """SQLite would go on writing into files that have no name any more, and nobody keep off another writer."""
        for path, known in self._files.items():
            try:
                in_place = os.path.samestat(path.stat(), known)
            except FileNotFoundError:
                in_place = False
            if not in_place:
                raise JournalGoneError(f"{path} was removed while it was written", "begin again with a new one")

    def _know_log(self) -> None:
        """What is committed stands in SQLite's log at first, which it makes when it first needs one."""
        log = self.path.with_name(self.path.name + "-wal")
        if log not in self._files:
            with suppress(FileNotFoundError):
                self._files[log] = log.stat()


def _trouble(path: Path, error: Exception) -> FactoryError:
    """What an operator reads when SQLite could not do its work."""
    name = getattr(error, "sqlite_errorname", "")
    if name == "SQLITE_FULL":
        return UnwritableError(f"{path}: the disk is full, nothing was written", "make room; the journal then goes on")
    if name.startswith("SQLITE_IOERR"):
        return UnwritableError(
            f"{path}: the disk failed or is full, nothing was written ({name})", "check it; the journal then goes on"
        )
    if name.startswith("SQLITE_READONLY"):
        return UnwritableError(f"{path} may not be written", "look at its mode, and that of its directory")
    if schema.is_damage(error):
        return schema.damaged(path, error)
    return FactoryError(f"{path} could not be written ({error})", "see `factory-tui doctor`")
