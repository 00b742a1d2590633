"""What a console does where no supervisor serves it: has one started, seldom, and ends what hangs."""

from __future__ import annotations

import asyncio
import socket
import threading

import pytest

from sessions import operator
from sessions.errors import FactoryError
from sessions.floor.commands import CatchUp
from sessions.supervisor.wire import client as module
from sessions.supervisor.wire import frames, starts
from sessions.supervisor.wire.capabilities import SPEAKS, VERSION
from sessions.supervisor.wire.frames import Farewell
from sessions.supervisor.wire.server import Server
from sessions.supervisor.wire.starts import Starts
from tests.support.supervisor import PATIENCE_S, agree, feed_of, settled, short_directory, watched


def test_it_has_a_missing_supervisor_started() -> None:
    async def check() -> None:
        loop, house = asyncio.get_running_loop(), Server(feed_of(3), "repo", agree)
        with short_directory() as directory:
            path = directory / "s"

            def revive() -> None:
                asyncio.run_coroutine_threadsafe(house.listen(path), loop).result()

            with watched(path, revive=revive) as watching:
                await watching.soon(lambda client: client.state.seq == 3)
            await house.close(Farewell("test over"))

    asyncio.run(check())


def test_why_none_can_be_started_is_shown() -> None:
    def revive() -> None:
        raise FactoryError("the journal is newer", "update the program")

    with short_directory() as directory, watched(directory / "s", revive=revive) as watching:
        watching.until(lambda client: client.contact.trouble == "the journal is newer: update the program")
        assert not watching.client.contact.connected


def test_one_that_the_operator_stopped_is_started_again_when_the_operator_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starts, "LAST_START_S", 0.0)  # however long it had run

    async def check() -> None:
        loop, feed = asyncio.get_running_loop(), feed_of(3)
        house, revived = Server(feed, "repo", agree), threading.Event()

        with short_directory() as directory:
            path = directory / "s"

            def revive() -> None:
                revived.set()
                asyncio.run_coroutine_threadsafe(house.listen(path), loop).result()

            first = Server(feed, "repo", agree)
            await first.listen(path)
            with watched(path, revive=revive) as watching:
                await watching.soon(lambda client: client.state.seq == 3)
                await first.close(Farewell("stopped by the operator", stopped=True))
                await watching.soon(lambda client: "stopped by the operator" in client.contact.trouble)
                seen = watching.client.contact
                await asyncio.to_thread(settled, lambda: watching.client.contact is not seen)
                assert watching.client.contact.trouble == "stopped by the operator"
                assert watching.client.contact.progress is None, "it is being started"
                assert not revived.is_set()
                watching.client.again()
                await watching.soon(lambda client: client.contact.connected)
                assert revived.is_set()
                assert not watching.client.contact.trouble
                assert watching.client.state == feed.state
            await house.close(Farewell("test over"))

    asyncio.run(check())


def test_starts_come_ever_more_seldom_until_one_lasts(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seconds in (("FIRST_START_S", 1_000.0), ("MANY_S", 1_500.0), ("LAST_START_S", 5_000.0)):
        monkeypatch.setattr(starts, name, seconds)
    tried = Starts()

    def now() -> tuple[bool, bool]:
        return tried.due(), tried.many

    assert now() == (True, False)
    tried.count()
    assert now() == (False, True)
    tried.ended(1.0)
    assert now() == (False, True)
    tried.ended(starts.LAST_START_S + 1)
    assert now() == (False, False)


def test_one_that_cannot_be_started_is_not_started_over_and_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starts, "FIRST_START_S", 1_000.0)
    tries = []

    def revive() -> None:
        tries.append(1)
        raise FactoryError("the journal is newer", "update the program")

    with short_directory() as directory, watched(directory / "s", revive=revive) as watching:
        told = "the journal is newer: update the program"
        watching.until(lambda client: client.contact.trouble == told)
        seen = watching.client.contact
        settled(lambda: watching.client.contact is not seen)
        assert watching.client.contact.trouble == told
        assert len(tries) == 1
        watching.client.again()
        settled(lambda: len(tries) == 2)


def test_one_that_hangs_is_ended_and_started_again_when_the_operator_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SILENCE_S", 0.05)
    with short_directory() as directory, socket.socket(socket.AF_UNIX) as listener:
        path = directory / "s"
        listener.bind(str(path))
        listener.listen()
        done = []

        def clear() -> None:
            done.append("cleared")
            path.unlink()

        def revive() -> None:
            done.append("started")
            raise FactoryError("as asked")

        with watched(path, revive=revive, clear=clear) as watching:
            line, _ = listener.accept()
            with line:
                line.sendall(frames.encode(frames.Welcome(VERSION, 7, "repo", 0, SPEAKS)))
                watching.until(lambda client: "(process 7) has been silent" in client.contact.trouble)
                assert not watching.client.contact.connected
                assert not watching.client.send(operator.command(CatchUp())).result(PATIENCE_S).ok
                watching.client.again()
                watching.until(lambda client: client.contact.trouble == "as asked")
        assert done == ["cleared", "started"]


@pytest.mark.parametrize(
    ("version", "speaks", "ended"),
    [
        (2, (), True),
        (VERSION, ("events.1", "floor.0"), True),
        (VERSION, ("events.1", "floor.2"), False),
        (VERSION + 1, SPEAKS, False),
        (0, (), False),
    ],
)
def test_only_an_older_supervisor_is_ended_for_a_fitting_one(
    version: int, speaks: tuple[str, ...], ended: bool
) -> None:
    refusal = frames.encode(frames.Refused("not you", "", version, speaks))
    with short_directory() as directory, socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(directory / "s"))
        listener.listen()
        cleared = threading.Event()
        with watched(directory / "s", clear=cleared.set) as watching:
            for _ in range(2):
                line, _ = listener.accept()
                with line:
                    assert line.recv(1_000)
                    line.sendall(refusal)
                    watching.until(lambda client: client.contact.trouble == "not you")
                watching.client.again()
            listener.accept()[0].close()
        assert cleared.is_set() is ended
