"""Looking at what stations commit keeps nobody waiting, whatever they write."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sessions.floor.events import Event
from sessions.stations.places.layout import Place, Record
from sessions.supervisor.services.stations import arrivals
from sessions.supervisor.services.stations.arrivals import Arrivals


class Doors:
    """Doors of stations that are looked through for as long as `open` is not set."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, look: Callable[[], list[Event]]) -> None:
        place = SimpleNamespace(record=SimpleNamespace(clone=False))
        door = SimpleNamespace(waits=False, look=look)
        monkeypatch.setattr(arrivals, "place_of", lambda *_: place)
        monkeypatch.setattr(arrivals, "Absorber", lambda *_: door)
        owned = SimpleNamespace(scope=SimpleNamespace(write=()))
        crew: Any = SimpleNamespace(factory=SimpleNamespace(state_dir=None), owned=lambda _: owned)
        self.arrivals = Arrivals(crew)


def test_looks_without_end_keep_nobody_else_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    opened = threading.Event()

    def look() -> list[Event]:
        opened.wait()
        return []

    async def scene() -> None:
        found = Doors(monkeypatch, look).arrivals
        try:
            for number in range(60):
                await found.follow(f"s{number}")
            async with asyncio.timeout(30):
                assert await asyncio.to_thread(lambda: "served") == "served"
        finally:
            opened.set()
            await found.close()

    asyncio.run(scene())


def test_after_a_look_that_took_long_nobody_looks_by_himself_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[str] = []
    monkeypatch.setattr(arrivals, "QUICK_S", -1.0)
    monkeypatch.setattr(arrivals, "DEAREST", 1e12)

    def look() -> list[Event]:
        looks.append("look")
        return []

    async def scene() -> None:
        resting, over = asyncio.Queue[float](), asyncio.Event()

        async def sleep(seconds: float) -> None:
            resting.put_nowait(seconds)
            await over.wait()

        found = Doors(monkeypatch, look).arrivals
        monkeypatch.setattr(asyncio, "sleep", sleep)
        await found.follow("s1")
        assert await resting.get() == arrivals.LONGEST_S
        found.hear("s1")
        for _ in range(5):
            await asyncio.to_thread(looks.copy)
        assert len(looks) == 1
        await found.look("s1")  # who asks for it has it at once
        assert len(looks) == 2
        over.set()
        await resting.get()
        assert len(looks) == 3
        monkeypatch.setattr(arrivals, "QUICK_S", 1e9)
        found.hear("s1")
        while len(looks) < 4:
            await asyncio.to_thread(looks.copy)
        await found.close()
        assert resting.empty()

    asyncio.run(scene())


def test_a_station_that_floods_the_kernel_holds_nobody_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refs = tmp_path / "work/.git/refs/heads"
    refs.mkdir(parents=True)
    looks: list[str] = []
    monkeypatch.setattr(arrivals, "FLOOD_S", 0.01)

    def look() -> list[Event]:
        looks.append("look")
        return []

    async def scene() -> None:
        found = Doors(monkeypatch, look).arrivals
        place = Place(tmp_path, Record("s1", "b", "", ""))
        monkeypatch.setattr(arrivals, "place_of", lambda *_: place)
        await found.follow("s1")
        flood = "import os\nwhile True:\n for n in range(100):\n  os.rename(f'{n}', 'x'); os.rename('x', f'{n}')\n"
        make = "import os\nfor n in range(100): open(f'{n}', 'w').close()\n"
        flooding = await asyncio.create_subprocess_exec(sys.executable, "-c", make + flood, cwd=refs)
        try:
            for _ in range(20):
                before = len(looks)
                async with asyncio.timeout(30):
                    while len(looks) == before:
                        await asyncio.to_thread(looks.copy)
        finally:
            flooding.kill()
            await flooding.wait()
            await found.close()

    asyncio.run(scene())
