"""An outbox is filled from inside a station: whatever lies in it harms nobody, and nothing is dropped in silence."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sessions.stations.signals import folder, hook, outbox
from sessions.stations.signals.folder import FLOOD, KIND, LARGE, NAME, SHAPE, Folder, Told
from tests.support.stations.signals import STATION, ended, environment, listening, names, speak, told

NOW = 1_795_000_000.0
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


def laid(directory: Path, body: bytes) -> str:
    stem = hook.new_stem()
    (directory / f"{stem}.json").write_bytes(body)
    return stem


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"name": "x", "payload": {"a": ' + b"[" * 900 + b"]" * 900 + b"}}",
        b'{"name": ""}',
        b'{"name": "a b"}',
        b'{"name": "x", "payload": []}',
        b'{"name": 5}',
        b'{"name": "\\u001b[2J"}',
    ],
)
def test_what_is_no_signal_is_counted_and_taken_away(tmp_path: Path, body: bytes) -> None:
    async def scene() -> None:
        async with listening(tmp_path / "out") as supervisor:
            laid(tmp_path / "out" / STATION, body)
            told(tmp_path / "out" / STATION, "on")
            await supervisor.until(lambda: supervisor.texts == ["on"])
            assert supervisor.skipped == {f"signal: {SHAPE}": 1}
            assert names(tmp_path / "out" / STATION) == []

    asyncio.run(scene())


def test_links_devices_sockets_and_directories_are_not_followed_nor_opened(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text('{"name": "PROGRESS", "payload": {"text": "secret"}}')
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / "file").touch()
    inside = tmp_path / "out" / STATION
    inside.mkdir(parents=True, mode=0o700)
    (tmp_path / "out").chmod(0o700)
    laid_out = [f"{hook.new_stem()}.json" for _ in range(6)]
    (inside / laid_out[0]).symlink_to(secret)
    (inside / laid_out[1]).symlink_to("/dev/zero")
    os.mkfifo(inside / laid_out[2])
    (inside / laid_out[3]).mkdir()
    (inside / laid_out[3] / "deep").symlink_to(victim)
    (inside / "folder").mkdir()
    (inside / "folder" / "file").touch()
    (inside / laid_out[4]).symlink_to(inside)
    with socket.socket(socket.AF_UNIX) as listener:
        here = Path.cwd()
        os.chdir(inside)  # the name of a socket must be short
        try:
            listener.bind(laid_out[5])
        finally:
            os.chdir(here)

        async def scene() -> None:
            async with listening(tmp_path / "out") as supervisor:
                told(inside, "on")
                await supervisor.until(lambda: supervisor.texts)
                assert supervisor.texts == ["on"]
                assert supervisor.skipped == {f"signal: {KIND}": 6, f"signal: {NAME}": 1}
                told(inside, "again")
                await supervisor.until(lambda: len(supervisor.texts) == 2)
                assert sum(supervisor.skipped.values()) == 7
                assert [name[:6] for name in names(inside)] == [".junk-"] * 2
                await supervisor.outbox.forget(STATION)

        asyncio.run(scene())
    assert not inside.exists()
    assert (victim / "file").exists()
    assert secret.exists()


def test_a_way_back_that_is_none_is_not_written_to(tmp_path: Path) -> None:
    """A link, or a file, in the place of the FIFO: the answer goes nowhere, and the question is none."""
    target = tmp_path / "target"
    target.write_text("mine")

    async def scene() -> None:
        async with listening(tmp_path / "out") as supervisor:
            for link in (True, False):
                stem = hook.new_stem()
                way = tmp_path / "out" / STATION / f"{stem}.fifo"
                way.symlink_to(target) if link else way.touch()
                hook._put(str(tmp_path / "out" / STATION), stem, {"name": "PermissionRequest", "waits": True})
            await supervisor.until(lambda: len(supervisor.withdrawn) == 2)
            assert target.read_text() == "mine"

    asyncio.run(scene())


@pytest.mark.parametrize("tool", [[], {"a": [1]}, None, 10**30])
def test_a_question_about_anything_keeps_nobody_from_being_heard(tmp_path: Path, tool: object) -> None:
    payload: dict[str, object] = {"hook_event_name": "PermissionRequest", "tool_name": tool, "tool_input": tool}

    async def scene() -> None:
        async with listening(tmp_path / "out") as supervisor:
            process = speak(["hook"], environment(tmp_path / "out"), json.dumps(payload).encode())
            asked = await supervisor.question()
            hook.send(str(tmp_path / "out" / STATION), "PostToolUse", payload)
            await supervisor.until(lambda: supervisor.withdrawn)
            assert [each.question for each in supervisor.withdrawn] == [asked.id]
            assert (await ended(process))[0] == 0

    asyncio.run(scene())


@pytest.mark.parametrize("mode", [0o777, 0o000, 0o500])
def test_a_station_that_opens_or_closes_its_outbox_is_heard_all_the_same(tmp_path: Path, mode: int) -> None:
    """Its directory is its own: it may do so in the midst of all, and when nobody listens."""

    async def scene() -> None:
        async with listening(tmp_path / "out") as supervisor:
            (tmp_path / "out" / STATION).chmod(mode)
        async with listening(tmp_path / "out", supervisor.marks) as next_one:
            assert (tmp_path / "out" / STATION).stat().st_mode & 0o777 == 0o700
            told(tmp_path / "out" / STATION, "1")
            await next_one.until(lambda: next_one.texts == ["1"])
            (tmp_path / "out" / STATION).chmod(0o777)
            told(tmp_path / "out" / STATION, "2")
            await next_one.until(lambda: next_one.texts == ["1", "2"])
            assert (tmp_path / "out" / STATION).stat().st_mode & 0o777 == 0o700

    asyncio.run(scene())


def test_a_station_that_is_forgotten_while_it_is_looked_at_harms_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks, looked, listed = threading.Event(), threading.Event(), Folder.listed

    def slowly(room: Folder) -> folder.Listed:
        looks.set()
        assert looked.wait(20.0)
        return listed(room)

    async def scene() -> None:
        held = outbox.Outbox(tmp_path / "out", {})
        held.follow("gone")
        told(held.follow("there"), "on")
        monkeypatch.setattr(Folder, "listed", slowly)
        batch = asyncio.ensure_future(anext(held.batches()))
        await asyncio.to_thread(looks.wait)
        forgotten = asyncio.create_task(held.forget("gone"))
        await asyncio.wait({forgotten}, timeout=0.1)
        looked.set()
        assert [each.payload["text"] for each in (await batch).signals] == ["on"]
        await forgotten
        assert names(tmp_path / "out") == ["there"]
        held.close()

    asyncio.run(scene())


def test_what_is_too_large_is_not_read(tmp_path: Path) -> None:
    async def scene() -> None:
        async with listening(tmp_path / "out") as supervisor:
            laid(tmp_path / "out" / STATION, b'{"name": "PROGRESS"' + b" " * hook.LARGEST + b"}")
            with (tmp_path / "out" / STATION / f"{hook.new_stem()}.json").open("wb") as sparse:
                sparse.truncate(1 << 40)
            told(tmp_path / "out" / STATION, "on")
            await supervisor.until(lambda: supervisor.texts)
            assert supervisor.skipped == {f"signal: {LARGE}": 2}

    asyncio.run(scene())


def test_a_flood_is_counted_and_harms_no_other_station(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "BURST", 50.0)
    monkeypatch.setattr(outbox, "PER_S", 0.0)

    async def scene() -> None:
        async with listening(tmp_path / "out", stations=("loud", "quiet")) as supervisor:
            told(tmp_path / "out" / "loud", *map(str, range(200)))
            told(tmp_path / "out" / "quiet", "hello")
            await supervisor.until(lambda: supervisor.skipped.get(f"signal: {FLOOD}") == 150)
            assert [each.payload["text"] for each in supervisor.signals if each.station == "quiet"] == ["hello"]
            assert len(supervisor.signals) == 51

    asyncio.run(scene())


def test_whoever_asks_in_a_flood_is_turned_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It asks in its own terminal then, and does not wait for nobody."""
    monkeypatch.setattr(outbox, "BURST", 0.0)

    async def scene() -> None:
        async with listening(tmp_path / "out") as supervisor:
            asks = b'{"hook_event_name": "PermissionRequest", "tool_name": "Bash"}'
            process = speak(["hook"], environment(tmp_path / "out"), asks)
            assert (await ended(process))[:2] == (0, "")
            await supervisor.until(lambda: supervisor.skipped)
            assert supervisor.questions == []
            assert names(tmp_path / "out" / STATION) == []

    asyncio.run(scene())


def test_a_full_outbox_takes_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hook, "MOST", 3)
    tmp_path.chmod(0o700)
    told(tmp_path, "1", "2", "3")
    with pytest.raises(hook.OutboxError, match="is full"):
        told(tmp_path, "4")
    with pytest.raises(hook.OutboxError, match="is full"):
        hook.ask(str(tmp_path), "PermissionRequest", {}, 0.0)
    assert len(names(tmp_path)) == 3


def test_strays_are_taken_away_and_what_is_being_written_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder, "_HIDDEN", 2)
    room = Folder(STATION, tmp_path / "out")
    for name in ("core", ".a.tmp", "x.json"):
        (tmp_path / "out" / name).touch()
    listed = room.listed()
    assert (listed.new, set(listed.strays)) == ((), {"core", "x.json"})
    for name in (".b.tmp", ".c.tmp"):
        (tmp_path / "out" / name).touch()
    room.sweep(room.listed().strays)
    assert len(names(tmp_path / "out")) == 2
    room.close()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.binary(max_size=200), VALUES.map(lambda value: json.dumps(value).encode())))
def test_anything_is_a_signal_or_is_none(tmp_path: Path, body: bytes) -> None:
    room = Folder(STATION, tmp_path / "any")
    stem = laid(tmp_path / "any", body)
    found = room.read(stem, NOW)
    assert isinstance(found, Told) or found == SHAPE
    room.drop(stem, hook.NEW)
    assert room.read(stem, NOW) is None
    room.close()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(st.text(max_size=12), VALUES, max_size=6), st.text(max_size=9), st.sampled_from((1, 5_000, 40_000))
)
def test_what_is_sent_is_what_arrives(tmp_path: Path, payload: dict[str, object], text: str, times: int) -> None:
    """As far as it is small enough; and however large it is, it is small enough when it is sent."""
    whole = {**payload, "hook_event_name": "PreToolUse", "long": text * times}
    body = hook.shortened({"time": NOW, "name": "PreToolUse", "payload": whole})
    assert len(body) <= hook.LARGEST
    room = Folder(STATION, tmp_path / "sent")
    found = room.read(laid(tmp_path / "sent", body), NOW + 1)
    assert isinstance(found, Told)
    assert (found.signal.name, found.signal.time) == ("PreToolUse", NOW)
    room.sweep(tuple(names(tmp_path / "sent")))
    room.close()


@pytest.mark.parametrize(("said", "taken"), [(NOW - 5, NOW - 5), (NOW + 5, NOW), (0.0, NOW), (NOW - 1e8, NOW)])
def test_no_signal_is_of_the_future_nor_of_long_ago(tmp_path: Path, said: float, taken: float) -> None:
    room = Folder(STATION, tmp_path / "out")
    found = room.read(laid(tmp_path / "out", json.dumps({"name": "PROGRESS", "time": said}).encode()), NOW)
    assert isinstance(found, Told)
    assert found.signal.time == taken
    room.close()
