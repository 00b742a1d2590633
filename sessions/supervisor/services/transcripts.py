"""The supervisor's eye on what agents write."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing
from pathlib import Path

from sessions.floor.commands import CancelScan, CatchUp, Progress, WatchPlaces
from sessions.floor.events import (
    Event,
    ImportWanted,
    SessionClaimed,
    TokensUsed,
    ToolCalled,
    ToolFinished,
    TurnFailed,
    TurnStarted,
)
from sessions.floor.identity import UsageSource
from sessions.floor.state import Branch, FloorState
from sessions.journal.reader import JournalReader
from sessions.observe import watching
from sessions.observe.contract import Pricing
from sessions.observe.files import discover
from sessions.observe.observer import Batch, Observer
from sessions.observe.seats import HomeRepository, Seats
from sessions.supervisor.processes import ProcessWatch
from sessions.supervisor.recorder import Recorder
from sessions.supervisor.service import Asked, Service
from sessions.watching.blind import Blind

COUNTED = (TokensUsed, TurnStarted, TurnFailed, ToolCalled, ToolFinished)
"""Of these a station has counters; told by whoever runs it and by its transcript, they would count twice."""
WORTH_TELLING = 4_000_000
"""Bytes from which on a reading has its progress told: less is read before anybody can look, many times a minute."""


class TranscriptWatch(Service):
    """Reads transcripts into the journal: the past once, then what is added to them.

    One reading at a time. An observer that was interrupted is thrown away, and the next one begins at the marks that
    are committed: so nothing is read twice into the journal, and nothing is left out.
    """

    name = "transcripts"
    handles = (ImportWanted, CatchUp, WatchPlaces, CancelScan)
    hears = (SessionClaimed,)

    def __init__(
        self,
        journal: Path,
        extra: Sequence[Path],
        pricing: Pricing,
        recorder: Recorder,
        branches: Callable[[], Awaitable[None]],
    ) -> None:
        """`journal` is the file that `recorder` writes; `extra` are places to look besides the usual ones.

        `branches` brings branches up to date: sessions are matched to them, and keep the station of their first match.
        """
        self._branches = branches
        self._extra = list(extra)
        self._pricing, self._recorder = pricing, recorder
        self._past = JournalReader(journal)
        self._turn = asyncio.Lock()
        self._observer: Observer | None = None
        """Reads the usual places; None where what it remembers is out of date."""
        self._reading: Observer | None = None
        """Reads something now."""
        self._watching: asyncio.Task[None] | None = None
        self._cancelled = False
        self._processes = ProcessWatch(self._ended)
        self._rereading: set[asyncio.Task[None]] = set()
        owned = any(session.usage is UsageSource.OWNER for session in recorder.state.sessions.values())
        self._claimed = owned or self._past.past_owned()
        """Of some session its owner tells what it uses."""

    async def handle(self, asked: Asked) -> None:
        if isinstance(asked, CancelScan):
            self.cancel()
            return
        await self._branches()
        match asked:
            case ImportWanted():
                await self.read([Path(path) for path in asked.paths])
            case WatchPlaces():
                await self.follow_also([Path(path) for path in asked.paths])
            case _:
                await self.catch_up()

    def hear(self, events: Sequence[Event]) -> None:
        """A session has an owner who says whose it is."""
        for event in events:
            if isinstance(event, SessionClaimed):
                self._claimed |= event.usage is UsageSource.OWNER
                if self._observer is not None:
                    self._observer.seats.claim(event.session, event.station)

    async def catch_up(self) -> None:
        """Read everything that is on disk now and not yet in the journal, also what was once cancelled."""
        async with self._turn:
            if self._cancelled:
                self._observer, self._cancelled = None, False
            observer = await self._ready()
            await self._drain(observer, observer.scan())

    async def follow(self) -> None:
        """Catch up, then read what is written, until cancelled."""
        while True:
            try:
                await self.catch_up()
            finally:
                self._recorder.caught_up()
            self._watching = asyncio.create_task(self._watch())
            try:
                await asyncio.wait({self._watching})
            finally:
                self._watching.cancel()
            if not self._watching.cancelled():
                self._watching.result()

    async def follow_also(self, paths: Sequence[Path]) -> None:
        """Read and follow these places as well."""
        async with self._turn:
            new = [path for path in paths if path not in self._extra]
            self._extra += new
            if new:
                self._observer = None  # it knows the old places only
                # In its turn nobody else reads, so the watch can be broken off without losing what it has read.
                if self._watching is not None:
                    self._watching.cancel()
        await self.catch_up()

    async def _watch(self) -> None:
        places = [place.path for place in discover.places(self._extra)]
        async with aclosing(watching.watch(places, self._blind)) as changes:
            async for paths in changes:
                async with self._turn:
                    observer = await self._ready()
                    await self._drain(observer, observer.read(paths))

    def _blind(self, blind: Blind) -> None:
        self._recorder.trouble(self.name, blind.told())

    def _ended(self, process: int) -> None:
        """An agent's process has ended: what it left says how."""
        task = asyncio.get_running_loop().create_task(self._reread(process))
        self._rereading.add(task)
        task.add_done_callback(self._rereading.discard)

    async def _reread(self, process: int) -> None:
        files = frozenset(
            str(place.path / f"{process}.json")
            for place in discover.places(self._extra)
            if place.kind == discover.PROCESSES
        )
        async with self._turn:
            observer = await self._ready()
            await self._drain(observer, observer.read(files))

    async def read(self, paths: Sequence[Path]) -> None:
        """Read these transcripts, and those in these directories, once."""
        async with self._turn:
            observer = await self._new(discover.places(paths, only=True))
            # What it seats and counts, the one that follows does not know.
            self._observer = None
            await self._drain(observer, observer.scan())

    def cancel(self) -> None:
        """End the reading under way; what was read stays."""
        if self._reading is not None:
            self._cancelled = True
            self._reading.cancel()

    async def close(self) -> None:
        """Let go of the journal and of the processes."""
        self._processes.close()
        self._past.close()

    async def _ready(self) -> Observer:
        if self._observer is None:
            self._observer = await self._new(discover.places(self._extra))
        self._observer.seats.repository = home_of(self._recorder.state)
        return self._observer

    async def _new(self, places: Sequence[discover.SearchRoot]) -> Observer:
        state, loop = self._recorder.state, asyncio.get_running_loop()

        def progress(done: int, total: int) -> None:
            if total < WORTH_TELLING:
                return
            loop.call_soon_threadsafe(
                self._recorder.progress, self.name, Progress("reading transcripts", done, total, "bytes")
            )

        marks = await self._recorder.marks()
        seats = Seats(state, home_of(state), past=self._station_of)
        return Observer(places, seats, self._pricing, marks, self._past, progress)

    def _station_of(self, session: str) -> str:
        """The station of a session that is over."""
        known = self._past.past_session(session)
        return "" if known is None else known.station

    async def _drain(self, observer: Observer, batches: Iterator[Batch]) -> None:
        self._reading = observer
        try:
            while (batch := await asyncio.to_thread(next, batches, None)) is not None:
                await self._recorder.record(self._untold(batch.events), batch.marks, batch.calls)
        except BaseException:
            observer.cancel()  # for the thread, which nobody else can end
            self._observer = None
            raise
        finally:
            self._reading = None
            self._recorder.progress(self.name, None)
        self._processes.hold(s.process for s in self._recorder.state.stations.values() if s.process)

    def _untold(self, events: Sequence[Event]) -> Sequence[Event]:
        """The events without what counts of sessions whose owner tells it: calls of models, turns, uses of tools."""
        if not self._claimed:
            return events
        now, counts = self._recorder.state.sessions, [event for event in events if isinstance(event, COUNTED)]
        known = {name: now.get(name) or self._past.past_session(name) for name in {event.session for event in counts}}
        owned = {name for name, session in known.items() if session and session.usage is UsageSource.OWNER}
        return [event for event in events if not isinstance(event, COUNTED) or event.session not in owned]


def home_of(state: FloorState) -> HomeRepository:
    """The repository as its sessions are matched to it."""
    names = frozenset(station.called for station in state.stations.values() if station.called)
    return HomeRepository(state.repo, _worktrees(state.branches), frozenset(state.branches), names)


def _worktrees(branches: Mapping[str, Branch]) -> dict[str, str]:
    return {b.worktree: "" if b.detached else b.name for b in branches.values() if b.worktree}
