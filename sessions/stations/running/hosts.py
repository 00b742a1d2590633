"""The hosts of agents that converse: started when one is needed, found again, and heard exactly once."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from sessions.errors import FactoryError
from sessions.paths import socket_path
from sessions.stations.hosting import client
from sessions.stations.hosting.client import Batch, Host, HostGoneError
from sessions.stations.hosting.line import Seated
from sessions.stations.keeping import processes
from sessions.stations.keeping.client import Keeper
from sessions.stations.keeping.marks import Mark
from sessions.stations.keeping.values import Exit, Start
from sessions.stations.kinds import found

log = logging.getLogger(__name__)

BEGIN_S = 20.0
"""A host that takes no connection by then has failed to start."""
LOOK_S = 0.05
HOST = "host-"
"""How the names of hosts begin as the keeper knows them: of its children, and in their marks."""
MARK = "host:"
"""How the journal's marks of hosts begin."""

Hear = Callable[[str, Batch], Awaitable[None]]
"""Is given what a host told, with the host's name; returns when it is committed."""
Gone = Callable[[str], Awaitable[None]]
"""Is told that a host has ended."""


def host_of(kind: str) -> str:
    """The host that agents of a kind share; "" where they have none."""
    known = found().get(kind)
    if known is None:
        return kind
    room = known.where.partition(":")[0]
    for name in ("builtin", "acp"):
        if room.startswith(f"sessions.stations.{name}"):
            return name
    return "" if room.startswith("sessions.stations.terminal") else kind


class Hosts:
    """All hosts of one factory."""

    def __init__(self, state_dir: Path, factory: str, keeper: Callable[[], Awaitable[Keeper]], hear: Hear, gone: Gone):
        """`factory` marks the processes of this factory; `keeper` is asked when a host is to be started."""
        self._state_dir, self._factory, self._keeper = state_dir, factory, keeper
        self._hear, self._gone = hear, gone
        self._open: dict[str, Host] = {}
        self._listening: dict[str, asyncio.Task[None]] = {}
        self._turns: dict[str, asyncio.Lock] = {}
        self._seqs: dict[str, int] = {}
        """The number of the last committed batch of each open host."""
        self._bells: dict[str, asyncio.Event] = {}
        self.marks: dict[str, bytes] = {}
        """Of the last committed batch of each host, as the journal has them when it is opened."""

    def open(self, name: str) -> Host | None:
        """The host, where there is a line to it."""
        return self._open.get(name)

    def processes(self) -> tuple[int, ...]:
        """The processes of the hosts to which there is a line."""
        return tuple(host.ready.pid for host in self._open.values())

    async def find(self, name: str) -> tuple[Seated, ...]:
        """Connect to a host that may run still; returns the stations in it, none where it does not."""
        async with self._turn(name):
            with contextlib.suppress(OSError, FactoryError):
                return await (self._open.get(name) or await self._connect(name)).running()
        return ()

    async def of(self, name: str, kind: str) -> Host:
        """The host of this name, started where none runs."""
        async with self._turn(name):
            if (host := self._open.get(name)) is not None:
                return host
            try:
                return await self._connect(name)
            except OSError:
                pass
            except FactoryError as error:
                log.warning("the host %s is of no use: %s", name, error)
            return await self._begun(name, await self._start(name, kind))

    async def kill(self, name: str) -> None:
        """End one that hangs. Who is in it is lost, and told as such."""
        await asyncio.to_thread(processes.kill, partial(processes.marked, self._factory, station=f"{HOST}{name}"))

    async def committed(self, name: str, seq: int) -> None:
        """Return when all that a host told up to this number is committed, or it has gone."""
        while name in self._open and self._seqs.get(name, 0) < seq:
            bell = self._bell(name)
            bell.clear()
            await bell.wait()

    def _bell(self, name: str) -> asyncio.Event:
        return self._bells.setdefault(name, asyncio.Event())

    async def close(self) -> None:
        """Leave all of them: they go on."""
        for task in self._listening.values():
            task.cancel()
        hosts = [*self._open.values()]
        self._open.clear()
        leaving = (host.close() for host in hosts)
        await asyncio.gather(*leaving, *self._listening.values(), return_exceptions=True)

    def _turn(self, name: str) -> asyncio.Lock:
        return self._turns.setdefault(name, asyncio.Lock())

    async def _connect(self, name: str) -> Host:
        host = await Host.connect(self._socket(name), self.marks.get(name, b""))
        self._open[name] = host
        self._listening[name] = asyncio.create_task(self._listen(name, host))
        return host

    async def _listen(self, name: str, host: Host) -> None:
        try:
            async for batch in host.told():
                await self._hear(name, batch)
                self.marks[name] = batch.mark
                host.ack(batch.seq)
                self._seqs[name] = batch.seq
                self._bell(name).set()
        finally:
            if self._open.get(name) is host:
                del self._open[name]
                self._seqs.pop(name, None)
            self._bell(name).set()
            await host.close()  # also where what it told could not be taken
        await self._gone(name)

    async def _start(self, name: str, kind: str) -> asyncio.Future[Exit]:
        """Have it started; returns how it ends."""
        keeper = await self._keeper()
        id = f"{HOST}{name}"
        await _forgotten(keeper, id)
        # One that another keeper left when it was killed, and that hangs or is of another version, holds the lock.
        await asyncio.to_thread(processes.kill, partial(processes.marked, self._factory, station=id))
        socket = self._socket(name)
        mark = Mark(self._factory, id, os.urandom(6).hex())
        shares = sorted({kind, *(other for other in found() if host_of(other) == name)})
        argv = client.argv(shares, socket, self._state_dir / f"host-{name}.log")
        environment = {**os.environ, **mark.environment, "PYTHONPATH": _roots()}
        await keeper.start(
            Start(
                id=id,
                argv=argv,
                environment=environment,
                directory=self._state_dir,
                log=self._state_dir / f"host-{name}.out",
            )
        )
        return keeper.over(id)

    async def _begun(self, name: str, over: asyncio.Future[Exit]) -> Host:
        """A line to a host that was just started, as soon as it listens. `HostGoneError` where it is `over` before."""
        log, deadline = self._state_dir / f"host-{name}.out", time.monotonic() + BEGIN_S
        while not over.done():
            try:
                return await self._connect(name)
            except OSError as error:
                if time.monotonic() > deadline:
                    raise FactoryError(f"the host {name} did not begin within {BEGIN_S:.0f} s", f"see {log}") from error
            await asyncio.wait({over}, timeout=LOOK_S)
        raise HostGoneError(f"the host {name} ended before it had begun", f"see {log}")

    def _socket(self, name: str) -> Path:
        return socket_path(self._state_dir, f"host-{name}")


async def _forgotten(keeper: Keeper, id: str) -> None:
    """An earlier one of the same name, which has ended, takes its name with it."""
    for child in keeper.children():
        if child.id == id:
            if child.exit is None:
                await keeper.end(id)
            await keeper.forget(id)


def _roots() -> str:
    """Where this program's packages lie, for a Python that is started somewhere else."""
    return os.pathsep.join(filter(None, (str(Path(__file__).parents[3]), os.environ.get("PYTHONPATH", ""))))
