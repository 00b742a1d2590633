"""How a supervisor answers: once it knows its floor, beside its loop, and on as long as somebody follows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager

import msgspec
import pytest

from sessions.asking.questions import (
    EventPage,
    FollowSession,
    FollowTerminal,
    Names,
    SessionEntries,
    SessionPart,
    StationEvents,
    StationNames,
)
from sessions.errors import FactoryError
from sessions.floor import events as ev
from sessions.floor.fold.fold import fold_all
from sessions.floor.ours.picture import Picture, Run
from sessions.floor.state import EMPTY
from sessions.journal import codec
from sessions.journal.writer import Journal
from sessions.supervisor.questions import Answers
from sessions.supervisor.recorder import ServingRecorder
from sessions.supervisor.wire.feed import Feed
from tests.support.house import SESSION, House, house_in
from tests.support.supervisor import PATIENCE_S, spoken

STATION = "ship"


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    yield from house_in(monkeypatch)


def beginnings(house: House) -> list[ev.AnyEvent]:
    return [
        ev.StationOpened(time=1.0, station=STATION, session=SESSION, kind="claude"),
        ev.SessionOpened(time=1.0, station=STATION, session=SESSION, path=str(house.transcript())),
    ]


@asynccontextmanager
async def answering(house: House) -> AsyncIterator[tuple[Answers, Feed, ServingRecorder]]:
    journal = await Journal.open(house.place.journal)
    feed = Feed(journal.state)
    answers = Answers(house.place, feed)
    recorder = ServingRecorder(journal, feed)
    try:
        await recorder.record(beginnings(house))
        yield answers, feed, recorder
    finally:
        await answers.close()
        await journal.close()


async def following(parts: AsyncGenerator[msgspec.Raw, None]) -> SessionPart:
    return msgspec.json.decode(await asyncio.wait_for(anext(parts), PATIENCE_S), type=SessionPart)


def test_nothing_is_answered_from_a_floor_that_is_not_known_yet(house: House) -> None:
    async def check() -> None:
        feed = Feed(EMPTY, opened=False)
        answers = Answers(house.place, feed)
        parts = answers.answer(StationNames())
        first = asyncio.ensure_future(anext(parts))
        await asyncio.sleep(0)
        assert not first.done()
        feed.begin(fold_all(EMPTY, beginnings(house)))
        names = msgspec.json.decode(await asyncio.wait_for(first, PATIENCE_S), type=Names)
        assert names.names == (STATION,)
        await answers.close()

    asyncio.run(check())


def test_a_session_is_followed_when_its_station_does_something_and_not_before(house: House) -> None:
    async def check() -> None:
        house.write(1, 5)
        async with answering(house) as (answers, _, recorder):
            parts = answers.answer(FollowSession(SESSION))
            assert (await following(parts)).length == 5
            house.write(6, 7)
            grown = asyncio.ensure_future(following(parts))
            await recorder.record([ev.StationOpened(time=2.0, station="another", kind="claude")])
            await recorder.record([ev.TextWritten(time=2.0, station=STATION, session=SESSION, text="step 7")])
            news = await grown
            assert (news.length, news.kept, [entry.title for entry in news.entries]) == (7, 5, ["step 6", "step 7"])
            await parts.aclose()

    asyncio.run(check())


def test_what_is_asked_and_given_up_leaves_no_thread_at_work(house: House) -> None:
    async def check() -> None:
        house.write(1, 300)
        async with answering(house) as (answers, _, __):
            for _ in range(5):
                parts = answers.answer(SessionEntries(SESSION, 0, 256))
                await anext(parts)
                await parts.aclose()
            (whole,) = [part async for part in answers.answer(SessionEntries(SESSION, 0, 4))]
            assert len(msgspec.json.decode(whole, type=SessionPart).entries) == 4
            assert [each.users for each in answers._desk.conversations._opened.values()] == [0]

    asyncio.run(check())


def test_events_are_told_as_the_journal_has_them(house: House) -> None:
    async def check() -> None:
        async with answering(house) as (answers, feed, recorder):
            await recorder.record(spoken(1_200))
            pages = [
                msgspec.json.decode(part, type=EventPage)
                async for part in answers.answer(StationEvents(STATION, feed.state.seq + 1, 1_100))
            ]
            assert len(pages) == 3, "one part lets others through after it"
            numbers = [number for page in pages for number in page.numbers]
            assert numbers == list(range(feed.state.seq - 1_099, feed.state.seq + 1))
            told = codec.decode_all(bytes(body) for page in pages for body in page.events)
            assert told == spoken(1_200)[-1_100:]

    asyncio.run(check())


def test_why_there_is_no_answer_is_raised(house: House) -> None:
    async def check() -> None:
        async with answering(house) as (answers, _, __):
            with pytest.raises(FactoryError, match="not on this machine"):
                await following(answers.answer(FollowSession(SESSION)))
            with pytest.raises(FactoryError, match="no transcript"):
                await following(answers.answer(FollowSession("another")))

    asyncio.run(check())


def test_a_terminal_is_shown_as_long_as_somebody_looks(house: House) -> None:
    left: list[str] = []

    async def pictures(station: str) -> AsyncGenerator[Picture, None]:
        try:
            for word in ("first", "second"):
                yield Picture(10, 1, ((Run(f"{station} {word}"),),))
            await asyncio.Event().wait()
        finally:
            left.append(station)

    async def check() -> None:
        async with answering(house) as (_, feed, _):
            answers = Answers(house.place, feed, pictures)
            async with aclosing(answers.answer(FollowTerminal(STATION))) as parts:
                seen = [msgspec.json.decode(await anext(parts), type=Picture) for _ in range(2)]
            assert [picture.lines[0][0].text for picture in seen] == ["ship first", "ship second"]
            await answers.close()
        assert left == [STATION]

    asyncio.run(check())


def test_where_no_terminals_are_that_is_said(house: House) -> None:
    async def check() -> None:
        async with answering(house) as (answers, _, _):
            with pytest.raises(FactoryError, match="no agents in terminals"):
                await anext(answers.answer(FollowTerminal(STATION)))

    asyncio.run(check())
