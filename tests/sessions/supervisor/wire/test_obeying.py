"""Commands at the supervisor: each is answered, and nothing waits for them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import msgspec
import pytest

from sessions.asking.questions import AnyQuestion, StationNames
from sessions.floor.commands import CancelScan, CatchUp, Command, Reply, SetBase
from sessions.sockets.framing import ProtocolError
from sessions.supervisor.wire import obeying
from sessions.supervisor.wire.frames import (
    CommandFrame,
    PartFrame,
    QuestionFrame,
    ReplyFrame,
    command_frame,
)
from tests.support.supervisor import (
    PATIENCE_S,
    Peer,
    dialled,
    feed_of,
    served,
)


def test_commands_are_answered_side_by_side() -> None:
    async def check() -> None:
        cancelled = asyncio.Event()

        async def obey(command: Command) -> Reply:
            if isinstance(command.wish, CatchUp):
                await cancelled.wait()
            cancelled.set()
            return Reply(True, type(command.wish).__name__)

        async with served(feed_of(0), obey) as (_, path), dialled(path) as peer:
            peer.say(command_frame(Command("seven", "ann", 1.0, CatchUp())))
            peer.say(command_frame(Command("eight", "ann", 1.0, CancelScan())))
            assert await peer.hear_a(ReplyFrame) == ReplyFrame("eight", Reply(True, "CancelScan"))
            assert await peer.hear_a(ReplyFrame) == ReplyFrame("seven", Reply(True, "CatchUp"))

    asyncio.run(check())


def test_a_console_may_give_any_number_of_commands() -> None:
    async def check() -> None:
        async with served(feed_of(0)) as (_, path), dialled(path) as peer:
            for number in range(2 * obeying.COMMANDS_AT_ONCE + 1):
                peer.say(command_frame(Command(f"c{number}", "ann", 1.0, CancelScan())))
                answer = await peer.hear_a(ReplyFrame)
                assert isinstance(answer, ReplyFrame)
                assert answer.id == f"c{number}"

    asyncio.run(check())


def test_a_console_whose_commands_are_under_way_is_heard() -> None:
    """As many as there is room for, and then some: its questions are answered, and every command in the end."""

    async def check() -> None:
        free = asyncio.Event()

        async def obey(_: Command) -> Reply:
            await free.wait()
            return Reply(True)

        async def answering(_: AnyQuestion) -> AsyncGenerator[msgspec.Raw, None]:
            yield msgspec.Raw(b"7")

        question = msgspec.Raw(msgspec.json.encode(StationNames()))
        async with served(feed_of(0), obey, answering) as (_, path), dialled(path) as peer:
            for number in range(obeying.COMMANDS_AT_ONCE + 1):
                peer.say(command_frame(Command(f"c{number}", "ann", 1.0, CancelScan())))
            peer.say(QuestionFrame(1, question))
            assert await peer.hear_a(PartFrame) == PartFrame(1, msgspec.Raw(b"7"))
            free.set()
            replies = {frame.id for _ in range(obeying.COMMANDS_AT_ONCE + 1) if (frame := await reply_of(peer))}
            assert replies == {f"c{number}" for number in range(obeying.COMMANDS_AT_ONCE + 1)}

    asyncio.run(check())


def test_of_a_flood_of_commands_those_are_refused_for_which_there_is_no_room() -> None:
    async def check() -> None:
        free, under_way = asyncio.Event(), 0

        async def obey(_: Command) -> Reply:
            nonlocal under_way
            under_way += 1
            assert under_way <= obeying.COMMANDS_AT_ONCE
            await free.wait()
            under_way -= 1
            return Reply(True)

        async with served(feed_of(0), obey) as (_, path), dialled(path) as peer:
            for number in range(3 * obeying.MOST_COMMANDS):
                peer.say(command_frame(Command(f"c{number}", "ann", 1.0, CancelScan())))
            refused = [await reply_of(peer) for _ in range(2 * obeying.MOST_COMMANDS)]
            assert not any(frame.reply.ok for frame in refused)
            assert {frame.reply.cure for frame in refused} == {"wait for some of them"}
            free.set()
            done = [await reply_of(peer) for _ in range(obeying.MOST_COMMANDS)]
            assert all(frame.reply.ok for frame in done)
            assert [frame.id for frame in done] == [f"c{number}" for number in range(obeying.MOST_COMMANDS)]

    asyncio.run(check())


def test_who_commands_and_never_listens_is_cut_off() -> None:
    async def check() -> None:
        free = asyncio.Event()

        async def never(_: object) -> Reply:
            await free.wait()
            return Reply(True)

        commands = obeying.Commands(never, never)
        for number in range(2 * obeying.MOST_COMMANDS):
            commands.take(framed(number))
        with pytest.raises(ProtocolError, match="does not listen"):
            commands.take(framed(0))
        await commands.close()

    asyncio.run(check())


def test_with_its_console_what_waits_is_never_begun_and_what_is_under_way_broken_off() -> None:
    async def check() -> None:
        begun, broken_off, busy = list[str](), list[str](), asyncio.Event()

        async def obey(command: Command) -> Reply:
            begun.append(command.id)
            busy.set()
            try:
                await asyncio.Event().wait()
            finally:
                broken_off.append(command.id)
            return Reply(True)

        async def send(_: ReplyFrame) -> None:
            raise AssertionError("nobody is there")

        commands = obeying.Commands(obey, send)
        for number in range(2 * obeying.COMMANDS_AT_ONCE):
            commands.take(framed(number))
        await busy.wait()
        await asyncio.wait_for(commands.close(), PATIENCE_S)
        assert begun == sorted(broken_off) == [f"c{number}" for number in range(obeying.COMMANDS_AT_ONCE)]

    asyncio.run(check())


@pytest.mark.parametrize("body", [b"7", b'{"id":"\xff"}', b'{"id":' + b"[" * 100_000 + b"]" * 100_000 + b"}"])
def test_what_is_no_command_is_answered_as_one_that_is_not_known(body: bytes) -> None:
    async def check() -> None:
        told = asyncio.Queue[ReplyFrame]()

        async def obey(_: Command) -> Reply:
            raise AssertionError("there is nothing to do")

        commands = obeying.Commands(obey, told.put)
        commands.take(CommandFrame("c", msgspec.Raw(body)))
        reply = (await told.get()).reply
        assert (reply.ok, reply.reason) == (False, "the supervisor does not know this command")

    asyncio.run(check())


def framed(number: int) -> CommandFrame:
    return command_frame(Command(f"c{number}", "ann", 1.0, CancelScan()))


async def reply_of(peer: Peer) -> ReplyFrame:
    frame = await peer.hear_a(ReplyFrame)
    assert isinstance(frame, ReplyFrame)
    return frame


def test_a_wish_of_a_newer_console_is_refused_and_the_console_stays() -> None:
    async def check() -> None:
        async with served(feed_of(0)) as (_, path), dialled(path) as peer:
            of_tomorrow = b'{"id":"x","who":"ann","when":1.0,"wish":{"type":"of_tomorrow"}}'
            for body in (of_tomorrow, b"[]", b"7"):
                peer.say(CommandFrame("x", msgspec.Raw(body)))
                answer = await peer.hear_a(ReplyFrame)
                assert isinstance(answer, ReplyFrame)
                assert (answer.id, answer.reply.ok, bool(answer.reply.cure)) == ("x", False, True)
            peer.say(command_frame(Command("y", "ann", 1.0, CancelScan())))
            assert await peer.hear_a(ReplyFrame) == ReplyFrame("y", Reply(True, "CancelScan"))

    asyncio.run(check())


def test_a_command_that_breaks_is_answered_and_the_console_stays() -> None:
    async def check() -> None:
        async def obey(command: Command) -> Reply:
            raise ValueError("a mistake in the supervisor")

        async with served(feed_of(0), obey) as (_, path), dialled(path) as peer:
            for name in ("one", "two"):
                peer.say(command_frame(Command(name, "ann", 1.0, SetBase("main"))))
                frame = await peer.hear_a(ReplyFrame)
                assert isinstance(frame, ReplyFrame)
                assert (frame.id, frame.reply.ok) == (name, False)

    asyncio.run(check())


def test_a_reason_that_is_no_text_is_answered_too() -> None:
    async def check() -> None:
        async def obey(command: Command) -> Reply:
            return Reply(False, "there is no \udcff\x1b[31m", "look for \udcff")

        async with served(feed_of(0), obey) as (_, path), dialled(path) as peer:
            peer.say(command_frame(Command("one", "ann", 1.0, SetBase("main"))))
            frame = await peer.hear_a(ReplyFrame)
            assert isinstance(frame, ReplyFrame)
            assert frame.reply.reason.startswith("there is no") and "\x1b" not in frame.reply.reason

    asyncio.run(check())
