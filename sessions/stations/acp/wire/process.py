"""An agent's process: its own group, its words on standard error drained, and ended with all that it started."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections import deque
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from sessions.errors import FactoryError
from sessions.redact import redact
from sessions.sockets.pipes import let_go
from sessions.stations.keeping import processes
from sessions.stations.keeping.marks import MARK, STATION, Mark, mark_of
from sessions.text import clean

LOG_BYTES = 512 << 10
"""The log of standard error is begun anew beyond this; the part before is kept once, as `.1`."""
GRACE_S = 2.0
"""An agent whose input was closed has so long to end by itself, and again so long when it was asked to."""
_LAST_LINES = 20
_LINE = 8 << 10


class Process:
    """One running program. Made by `begin`."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path, mark: Mark | None) -> None:
        self._process, self._mark = process, mark
        self._last: deque[str] = deque(maxlen=_LAST_LINES)
        self._drained = asyncio.create_task(self._drain(log))

    @classmethod
    async def begin(cls, argv: Sequence[str], environment: Mapping[str, str], directory: str, log: Path) -> Process:
        """Start it, with this environment and nothing else. Raises `FactoryError` when it cannot be started."""
        try:
            process = await asyncio.create_subprocess_exec(
                *argv,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env=dict(environment),
                cwd=directory,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise FactoryError(f"{clean(argv[0])} cannot be started: {clean(reason)}", "look at its command") from error
        return cls(process, log, mark_of(environment.get(STATION, ""), environment.get(MARK, "")))

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def output(self) -> asyncio.StreamReader:
        assert self._process.stdout is not None
        return self._process.stdout

    @property
    def input(self) -> asyncio.StreamWriter:
        assert self._process.stdin is not None
        return self._process.stdin

    @property
    def running(self) -> bool:
        return self._process.returncode is None

    async def ended(self, within: float) -> bool:
        """Whether it has ended, waiting so many seconds for it at most."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self._process.wait()
        return not self.running

    async def last_words(self) -> str:
        """How it ended, and its last lines on standard error."""
        if not self.running:
            with contextlib.suppress(TimeoutError):  # what it left in the pipe; a grandchild may hold it open
                async with asyncio.timeout(0.2):
                    await asyncio.shield(self._drained)
        return ": ".join(filter(None, (self._how(), clean(" · ".join(list(self._last)[-5:]), 600))))

    def _how(self) -> str:
        code = self._process.returncode
        if code is None:
            return ""
        if code >= 0:
            return f"ended with {code}"
        with contextlib.suppress(ValueError):
            return f"ended by {signal.Signals(-code).name}"
        return f"ended by signal {-code}"

    async def end(self) -> None:
        """End it and everything that it started: asked first, then killed."""
        try:
            with contextlib.suppress(OSError, RuntimeError):
                self.input.close()
            if not await self.ended(GRACE_S):
                self._signal(signal.SIGTERM)
                if not await self.ended(GRACE_S):
                    self._signal(signal.SIGKILL)
            await asyncio.to_thread(processes.kill, partial(left_behind, self.pid, self._mark))
            await self.ended(GRACE_S)
        finally:  # also where nobody waits for it any more
            self._signal(signal.SIGKILL)
            self._drained.cancel()
            let_go(self._process)
        with contextlib.suppress(asyncio.CancelledError):
            await self._drained

    def _signal(self, number: signal.Signals) -> None:
        # Its group has its number as long as it is not waited for, so no stranger can be meant.
        if self.running:
            with contextlib.suppress(OSError):
                os.killpg(self.pid, number)

    async def _drain(self, log: Path) -> None:
        """Read what it says, whatever comes of writing that down: a full pipe would stop it."""
        assert self._process.stderr is not None
        rest = b""
        while chunk := await self._process.stderr.read(64 << 10):
            *lines, rest = (rest + chunk).split(b"\n")
            if len(rest) > _LINE:
                lines, rest = [*lines, rest], b""
            self._note(lines, log)
        if rest:
            self._note([rest], log)

    def _note(self, lines: Sequence[bytes], log: Path) -> None:
        said = [redact(line[:_LINE].decode("utf-8", "replace")) for line in lines]
        self._last.extend(kept for line in said[-_LAST_LINES:] if (kept := clean(line)))
        with contextlib.suppress(OSError):
            _append(log, "".join(f"{line}\n" for line in said).encode())


def _append(log: Path, text: bytes) -> None:
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    file = os.open(log, flags, 0o600)
    try:
        if os.fstat(file).st_size + len(text) > LOG_BYTES:
            log.replace(log.with_name(f"{log.name}.1"))
            os.close(file)
            file = os.open(log, flags, 0o600)
            text = text[-LOG_BYTES:]
        os.write(file, text)
    finally:
        os.close(file)


def left_behind(leader: int, mark: Mark | None) -> list[processes.Process]:
    """What is of the leader's session or bears its mark: what it started and did not take along."""
    return [
        each
        for pid, each in processes.everything().items()
        if pid not in (leader, os.getpid())
        and not each.over
        and (each.session == leader or (mark is not None and processes.mark_of_process(pid) == mark))
    ]
