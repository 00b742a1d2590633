"""A simulated factory as the screens' source of truth: live, through a real journal that is thrown away at the end."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from console.links.link import LinkHealth, LinkMode, unheard
from console.links.own_desk import OwnDesk
from sessions import paths
from sessions.floor.commands import AnyWish, Progress, Reply
from sessions.floor.events import Event
from sessions.floor.state import EMPTY, FloorState
from sessions.simulation import BRANCHES, STATIONS, simulate
from sessions.simulation.triaged import triaged

if TYPE_CHECKING:  # asyncio's SQLite may not cost the first paint
    from sessions.asking.asked import Asked
    from sessions.asking.question import A, Question
    from sessions.journal.writer import Journal
    from sessions.views.floor.last import LastFloor

TICK_S = 0.1
"""How often a batch of events is journaled."""
HISTORY_S = 2_700.0
"""How long the factory has been running when it is opened; less where more stations make more of it."""
MANY = 100
"""Stations from which on it is less."""
CHUNK = 2_000
MAX_BATCH = 20_000
"""Events of one tick; a machine that cannot keep up falls behind instead of standing still."""


class DemoLink:
    """A `Link` over a simulation. `rate` is events per second; None is the pace of a real factory, about 3."""

    mode = LinkMode.SIMULATED
    last = None

    def __init__(
        self, stations: int = STATIONS, branches: int = BRANCHES, rate: float | None = None, seed: int = 1
    ) -> None:
        self.title = f"simulated: {stations} stations, {branches} branches, seed {seed}"
        self._opened = time.time()
        self._rate = rate
        begin = self._opened - HISTORY_S * min(1.0, MANY / stations)
        self._events = triaged(simulate(seed, stations, branches, begin, self._opened, rate or 0.0), seed)
        self._directory: Path | None = None
        self._state = EMPTY
        self._desk = OwnDesk(lambda: self._state, self._lines_of)
        self._health = LinkHealth()
        self._changed: Callable[[], None] = unheard
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def drafts(self) -> None:
        """Nobody is asked for anything here."""

    @property
    def state(self) -> FloorState:
        return self._state

    @property
    def health(self) -> LinkHealth:
        return self._health

    def now(self) -> float:
        return time.time()

    def keep(self, floor: LastFloor) -> None:
        """The next simulation is another factory."""

    def listen(self, changed: Callable[[], None]) -> None:
        self._changed = changed

    def start(self) -> None:
        if self._thread is None:
            self._directory = Path(tempfile.mkdtemp(prefix="factory-tui-demo-"))
            self._thread = threading.Thread(target=self._work, args=(self._directory,), name="demo", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End the thread and remove the journal."""
        self._stopping.set()
        self._desk.close()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        if self._directory is not None:
            shutil.rmtree(self._directory, ignore_errors=True)
            self._directory = None

    def again(self) -> None:
        """No supervisor feeds a simulation."""

    def attach(self, station: str) -> str:
        return "a simulated agent has no terminal"

    async def send(self, wish: AnyWish, together: str = "") -> Reply:
        return Reply(False, "this factory is simulated", "run factory-tui in a git repository for a real one")

    def ask(self, question: Question[A], heard: Callable[[A], None] | None = None) -> Asked[A]:
        return self._desk.ask(question, heard)

    def _lines_of(self, station: str, before: int, limit: int) -> list[tuple[int, bytes]]:
        if self._directory is None:
            return []
        from sessions.journal.reader import JournalReader

        reader = JournalReader(paths.journal_path(self._directory))
        try:
            return reader.lines_of(station, before, limit)
        finally:
            reader.close()

    # On the thread

    def _work(self, directory: Path) -> None:
        try:
            asyncio.run(self._simulate(directory))
        except Exception as error:  # whatever it is, the thread must not end in silence: the screen says why
            self._health = LinkHealth(connected=False, trouble=f"the simulation stopped: {error}")
            self._changed()

    async def _simulate(self, directory: Path) -> None:
        from sessions.journal.writer import Journal

        journal = await Journal.open(paths.journal_path(directory))
        try:
            late = await self._begin(journal)
            if self._rate is None:
                await self._at_its_own_pace(journal, late)
            else:
                await self._at_a_rate(journal, self._rate)
        finally:
            await journal.close()

    async def _begin(self, journal: Journal) -> Event:
        """Journal what happened before the demo was opened; the first event after it is returned.

        It is shown when all of it is there: a floor that is flooded with its past sorts itself again and again.
        """
        batch: list[Event] = []
        for event in self._events:
            if event.time > self._opened or self._stopping.is_set():
                self._health = LinkHealth()
                await self._append(journal, batch)
                self._show(journal)
                return event
            batch.append(event)
            if len(batch) >= CHUNK:
                await journal.append(batch)
                done = Progress("simulating what came before", journal.state.seq, 0, "events")
                self._health = LinkHealth(connected=False, progress=done)
                self._changed()
                batch = []
        raise RuntimeError("the simulation ended")

    async def _append(self, journal: Journal, events: Sequence[Event]) -> None:
        if events:
            await journal.append(events)
            self._show(journal)

    def _show(self, journal: Journal) -> None:
        self._state = journal.state
        self._changed()

    async def _at_its_own_pace(self, journal: Journal, waiting: Event) -> None:
        """Every event when its time has come."""
        while not self._stopping.is_set():
            now = time.time()
            batch: list[Event] = []
            while waiting.time <= now and len(batch) < MAX_BATCH:
                batch.append(waiting)
                waiting = next(self._events)
            await self._append(journal, batch)
            await self._pause()

    async def _at_a_rate(self, journal: Journal, rate: float) -> None:
        """So many events a second, whatever their own times: each is told to have happened when it is shown."""
        begun, done = time.monotonic(), 0
        while not self._stopping.is_set():
            due = int((time.monotonic() - begun) * rate) - done
            await self._append(journal, _restamped(islice(self._events, min(due, MAX_BATCH)), due))
            done += due
            await self._pause()

    async def _pause(self) -> None:
        await asyncio.sleep(TICK_S)


def _restamped(events: Iterator[Event], count: int) -> list[Event]:
    """The events, spread evenly over the tick that ends now."""
    start, step = time.time() - TICK_S, TICK_S / max(1, count)
    return [replace(event, time=round(start + number * step, 3)) for number, event in enumerate(events, 1)]
