"""How an agent in a terminal is given a prompt, and how it is known that it took it: from its own side only."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from enum import StrEnum
from typing import Protocol

from sessions.errors import FactoryError
from sessions.floor.reports import Report
from sessions.stations.contract import Say, Signal
from sessions.stations.signals.hook import BEGINNING

TYPED_S, QUEUED_S = 20.0, 45.0
"""How long an agent that is idle is waited for: to take what was typed, and what was put into its own queue."""
LISTENS_S = 3.0
"""An agent that is idle takes what is typed sooner than this, if it listens."""
BEGINS_S = 15.0
"""How long an agent is waited for that has said nothing yet."""
APART_S = 0.2
"""Escape and what is typed sooner after it would be another key."""
PASTE, END = b"\x1b[200~", b"\x1b[201~"
_WRAPPED = re.compile(r"</?pasted_content\b[^>]*>")
"""What Claude Code puts around a long text that was pasted."""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""Everything that is a key and no letter, but for tabs and line breaks."""


class Taken(StrEnum):
    """What became of a prompt."""

    TAKEN = "taken"
    """Its own hook said so."""
    QUEUED = "queued"
    """It lies in the agent's own queue, until its turn is over."""


Idle = Callable[[], Awaitable[bool]]
"""Whether an agent says at this moment that it is idle."""
Write = Callable[[bytes, str, int], Awaitable[None]]
"""Types keys: part so many of the prompt with this id, which is typed once; "" for what is no part of one."""
Moved = Callable[[int], bool]
"""Whether so many parts of a prompt were typed before, by who died over it, and the agent has told something since."""


class Speaker(Protocol):
    """A kind in a terminal, as far as it is spoken with."""

    def say(self, text: str, session: str) -> Say: ...

    def interrupt(self) -> bytes: ...


def pasted(text: str) -> bytes:
    """The keys that put a text into a line editor as it is: nothing in it is a key, and nothing ends the paste."""
    harmless = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return PASTE + harmless.encode("utf-8", "replace") + END


def refusal(say: Say, report: Report | None, asks: bool, attached: bool) -> FactoryError | None:
    """Why nothing may be said now; None when it may. `report` is what the agent last said of itself.

    What is typed goes to whatever is open in the terminal, so it is typed where the agent has said that it is idle, and
    nowhere else. Its own queue takes a prompt at any time.
    """
    if asks or report is Report.NEEDS_ME:
        return FactoryError("it waits for an answer, which a prompt would be taken for", "answer it first, or attach")
    if say.argv:
        return None
    if attached:
        return FactoryError("somebody is at its terminal", "detach first, or type it there")
    if report is Report.WORKING:
        return FactoryError("it is working", "prompt it when it is idle, or interrupt it")
    if report is None:
        return FactoryError("it has not said yet that it is idle", "wait until it has, or attach and look")
    return None


class Conversation:
    """What is said to one station, one prompt at a time."""

    def __init__(
        self,
        kind: Speaker,
        write: Write,
        run: Callable[[Sequence[str]], Awaitable[int]],
    ) -> None:
        """`write` gives keys to its terminal; `run` runs a command inside its boundary, for its exit code."""
        self._kind, self._write, self._run = kind, write, run
        self._turn = asyncio.Lock()
        self._awaited = ""
        self._taken = asyncio.Event()
        self._begun = asyncio.Event()
        self._with = False
        """Something else was taken with it."""
        self._took = -LISTENS_S
        """When, by the clock that is never set back."""

    @property
    def has_just_taken(self) -> bool:
        """What it says of itself in a file may be of before its turn began."""
        return time.monotonic() - self._took < LISTENS_S

    def heard(self, signal: Signal) -> None:
        """A signal of the station. To be called for each, in order."""
        if signal.name == BEGINNING:
            self._begun.set()
        said = signal.payload.get("prompt")
        if not self._awaited or signal.name != "UserPromptSubmit" or not isinstance(said, str):
            return
        awaited, taken = _letters(self._awaited), _letters(_WRAPPED.sub("", said))
        if awaited in taken:
            self._with, self._took = taken != awaited, time.monotonic()
            self._taken.set()

    async def interrupt(self) -> None:
        """End its turn, if any: only a key does that, which a prompt that follows must not run into."""
        async with self._turn:
            if keys := self._kind.interrupt():
                await self._write(keys, "", 0)
                await asyncio.sleep(APART_S)

    async def prompt(
        self,
        text: str,
        session: str,
        report: Report | None,
        asks: bool,
        attached: bool,
        idle: Idle | None = None,
        once: str = "",
        moved: Moved | None = None,
    ) -> Taken:
        """Say it, and return when the agent has told that it took it. Raises `FactoryError` where it did not.

        With an id, `once`, what was typed of it by a supervisor that died over that is not typed again; where all was,
        and the agent has `moved` since, it took it then. `idle` tells whether the agent says at this moment that it is
        idle: what was typed before it listened is gone then, and is typed again.
        """
        async with self._turn:
            say = self._kind.say(text, session)
            if say.keys and moved is not None and moved(len(say.keys)):
                return Taken.TAKEN
            if report is None and not say.argv and await self._has_begun():
                report = Report.IDLE
            if (error := refusal(say, report, asks, attached)) is not None:
                raise error
            self._awaited = text
            self._taken.clear()
            try:
                async with asyncio.timeout(QUEUED_S if say.argv else TYPED_S):
                    await self._said(say, once)
                    if say.argv and report is Report.WORKING:
                        return Taken.QUEUED
                    tries = 1
                    while not await self._is_taken(LISTENS_S) and idle is not None:
                        if not say.argv and await idle():
                            await self._said(say, once, tries)
                            tries += 1
                    await self._taken.wait()
            except TimeoutError as error:
                raise FactoryError("it did not take the prompt", "attach and look: it may stand there") from error
            finally:
                self._awaited = ""
        if self._with:
            raise FactoryError("it took the prompt with what stood in its input", "interrupt it if that is wrong")
        return Taken.TAKEN

    async def _is_taken(self, seconds: float) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._taken.wait()
        return self._taken.is_set()

    async def _has_begun(self) -> bool:
        """Whether an agent that has just been started says so, within a while; nobody else is heard of here."""
        with suppress(TimeoutError):
            async with asyncio.timeout(BEGINS_S):
                await self._begun.wait()
        return self._begun.is_set()

    async def _said(self, say: Say, once: str, tries: int = 0) -> None:
        if not say.argv:
            for part, keys in enumerate(say.keys, tries * len(say.keys)):
                await self._write(keys, once, part)
        elif await self._run(say.argv):
            raise FactoryError("its own queue did not take the prompt", "see whether it runs; or attach and type it")


def _letters(text: str) -> str:
    """What is the same however an agent wraps and trims what was typed."""
    return "".join(_CONTROL.sub("", text).split())
