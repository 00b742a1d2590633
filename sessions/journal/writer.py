"""The one writer of a journal: events become durable, then they become the floor.

Appends that arrive while a commit is under way share the next one, so many small appends cost little more than one
large one. Every commit is synced (`synchronous = FULL`): an acknowledged event then survives a power cut too. On an SSD
a commit takes 0.8 ms so and 0.4 ms with `NORMAL`; a bulk load commits so seldom that it would gain nothing.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import aiosqlite
import msgspec

from sessions.errors import FactoryError
from sessions.floor.commands import PERCENT, Progress
from sessions.floor.events import Event
from sessions.floor.state import EMPTY, FloorState, Session
from sessions.journal import blocks, codec, schema, upkeep
from sessions.journal import group as groups
from sessions.journal.blocks import Row
from sessions.journal.group import GroupCommit
from sessions.journal.lock import Lock, beside
from sessions.journal.past import past_sessions
from sessions.journal.trouble import Files, JournalGoneError, trouble

__all__ = ["GROUP", "INLINE", "Journal", "JournalGoneError"]

GROUP = 20_000
"""Events that one commit takes together; a single larger append still is one commit."""
INLINE = 200
"""Groups up to this size are encoded and folded on the event loop; larger ones on a thread, so that it stays free."""


Told = Callable[[Progress], None]
"""Is told how far long work is."""


class OvertakenError(Exception):
    """Other events came before those that should have followed a certain one; nothing of these was written."""


class Written(msgspec.Struct, frozen=True):
    """What came of an append."""

    last: int
    """The sequence number of its last event."""
    events: codec.Encoded
    """The events with what the journal has added, as they stand in it, one after the other."""


class _Append:
    """What one caller of `append` waits for."""

    def __init__(
        self,
        events: Sequence[Event],
        marks: Mapping[str, bytes],
        calls: Mapping[bytes, bytes],
        after: int | None,
        done: asyncio.Future[Written],
    ) -> None:
        self.events, self.marks, self.calls = events, dict(marks), dict(calls)
        self.after, self.done = after, done
        self.written = codec.Encoded.of((), [])


class Journal:
    """The append-only log of one repository's events, open for writing. Use `Journal.open`."""

    def __init__(self, path: Path, connection: aiosqlite.Connection, lock: Lock) -> None:
        self.path = path
        self._connection = connection
        self._lock = lock
        self._files = Files(path, lock.path)
        self._state = EMPTY
        self._checkpoint = self._due = 0
        self._tail: list[Row] = []
        """The events that are in no block yet."""
        self._tail_size = 0
        self._packs = True
        self._ready = False
        """It is up to date, and can be written."""
        self._stations: dict[str, int] = {}
        self._next_station = 1
        self._remembers = False
        """Some session is over."""
        self._waiting: list[_Append] = []
        self._committer: asyncio.Task[None] | None = None
        self._closed = False

    @classmethod
    async def open(cls, path: Path, told: Told | None = None) -> Journal:
        """Open the journal at `path` for writing, made if missing, brought up to date if older.

        Raises `NewerFormatError` when a newer program wrote it and `FactoryError` when it is no journal, damaged, or
        being written by another process. Its file is harmed in none of these cases.
        """
        journal = await cls.begin(path)
        try:
            await journal.bring_up(told)
        except BaseException:
            await journal.close()
            raise
        return journal

    @classmethod
    async def begin(cls, path: Path, lock: Lock | None = None) -> Journal:
        """The first, short part of opening: the journal is this process's own. Then comes `bring_up`.

        A `lock` that is held already is taken over, and let go of with the journal, or when it cannot be opened.
        """
        connection: aiosqlite.Connection | None = None
        try:
            await asyncio.to_thread(schema.check, path, missing_ok=True)
            lock = lock or Lock.take(beside(path))
            await asyncio.to_thread(schema.prepare, path)
            # IMMEDIATE: Python's sqlite3 begins a transaction by itself before the first INSERT.
            connection = await aiosqlite.connect(
                schema.uri(path, "mode=rw"), uri=True, isolation_level="IMMEDIATE", cached_statements=32
            )
            journal = cls(path, connection, lock)
            await journal._load()
        except BaseException as error:
            try:
                if connection is not None:
                    await connection.close()
            finally:
                if lock is not None:
                    lock.release()
            if isinstance(error, schema.UNUSABLE):
                raise trouble(path, error) from error
            raise
        return journal

    async def bring_up(self, told: Told | None = None) -> None:
        """Fold up to the journal's end and pack what is old, on a thread; `told` hears how far it is.

        Whoever cancels it waits for the portion that is under way, and the next one goes on after that. Raises
        `FactoryError` when the journal is damaged or cannot be written.
        """
        loop, over = asyncio.get_running_loop(), threading.Event()

        def tell(what: str, done: int, total: int) -> None:
            def say() -> None:
                if told is not None and not over.is_set():
                    told(Progress(what, 100 * done // total, 100, PERCENT) if total else Progress(what, 0, 0))

            loop.call_soon_threadsafe(say)

        work = asyncio.create_task(asyncio.to_thread(upkeep.bring_up, self.path, tell, over))
        work.add_done_callback(lambda work: work.cancelled() or work.exception())  # also where nobody waits any more
        try:
            kept = await asyncio.shield(work)
        except asyncio.CancelledError:
            over.set()
            await asyncio.wait({work})
            raise
        over.set()
        self._state, self._checkpoint, self._due = kept.state, kept.checkpoint, kept.due
        self._tail, self._tail_size, self._packs = kept.tail, sum(len(row[5]) for row in kept.tail), kept.packs
        self._remembers = bool(await self._fetch(past_sessions.ANY))
        self._ready = True
        self._files.know_log()

    @property
    def state(self) -> FloorState:
        """The floor after the last committed event."""
        return self._state

    async def append(
        self,
        events: Sequence[Event],
        marks: Mapping[str, bytes] = {},
        calls: Mapping[bytes, bytes] = {},
        after: int | None = None,
    ) -> int:
        """As `write`; returns the sequence number of the last event."""
        return (await self.write(events, marks, calls, after)).last

    async def write(
        self,
        events: Sequence[Event],
        marks: Mapping[str, bytes] = {},
        calls: Mapping[bytes, bytes] = {},
        after: int | None = None,
    ) -> Written:
        """Write `events`, `marks` and `calls` in one transaction, with what is to be said of sessions that are over.

        It returns once they are durable. When it raises `FactoryError` (a full disk, a failing one) nothing of them
        was written, and later appends work as soon as the disk does, but for `JournalGoneError`, which is for good.
        An append whose caller is cancelled may still be written, whole. With `after` the events are to follow that
        sequence number at once: `OvertakenError` when they would not.
        """
        if self._closed or not self._ready:
            raise FactoryError(f"{self.path} is {'closed' if self._closed else 'not up to date yet'}")
        request = _Append(events, marks, calls, after, asyncio.get_running_loop().create_future())
        self._waiting.append(request)
        if self._committer is None:
            self._committer = asyncio.create_task(self._commit_waiting(), name="journal")
        return await request.done

    async def marks(self) -> dict[str, bytes]:
        """All marks, by name."""
        rows = await self._fetch("SELECT name, value FROM marks")
        return {
            name: blocks.unpacked_mark(value)
            for name, value in rows
            if isinstance(name, str) and isinstance(value, bytes)
        }

    async def settle(self) -> None:
        """Store the floor as it is now and pack what is worth a block, as closing does."""
        while self._committer is not None:
            await asyncio.wait({self._committer})
        self._committer = asyncio.create_task(self._settle_down(), name="journal")
        await asyncio.shield(self._committer)

    async def _settle_down(self) -> None:
        try:
            group = self._group()
            if self._ready and await asyncio.to_thread(_finish, group):
                await self._commit(group)
        finally:
            await self._commit_waiting()  # who came meanwhile

    async def close(self) -> None:
        """Finish what is waiting, write a checkpoint, and let the next writer in. Closing twice is closing once."""
        if self._closed:
            return
        self._closed = True
        try:
            if self._committer is not None:
                await asyncio.wait({self._committer})
            group = self._group()
            if self._ready and await asyncio.to_thread(_finish, group):
                await self._commit(group)
                if group.packed_rows:  # their room is given back, where the file is made for that
                    await self._connection.executescript(schema.GIVE_BACK)
        finally:
            try:
                await self._connection.close()
            finally:
                self._lock.release()

    async def _load(self) -> None:
        for pragma in schema.WRITING:
            await self._connection.execute(pragma)
        self._stations = {name: number for number, name in await self._fetch("SELECT id, name FROM stations")}
        # The events are asked too: a station whose row was lost keeps its number to itself.
        used = await self._fetch(
            "SELECT max(station) FROM events WHERE station IS NOT NULL "
            "UNION ALL SELECT max(station) FROM station_blocks"
        )
        self._next_station = max([0, *self._stations.values(), *(n for (n,) in used if isinstance(n, int))]) + 1
        self._files.know_log()

    async def _fetch(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        try:
            return [tuple(row) for row in await self._connection.execute_fetchall(sql, values)]
        except schema.UNUSABLE as error:
            raise trouble(self.path, error) from error

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
                    request.done.set_result(Written(end, request.written))

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
        known = await self._known([event for request in requests for event in request.events])
        size = sum(len(request.events) for request in requests)
        long = groups.takes_long(self._state.seq, size, len(self._tail), self._tail_size)
        if size <= INLINE and not long and not past_sessions.are_many(self._state):
            group = self._prepare(requests, known)
        else:
            group = await asyncio.to_thread(self._prepare, requests, known)
        await self._commit(group)
        self._stations.update(group.stations)
        self._next_station += len(group.stations)
        return group.ends

    async def _known(self, events: Sequence[Event]) -> dict[str, Session]:
        """The sessions of these events that were over."""
        known: dict[str, Session] = {}
        names = past_sessions.strangers(self._state, events) if self._remembers else ()
        for at in range(0, len(names), past_sessions.TOLD):
            part = names[at : at + past_sessions.TOLD]
            known.update(past_sessions.read(await self._fetch(past_sessions.select(part), part)))
        return known

    def _prepare(self, requests: Sequence[_Append], known: dict[str, Session]) -> GroupCommit:
        """Encode and fold; it changes nothing of the journal, so a failed commit leaves no trace."""
        group = self._group()
        for request in requests:
            if request.after not in (None, group.state.seq):
                raise OvertakenError
            events = past_sessions.with_returns(codec.encoded(request.events), known)
            group.add(events, events.bodies, self._stations, self._next_station)
            if request is requests[-1] and (over := past_sessions.forgotten(group.state)):
                added = codec.encoded(over)
                group.add(added, added.bodies, self._stations, self._next_station)
                events = codec.Encoded.of((*events, *added), events.bodies + added.bodies)
            request.written = events
            group.marks.update(request.marks)
            group.calls.update(request.calls)
            group.ends.append(group.state.seq)
        return group

    def _group(self) -> GroupCommit:
        return GroupCommit(
            self._state,
            self._checkpoint,
            self._due,
            tail=[*self._tail],
            tail_size=self._tail_size,
            written=self._state.seq,
            packs=self._packs,
        )

    async def _commit(self, group: GroupCommit) -> None:
        """One transaction, and the state after it."""
        self._files.check()
        self._files.know_log()
        try:
            for sql, values in group.statements():
                await self._connection.executemany(sql, values)
            await self._connection.commit()
        except BaseException as error:
            await self._connection.rollback()
            if isinstance(error, schema.UNUSABLE):
                raise trouble(self.path, error) from error
            raise
        self._state, self._checkpoint, self._due = group.state, group.checkpoint, group.due
        self._tail, self._tail_size = (group.tail, group.tail_size) if self._packs else ([], 0)
        self._remembers |= bool(group.over)


def _finish(group: GroupCommit) -> bool:
    """Store the floor, and pack the tail where that is worth a block; False when there is nothing to do."""
    worth = group.packs and len(group.tail) >= blocks.LEAST_EVENTS
    if worth:
        group.seal()
    stale = group.state.seq > group.checkpoint
    if stale:
        group.store()
    return worth or stale
