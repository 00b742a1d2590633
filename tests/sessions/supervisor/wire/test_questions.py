"""Questions over the line: answered in parts beside everything else, called off, refused with a reason."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator

import msgspec
import pytest

from sessions import operator
from sessions.asking.asked import Asked, GivenUpError, UnheardError
from sessions.asking.questions import AnyQuestion, CommitWords, Names, StationNames, Words
from sessions.errors import FactoryError
from sessions.floor.commands import CatchUp
from sessions.floor.state import EMPTY
from sessions.supervisor.wire import answering, frames
from sessions.supervisor.wire.asking import ask_once
from sessions.supervisor.wire.capabilities import VERSION
from sessions.supervisor.wire.frames import (
    EndFrame,
    Hello,
    NevermindFrame,
    PartFrame,
    QuestionFrame,
    ReplyFrame,
    Welcome,
    WorkFrame,
    command_frame,
)
from sessions.supervisor.wire.protocol import Events
from tests.support.supervisor import PATIENCE_S, Peer, dialled, feed_of, push, served, spoken, watched


def raw(value: msgspec.Struct) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(value))


def asks(number: int, question: CommitWords) -> QuestionFrame:
    return QuestionFrame(number, raw(question))


class Oracle:
    """Answers with the words it is asked for; `wait` waits until it is let go."""

    def __init__(self) -> None:
        self.go, self.waiting, self.gone = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def answer(self, question: AnyQuestion) -> AsyncGenerator[msgspec.Raw, None]:
        assert isinstance(question, CommitWords)
        match question.commit:
            case "wait":
                self.waiting.set()
                try:
                    yield raw(Words("first"))
                    await self.go.wait()
                finally:
                    self.gone.set()
            case "refuse":
                raise FactoryError("no such \udcff\x1b[31m", "look for another")
            case "break":
                raise ValueError("a mistake in the supervisor")
            case "flood":
                yield raw(Words("x" * frames.MAX_PART))
        yield raw(Words(question.commit))


async def heard(peer: Peer, number: int) -> tuple[list[str], EndFrame]:
    """The whole answer to one question."""
    words = []
    while not isinstance(frame := await peer.hear(), EndFrame) or frame.id != number:
        assert frame is not None
        if isinstance(frame, PartFrame) and frame.id == number:
            words.append(msgspec.json.decode(frame.part, type=Words).text)
    return words, frame


def test_questions_are_answered_side_by_side_beside_events_and_commands() -> None:
    async def check() -> None:
        oracle, feed = Oracle(), feed_of(1)
        async with served(feed, answering=oracle.answer) as (_, path), dialled(path) as peer:
            peer.say(asks(1, CommitWords("wait")))
            await oracle.waiting.wait()
            peer.say(asks(2, CommitWords("abc")))
            assert await heard(peer, 2) == (["abc"], EndFrame(2))
            push(feed, spoken(1, first=2))
            peer.say(command_frame(operator.command(CatchUp())))
            assert isinstance(await peer.hear_a(ReplyFrame), ReplyFrame)
            oracle.go.set()
            assert await heard(peer, 1) == (["wait"], EndFrame(1))

    asyncio.run(check())


@pytest.mark.parametrize(
    ("commit", "reason"),
    [("refuse", "no such"), ("break", "failed to answer (ValueError)"), ("flood", "too much")],
)
def test_why_there_is_no_answer_is_said_and_the_console_stays(commit: str, reason: str) -> None:
    async def check() -> None:
        async with served(feed_of(0), answering=Oracle().answer) as (_, path), dialled(path) as peer:
            peer.say(asks(7, CommitWords(commit)))
            words, end = await heard(peer, 7)
            assert words == []
            assert reason in end.reason and "\x1b" not in end.reason
            assert end.cure
            peer.say(asks(8, CommitWords("still there")))
            assert await heard(peer, 8) == (["still there"], EndFrame(8))

    asyncio.run(check())


@pytest.mark.parametrize("question", [b'{"question":"the_future"}', b"7", b'{"question":"commit_words"}'])
def test_a_question_of_a_newer_console_is_refused_and_costs_nothing_else(question: bytes) -> None:
    async def check() -> None:
        async with served(feed_of(0), answering=Oracle().answer) as (_, path), dialled(path) as peer:
            peer.say(QuestionFrame(1, msgspec.Raw(question)))
            _, end = await heard(peer, 1)
            assert "does not know this question" in end.reason and "factory-tui stop" in end.cure
            peer.say(asks(2, CommitWords("abc")))
            assert await heard(peer, 2) == (["abc"], EndFrame(2))

    asyncio.run(check())


def test_a_question_that_nobody_wants_to_know_any_more_is_called_off() -> None:
    async def check() -> None:
        oracle = Oracle()
        async with served(feed_of(0), answering=oracle.answer) as (_, path), dialled(path) as peer:
            peer.say(asks(1, CommitWords("wait")))
            await oracle.waiting.wait()
            peer.say(NevermindFrame(1))
            peer.say(NevermindFrame(99))
            await asyncio.wait_for(oracle.gone.wait(), PATIENCE_S)
            peer.say(asks(2, CommitWords("abc")))
            assert await heard(peer, 2) == (["abc"], EndFrame(2))

    asyncio.run(check())


def test_a_console_that_leaves_takes_its_questions_with_it() -> None:
    async def check() -> None:
        oracle = Oracle()
        async with served(feed_of(0), answering=oracle.answer) as (_, path):
            async with dialled(path) as peer:
                peer.say(asks(1, CommitWords("wait")))
                await oracle.waiting.wait()
            await asyncio.wait_for(oracle.gone.wait(), PATIENCE_S)

    asyncio.run(check())


def test_one_question_too_many_is_refused_and_the_others_can_still_be_called_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(answering, "QUESTIONS_AT_ONCE", 1)

    async def check() -> None:
        oracle = Oracle()
        async with served(feed_of(0), answering=oracle.answer) as (_, path), dialled(path) as peer:
            peer.say(asks(1, CommitWords("wait")))
            await oracle.waiting.wait()
            peer.say(asks(2, CommitWords("abc")))
            _, end = await heard(peer, 2)
            assert "too many" in end.reason
            peer.say(NevermindFrame(1))
            await asyncio.wait_for(oracle.gone.wait(), PATIENCE_S)

    asyncio.run(check())


def test_who_asks_for_ever_and_never_listens_is_cut_off() -> None:
    async def check() -> None:
        oracle = Oracle()
        async with served(feed_of(0), answering=oracle.answer) as (_, path), dialled(path) as peer:
            for number in range(3 * answering.QUESTIONS_AT_ONCE):
                peer.say(asks(number, CommitWords("wait")))
            heard_all = []
            while (frame := await peer.hear()) is not None:
                heard_all.append(frame)
            assert len(heard_all) < 4 * answering.QUESTIONS_AT_ONCE
            assert oracle.gone.is_set()

    asyncio.run(check())


def test_who_only_has_a_question_is_sent_no_floor() -> None:
    async def check() -> None:
        feed = feed_of(3)
        async with served(feed, answering=Oracle().answer) as (_, path), dialled(path, after=None) as peer:
            peer.say(frames.hello(follows=False))
            push(feed, spoken(1, first=4))
            peer.say(asks(1, CommitWords("abc")))
            heard = [await peer.hear() for _ in range(4)]
            assert {type(frame) for frame in heard} == {Welcome, WorkFrame, PartFrame, EndFrame}

    asyncio.run(check())


# The console's end


def test_a_client_is_answered_part_by_part() -> None:
    async def check() -> None:
        oracle, parts, came = Oracle(), [], threading.Event()

        def hear(part: Words) -> None:
            parts.append(part.text)
            came.set()

        async with served(feed_of(0), answering=oracle.answer) as (_, path):
            with watched(path) as watching:
                await watching.soon(lambda client: client.contact.connected)
                asked = watching.client.ask(CommitWords("wait"), hear)
                assert await asyncio.to_thread(came.wait, PATIENCE_S)
                assert parts == ["first"] and not asked.over
                oracle.go.set()
                assert await asyncio.to_thread(asked.all) == []
                assert parts == ["first", "wait"]
                assert (await asyncio.to_thread(watching.client.ask(CommitWords("abc")).one)).text == "abc"
                with pytest.raises(FactoryError, match="look for another"):
                    await asyncio.to_thread(watching.client.ask(CommitWords("refuse")).one)
                with pytest.raises(FactoryError, match="UTF-8"):
                    await asyncio.to_thread(watching.client.ask(CommitWords("\udcff")).one)

    asyncio.run(check())


def test_a_client_that_loses_interest_tells_the_supervisor() -> None:
    async def check() -> None:
        oracle = Oracle()
        async with served(feed_of(0), answering=oracle.answer) as (_, path):
            with watched(path) as watching:
                await watching.soon(lambda client: client.contact.connected)
                asked = watching.client.ask(CommitWords("wait"))
                await oracle.waiting.wait()
                asked.cancel()
                await asyncio.wait_for(oracle.gone.wait(), PATIENCE_S)
                with pytest.raises(GivenUpError):
                    asked.all()

    asyncio.run(check())


def test_what_was_asked_of_a_supervisor_that_dies_is_unheard() -> None:
    async def check() -> None:
        oracle = Oracle()
        async with served(feed_of(0), answering=oracle.answer) as (house, path):
            with watched(path) as watching:
                await watching.soon(lambda client: client.contact.connected)
                asked = watching.client.ask(CommitWords("wait"))
                await oracle.waiting.wait()
                for connection in house.connections:
                    connection._writer.transport.abort()
                with pytest.raises(UnheardError):
                    await asyncio.to_thread(asked.all)
        with watched(path) as nobody, pytest.raises(UnheardError):
            nobody.client.ask(StationNames()).all()

    asyncio.run(check())


def test_nobody_waits_for_ever_for_a_client_that_ends() -> None:
    async def check() -> None:
        oracle = Oracle()
        async with served(feed_of(0), answering=oracle.answer) as (_, path):
            with watched(path) as watching:
                await watching.soon(lambda client: client.contact.connected)
                asked = watching.client.ask(CommitWords("wait"))
                await oracle.waiting.wait()
                late: list[Asked[Words]] = []
                watching.client._post(lambda: late.append(watching.client.ask(CommitWords("wait"))))
                await asyncio.to_thread(watching.client.stop)
                for each in (asked, *late, watching.client.ask(CommitWords("abc"))):
                    with pytest.raises(UnheardError):
                        each.all()

    asyncio.run(check())


def test_an_answer_that_is_none_is_told_apart() -> None:
    async def strange(question: AnyQuestion) -> AsyncGenerator[msgspec.Raw, None]:
        yield raw(Names(("not", "words")))

    async def check() -> None:
        async with served(feed_of(0), answering=strange) as (_, path):
            with watched(path) as watching:
                await watching.soon(lambda client: client.contact.connected)
                with pytest.raises(FactoryError, match="cannot be read"):
                    await asyncio.to_thread(watching.client.ask(CommitWords("abc")).one)

    asyncio.run(check())


def test_a_single_question_needs_no_floor() -> None:
    async def check() -> None:
        oracle = Oracle()
        async with served(feed_of(3), answering=oracle.answer) as (house, path):
            (words,) = await asyncio.to_thread(ask_once, path, CommitWords("abc"), PATIENCE_S)
            assert words.text == "abc"
            with pytest.raises(FactoryError, match="in time"):
                await asyncio.to_thread(ask_once, path, CommitWords("wait"), 0.05)
            await house.close(frames.Farewell("over"))
            with pytest.raises(OSError):
                await asyncio.to_thread(ask_once, path, CommitWords("abc"), PATIENCE_S)

    asyncio.run(check())


def test_a_supervisor_without_an_ear_for_questions_serves_the_floor() -> None:
    async def check() -> None:
        feed = feed_of(2)
        async with served(feed) as (_, path), dialled(path, after=None) as peer:
            peer.say(Hello(VERSION, 0, ("events.1", "floor.2")))
            frame = await peer.hear_a(Events)
            assert isinstance(frame, Events) and len(frame.read()) == 2
            assert feed.state != EMPTY

    asyncio.run(check())
