"""A host's part in tests: it starts an agent, hears what is told, and waits for it."""

from __future__ import annotations

import asyncio
import os
import shlex
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from sessions.floor import events as ev
from sessions.floor.scope import Scope
from sessions.floor.tokens import Tokens
from sessions.stations.acp.preset import Preset
from sessions.stations.acp.quirks import Quirks
from sessions.stations.contract import Agent, Brief, Conversing

FAKE = (sys.executable, str(Path(__file__).with_name("fake_acp.py")))
PLAIN = Preset(name="fake", title="Fake", program="", quirks=Quirks())
WITHIN_S = 40.0

E = TypeVar("E", bound=ev.Event)


class Heard:
    """A `Tell` that remembers."""

    def __init__(self) -> None:
        self.events: list[ev.Event] = []
        self._came = asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()

    def __call__(self, events: Sequence[ev.Event]) -> None:
        self.events.extend(events)
        task = asyncio.get_running_loop().create_task(self._wake())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _wake(self) -> None:
        async with self._came:
            self._came.notify_all()

    def all(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]

    async def until(self, kind: type[E], number: int = 1) -> E:
        """The so-manieth event of a kind, once it is there."""
        await self.when(lambda: len(self.all(kind)) >= number)
        return self.all(kind)[number - 1]

    async def when(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(WITHIN_S), self._came:
            await self._came.wait_for(holds)

    async def turn(self, number: int = 1) -> ev.Event:
        """The end of the so-manieth turn."""
        ends = (ev.TurnFinished, ev.TurnFailed, ev.AgentLost)
        await self.when(lambda: sum(isinstance(event, ends) for event in self.events) >= number)
        return [event for event in self.events if isinstance(event, ends)][number - 1]

    @property
    def words(self) -> str:
        """All that the agent said."""
        return " ".join(event.text for event in self.all(ev.TextWritten))

    @property
    def tokens(self) -> Tokens:
        """All that was used."""
        return sum((event.tokens for event in self.all(ev.TokensUsed)), Tokens())


def brief(place: Path, *flags: str, session: str = "", station: str = "ship-1", **options: str) -> Brief:
    """For the scripted agent, in a place of its own."""
    for name in ("work", "home"):
        (place / name).mkdir(parents=True, exist_ok=True)
    return Brief(
        station=station,
        directory=str(place / "work"),
        home=str(place / "home"),
        transcript=str(place / f"{station}.jsonl"),
        environment={"HOME": str(place / "home"), "PATH": os.environ["PATH"], "FACTORY_TUI_STATION": station},
        session=session,
        scope=Scope(),
        options={"command": shlex.join((*FAKE, *flags)), **options},
    )


@asynccontextmanager
async def begun(kind: Conversing, of: Brief) -> AsyncIterator[tuple[Agent, Heard]]:
    """An agent, and what it tells; ended afterwards."""
    heard = Heard()
    agent = await kind.start(of, heard)
    try:
        yield agent, heard
    finally:
        await agent.close()
