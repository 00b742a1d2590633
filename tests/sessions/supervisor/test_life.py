"""How the life of a supervisor begins where another one has yet to end."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from sessions.journal.lock import HeldError, hold
from sessions.supervisor import life
from tests.support.house import LONG, House, house_in
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
