"""The keeper as a supervisor knows it: who has programs started, is told how they end, and finds them again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from functools import partial
from pathlib import Path

from msgspec.structs import replace

from sessions.stations.keeping import processes
from sessions.stations.keeping.following import follow, kept
from sessions.stations.keeping.keeper.framing import VERSION, Words
from sessions.stations.keeping.line import LOST, Line, RefusedError, number_in, value
from sessions.stations.keeping.marks import mark_of
from sessions.stations.keeping.processes import Process
from sessions.stations.keeping.starting import reach, socket_of
from sessions.stations.keeping.values import (
    Child,
    Ended,
    Exit,
    KeeperError,
    KeeperLostError,
    Kept,
    Output,
    Size,
    Start,
    StartFailedError,
)
from sessions.text import clean

PATIENCE_S = 15 * 60.0
"""How long a keeper, and all that it keeps, lives without a supervisor."""
GRACE_S = 5.0
"""For a program that is asked to end."""
KILLED_S = 10.0
"""For the system to end what was killed."""
OPEN_S = 30.0
"""For keepers that end just when somebody comes."""
AHEAD = 4
"""Pieces of output that are read before somebody takes them."""


class Keeper:
    """The keeper of one repository. All methods raise `KeeperError` with the reason, `KeeperLostError` once it is gone.

    What runs goes on when this is closed, or its process killed: the next one finds it among its `children`.
    """

    def __init__(self, line: Line, path: Path) -> None:
        self._line, self._path = line, path
        self.pid = number_in(line.welcome.result(), "pid")
        self.started = number_in(line.welcome.result(), "started")
        self._children: dict[str, Child] = {}
        self._early: dict[str, tuple[Exit, int]] = {}
        """Ends that were told before whoever started these children had heard that they began."""
        self._overs: dict[str, asyncio.Future[Exit]] = {}
        self._ended: asyncio.Queue[Ended | None] = asyncio.Queue()
        self._listening: asyncio.Task[None] | None = None
        self.refused: Callable[[str, bytes], None] = lambda name, said: None
        """Is told lines in which a child says that something was refused to it (see `Start.refusals`)."""

    @classmethod
    async def open(cls, state_dir: Path, patience_s: float = PATIENCE_S, scoped: bool = True) -> Keeper:
        """Reach the keeper of the repository with this state directory; see `starting.reach`."""
        deadline = time.monotonic() + OPEN_S
        while True:
            line = await reach(state_dir, patience_s, scoped)
            try:
                told, _ = await line.ask("hello", version=VERSION, supervises=True)
                break
            except KeeperError as error:
                # One that is just ending: as soon as it has gone the next one begins.
                ending = isinstance(error, KeeperLostError) or (
                    isinstance(error, RefusedError) and bool(error.words.get("ending"))
                )
                try:
                    while ending and await line.note() is not None:
                        pass
                finally:
                    await line.close()
                if not ending or time.monotonic() > deadline:
                    raise
            except BaseException:
                await line.close()
                raise
        keeper = cls(line, socket_of(state_dir))
        try:
            for child in value(list[Child], told.get("children")):
                keeper._children[child.id] = child
                if child.exit is not None:
                    keeper._ended.put_nowait(Ended(child.id, child.exit))
        except BaseException:
            await line.close()
            raise
        keeper._listening = asyncio.create_task(keeper._listen())
        return keeper

    async def close(self) -> None:
        """Leave it; what it keeps runs on, for as long as it waits for a supervisor."""
        try:
            if self._listening is not None:
                if not self.lost:  # else what it told at last is heard
                    self._listening.cancel()
                await asyncio.gather(self._listening, return_exceptions=True)
        finally:
            self._ended.put_nowait(None)
            await self._line.close()

    @property
    def lost(self) -> bool:
        """It has ended, or the line to it."""
        return self._line.over

    def children(self) -> tuple[Child, ...]:
        """All that it keeps: what runs, and what has ended and was not forgotten. As of when each was last heard of."""
        return tuple(self._children.values())

    async def start(self, start: Start) -> Child:
        """Start a program, or find the one that was started with this id; that one may have ended meanwhile.

        Raises `StartFailedError`, with where it failed.
        """
        words: Words = {
            "id": start.id,
            "argv": list(start.argv),
            "environment": dict(start.environment),
            "cwd": str(start.directory),
            "log": str(start.log or ""),
            "ring": start.ring,
            "answers": start.answers,
            "refusals": start.refusals,
        }
        if start.size is not None:
            words |= {"columns": start.size.columns, "lines": start.size.lines}
        try:
            told, _ = await self._line.ask("start", b"", **words)
        except RefusedError as error:
            raise _failure(start, error) from error
        child = value(Child, told.get("child"))
        if (early := self._early.pop(start.id, None)) is not None:
            child = replace(child, exit=early[0], end=early[1])
        self._children[start.id] = child
        return child

    async def exits(self) -> AsyncIterator[Ended]:
        """Every end of a child that was not forgotten, each once for this connection; `forget` settles it for good.

        Raises `KeeperLostError` when the keeper ends; it is over when this is closed. For one reader.
        """
        while (ended := await self._ended.get()) is not None:
            yield ended
        if self._line.over and self._listening is not None and not self._listening.cancelled():
            raise KeeperLostError(*LOST)

    async def forget(self, name: str) -> None:
        """What an ended child came to was taken note of. What is not known any more was forgotten before."""
        await self._line.ask("forget", id=name)
        self._children.pop(name, None)
        self._overs.pop(name, None)

    def let_go(self, name: str) -> None:
        """As `forget`, for whoever leaves and waits for no answer."""
        self._line.say("forget", id=name)

    async def write(self, name: str, data: bytes, once: str = "", part: int = 0) -> bool:
        """Type into a terminal; whether it was. Raises `KeeperError` where nobody reads what is typed.

        With a name, `once`, each part of that is typed once, also where a supervisor that was killed asked for it
        before: the keeper remembers what was typed last, as long as the program is there.
        """
        if not once:
            await self._line.ask("write", data, id=name)
            return True
        told, _ = await self._line.ask("write", data, id=name, once=once, part=part)
        if told.get("known"):
            return False
        if (child := self._children.get(name)) is not None:
            self._children[name] = replace(child, once=once, parts=part + 1, once_at=time.time())
        return True

    def typed(self, name: str, once: str) -> tuple[int, float]:
        """How many parts of that were typed, and when the last; 0 for none, and where something else was since."""
        child = self._children.get(name)
        return (child.parts, child.once_at) if child is not None and child.once == once != "" else (0, 0.0)

    async def resize(self, name: str, size: Size) -> None:
        """Give a terminal another size."""
        await self._line.ask("resize", id=name, columns=size.columns, lines=size.lines)

    async def signal(self, name: str, number: int, whole: bool = False) -> int:
        """Signal a child's process group, or with `whole` all that was started for it; how many took it."""
        told, _ = await self._line.ask("signal", id=name, number=number, whole=whole)
        return number_in(told, "count")

    async def end(self, name: str, grace_s: float = GRACE_S) -> Exit:
        """Ask a child, and all that was started for it, to end; what is left after so many seconds is killed.

        Returns when it has ended, and how; it happens although this supervisor may be gone by then. The end is among
        the `exits`, too.
        """
        over = self.over(name)
        await self._line.ask("end", id=name, grace=grace_s)
        try:
            async with asyncio.timeout(grace_s + KILLED_S):
                return await asyncio.shield(over)
        except TimeoutError as error:
            raise KeeperError(
                f"{clean(name, 80)} does not end", "the system may hold it: look for state D in ps"
            ) from error

    def over(self, name: str) -> asyncio.Future[Exit]:
        """How a child ends, for whoever shields it; known at once where it has. `KeeperLostError` when nobody tells."""
        over = self._overs.setdefault(name, asyncio.get_running_loop().create_future())
        child = self._children.get(name)
        if over.done():
            return over
        if child is not None and child.exit is not None:
            over.set_result(child.exit)
        elif self.lost:
            over.set_exception(KeeperLostError(*LOST))
            over.exception()  # nobody may wait for it
        return over

    async def pause(self, name: str) -> bool:
        """Halt a child and all that was started for it; whether nothing of it uses the processor any more."""
        return await asyncio.to_thread(processes.halt, self._tree_of(name))

    async def resume(self, name: str) -> None:
        """Have it go on."""
        find = self._tree_of(name)
        await asyncio.to_thread(lambda: processes.go_on(find()))

    async def tree(self, name: str) -> list[Process]:
        """All that was started for a child and lives, leaves first."""
        return await asyncio.to_thread(self._tree_of(name))

    async def output(self, name: str, offset: int = 0) -> AsyncGenerator[Output, None]:
        """What a child writes from a place on, as it comes, until it has ended and all was told.

        Over a line of its own: whoever reads slowly keeps nobody up, and loses the oldest when the ring is full.
        """
        line = await Line.open(self._path, AHEAD)
        try:
            async with aclosing(follow(line, name, offset)) as outputs:
                async for output in outputs:
                    yield output
        finally:
            await line.close()

    async def kept(self, name: str) -> Kept:
        """All that is kept of a child's output, for whoever looks."""
        line = await Line.open(self._path)
        try:
            return await kept(line, name)
        finally:
            await line.close()

    async def line(self) -> Line:
        """A line of its own, for somebody who looks."""
        return await Line.open(self._path, AHEAD)

    async def stop(self, why: str) -> None:
        """End everything that is kept, and the keeper. Returns when it has gone."""
        await self._line.ask("stop", why=why)
        if self._listening is not None:
            await self._listening

    def _tree_of(self, name: str) -> Callable[[], list[Process]]:
        child = self._children.get(name)
        if child is None:
            raise KeeperError(f"{clean(name)} is not kept", "it was never started, or forgotten")
        root = 0 if child.exit else child.pid
        return partial(processes.tree, root, child.started, mark_of(child.station, child.mark), self.pid, child.group)

    async def _listen(self) -> None:
        """Take in the ends of children, until the keeper ends."""
        while (note := await self._line.note()) is not None:
            words, said = note
            name = str(words.get("id"))
            if words.get("note") == "refused":
                self.refused(name, said)
            if words.get("note") != "exit":
                continue
            end, place = value(Exit, words.get("exit")), number_in(words, "end")
            if name in self._children:
                self._children[name] = replace(self._children[name], exit=end, end=place)
            else:
                self._early[name] = (end, place)
            if (over := self._overs.get(name)) is not None and not over.done():
                over.set_result(end)
            self._ended.put_nowait(Ended(name, end))
        self._ended.put_nowait(None)
        for over in self._overs.values():
            if not over.done():
                over.set_exception(KeeperLostError(*LOST))
                over.exception()  # nobody may wait for it


def _failure(start: Start, error: RefusedError) -> StartFailedError:
    """Why a program could not be started, in words."""
    what = {
        "terminal": "there are no more terminals",
        "log": f"its log {start.log} cannot be written",
        "directory": f"{start.directory} cannot be entered",
        "program": f"{clean(start.argv[0], 120)} cannot be run",
    }.get(str(error.words.get("step")), "it cannot be started")
    return StartFailedError(f"{clean(start.id, 80)}: {what} ({error.message})", "see the words that start it")
