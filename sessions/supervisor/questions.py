"""How a supervisor answers questions: at a desk beside the loop, and on the loop what goes on as long as it is asked.

Quick questions have threads apart from those for git, or for a search: nobody who turns a page waits for a merge.
"""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import aclosing
from functools import partial

import msgspec

from sessions.asking.asked import Halt
from sessions.asking.desk import Desk
from sessions.asking.figures import WhatWasUsed
from sessions.asking.past_questions import EventsAfter, EventUntil, PastCovers
from sessions.asking.questions import (
    AnyQuestion,
    FollowSession,
    FollowTerminal,
    SessionEntries,
    StationEvents,
    StationNames,
)
from sessions.errors import FactoryError
from sessions.floor.ours.picture import Picture
from sessions.floor.state import FloorState
from sessions.journal.reader import JournalReader
from sessions.place import Place
from sessions.supervisor.wire.feed import Feed

QUICK, SLOW = 2, 3
"""Threads for each kind of question."""
PACE_S = 0.05
"""Between two looks at a session that somebody follows."""

QUICKLY = (SessionEntries, StationEvents, StationNames, WhatWasUsed, EventsAfter, PastCovers, EventUntil)
"""Questions that are answered at once, from what is at hand."""

_ENCODER = msgspec.json.Encoder()


Pictures = Callable[[str], AsyncGenerator[Picture, None]]
"""What the terminal of a station shows, as it changes; raises `FactoryError` where there is none."""


async def no_pictures(station: str) -> AsyncGenerator[Picture, None]:
    """For a supervisor that runs no stations."""
    nothing: tuple[Picture, ...] = ()
    for picture in nothing:
        yield picture
    raise FactoryError("this supervisor runs no agents in terminals")


class Answers:
    """Answers the questions of all consoles of a supervisor. `close` it when none is left."""

    def __init__(self, place: Place, feed: Feed, pictures: Pictures = no_pictures) -> None:
        """`pictures` shows the terminals of stations."""
        self._pictures = pictures
        self._feed, self._place = feed, place
        self._journal: JournalReader | None = None
        self._opening = threading.Lock()
        self._desk = Desk(lambda: feed.state, self._lines_of, place, self._past)
        self._quick = ThreadPoolExecutor(QUICK, "questions")
        self._slow = ThreadPoolExecutor(SLOW, "slow-questions")

    async def answer(self, question: AnyQuestion) -> AsyncGenerator[msgspec.Raw, None]:
        """The parts of the answer, once the floor is known; closing it calls the work off."""
        await self._feed.known()
        if isinstance(question, FollowSession):
            async with aclosing(self._followed(question.session, question.edition)) as parts:
                async for part in parts:
                    yield part
            return
        if isinstance(question, FollowTerminal):
            async with aclosing(self._pictures(question.station)) as pictures:
                async for picture in pictures:
                    yield msgspec.Raw(_ENCODER.encode(picture))
            return
        pool = self._quick if isinstance(question, QUICKLY) else self._slow
        halt = Halt()
        bodies = _written(self._desk.answer(question, halt))
        done: Future[list[msgspec.Raw]] | None = None
        try:
            while True:
                done = pool.submit(lambda: list(itertools.islice(bodies, 1)))
                if not (written := await asyncio.wrap_future(done)):
                    return
                yield written[0]
        finally:
            halt.pull()
            if done is not None:  # it may still be at work, and only then be closed
                done.add_done_callback(lambda _: bodies.close())

    async def close(self) -> None:
        """Call off what is under way, and let go of journal, sessions and scratch."""
        for pool in (self._quick, self._slow):
            pool.shutdown(wait=False, cancel_futures=True)
        await asyncio.to_thread(self._desk.close)
        if self._journal is not None:
            self._journal.close()

    async def _followed(self, session: str, edition: int) -> AsyncGenerator[msgspec.Raw, None]:
        """How the session ends, and then what changes of it, seen when its station has done something."""
        while True:
            bell, seen = self._feed.bell, self._doing(session)
            look = partial(self._desk.conversations.news, session, edition)
            # Opening a long one takes its time.
            pool = self._quick if edition else self._slow
            news = await asyncio.get_running_loop().run_in_executor(pool, look)
            if news is not None:
                edition = news.edition
                yield msgspec.Raw(_ENCODER.encode(news))
            while self._doing(session) is seen:
                await bell.wait()
                bell = self._feed.bell
            await asyncio.sleep(PACE_S)

    def _doing(self, session: str) -> object:
        """The station of a session as it stands: another one whenever something happened there."""
        state: FloorState = self._feed.state
        known = self._desk.conversations.session(session)
        return state.stations.get(known.station) if known is not None else None

    def _lines_of(self, station: str, before: int, limit: int) -> list[tuple[int, bytes]]:
        return self._past().lines_of(station, before, limit)

    def _past(self) -> JournalReader:
        with self._opening:
            if self._journal is None:
                self._journal = JournalReader(self._place.journal)
            return self._journal


def _written(parts: Iterator[msgspec.Struct]) -> Generator[msgspec.Raw, None, None]:
    """The parts as they go over the wire, written on the thread that makes them."""
    for part in parts:
        try:
            yield msgspec.Raw(_ENCODER.encode(part))
        except UnicodeEncodeError as error:
            raise FactoryError("it names something that is no text and cannot be told") from error
