"""A station that has done some work."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Awaitable, Callable, Iterator
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
def desk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """Not among the temporary files: these may lie in memory, of which Landlock keeps nobody out."""
    with tempfile.TemporaryDirectory(prefix="ft", dir="/tmp") as name:
        monkeypatch.setenv("XDG_STATE_HOME", f"{name}/state")
        yield Desk(Path(name))


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
