"""The supervisor's door: who gets in, what each console is sent, and that none holds up another."""

from __future__ import annotations

import asyncio
import os
import socket
import stat
from collections.abc import AsyncGenerator

import msgspec
import pytest

from sessions.asking.questions import AnyQuestion, StationNames
from sessions.floor.commands import CancelScan, CatchUp, Command, Progress, Reply, SetBase
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY, FloorState
from sessions.supervisor.wire import connection, frames, obeying, server
from sessions.supervisor.wire.capabilities import SPEAKS, VERSION
from sessions.supervisor.wire.feed import RING
from sessions.supervisor.wire.frames import (
    CommandFrame,
    Farewell,
    Hello,
    PartFrame,
    QuestionFrame,
    Refused,
    ReplyFrame,
    Welcome,
    WorkFrame,
    command_frame,
)
from sessions.supervisor.wire.protocol import Events, Snapshot
from sessions.supervisor.wire.server import Server
from tests.support.supervisor import (
    PATIENCE_S,
    Peer,
    agree,
    dialled,
    feed_of,
    push,
    served,
    short_directory,
    spoken,
    told,
)


async def _followed(peer: Peer, state: FloorState, until: int) -> FloorState:
    while state.seq < until:
        frame = await peer.hear()
        if isinstance(frame, Events):
            assert frame.first == state.seq + 1
            state = fold_all(state, frame.read())
        elif isinstance(frame, Snapshot):
            state = frame.state
        assert frame is not None
    return state


def test_a_console_is_welcomed_and_follows() -> None:
    async def check() -> None:
        feed = feed_of(3)
        async with served(feed) as (_, path), dialled(path, after=1) as peer:
            assert await peer.hear() == Welcome(VERSION, os.getpid(), "repo", 3, SPEAKS)
            state = await _followed(peer, fold_all(EMPTY, spoken(1)), 3)
            push(feed, spoken(4, first=4))
            assert await _followed(peer, state, 7) == feed.state

    asyncio.run(check())


def test_a_large_floor_is_sent_seldom_and_progress_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    async def check() -> None:
        feed = feed_of(RING + 1)
        async with served(feed) as (_, path), dialled(path) as peer:
            assert await peer.hear_a(Snapshot) == Snapshot(feed.state)
            heard: list[WorkFrame] = []
            for done in range(3):
                push(feed, spoken(RING + 1))
                feed.say(WorkFrame(Progress("reading", done, 3)))
                while not heard or heard[-1] != feed.work:
                    frame = await peer.hear()
                    assert isinstance(frame, WorkFrame)
                    heard.append(frame)

    monkeypatch.setattr(connection, "SNAPSHOT_BYTES", 1)
    asyncio.run(check())


def test_a_console_that_rested_from_a_floor_gets_the_next_one(monkeypatch: pytest.MonkeyPatch) -> None:
    async def check() -> None:
        feed = feed_of(RING + 1)
        async with served(feed) as (_, path), dialled(path) as peer:
            await peer.hear_a(Snapshot)
            push(feed, spoken(RING + 1))
            assert await peer.hear_a(Snapshot) == Snapshot(feed.state)

    monkeypatch.setattr(connection, "SNAPSHOT_PACE_S", 0.01)
    asyncio.run(check())


def test_the_socket_is_the_operators_alone() -> None:
    async def check() -> None:
        async with served(feed_of(0)) as (_, path):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
            async with dialled(path) as peer:
                await peer.hear_a(Welcome)
        assert not path.exists()

    asyncio.run(check())


def test_a_dead_ones_socket_is_replaced() -> None:
    async def check() -> None:
        dead = socket.socket(socket.AF_UNIX)
        dead.bind(str(path))
        dead.close()
        house = server.Server(feed_of(0), "repo", agree)
        await house.listen(path)
        async with dialled(path) as peer:
            await peer.hear_a(Welcome)
        await house.close(Farewell("test over"))

    with short_directory() as directory:
        path = directory / "s"
        asyncio.run(check())


@pytest.mark.parametrize(("uid", "enters"), [(1000, True), (1001, False), (0, False), (None, True)])
def test_only_the_same_user_enters(uid: int | None, enters: bool) -> None:
    assert server.may_enter(uid, own=1000) is enters


def test_another_user_hears_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "peer_uid", lambda _: os.geteuid() + 1)

    async def check() -> None:
        async with served(feed_of(3)) as (house, path), dialled(path) as peer:
            assert await peer.hear() is None
            assert house.connections == ()

    asyncio.run(check())


@pytest.mark.parametrize(("step", "told"), [(1, "an older"), (-1, "a newer")])
def test_another_version_is_refused_with_a_cure(step: int, told: str) -> None:
    async def check() -> None:
        async with served(feed_of(3)) as (_, path), dialled(path, after=None) as peer:
            peer.say(Hello(VERSION + step, 0, SPEAKS))
            refused = await peer.hear()
            assert isinstance(refused, Refused)
            assert (refused.version, refused.speaks) == (VERSION, SPEAKS)
            assert told in refused.reason
            assert ("factory-tui stop" if step > 0 else "open this console") in refused.cure
            assert await peer.hear() is None

    asyncio.run(check())


@pytest.mark.parametrize(
    ("speaks", "age", "lacks"),
    [
        (("events.1", "floor.3"), "an older", "floor"),
        (("events.0", "floor.2"), "a newer", "events"),
        ((), "a newer", "events, floor"),
    ],
)
def test_a_console_that_lacks_what_is_needed_is_refused_by_name(speaks: tuple[str, ...], age: str, lacks: str) -> None:
    async def check() -> None:
        async with served(feed_of(3)) as (_, path), dialled(path, after=None) as peer:
            peer.say(Hello(VERSION, 0, speaks))
            refused = await peer.hear()
            assert isinstance(refused, Refused)
            assert refused.reason == f"the supervisor is of {age} factory-tui ({lacks} cannot be told)"
            assert await peer.hear() is None

    asyncio.run(check())


@pytest.mark.parametrize("speaks", [("events.1", "floor.2"), ("events.1", "events.9", "floor.2", "floor.0", "dance.3")])
def test_a_console_that_can_do_less_or_more_is_served(speaks: tuple[str, ...]) -> None:
    async def check() -> None:
        feed = feed_of(3)
        async with served(feed) as (_, path), dialled(path, after=None) as peer:
            peer.say(Hello(VERSION, 0, speaks))
            assert await _followed(peer, EMPTY, 3) == feed.state

    asyncio.run(check())


def test_one_console_too_many_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "MAX_CONSOLES", 1)

    async def check() -> None:
        async with served(feed_of(3)) as (house, path), dialled(path) as first, dialled(path, after=None) as second:
            assert isinstance(await first.hear(), Welcome)
            second.say(frames.hello())
            refused = await second.hear()
            assert isinstance(refused, Refused)
            assert refused.cure and not refused.version
            assert await second.hear() is None
            assert len(house.connections) == 1

    asyncio.run(check())


def test_the_door_of_another_supervisor_is_left_alone() -> None:
    """As it is made when somebody has removed the whole directory."""

    async def check() -> None:
        with short_directory() as directory:
            path = directory / "s"
            first, second = (Server(feed_of(0), "repo", agree) for _ in range(2))
            await first.listen(path)
            path.unlink()
            await second.listen(path)
            await first.close(Farewell("gone"))
            async with dialled(path) as peer:
                assert isinstance(await peer.hear(), Welcome)
            await second.close(Farewell("test over"))
            assert not path.exists()

    asyncio.run(check())


@pytest.mark.parametrize("garbage", [b"GET / HTTP/1.1\r\n\r\n", b"\0\0\0\5hello", b"\0\0\0\2{}", b"\xff" * 100])
def test_garbage_closes_that_console_only(garbage: bytes) -> None:
    async def check() -> None:
        feed = feed_of(1)
        async with served(feed) as (_, path), dialled(path) as good, dialled(path, after=None) as bad:
            bad.writer.write(garbage)
            assert await bad.hear() is None
            push(feed, spoken(1, first=2))
            assert await _followed(good, EMPTY, 2) == feed.state

    asyncio.run(check())


def test_a_console_that_never_reads_slows_nobody_and_costs_a_buffer() -> None:
    async def check() -> None:
        feed = feed_of(1)
        async with served(feed) as (house, path), dialled(path) as sleeper, dialled(path) as reader:
            state = EMPTY
            for first in range(2, 40_000, 2_000):
                push(feed, spoken(2_000, first))
                state = await _followed(reader, state, feed.state.seq)
            assert state == feed.state
            assert len(feed) == RING
            frame = len(frames.encode(told(1, spoken(connection.BUFFER // 100))))
            waiting = [each._writer.transport.get_write_buffer_size() for each in house.connections]
            assert 0 < max(waiting) <= connection.BUFFER + 4 * frame
            assert await _followed(sleeper, EMPTY, feed.state.seq) == feed.state

    asyncio.run(check())


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


def test_progress_and_trouble_are_told_to_those_who_come_later_too() -> None:
    async def check() -> None:
        feed = feed_of(0)
        work = WorkFrame(Progress("transcripts", 3, 9, "files"), "the disk is full")
        async with served(feed) as (_, path), dialled(path) as early:
            assert await early.hear_a(WorkFrame) == WorkFrame()
            feed.say(work)
            assert await early.hear_a(WorkFrame) == work
            async with dialled(path) as late:
                assert await late.hear_a(WorkFrame) == work

    asyncio.run(check())


def test_everybody_hears_the_farewell() -> None:
    async def check() -> None:
        async with served(feed_of(0)) as (house, path), dialled(path) as one, dialled(path) as two:
            for peer in (one, two):
                await peer.hear_a(Welcome)
            await house.close(Farewell("stopped", stopped=True))
            for peer in (one, two):
                assert await peer.hear_a(Farewell) == Farewell("stopped", stopped=True)

    asyncio.run(check())


def test_deserted_means_nobody_for_that_long() -> None:
    async def check() -> None:
        async with served(feed_of(0)) as (house, path):
            async with dialled(path) as peer:
                await peer.hear_a(Welcome)
                leaving = asyncio.create_task(house.deserted(lambda: 0.0))
                await peer.hear_a(WorkFrame)
                assert not leaving.done()
            await asyncio.wait_for(leaving, PATIENCE_S)

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


def test_the_first_console_is_given_time_to_come(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "FIRST_S", PATIENCE_S)

    async def check() -> None:
        async with served(feed_of(0)) as (house, path):
            leaving = asyncio.create_task(house.deserted(lambda: 0.0))
            async with dialled(path) as peer:
                await peer.hear_a(Welcome)
                assert not leaving.done()
            await asyncio.wait_for(leaving, PATIENCE_S)

    asyncio.run(check())
