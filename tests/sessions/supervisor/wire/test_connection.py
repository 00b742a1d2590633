"""One console at the supervisor: its welcome, its own pace of the floor, and the farewell."""

from __future__ import annotations

import asyncio
import os

import pytest

from sessions.floor.commands import Progress
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY, FloorState
from sessions.supervisor.wire import connection, frames
from sessions.supervisor.wire.capabilities import SPEAKS, VERSION
from sessions.supervisor.wire.feed import RING
from sessions.supervisor.wire.frames import (
    Farewell,
    Hello,
    Refused,
    Welcome,
    WorkFrame,
)
from sessions.supervisor.wire.protocol import Events, Snapshot
from tests.support.supervisor import (
    Peer,
    dialled,
    feed_of,
    push,
    served,
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


def test_who_follows_nothing_hears_that_the_supervisor_lives_also_while_it_is_busy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connection, "PULSE_S", 0.05)

    async def check() -> None:
        feed = feed_of(0)

        async def busy() -> None:
            while True:
                feed.push((), 0, feed.state)
                await asyncio.sleep(0)  # it lets the others run, and waits for nothing

        async with served(feed) as (_, path), dialled(path, None) as peer:
            peer.say(frames.hello(follows=False))
            await peer.hear_a(Welcome)
            work = asyncio.create_task(busy())
            try:
                for _ in range(3):
                    await peer.hear_a(WorkFrame)
            finally:
                work.cancel()

    asyncio.run(check())
