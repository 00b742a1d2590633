"""Signals over HTTP: from whoever has the token, bounded, and the same request is the same signal."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from sessions.stations.signals import hook, posting
from sessions.stations.signals.posting import Posting
from tests.support.stations.signals import STATION, Listening, listening, names

TARGET = f"/hooks/TASK_COMPLETE?station={STATION}"


@asynccontextmanager
async def open_door(tmp_path: Path) -> AsyncIterator[tuple[Listening, Posting]]:
    async with listening(tmp_path / "out") as supervisor:
        door = await Posting.open(tmp_path / "out", tmp_path / "hooks.json")
        try:
            yield supervisor, door
        finally:
            await door.close()


async def raw(door: Posting, request: bytes, ends: bool = False) -> tuple[int, dict[str, object]]:
    """What comes back for some bytes: the status, and the body."""
    reader, writer = await asyncio.open_connection("127.0.0.1", door.address.port)
    writer.write(request)
    if ends:
        writer.write_eof()
    async with asyncio.timeout(20):
        answer = await reader.read()
    writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    return (int(head.split()[1]), json.loads(body)) if head else (0, {})


async def post(door: Posting, body: bytes = b"", target: str = TARGET, **headers: str) -> int:
    given = {"Host": f"127.0.0.1:{door.address.port}", "Authorization": f"Bearer {door.address.token}"}
    given |= {"Content-Length": str(len(body))} | {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"POST {target} HTTP/1.1", *(f"{name}: {value}" for name, value in given.items() if value)]
    return (await raw(door, "\r\n".join([*lines, "", ""]).encode() + body))[0]


def run(tmp_path: Path, scene: Callable[[Listening, Posting], Coroutine[None, None, None]]) -> None:
    async def opened() -> None:
        async with open_door(tmp_path) as (supervisor, door):
            await scene(supervisor, door)

    asyncio.run(opened())


def test_a_signal_comes_in(tmp_path: Path) -> None:
    async def scene(supervisor: Listening, door: Posting) -> None:
        assert await post(door, b'{"text": "all green"}') == 202
        assert await post(door, target=f"/hooks/PROGRESS?station={STATION}") == 202
        await supervisor.until(lambda: len(supervisor.signals) == 2)
        told = [(signal.station, signal.name, signal.payload) for signal in supervisor.signals]
        assert told == [(STATION, "TASK_COMPLETE", {"text": "all green"}), (STATION, "PROGRESS", {})]

    run(tmp_path, scene)


def test_the_same_request_again_is_the_same_signal(tmp_path: Path) -> None:
    async def scene(supervisor: Listening, door: Posting) -> None:
        for body in (b'{"text": "1"}', b'{"text": "1"}'):
            assert await post(door, body, Idempotency_Key="build-7") == 202
        assert await post(door, b'{"text": "2"}', Idempotency_Key="build-8") == 202
        await supervisor.until(lambda: "2" in supervisor.texts)
        assert supervisor.texts == ["1", "2"]

    run(tmp_path, scene)


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"Authorization": ""}, 401),
        ({"Authorization": "Bearer x"}, 401),
        ({"Authorization": "Basic x"}, 401),
        ({"Host": "evil.example"}, 403),
        ({"Host": ""}, 403),
        ({"target": "/"}, 404),
        ({"target": "/hooks/"}, 404),
        ({"target": f"/hooks/a/b?station={STATION}"}, 404),
        ({"target": f"/hooks/a%20b?station={STATION}"}, 404),
        ({"target": "/hooks/A"}, 404),
        ({"target": "/hooks/A?station=other"}, 404),
        ({"target": "/hooks/A?station=../ship"}, 404),
        ({"target": f"/hooks/A?station={STATION}%2F.."}, 404),
        ({"target": "//[/hooks/A"}, 400),
        ({"Content_Length": ""}, 411),
        ({"Content_Length": "-1"}, 411),
        ({"Transfer_Encoding": "chunked"}, 411),
        ({"Content_Length": "9999999"}, 413),
        ({"Content_Length": "9" * 400}, 413),
        ({"X": "y" * 20_000}, 431),
        ({"body": "{"}, 400),
        ({"body": "[1]"}, 400),
    ],
)
def test_what_is_turned_away(tmp_path: Path, changed: dict[str, str], status: int) -> None:
    async def scene(supervisor: Listening, door: Posting) -> None:
        given = dict(changed)
        assert await post(door, given.pop("body", "{}").encode(), **given) == status
        assert names(tmp_path / "out" / STATION) == []
        assert supervisor.signals == []

    run(tmp_path, scene)


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"GET / HTTP/2\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nbroken\r\n\r\n", 400),
        (b"POST / HTTP", 0),
    ],
)
def test_what_is_no_request(tmp_path: Path, request_: bytes, status: int) -> None:
    async def scene(supervisor: Listening, door: Posting) -> None:
        assert (await raw(door, request_, ends=True))[0] == status
        assert await post(door) == 202

    run(tmp_path, scene)


def test_only_posts_are_taken(tmp_path: Path) -> None:
    async def scene(supervisor: Listening, door: Posting) -> None:
        head = f"GET {TARGET} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {door.address.token}\r\n\r\n"
        status, told = await raw(door, head.encode())
        assert (status, told) == (405, {"ok": False, "reason": "signals are posted"})

    run(tmp_path, scene)


def test_whoever_says_nothing_is_let_go_and_many_at_once_are_turned_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "PATIENCE_S", 0.3)
    monkeypatch.setattr(posting, "CONNECTIONS", 1)

    async def scene(supervisor: Listening, door: Posting) -> None:
        silent, writer = await asyncio.open_connection("127.0.0.1", door.address.port)
        writer.write(b"POST")
        await writer.drain()
        while await post(door) == 202:  # until the silent one has been seen
            pass
        assert await silent.read() == b""
        while await post(door) == 503:  # until it has been let go
            pass
        writer.close()

    run(tmp_path, scene)


def test_a_full_outbox_is_no_fault_of_whoever_posts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hook, "MOST", 0)

    async def scene(supervisor: Listening, door: Posting) -> None:
        assert await post(door) == 503

    run(tmp_path, scene)


def test_address_and_token_stay_over_restarts_and_are_nobody_elses(tmp_path: Path) -> None:
    async def scene() -> None:
        async with open_door(tmp_path) as (_, door):
            first = door.address
        file = tmp_path / "hooks.json"
        assert file.stat().st_mode & 0o777 == 0o600
        async with open_door(tmp_path) as (_, door):
            assert door.address == first
        file.chmod(0o644)
        async with open_door(tmp_path) as (_, door):
            assert door.address.token != first.token
        file.write_text("{")
        async with open_door(tmp_path) as (_, door):
            assert door.address.token != first.token

    asyncio.run(scene())
