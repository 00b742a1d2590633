"""The host's end of a toolbox: one process for each station, started inside its boundary when it is first needed."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import itertools
import json
import logging
import os
import signal
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import msgspec

from sessions.floor.scope import Scope
from sessions.stations.boundary.system import interpreter
from sessions.stations.contract import Brief

log = logging.getLogger(__name__)

MODULES = (
    "sessions.floor.patterns",
    "sessions.stations.builtin.inside.patches",
    "sessions.stations.builtin.inside.files",
    "sessions.stations.builtin.inside.commands",
    "sessions.stations.builtin.inside.main",
)
"""What is sent to the process, in the order in which they need each other."""
BOOT = (
    "import sys,json,types\n"
    "setup=json.loads(sys.stdin.readline())\n"
    "for name,source in setup['modules']:\n"
    "  m=types.ModuleType(name);m.__path__=[];sys.modules[name]=m\n"
    "  for i in range(1,name.count('.')+1):\n"
    "    p='.'.join(name.split('.')[:i]);sys.modules.setdefault(p,types.ModuleType(p)).__path__=[]\n"
    "  exec(compile(source,name,'exec'),m.__dict__)\n"
    "sys.modules[setup['modules'][-1][0]].main(setup,sys.modules[setup['modules'][0][0]].matches)\n"
)
LIMIT = 1 << 26
"""Bytes of the longest line that is read."""
START_S, STOP_S = 20.0, 2.0
MOST_S, COMMAND_S = 60.0, 3_700.0
"""No use of a tool takes longer, and no command, whose own limit is shorter."""


class Answered(msgspec.Struct, frozen=True):
    """What came of the use of a tool."""

    ok: bool = False
    text: str = ""
    diff: str = ""
    files: tuple[str, ...] = ()
    violated: Mapping[str, str] | None = None
    """A path, and what it would have been done to it, where the scope is why it was not."""
    denied: tuple[str, ...] = ()
    """Paths that the kernel did not let a command write."""


class _Line(Answered, frozen=True):
    id: str = ""
    out: str | None = None


_LINES = msgspec.json.Decoder(_Line)


class Hands:
    """Uses tools inside the boundary of one station. One that was stopped or has died is begun again when needed."""

    def __init__(self, brief: Brief, printed: Callable[[], None]) -> None:
        """`printed` is told when a command prints something."""
        self._brief, self._printed = brief, printed
        self._scope = brief.scope
        self._process: asyncio.subprocess.Process | None = None
        self._listening: asyncio.Task[None] | None = None
        self._waiting: dict[str, asyncio.Future[Answered]] = {}
        self._numbers = itertools.count(1)
        self._starting = asyncio.Lock()
        self._stale = False
        """The process stands in an old boundary."""

    async def use(self, tool: str, arguments: Mapping[str, object]) -> Answered:
        """Use a tool; what cannot be done is the answer. Cancelled, it ends what was begun."""
        try:
            process = await self._ready()
        except (OSError, TimeoutError) as error:
            return Answered(False, f"the tools cannot be started inside the boundary ({error or 'it says nothing'})")
        number = str(next(self._numbers))
        waiting = self._waiting[number] = asyncio.get_running_loop().create_future()
        self._say(process, {**arguments, "id": number, "do": tool})
        try:
            async with asyncio.timeout(COMMAND_S if tool == "run" else MOST_S):
                return await asyncio.shield(waiting)
        except TimeoutError:
            await self._stop(process, number, waiting)
            return Answered(False, "it took too long, and was ended")
        except asyncio.CancelledError:
            await asyncio.shield(self._stop(process, number, waiting))
            raise
        finally:
            self._waiting.pop(number, None)

    def assign(self, scope: Scope) -> None:
        """The globs are these from now on."""
        self._scope = scope
        if self._process is not None:
            self._say(self._process, {"do": "scope", "write": scope.write, "read": scope.read})

    def rebind(self, brief: Brief) -> None:
        """The next use is made in this boundary, and what still goes on in the old one is over first."""
        self._brief, self._stale = brief, self._process is not None

    async def close(self) -> None:
        """End the process, and all that it started."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(STOP_S):
                    await process.wait()
        finally:  # also where nobody waits for it any more
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
        if self._listening is not None:
            await asyncio.wait({self._listening})

    async def _stop(self, process: asyncio.subprocess.Process, number: str, waiting: asyncio.Future[Answered]) -> None:
        """End one use of a tool; where that is not heard, the whole process."""
        self._say(process, {"do": "stop", "what": number})
        done, _ = await asyncio.wait({waiting}, timeout=STOP_S)
        if not done and self._process is process:
            await self.close()

    async def _ready(self) -> asyncio.subprocess.Process:
        async with self._starting:
            if self._stale:
                if self._waiting:
                    await asyncio.wait(self._waiting.values())
                await self.close()
                self._stale = False
            if self._process is None or self._process.returncode is not None:
                self._process = await self._start()
            return self._process

    async def _start(self) -> asyncio.subprocess.Process:
        brief = self._brief
        process = await asyncio.create_subprocess_exec(
            *brief.wrap,
            *(str(interpreter().path), "-I", "-S", "-c", BOOT),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=brief.directory,
            env=dict(brief.environment),
            start_new_session=True,
            limit=LIMIT,
        )
        setup = {"modules": sources(), "root": brief.directory, "write": self._scope.write, "read": self._scope.read}
        self._say(process, setup)
        assert process.stdout is not None and process.stderr is not None
        told: list[bytes] = []
        draining = asyncio.create_task(_drain(process.stderr, told))
        try:
            async with asyncio.timeout(START_S):
                first = await process.stdout.readline()
            if not first.startswith(b'{"id": ""'):
                await asyncio.wait({draining}, timeout=STOP_S)
                raise OSError(b" ".join(told).decode("utf-8", "replace").strip()[-300:] or "it ended at once")
        except BaseException:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
            await draining
            raise
        self._listening = asyncio.create_task(self._listen(process, draining))
        return process

    async def _listen(self, process: asyncio.subprocess.Process, draining: asyncio.Task[None]) -> None:
        assert process.stdout is not None
        try:
            while raw := await process.stdout.readline():
                self._heard(_LINES.decode(raw))
        except (ValueError, msgspec.MsgspecError) as error:
            log.error("the tools of %s say what cannot be read: %s", self._brief.station, error)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
        await draining
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_result(Answered(False, "the tools ended while it was done: it may be done in part"))

    def _heard(self, line: _Line) -> None:
        if line.out is not None:
            self._printed()
        elif (waiting := self._waiting.get(line.id)) is not None and not waiting.done():
            waiting.set_result(line)

    def _say(self, process: asyncio.subprocess.Process, line: Mapping[str, object]) -> None:
        if process.stdin is not None and not process.stdin.is_closing():
            process.stdin.write(json.dumps(line).encode() + b"\n")


async def _drain(stream: asyncio.StreamReader, told: list[bytes]) -> None:
    """Read what is complained of, so that nobody waits; its end is kept."""
    while data := await stream.read(1 << 16):
        told.append(data)
        del told[:-4]


@cache
def sources() -> list[tuple[str, str]]:
    """The modules that are sent, with their sources."""
    found = []
    for name in MODULES:
        spec = importlib.util.find_spec(name)
        assert spec is not None and spec.origin is not None
        found.append((name, Path(spec.origin).read_text(encoding="utf-8")))
    return found
