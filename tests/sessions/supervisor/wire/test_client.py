"""A console's side of the socket: it follows a supervisor, and what is sent is answered or refused."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from sessions import operator
from sessions.floor.commands import CancelScan, CatchUp, Command, ImportPaths, Progress, Reply, Stop
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY
from sessions.supervisor.wire import client as module
from sessions.supervisor.wire import frames
from sessions.supervisor.wire.capabilities import SPEAKS, VERSION
from sessions.supervisor.wire.client import Client
from sessions.supervisor.wire.feed import PER_FRAME, RING
from sessions.supervisor.wire.frames import Farewell, WorkFrame
from sessions.supervisor.wire.protocol import Answer
from sessions.supervisor.wire.server import Server
from tests.support.supervisor import (
    PATIENCE_S,
    Watched,
    agree,
    feed_of,
    push,
    served,
    short_directory,
    spoken,
    told,
    watched,
)


def test_it_catches_up_from_its_own_floor_and_follows() -> None:
    async def check() -> None:
        feed = feed_of(5)
        async with served(feed) as (_, path):
            with watched(path, fold_all(EMPTY, spoken(2))) as watching:
                await watching.soon(lambda client: client.state == feed.state)
                push(feed, spoken(3, first=6))
                await watching.soon(lambda client: client.state == feed.state)
                contact = watching.client.contact
                assert contact.connected and not contact.trouble

    asyncio.run(check())


def test_far_behind_it_takes_the_whole_floor() -> None:
    async def check() -> None:
        feed = feed_of(2 * RING)
        async with served(feed) as (_, path):
            with watched(path) as watching:
                await watching.soon(lambda client: client.state == feed.state)

    asyncio.run(check())


def test_it_is_behind_until_the_last_event_of_the_past_has_come() -> None:
    async def check() -> None:
        feed = feed_of(5)
        feed.say(WorkFrame(past=frames.UNSETTLED))
        async with served(feed) as (_, path):
            with watched(path) as watching:
                await watching.soon(lambda client: client.state.seq == 5 and client.contact.behind)
                push(feed, spoken(20, first=6))
                await watching.soon(lambda client: client.state.seq == 25 and client.contact.behind)
                # The word may come before the events that it is about.
                feed.say(WorkFrame(past=27, trouble="heard"))
                await watching.soon(lambda client: client.contact.trouble == "heard" and client.contact.behind)
                push(feed, spoken(2, first=26))
                await watching.soon(lambda client: not client.contact.behind and client.state.seq == 27)

    asyncio.run(check())


def test_without_a_supervisor_nothing_is_still_coming_in() -> None:
    async def check() -> None:
        feed = feed_of(5)
        feed.say(WorkFrame(past=frames.UNSETTLED))
        async with served(feed) as (house, path):
            with watched(path) as watching:
                await watching.soon(lambda client: client.contact.behind)
                await house.close(Farewell("it goes"))
                await watching.soon(lambda client: not client.contact.connected)
                assert not watching.client.contact.behind

    asyncio.run(check())


def test_whoever_has_no_floor_gets_it_whole_and_not_the_past_in_pieces() -> None:
    async def check() -> None:
        async with served(feed_of(PER_FRAME + 1)) as (_, path):
            with watched(path) as watching:
                await watching.soon(lambda client: client.state.seq > 0)
                assert watching.client.state.seq == PER_FRAME + 1

    asyncio.run(check())


def test_commands_are_answered() -> None:
    async def check() -> None:
        async with served(feed_of(0)) as (_, path):
            with watched(path) as watching:
                await watching.soon(lambda client: client.contact.connected)
                replies = [
                    asyncio.wrap_future(watching.client.send(operator.command(each)))
                    for each in (CatchUp(), CancelScan())
                ]
                assert await asyncio.gather(*replies) == [Reply(True, "CatchUp"), Reply(True, "CancelScan")]

    asyncio.run(check())


def test_a_command_to_nobody_is_refused_at_once() -> None:
    with short_directory() as directory:
        for started in (False, True):
            client = Client(directory / "s", EMPTY)
            if started:
                client.start()
            reply = client.send(operator.command(Stop())).result(PATIENCE_S)
            assert not reply.ok and reply.cure
            client.stop()
            assert not client.send(operator.command(Stop())).result(PATIENCE_S).ok


def test_what_was_asked_of_a_supervisor_that_ends_is_refused() -> None:
    async def check() -> None:
        asked = asyncio.Event()

        async def obey(_: Command) -> Reply:
            asked.set()
            await asyncio.Event().wait()
            return Reply(True)

        async with served(feed_of(0), obey) as (house, path):
            with watched(path) as watching:
                await watching.soon(lambda client: client.contact.connected)
                reply = asyncio.wrap_future(watching.client.send(operator.command(CatchUp())))
                await asked.wait()
                for connection in house.connections:
                    connection._writer.transport.abort()
                assert not (await reply).ok

    asyncio.run(check())


def test_a_command_whose_answer_was_lost_is_given_to_the_next_supervisor() -> None:
    async def check() -> None:
        loop, heard = asyncio.get_running_loop(), list[str]()
        asked = asyncio.Event()

        async def die(command: Command) -> Reply:
            heard.append(command.id)
            asked.set()
            await asyncio.Event().wait()
            return Reply(True)

        async def obey(command: Command) -> Reply:
            heard.append(command.id)
            return Reply(True, "as the first one did it")

        with short_directory() as directory:
            path = directory / "s"
            first, second = Server(feed_of(3), "repo", die), Server(feed_of(3), "repo", obey)
            await first.listen(path)

            def revive() -> None:
                asyncio.run_coroutine_threadsafe(second.listen(path), loop).result()

            with watched(path, revive=revive) as watching:
                await watching.soon(lambda client: client.contact.connected)
                command = operator.command(CatchUp())
                reply = asyncio.wrap_future(watching.client.send(command))
                await asked.wait()
                await first.close(Farewell("it dies"))
                assert await asyncio.wait_for(reply, PATIENCE_S) == Reply(True, "as the first one did it")
                assert heard == [command.id, command.id]
            await second.close(Farewell("test over"))

    asyncio.run(check())


def test_progress_and_trouble_show_while_connected() -> None:
    async def check() -> None:
        feed = feed_of(0)
        async with served(feed) as (_, path):
            with watched(path) as watching:
                progress = Progress("transcripts", 1, 2)
                feed.say(WorkFrame(progress, "the disk is full"))
                await watching.soon(lambda client: client.contact.progress == progress)
                assert watching.client.contact.connected
                assert watching.client.contact.trouble == "the disk is full"
                feed.say(WorkFrame())
                await watching.soon(lambda client: not client.contact.trouble)

    asyncio.run(check())


def test_a_new_supervisor_continues_where_the_last_one_died() -> None:
    async def check() -> None:
        feed = feed_of(3)
        with short_directory() as directory:
            path = directory / "s"
            first, second = (Server(feed, "repo", agree) for _ in range(2))
            await first.listen(path)
            with watched(path) as watching:
                await watching.soon(lambda client: client.state.seq == 3)
                await first.close(Farewell("gone"))
                await watching.soon(lambda client: not client.contact.connected)
                push(feed, spoken(2, first=4))
                await second.listen(path)
                await watching.soon(lambda client: client.state == feed.state and client.contact.connected)
            await second.close(Farewell("test over"))

    asyncio.run(check())


@contextmanager
def called() -> Iterator[tuple[Watched, socket.socket]]:
    """A client, and the other end of its line, at which nobody says anything by himself."""
    with short_directory() as directory, socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(directory / "s"))
        listener.listen()
        with watched(directory / "s") as watching:
            line, _ = listener.accept()
            with line:
                yield watching, line


def _spoken_to(answers: list[bytes], shown: str) -> None:
    """A client of something that says `answers` and then nothing comes to show `shown`."""
    with called() as (watching, line):
        line.sendall(b"".join(answers))
        watching.until(lambda client: shown in client.contact.trouble)
        assert watching.client.state == EMPTY


def test_one_that_is_killed_in_the_middle_of_a_word_has_died() -> None:
    with short_directory() as directory, socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(directory / "s"))
        listener.listen()
        with watched(directory / "s") as watching:
            line, _ = listener.accept()
            assert line.recv(1_000)
            line.sendall(frames.encode(frames.Welcome(VERSION, 1, "repo", 0, SPEAKS))[:-1])
            line.close()
            watching.until(lambda client: client.contact.trouble == "the supervisor has died")


@pytest.mark.parametrize(
    "answer",
    [
        frames.encode(told(5, spoken(1))),
        b"\0\0\0\5hello",
        b"\xff\xff\xff\xff",
    ],
)
def test_a_supervisor_that_makes_no_sense_is_left(answer: bytes) -> None:
    frame: Answer = frames.Welcome(VERSION, 1, "repo", 0, SPEAKS)
    _spoken_to([frames.encode(frame), answer], "came after event 0" if answer[4:5] == b"{" else "frame")


def test_a_refusal_is_shown_with_its_cure() -> None:
    _spoken_to([frames.encode(frames.Refused("another version", "stop it"))], "another version: stop it")


def test_what_an_older_supervisor_cannot_do_is_said() -> None:
    answers = [frames.encode(frames.Welcome(VERSION, 1, "repo", 0, ("events.1", "floor.2")))]
    what = "sessions, branches and pairs cannot be looked into; terminals of agents cannot be attached to"
    _spoken_to(answers, f"{what}: end it with factory-tui stop")


def test_a_supervisor_that_falls_silent_is_told_from_one_with_nothing_to_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SILENCE_S", 0.05)
    _spoken_to([frames.encode(frames.Welcome(VERSION, 1, "repo", 0, SPEAKS))], "silent for over")


def test_what_was_asked_of_one_that_falls_silent_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SILENCE_S", 0.3)
    with called() as (watching, line):
        line.sendall(frames.encode(frames.Welcome(VERSION, 7, "repo", 0, SPEAKS)))
        watching.until(lambda client: client.contact.pid == 7)
        reply = watching.client.send(operator.command(CatchUp())).result(PATIENCE_S)
        assert not reply.ok and "silent" in reply.cure + reply.reason


def test_what_cannot_be_said_is_refused_at_once() -> None:
    async def check() -> None:
        async with served(feed_of(0)) as (_, path):
            with watched(path) as watching:
                await watching.soon(lambda client: client.contact.connected)
                asked = watching.client.send(operator.command(ImportPaths(("/not/utf-8/\udcff",))))
                reply = await asyncio.wait_for(asyncio.wrap_future(asked), PATIENCE_S)
                assert not reply.ok and "UTF-8" in reply.reason
                assert (await asyncio.wrap_future(watching.client.send(operator.command(CatchUp())))).ok

    asyncio.run(check())
