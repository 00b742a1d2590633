"""The built-in agent for tests: a host process, a provider by script, a work tree."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import watchfiles
from msgspec.structs import replace

from sessions.errors import FactoryError
from sessions.floor import events as ev
from sessions.simulation.provider.script import Call, Script, Step
from sessions.simulation.provider.server import Logged, Provider
from sessions.stations.contract import Brief
from sessions.stations.hosting.client import Host
from tests.support.stations.hosting import E, Ear, Process, brief, heard


def use(tool: str, text: str = "", **arguments: object) -> Step:
    """An answer that uses one tool."""
    return Step(text=text, calls=(Call(tool, arguments),))


class Factory:
    """A provider in this process, a host process with the built-in agent, and what both said."""

    def __init__(self, at: Path, process: Process, scripts: Mapping[str, Sequence[Step]]) -> None:
        self.at, self.process = at, process
        self.log: list[Logged] = []
        self._requested = asyncio.Event()
        self.asked: list[dict[str, Any]] = []
        """The requests, as they came."""
        self.script = Script({name: tuple(steps) for name, steps in scripts.items()})
        self.provider = Provider(self.script, self.log.append, self._take)
        self.url = ""
        self.line: Host | None = None
        self.ear = Ear()

    def brief(self, station: str, model: str = "", session: str = "", **more: object) -> Brief:
        """A brief for a station whose model is scripted under its own name."""
        made = brief(station, self.at, session)
        options = {"base_url": self.url, **dict(more.pop("options", {}))}  # type: ignore[call-overload]
        return replace(made, model=model or f"openai/{station}", options=options, **more)

    def _take(self, request: dict[str, Any]) -> None:
        self.asked.append(request)
        self._requested.set()

    async def requested(self) -> None:
        """Return when the provider has had a request."""
        await asyncio.wait_for(self._requested.wait(), 15)

    @asynccontextmanager
    async def running(self, listen: bool = True) -> AsyncIterator[Host]:
        """The provider serves, and the host is listened to; its agents are ended at the end."""
        self.url = await self.provider.listen()
        try:
            async with heard(self.process, self.ear if listen else None) as host:
                self.line = host
                try:
                    yield host
                finally:
                    with suppress(FactoryError):
                        for seated in await host.running():
                            await host.close_station(seated.station)
        finally:
            await self.provider.close()

    async def prompt(self, station: str, prompt: str, text: str) -> None:
        """Give a request; the same host has other tests' requests, whose ids are others."""
        assert self.line is not None
        await self.line.prompt(station, f"{self.at.name}-{prompt}", text)

    def work(self, station: str) -> Path:
        """The work tree of a station."""
        return self.at / station / "work"

    def said(self, station: str) -> str:
        return " ".join(event.text for event in self.told(ev.TextWritten, station))

    def told(self, kind: type[E], station: str = "") -> list[E]:
        return [
            event
            for event in self.ear.events
            if isinstance(event, kind) and station in ("", getattr(event, "station", ""))
        ]


async def written(path: Path) -> None:
    """Return when a command of the agent's, which tells nobody, has made the file."""
    async for _ in watchfiles.awatch(path.parent, rust_timeout=50, yield_on_timeout=True):
        if await asyncio.to_thread(path.exists):
            return


def builtin_host(at: Path) -> Process:
    """A host of the built-in agent, started: importing litellm takes it seconds, so tests share one."""
    process = Process(at, ["builtin"])
    (at / "config.toml").write_text("")
    keys = {name: "" for name in os.environ if name.endswith("_API_KEY")}
    process.environment = {**keys, "FACTORY_TUI_CONFIG": str(at / "config.toml")}
    process.start()
    return process


def repository(at: Path, files: Mapping[str, str]) -> Path:
    """A repository with one commit."""
    at.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (at / name).parent.mkdir(parents=True, exist_ok=True)
        (at / name).write_text(text)
    for words in (
        ("init", "-q", "-b", "main"),
        ("add", "-A"),
        ("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "one"),
    ):
        subprocess.run(["git", *words], cwd=at, check=True)
    return at


__all__ = ["Factory", "Process", "builtin_host", "repository", "use", "written"]
