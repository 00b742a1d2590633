"""Commands about stations while the disk takes nothing: what is refused is never done, and what is done is said."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from sessions.floor.commands import ChangeLife, PromptStation, StartStation
from sessions.floor.ours.lives import Change, Life
from sessions.supervisor import recorder
from sessions.supervisor.services.stations.hosted import Hosted
from tests.support.house import House
from tests.support.stations.yard import PARROT, manned, yard_in
from tests.support.supervisor import full_disk, until


@pytest.fixture
def yard(monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    yield from yard_in(monkeypatch)


def test_what_is_refused_is_not_done_when_there_is_room_again(yard: House) -> None:
    async def check() -> None:
        async with manned(yard) as floor:
            await floor.done(PARROT)
            await floor.turned(1)
            with full_disk():
                for wish in (ChangeLife("polly", Change.STOP), StartStation("parrot", name="two")):
                    reply = await floor.wish(wish)
                    assert not reply.ok
                    assert "nothing was written" in reply.reason
            await floor.done(PromptStation("polly", "say again"))
            await floor.turned(2)
            assert {name: known.life for name, known in floor.state.owned.items()} == {"polly": Life.RUNNING}
            assert not floor.state.intents

    asyncio.run(check())


def test_what_is_done_is_said_although_it_cannot_be_recorded(yard: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder, "FIRST_RETRY_S", 0.001)
    interrupt = Hosted.interrupt
    disk = full_disk()

    async def last(hosted: Hosted, station: str, command: str = "") -> None:
        await interrupt(hosted, station, command)
        disk.__enter__()

    async def check() -> None:
        async with manned(yard) as floor:
            await floor.done(StartStation("parrot", name="polly"))
            reply = await floor.wish(ChangeLife("polly", Change.PAUSE))
            disk.__exit__(None, None, None)
            assert not reply.ok
            assert "it is done" in reply.reason
            await floor.lives(Life.PAUSED)
            await until(floor.feed, lambda state: not state.intents)

    monkeypatch.setattr(Hosted, "interrupt", last)
    asyncio.run(check())
