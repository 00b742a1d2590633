"""A house in which stations run: a real supervisor or its services in this process, real hosts, a scripted agent."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from sessions.errors import FactoryError
from sessions.floor.commands import AnyWish, Command, Reply, StartStation
from sessions.floor.ours.lives import Life
from sessions.floor.ours.owned import Owned
from sessions.floor.state import FloorState
from sessions.stations.hosting.client import Host
from sessions.stations.keeping.client import Keeper
from sessions.stations.keeping.starting import socket_of
from sessions.supervisor.supervisor import Supervisor
from sessions.supervisor.wire.feed import Feed
from tests.support.house import House, house_in, working
from tests.support.stations.hosting import installed
from tests.support.supervisor import until

PARROT = StartStation("parrot", "say hello", name="polly")


class Floor:
    """The services of a supervisor at work in this process, and whoever commands them."""

    def __init__(self, work: Supervisor, feed: Feed) -> None:
        self.work, self.feed = work, feed
        self._given = 0

    @property
    def state(self) -> FloorState:
        return self.feed.state

    def owned(self, station: str = "polly") -> Owned:
        return self.feed.state.owned[station]

    async def wish(self, wish: AnyWish) -> Reply:
        """Give a command and wait for what it comes to."""
        self._given += 1
        return await self.work.obey(Command(f"t{os.getpid()}x{time.time_ns()}", "ann@box", time.time(), wish))

    async def done(self, wish: AnyWish) -> str:
        """The same, where it must be done; returns the station that it was about."""
        reply = await self.wish(wish)
        assert reply.ok, reply
        return reply.about

    async def lives(self, life: Life, station: str = "polly") -> Owned:
        """Wait until the station is so."""
        state = await until(self.feed, lambda state: station in state.owned and state.owned[station].life is life)
        return state.owned[station]

    async def turned(self, turns: int, station: str = "polly") -> None:
        """Wait until so many turns have begun, and the last is over."""
        await until(
            self.feed, lambda state: state.stations[station].turns >= turns and not state.owned[station].turn_since
        )


@asynccontextmanager
async def manned(house: House) -> AsyncIterator[Floor]:
    """The services of a supervisor at work there in this process; hosts and agents go on afterwards."""
    async with working(house) as (work, feed):
        yield Floor(work, feed)


def yard_in(monkeypatch: pytest.MonkeyPatch, within: str | None = None) -> Iterator[House]:
    """For a fixture: a house with a scripted kind of agent; all that runs there ends with it."""
    for house in house_in(monkeypatch, within):
        monkeypatch.setenv("PYTHONPATH", str(installed(house.root / "plugin")))
        monkeypatch.syspath_prepend(str(house.root / "plugin"))
        try:
            yield house
        finally:
            asyncio.run(ended_all(house.place.state_dir))


async def ended_all(state_dir: Path) -> None:
    """End all hosts, then the keeper, and with it everything else that runs."""
    for socket in await asyncio.to_thread(lambda: sorted(state_dir.glob("host-*.sock"))):
        with suppress(OSError, FactoryError):
            await (await Host.connect(socket)).end()
    if socket_of(state_dir).exists():
        keeper = await Keeper.open(state_dir, scoped=False)
        await keeper.stop("the test is over")
        await keeper.close()
