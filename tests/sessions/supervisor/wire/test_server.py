"""The supervisor's door: who enters, what harm a stranger does, and when nobody is there."""

from __future__ import annotations

import asyncio
import os
import socket
import stat

import pytest

from sessions.errors import FactoryError
from sessions.sockets.door import may_enter
from sessions.supervisor.wire import frames, server
from sessions.supervisor.wire.frames import (
    Farewell,
    Refused,
    Welcome,
    WorkFrame,
)
from sessions.supervisor.wire.server import Server
from tests.support.supervisor import (
    PATIENCE_S,
    agree,
    dialled,
    feed_of,
    served,
    short_directory,
)


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


def test_what_no_socket_can_replace_is_named_with_the_cure() -> None:
    with short_directory() as directory:
        path = directory / "s"
        (path / "full").mkdir(parents=True)
        with pytest.raises(FactoryError, match="cannot be replaced by a socket") as told:
            asyncio.run(server.Server(feed_of(0), "repo", agree).listen(path))
        assert str(path) in str(told.value)
        assert told.value.cure == "remove it"
        assert (path / "full").is_dir()


@pytest.mark.parametrize(("uid", "enters"), [(1000, True), (1001, False), (0, False), (None, True)])
def test_only_the_same_user_enters(uid: int | None, enters: bool) -> None:
    assert may_enter(uid, own=1000) is enters


def test_another_user_hears_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "peer_uid", lambda _: os.geteuid() + 1)

    async def check() -> None:
        async with served(feed_of(3)) as (house, path), dialled(path) as peer:
            assert await peer.hear() is None
            assert house.connections == ()

    asyncio.run(check())


def test_who_is_to_look_for_another_supervisor_is_told_why_and_the_door_is_shut() -> None:
    async def check() -> None:
        house = Server(feed_of(0), "repo", agree, receive=lambda hello: "it has other settings")
        await house.listen(path)
        async with dialled(path) as peer:
            assert await peer.hear() == Farewell("it has other settings")
            assert await peer.hear() is None
        assert not path.exists()
        await house.close(Farewell("test over"))

    with short_directory() as directory:
        path = directory / "s"
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
