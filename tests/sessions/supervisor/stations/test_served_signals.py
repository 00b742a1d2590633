"""Signals of a station under its supervisor: from inside its boundary, over HTTP, and asking for a wider scope."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from sessions.floor.commands import AnswerQuestion, StartStation
from sessions.floor.ours.lives import Asks, Life
from sessions.floor.ours.owned import Owned
from sessions.floor.scope import Scope
from sessions.floor.state import EMPTY, Session
from sessions.paths import door_path, outbox_path
from sessions.stations.contract import Signal
from sessions.stations.signals.plain import Opens
from sessions.stations.terminal.hooked import heard
from sessions.supervisor.services.stations.signals import is_others
from tests.support.house import House
from tests.support.stations.yard import manned, yard_in
from tests.support.supervisor import ended, until

NAME = "sam"
SCRIPT = """
factory-tui hook PROGRESS --text half
factory-tui ask scope "docs/**" --why guide > src/answer
cp "$FACTORY_TUI_STATION_FILE" src/seen.json
factory-tui hook TASK_COMPLETE --text done
"""
OPTIONS = (("command", f"/bin/sh -c '{SCRIPT}'"),)


@pytest.fixture
def yard(monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    for house in yard_in(monkeypatch):
        house.repo.commit({"src/a.py": "a\n", "docs/a.md": "a\n"}, "more")
        yield house


def post(house: House, name: str, key: str) -> int:
    door = json.loads(door_path(house.place.state_dir).read_text())
    request = urllib.request.Request(
        f"{door['url']}/{name}?station={NAME}",
        data=b'{"text": "by HTTP"}',
        headers={"Authorization": f"Bearer {door['token']}", "Idempotency-Key": key},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return int(answer.status)


def swap(house: House, question: str) -> None:
    """The station puts another question in the place of the one that the operator has before him."""
    (lies,) = (outbox_path(house.place.state_dir) / NAME).glob(f"{question.partition(':')[2]}.asked")
    said = json.loads(lies.read_bytes())
    assert said["payload"]["globs"] == ["docs/**"]
    lies.write_text(json.dumps({**said, "payload": {"globs": ["**"]}}))


def test_a_station_tells_asks_and_sees_its_wider_scope(yard: House) -> None:
    async def scene() -> None:
        async with manned(yard) as floor:
            scope = Scope(write=("src/**",))
            await floor.done(StartStation("command", "t", name=NAME, scope=scope, options=OPTIONS))
            state = await until(floor.feed, lambda state: NAME in state.owned and bool(state.owned[NAME].questions))
            (asked,) = state.owned[NAME].questions.values()
            assert (asked.asks, asked.paths) == (Asks.SCOPE, ("docs/**",))
            assert await asyncio.to_thread(post, yard, "PROGRESS", "k1") == 202
            await until(floor.feed, lambda state: state.stations[NAME].activity == "PROGRESS by HTTP")
        pid = yard.start()
        os.kill(pid, signal.SIGKILL)
        assert ended(pid)
        async with manned(yard) as floor:
            await asyncio.to_thread(swap, yard, asked.id)
            await floor.done(AnswerQuestion(NAME, asked.id, "allow"))
            assert floor.owned(NAME).scope.write == ("src/**", "docs/**")
            next_start = floor.owned(NAME).next_start
            owned = await floor.lives(Life.STOPPED, NAME)
            assert floor.state.stations[NAME].activity.endswith("TASK_COMPLETE done") or owned.reason
            place = Path(owned.directory)
            answer = await asyncio.to_thread((place / "src" / "answer").read_text)
            assert answer.startswith(f"Allowed. {Opens.AT_NEXT_START if next_start else Opens.NOW}")
            seen = json.loads(await asyncio.to_thread((place / "src" / "seen.json").read_text))
            assert seen["write"] == ["src/**", "docs/**"]
            assert not owned.questions

    asyncio.run(scene())


def test_a_question_ends_with_its_station(yard: House) -> None:
    async def scene() -> None:
        async with manned(yard) as floor:
            scope = Scope(write=("src/**",))
            await floor.done(StartStation("command", "t", name=NAME, scope=scope, options=OPTIONS))
            await until(floor.feed, lambda state: NAME in state.owned and bool(state.owned[NAME].questions))
            os.kill(floor.owned(NAME).process, signal.SIGKILL)
            await until(floor.feed, lambda state: not state.owned[NAME].questions)

    asyncio.run(scene())


def test_a_hook_cannot_claim_the_conversation_of_another_station() -> None:
    state = replace(EMPTY, owned={"a": Owned(), "b": Owned()}, sessions={"s1": Session("b")})
    hook = Signal("x:1", "", "SessionStart", 3.0, {"hook_event_name": "SessionStart", "session_id": "s1"})
    for station, foreign in (("a", True), ("b", False)):
        assert is_others(heard(replace(hook, station=station), ""), state) is foreign
    assert not is_others(heard(replace(hook, station="a", payload={**hook.payload, "session_id": "s2"}), ""), state)
