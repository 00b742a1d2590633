"""Outboxes for tests: one that listens, and processes of stations that speak into it."""

from __future__ import annotations

import asyncio
import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from functools import cache
from pathlib import Path

from sessions.stations.contract import Signal
from sessions.stations.signals import hook, tools
from sessions.stations.signals.outbox import Batch, Outbox
from sessions.stations.signals.questions import Withdrawn
from tests.support.supervisor import PATIENCE_S

STATION = "ship"
Payload = Mapping[str, object]


class Listening:
    """A supervisor's end, that settles each batch as soon as it comes."""

    def __init__(self, outbox: Outbox) -> None:
        self.outbox = outbox
        self.signals: list[Signal] = []
        self.withdrawn: list[Withdrawn] = []
        self.skipped: dict[str, int] = {}
        self.marks: dict[str, bytes] = {}
        self._changed = asyncio.Event()

    def take(self, batch: Batch) -> None:
        self.signals += batch.signals
        self.withdrawn += batch.withdrawn
        for event in batch.skipped:
            self.skipped[event.reason] = self.skipped.get(event.reason, 0) + event.count
        self.marks.update(batch.marks)

    async def listen(self) -> None:
        async for batch in self.outbox.batches():
            self.take(batch)
            await self.outbox.settle(batch)
            self._changed.set()

    async def until(self, holds: Callable[[], object]) -> None:
        """Wait until something holds that only what is told can make so."""
        async with asyncio.timeout(PATIENCE_S):
            while not holds():
                self._changed.clear()
                await self._changed.wait()

    async def question(self, number: int = 1) -> Signal:
        """The so-manieth signal that waits for an answer."""
        await self.until(lambda: len(self.questions) >= number)
        return self.questions[number - 1]

    @property
    def questions(self) -> list[Signal]:
        return [signal for signal in self.signals if signal.waits]

    @property
    def texts(self) -> list[object]:
        return [signal.payload.get("text") for signal in self.signals]


@asynccontextmanager
async def listening(
    root: Path, marks: Mapping[str, bytes] | None = None, stations: Sequence[str] = (STATION,)
) -> AsyncIterator[Listening]:
    """Listen to stations; at the end nothing of it is left but what lies in the outbox."""
    outbox = Outbox(root, marks or {})
    outbox.follow_all()
    for station in stations:
        outbox.follow(station)
    listener = Listening(outbox)
    task = asyncio.create_task(listener.listen())
    try:
        yield listener
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        outbox.close()


def names(directory: Path) -> list[str]:
    """What lies in a directory, by name."""
    return sorted(path.name for path in directory.iterdir())


def told(outbox: Path, *texts: str, key: str = "") -> None:
    """Somebody inside tells its progress."""
    for text in texts:
        hook.send(str(outbox), "PROGRESS", {"text": text}, key=key)


def environment(root: Path, station_file: Path | None = None) -> dict[str, str]:
    """What a process of the station is given."""
    given = {"PATH": os.environ["PATH"], hook.OUTBOX: str(root / STATION)}
    return given | ({hook.STATION_FILE: str(station_file)} if station_file else {})


def speak(words: Sequence[str], environment: Mapping[str, str], given: bytes = b"") -> subprocess.Popen[bytes]:
    """Run the command inside a station, with something on its standard input."""
    argv = [sys.executable, "-I", "-S", str(_tools() / "hook.py"), *words]
    pipe = subprocess.PIPE
    process = subprocess.Popen(argv, stdin=pipe, stdout=pipe, stderr=pipe, env=dict(environment))
    assert process.stdin is not None
    process.stdin.write(given)
    process.stdin.close()
    process.stdin = None
    return process


@cache
def _tools() -> Path:
    """The tools of stations, installed once for all tests of this process."""
    kept = tempfile.mkdtemp(prefix="ft-tools-")
    atexit.register(shutil.rmtree, kept, ignore_errors=True)
    return tools.install(Path(kept) / "tools").directory


async def ended(process: subprocess.Popen[bytes]) -> tuple[int, str, str]:
    """Its exit code and what it said."""
    out, err = await asyncio.to_thread(process.communicate, timeout=PATIENCE_S)
    return process.returncode, out.decode(), err.decode()
