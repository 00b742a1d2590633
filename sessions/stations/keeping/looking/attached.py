"""Operators at the terminals of agents: each sees what the agent writes; one of them gives it its size and answers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager

from sessions.errors import FactoryError
from sessions.floor.ours.picture import Picture
from sessions.stations.keeping.client import Keeper
from sessions.stations.keeping.following import follow, kept
from sessions.stations.keeping.line import Line, value
from sessions.stations.keeping.looking.again import shown_again
from sessions.stations.keeping.looking.picture import Screen
from sessions.stations.keeping.looking.sieve import Sieve
from sessions.stations.keeping.values import Size

PICTURE_S = 0.2
"""Between two pictures of a terminal that somebody looks at."""
WIGGLE_S = 0.05
"""How long a program is given to notice that its terminal has another size, before it has the old one again."""

Find = Callable[[str], tuple[Keeper, str]]
"""The keeper of a station's terminal and the name of the child in it. Raises `FactoryError` where there is none."""


class Terminals:
    """All that is attached to terminals of agents."""

    def __init__(self, find: Find) -> None:
        self._find = find
        self._leading: dict[str, list[Attached]] = {}
        """By child, who may type there: the last one answers for the terminal."""

    def somebody(self, name: str) -> bool:
        """Whether somebody is at the terminal of this child who may be typing."""
        return name in self._leading

    @asynccontextmanager
    async def attach(self, station: str, size: Size, looks: bool) -> AsyncIterator[Attached]:
        """Be attached to a station's terminal; who only `looks` types nothing and gives it no size.

        Raises `FactoryError` with the reason where that cannot be.
        """
        keeper, name = self._find(station)
        child = next((each for each in keeper.children() if each.id == name), None)
        if child is None or not child.terminal:
            raise FactoryError("it has no terminal", "its conversation is on its screen")
        line = await keeper.line()
        attached = Attached(line, name, size, looks)
        others: list[Attached] = []
        try:
            if not looks:
                others = self._leading.setdefault(name, others)
                for other in others[-1:]:
                    other.lead(False)
                others.append(attached)
                attached.lead(True)
            yield attached
        finally:
            if attached in others:
                others.remove(attached)
                for other in others[-1:]:
                    other.lead(True)
            if not others and self._leading.get(name) is others:
                del self._leading[name]
            await line.close()

    async def pictures(self, station: str) -> AsyncGenerator[Picture, None]:
        """What a station's terminal shows, and again whenever that has changed, until its program has ended.

        It is drawn only as long as somebody asks. Raises `FactoryError` where there is no terminal.
        """
        keeper, name = self._find(station)
        line = await keeper.line()
        try:
            async with aclosing(_pictures(line, name)) as pictures:
                async for picture in pictures:
                    yield picture
        finally:
            await line.close()


async def _pictures(line: Line, name: str) -> AsyncGenerator[Picture, None]:
    screen, place = await _drawn(line, name)
    yield await asyncio.to_thread(screen.picture)
    pieces = follow(line, name, place)
    coming = asyncio.ensure_future(anext(pieces))
    try:
        while True:
            await asyncio.wait({coming})
            due = time.monotonic() + PICTURE_S
            over = False
            while not over and (left := due - time.monotonic()) > 0:  # what comes together is drawn together
                if not (await asyncio.wait({coming}, timeout=left))[0]:
                    break
                over = isinstance(coming.exception(), StopAsyncIteration)
                if not over:
                    await asyncio.to_thread(screen.feed, coming.result().data)
                    coming = asyncio.ensure_future(anext(pieces))
            if await _size(line, name) != screen.asked:
                screen, _ = await _drawn(line, name)
            yield await asyncio.to_thread(screen.picture)
            if over:
                return
    finally:
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)
        await pieces.aclose()


async def _drawn(line: Line, name: str) -> tuple[Screen, int]:
    """The screen as it is, and the place of what comes next."""
    past = await kept(line, name)
    screen = Screen(await _size(line, name))
    await asyncio.to_thread(screen.begin, past)
    return screen, past.at + len(past.data)


async def _size(line: Line, name: str) -> Size:
    told, _ = await line.ask("size", id=name)
    return value(Size, told)


class Attached:
    """Somebody at a terminal."""

    def __init__(self, line: Line, name: str, size: Size, looks: bool) -> None:
        self._line, self._name, self._size, self._looks = line, name, size, looks
        self._sieve = Sieve()
        self._heard = asyncio.Event()
        """The program has written something since it was looked at."""

    def lead(self, leads: bool) -> None:
        """Answer for the terminal, or leave that to somebody else."""
        self._sieve.answers = leads
        self._line.say("follow", id=self._name, answers=leads)

    def type(self, data: bytes) -> None:
        """Type into the terminal."""
        if not self._looks:
            self._line.say("write", data, id=self._name)

    def resize(self, size: Size) -> None:
        """The operator's terminal has another size now, and so has the agent's."""
        if not self._looks:
            self._size = size
            self._line.say("resize", id=self._name, columns=size.columns, lines=size.lines)

    async def output(self) -> AsyncGenerator[bytes, None]:
        """What makes the operator's terminal show the agent's: first its screen as it is, then what comes of it.

        It is over when the program has ended. Raises `KeeperError`.
        """
        past = await kept(self._line, self._name)
        yield shown_again(past)
        wiggling = None if self._looks else asyncio.create_task(self._wiggle())
        try:
            come = follow(self._line, self._name, past.at + len(past.data), self._sieve.answers)
            async with aclosing(come) as pieces:
                async for piece in pieces:
                    self._heard.set()
                    if data := self._sieve.sift(piece.data):
                        yield data
        finally:
            if wiggling is not None:
                wiggling.cancel()
                await asyncio.gather(wiggling, return_exceptions=True)

    async def _wiggle(self) -> None:
        """Have the program draw its screen anew, as it does when its terminal gets another size."""
        if await _size(self._line, self._name) == self._size:
            self._heard.clear()
            lines = self._size.lines - 1 if self._size.lines > 1 else 2
            self._line.say("resize", id=self._name, columns=self._size.columns, lines=lines)
            try:
                async with asyncio.timeout(WIGGLE_S):
                    await self._heard.wait()
            except TimeoutError:
                pass
        self.resize(self._size)
