"""A real keeper for a test, with programs that say when they are ready."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager, suppress
from pathlib import Path

from sessions.stations.keeping.client import Keeper
from sessions.stations.keeping.line import Line
from sessions.stations.keeping.marks import Mark
from sessions.stations.keeping.starting import lock_of
from sessions.stations.keeping.values import Child, Ended, KeeperLostError, Output, Size, Start
from tests.support.supervisor import PATIENCE_S, ended, settled, short_directory

FACTORY = f"test{os.getpid()}"
"""The mark of this test's factory: nothing else on the machine bears it."""
PATH = os.environ.get("PATH", os.defpath)


@asynccontextmanager
async def keeping(patience_s: float = 60.0) -> AsyncIterator[tuple[Keeper, Path]]:
    """A keeper in a directory of its own, which ends with the test, and all that it keeps with it."""
    with short_directory() as directory:
        keeper = await Keeper.open(directory, patience_s, scoped=False)
        try:
            yield keeper, directory
        finally:
            await keeper.close()
            await end_keeper(directory)


async def end_keeper(directory: Path) -> None:
    """Have whatever keeper is there end everything."""
    with suppress(OSError, KeeperLostError):
        line = await Line.open(directory / "keeper.sock")
        await line.ask("stop")
        await line.close()
    number = lock_of(directory).read_text().strip()
    assert not number or await asyncio.to_thread(ended, int(number))


def marked(name: str, nonce: str = "1") -> Mark:
    return Mark(FACTORY, name, nonce)


def program(name: str, *argv: str, size: Size | None = None, log: Path | None = None, ring: int = 1 << 20) -> Start:
    """A program of a station, with nothing in its environment but what it needs."""
    environment = {"PATH": PATH, "TERM": "xterm-256color", "LANG": "C.UTF-8", **marked(name).environment}
    return Start(id=name, argv=argv, environment=environment, directory=Path("/"), size=size, log=log, ring=ring)


def in_terminal(name: str, code: str, ring: int = 1 << 20, size: Size | None = None) -> Start:
    """A Python program in a terminal."""
    return program(name, sys.executable, "-I", "-S", "-u", "-c", code, size=size or Size(80, 24), ring=ring)


async def said(keeper: Keeper, child: Child, word: bytes) -> bytes:
    """All that it wrote up to when it had written the word."""
    seen = b""
    async with asyncio.timeout(PATIENCE_S):
        async with aclosing(keeper.output(child.id)) as output:
            async for piece in output:
                seen += piece.data
                if word in seen:
                    break
    assert word in seen, seen
    return seen


async def piece_of(keeper: Keeper, name: str, offset: int) -> Output:
    """The first piece of a child's output from a place on."""
    async with asyncio.timeout(PATIENCE_S), aclosing(keeper.output(name, offset)) as output:
        return await anext(output)


async def ends(keeper: Keeper, count: int = 1) -> list[Ended]:
    """The next ends that it tells of."""
    found: list[Ended] = []
    async with asyncio.timeout(PATIENCE_S):
        async for each in keeper.exits():
            found.append(each)
            if len(found) == count:
                return found
    raise AssertionError(f"it told of {len(found)}")


async def eventually(true: Callable[[], bool]) -> None:
    """Return once it is true of processes, which announce nothing to us."""
    async with asyncio.timeout(PATIENCE_S):
        await asyncio.to_thread(settled, true)
