"""How the life of a supervisor begins where another one has yet to end."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from sessions.floor import events as ev
from sessions.floor.ours.lives import Life
from sessions.journal.lock import HeldError, hold
from sessions.supervisor import life
from sessions.supervisor.process import Options
from tests.support.house import LONG, House, house_in, working
from tests.support.supervisor import PATIENCE_S


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    yield from house_in(monkeypatch)


def test_a_signal_ends_it_also_while_it_waits_for_another_one(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def check() -> None:
        loop, waits = asyncio.get_running_loop(), asyncio.Event()

        def nobody(socket: Path) -> bool:
            loop.call_soon_threadsafe(waits.set)
            return False

        monkeypatch.setattr(life, "reachable", nobody)
        monkeypatch.setattr(life, "LOCK_PATIENCE_S", 10 * PATIENCE_S)
        with hold(house.place.lock):
            living = asyncio.create_task(life.live(house.place, LONG, lambda: None))
            await asyncio.wait_for(waits.wait(), PATIENCE_S)
            os.kill(os.getpid(), signal.SIGTERM)
            with pytest.raises(HeldError):
                await asyncio.wait_for(living, PATIENCE_S)

    asyncio.run(check())


@pytest.mark.parametrize(
    ("event", "stays"),
    [
        (ev.BringBackWanted(time=1.0, command="c", who="ann", station="s", task="t1"), True),
        # What was wanted of one that died over it: nobody wants it anew.
        (ev.LifeChanged(time=1.0, station="s", life=Life.RUNNING), True),
        (ev.LifeChanged(time=1.0, station="s", life=Life.KILLED), False),
        (ev.TaskHeld(time=1.0, task="t1"), False),
    ],
)
def test_one_that_a_command_started_is_there_for_its_stations_too(house: House, event: ev.Event, stays: bool) -> None:
    async def check() -> bool:
        async with working(house) as (supervisor, _):
            reception = life._Reception(Options(brief=True), 60.0, supervisor)
            reception.hear([event])
            return reception.looked_at.is_set()

    assert asyncio.run(check()) is stays
