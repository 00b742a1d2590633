"""The signals that somebody waits for an answer to, as long as anybody does."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import msgspec

from sessions.errors import FactoryError
from sessions.stations.contract import Signal
from sessions.stations.signals.folder import Folder, Told
from sessions.stations.signals.hook import ASKED, EXPIRED, NEW, WAY_BACK
from sessions.stations.signals.passing import Topic, goes_on, topic_of
from sessions.stations.signals.wayback import WayBack

MOST = 64
"""Open questions of one station; further ones are left to its own terminal."""
REMEMBERED = 1_000
"""Questions of one station that are over, by their names."""
PATIENCE_S = 2.0
"""How long it is waited that an answer is taken. Who rests takes it later."""


class Withdrawn(msgspec.Struct, frozen=True):
    """Nobody waits for an answer to this question any more. Where the floor has an answer already, that stands."""

    station: str
    question: str
    """The signal's id."""
    expired: bool = False
    """Nobody answered in time, and the agent has been told that it is denied; else whoever asked has gone."""


class _Wait(msgspec.Struct):
    folder: Folder
    stem: str
    stays: bool
    topic: Topic
    way: WayBack | None = None


class _Over(msgspec.Struct):
    """The questions of one station that are none any more."""

    stems: dict[str, None] = {}
    before: str = ""
    """None that is not newer is taken: so much has been over that not each is remembered."""


class Questions:
    """Open questions of all stations, by the ids of their signals."""

    def __init__(self, changed: Callable[[], None]) -> None:
        """`changed` is called when a question was withdrawn."""
        self._changed = changed
        self._waits: dict[str, _Wait] = {}
        self._withdrawn: list[Withdrawn] = []
        self._over: dict[Path, _Over] = {}

    def __contains__(self, question: str) -> bool:
        return question in self._waits

    @property
    def open(self) -> frozenset[str]:
        """Those that somebody waits for, or that stay without."""
        return frozenset(self._waits)

    def withdrawn(self) -> tuple[Withdrawn, ...]:
        """Those that are none any more, each told once."""
        withdrawn, self._withdrawn = tuple(self._withdrawn), []
        return withdrawn

    def is_late(self, folder: Folder, stem: str) -> bool:
        """Whether it is named as one that is over, and an answer to that would be one to this."""
        over = self._over.get(folder.path, _Over())
        return stem in over.stems or stem <= over.before

    def resume(self, folder: Folder, asked: tuple[str, ...], ways: tuple[str, ...], now: float) -> None:
        """Take up what an earlier supervisor was asked; take away what is left of whoever has gone."""
        for stem in asked:
            told = folder.read(stem, now, ASKED)
            if isinstance(told, Told):
                self.add(folder, told)
            else:
                folder.drop(stem, ASKED, WAY_BACK, EXPIRED)
        for stem in ways:
            handle = folder.way_back(stem)
            if handle is None:
                folder.drop(stem, WAY_BACK)
            else:
                os.close(handle)  # its question is on the way

    def add(self, folder: Folder, told: Told) -> bool:
        """Somebody asks. False when there are too many of that station: then it is told nothing, and asks as it does.

        One that has gone in the meantime is withdrawn at once.
        """
        question = told.signal.id
        if question in self._waits:
            return True
        if sum(1 for wait in self._waits.values() if wait.folder is folder) >= MOST:
            self.turn_away(folder, told.stem)
            return False
        handle = folder.way_back(told.stem)
        wait = self._waits[question] = _Wait(folder, told.stem, told.stays, topic_of(told.signal))
        if handle is not None:
            wait.way = WayBack(handle, lambda: self._gone(question))
        elif not told.stays:
            self._gone(question)
        return True

    def turn_away(self, folder: Folder, stem: str) -> None:
        """Nobody is asked: whoever waits there is told nothing, and asks as it does."""
        if (handle := folder.way_back(stem)) is not None:
            way = WayBack(handle, lambda: None)
            way.answer(b"")
            way.close()
        folder.drop(stem, WAY_BACK)

    def passed_by(self, folder: Folder, signal: Signal) -> None:
        """Withdraw what whoever told this has gone on without, and let go of what waits there."""
        for question, wait in list(self._waits.items()):
            if wait.folder is folder and not wait.stays and goes_on(signal, wait.topic):
                self._withdraw(question)

    def ended(self, folder: Folder) -> None:
        """Every process of the station has ended: nobody asks any more."""
        for question in [question for question, wait in self._waits.items() if wait.folder is folder]:
            self._withdraw(question)

    def signal(self, question: str, now: float) -> Signal | None:
        """What was asked; None where the question is not open."""
        wait = self._waits.get(question)
        for ending in (ASKED, NEW) if wait is not None else ():
            assert wait is not None
            told = wait.folder.read(wait.stem, now, ending)
            if isinstance(told, Told):
                return told.signal
        return None

    async def answer(self, question: str, printed: bytes, seconds: float = PATIENCE_S) -> None:
        """Have whoever asked print this and go on. Raises `FactoryError` where it did not take it: it waits no more."""
        wait = self._waits.get(question)
        if wait is None:
            raise FactoryError("nobody waits for that answer any more", "what it was about did not happen")
        if wait.way is None:  # it stays without anybody who waits
            self._finish(question)
            return
        if not wait.way.answer(printed):
            raise FactoryError("that has been answered", "wait until it is taken")
        way = wait.way
        try:
            async with asyncio.timeout(seconds):
                await way.over.wait()
        except TimeoutError:
            return
        if not way.taken:
            raise FactoryError("timed out: nobody waits for that answer any more", "what it was about did not happen")

    def forget(self, folder: Folder | None = None) -> None:
        """Watch no more, those of one station or all; whoever waits goes on waiting."""
        for question in [each for each, wait in self._waits.items() if folder is None or wait.folder is folder]:
            wait = self._waits.pop(question)
            if wait.way is not None:
                wait.way.close()
        if folder is not None:
            self._over.pop(folder.path, None)

    def _withdraw(self, question: str) -> None:
        way = self._waits[question].way
        if way is not None:
            if way.answered:
                return  # it is known when that is taken
            way.answer(b"")
            way.close()
        wait = self._end(question)
        self._withdrawn.append(Withdrawn(wait.folder.station, question))
        self._changed()

    def _gone(self, question: str) -> None:
        wait = self._waits[question]
        if wait.way is not None and wait.way.taken:
            self._finish(question)
        elif wait.stays:
            wait.way = None
        else:
            self._end(question)
            self._withdrawn.append(Withdrawn(wait.folder.station, question, wait.folder.expired(wait.stem)))
            self._changed()

    def _finish(self, question: str) -> None:
        wait = self._end(question)
        wait.folder.drop(wait.stem, NEW, ASKED, WAY_BACK, EXPIRED)

    def _end(self, question: str) -> _Wait:
        wait = self._waits.pop(question)
        over = self._over.setdefault(wait.folder.path, _Over())
        over.stems[wait.stem] = None
        if len(over.stems) > REMEMBERED:
            oldest = next(iter(over.stems))
            del over.stems[oldest]
            over.before = max(over.before, oldest)
        return wait
