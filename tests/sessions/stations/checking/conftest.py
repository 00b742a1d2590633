"""A station that has done some work."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from queue import SimpleQueue

import pytest

from sessions.branches.git.run import Reins
from sessions.stations.checking import room
from sessions.stations.places.layout import Place
from sessions.stations.running.fitting import Factory
from tests.sessions.stations.checking.desk import Desk

PATIENCE_S = 30.0


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return Desk(tmp_path)


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> Callable[[], Awaitable[None]]:
    """Waits until a command has written into the pipe `begun` of its place."""
    made, fill = SimpleQueue[Path](), room.fill

    def filled(factory: Factory, place: Place, reins: Reins) -> tuple[str, ...]:
        told = fill(factory, place, reins)
        os.mkfifo(place.work / "begun")
        made.put(place.work / "begun")
        return told

    monkeypatch.setattr(room, "fill", filled)

    async def wait() -> None:
        await asyncio.to_thread(lambda: made.get(timeout=PATIENCE_S).read_bytes())

    return wait
