"""Host processes for tests: real ones, at a real socket, with a plugin that is installed beside the program."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import zipfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from sessions.errors import FactoryError
from sessions.floor.events import Event
from sessions.stations.contract import Brief
from sessions.stations.hosting.client import Batch, Host, argv
from tests import ROOT

E = TypeVar("E", bound=Event)
PLUGIN = ROOT / "tests/plugin"
SHORT_S = 1.0
"""A host that waits no longer for a supervisor may be gone before a test comes to it."""


def installed(target: Path) -> Path:
    """A directory with the plugin as pip would have put it there; to stand in `PYTHONPATH`."""
    import tomllib

    about = tomllib.loads((PLUGIN / "pyproject.toml").read_text())["project"]
    target.mkdir(parents=True, exist_ok=True)
    shutil.copy(PLUGIN / "factory_tui_parrot.py", target)
    info = target / "factory_tui_parrot-0.1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {about['name']}\nVersion: {about['version']}\n")
    points = about["entry-points"]["factory_tui.agents"]
    lines = "\n".join(f"{name} = {where}" for name, where in points.items())
    (info / "entry_points.txt").write_text(f"[factory_tui.agents]\n{lines}\n")
    return target


def wheel(at: Path) -> Path:
    """The plugin as a wheel, built without what builds wheels."""
    tree = installed(at / "wheel")
    info = next(tree.glob("*.dist-info"))
    (info / "WHEEL").write_text("Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
    files = sorted(path for path in tree.rglob("*") if path.is_file())
    lines = [f"{path.relative_to(tree)},," for path in files]
    (info / "RECORD").write_text("\n".join([*lines, f"{info.name}/RECORD,,"]) + "\n")
    made = at / "factory_tui_parrot-0.1.0-py3-none-any.whl"
    with zipfile.ZipFile(made, "w") as archive:
        for path in [*files, info / "RECORD"]:
            archive.write(path, str(path.relative_to(tree)))
    return made


class Process:
    """A host process at a socket."""

    def __init__(self, at: Path, kinds: Sequence[str], path: Path | None = None, patience: float = 60.0) -> None:
        self.socket, self._log = at / "host.sock", at / "host.log"
        self._kinds, self._path, self._patience = kinds, path, patience
        self.environment: dict[str, str] = {}
        self.more: list[str] = []
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> str:
        return self._log.read_text()

    def start(self) -> None:
        """Start it, or another one after the last has ended."""
        environment = {**os.environ, **self.environment}
        if self._path is not None:
            environment["PYTHONPATH"] = str(self._path)
        self._process = subprocess.Popen(
            [*argv(self._kinds, self.socket, self._log, self._patience), *self.more], env=environment, cwd=ROOT
        )

    async def connect(self, mark: bytes = b"") -> Host:
        """A line to it, as soon as it listens."""
        async with asyncio.timeout(60):
            while True:
                assert self._process is not None
                if self._process.poll() == 0 and self._patience < SHORT_S:
                    self.start()  # it had waited for nobody for long enough before we came
                assert self._process.poll() is None, self.log
                try:
                    return await Host.connect(self.socket, mark)
                except (OSError, FactoryError):
                    await asyncio.sleep(0.02)  # the process is starting

    def kill(self) -> None:
        """SIGKILL, and wait for its end."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def end(self) -> int:
        """SIGTERM if it runs, and wait for its end; returns its exit code."""
        assert self._process is not None
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        return self._process.wait(20)

    async def ended(self) -> int:
        """Wait until it ends by itself."""
        assert self._process is not None
        return await asyncio.to_thread(self._process.wait, 20)


class Ear:
    """Hears what a host tells, commits it in memory, and acknowledges, as a supervisor does."""

    def __init__(self) -> None:
        self.batches: list[Batch] = []
        self.events: list[Event] = []
        self.mark = b""
        self.news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def listen(self, host: Host, ack: bool = True) -> None:
        self._task = asyncio.create_task(self._listen(host, ack))

    async def _listen(self, host: Host, ack: bool) -> None:
        async for batch in host.told():
            self.batches.append(batch)
            self.events += batch.events
            self.news.set()
            if ack:
                self.mark = batch.mark
                host.ack(batch.seq)

    async def until(self, kind: type[E], station: str = "", count: int = 1) -> list[E]:
        """Wait until so many events of the kind were told; returns all of them."""
        try:
            return await asyncio.wait_for(self._until(kind, station, count), 60)
        except TimeoutError:
            told = [(type(event).__name__, getattr(event, "station", "")) for event in self.events]
            raise AssertionError(f"{count} {kind.__name__} of {station or 'anybody'} in {told}") from None

    async def _until(self, kind: type[E], station: str, count: int) -> list[E]:
        while True:
            found = [
                event
                for event in self.events
                if isinstance(event, kind) and station in ("", getattr(event, "station", ""))
            ]
            if len(found) >= count:
                return found
            self.news.clear()
            await self.news.wait()


@asynccontextmanager
async def heard(process: Process, ear: Ear | None) -> AsyncIterator[Host]:
    """A line to the process, with an ear at it."""
    host = await process.connect(ear.mark if ear is not None else b"")
    if ear is not None:
        ear.listen(host)
    try:
        yield host
    finally:
        await host.close()


def brief(station: str, at: Path, session: str = "") -> Brief:
    """A brief for a station without a boundary."""
    place = at / station
    (place / "work").mkdir(parents=True, exist_ok=True)
    return Brief(
        station=station,
        directory=str(place / "work"),
        home=str(place),
        transcript=str(place / "transcript.jsonl"),
        environment={"PATH": os.environ["PATH"], "HOME": str(place), "LANG": "C.UTF-8"},
        session=session,
    )
