"""A real journal whose queue is kept by the service of triage."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from sessions.floor import events as ev
from sessions.floor.commands import AnyWish, Command
from sessions.floor.decide.decide import decide
from sessions.floor.decide.decision import Accepted
from sessions.floor.identity import Owner
from sessions.floor.ours.lives import Life
from sessions.floor.state import FloorState
from sessions.floor.triage.chosen import Chosen
from sessions.journal.writer import Journal
from sessions.supervisor.recorder import Recorder
from sessions.supervisor.services.triage.service import Triage
from tests.support.supervisor import PATIENCE_S

NOTHING = Chosen()


class Floor:
    """A floor, its journal, and what was told."""

    def __init__(self, recorder: Recorder, triage: Triage) -> None:
        self.recorder, self.triage = recorder, triage
        self.told: list[ev.Event] = []
        self.troubles: list[str] = []
        """What went wrong each time that somebody was told; "" where nothing did."""
        recorder.trouble = self._troubled  # type: ignore[method-assign]
        self._news = asyncio.Event()
        recorder.tell(self._hear)
        recorder.tell(triage.hear)

    def _hear(self, events: Sequence[ev.Event]) -> None:
        self.told += events
        self._news.set()

    def _troubled(self, source: str, text: str) -> None:
        self.troubles.append(text)
        self._news.set()

    @property
    def state(self) -> FloorState:
        return self.recorder.state

    async def say(self, *events: ev.Event) -> None:
        await self.recorder.record(events)

    async def wish(self, wish: AnyWish, command: str = "c1") -> None:
        now = time.time()
        decision = await self.recorder.decide(lambda state: decide(state, Command(command, "mara@box", now, wish), now))
        assert isinstance(decision, Accepted), decision

    async def until(self, so: Callable[[FloorState], object]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not so(self.state):
                self._news.clear()
                await self._news.wait()

    def of(self, kind: type[ev.Event]) -> list[ev.Event]:
        return [event for event in self.told if isinstance(event, kind)]


@asynccontextmanager
async def kept(at: Path, past: bool = True, chosen: Chosen = NOTHING) -> AsyncIterator[Floor]:
    journal = await Journal.open(at / "journal.db")
    recorder = Recorder(journal)
    made = Floor(recorder, Triage(recorder, chosen))
    if past:
        recorder.caught_up()
    following = asyncio.create_task(made.triage.follow())
    try:
        yield made
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        await journal.close()


def ours(name: str = "api") -> tuple[ev.Event, ...]:
    now = time.time()
    return (
        ev.StationOpened(time=now, station=name, kind="builtin", owner=Owner.OURS),
        ev.LifeChanged(time=now, station=name, life=Life.RUNNING, process=7),
        ev.TurnStarted(time=now, station=name, text="do it"),
    )


def failed(name: str = "api", reason: str = "API Error: 529 overloaded") -> ev.Event:
    return ev.TurnFailed(time=time.time(), station=name, reason=reason)
