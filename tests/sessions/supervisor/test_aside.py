"""What operators say with a secret in it: whole for the agent, and nowhere in the journal."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from sessions.floor.commands import AnswerQuestion, PromptStation, StartStation
from sessions.floor.events import PromptWanted, StartWanted
from sessions.floor.state import FloorState
from sessions.stations.contract import Decision
from sessions.stations.hosting.client import Host
from sessions.supervisor.aside import Aside
from tests.support.house import House
from tests.support.stations.yard import ended_all, manned, yard_in
from tests.support.supervisor import until

KEY = "ghp_" + "a1B2c3D4e5F6" * 3


@pytest.fixture
def yard(monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    yield from yard_in(monkeypatch)


def test_an_agent_gets_the_words_whole_and_the_journal_none_of_the_secret(
    yard: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str] = []
    prompt, answer = Host.prompt, Host.answer

    async def prompted(host: Host, station: str, request: str, text: str) -> int:
        heard.append(text)
        return await prompt(host, station, request, text)

    async def answered(host: Host, station: str, question: str, decision: Decision, reason: str, id: str) -> int:
        heard.append(reason)
        return await answer(host, station, question, decision, reason, id)

    async def scene() -> None:
        async with manned(yard) as floor:
            await floor.done(StartStation("parrot", f"say {KEY}", name="polly"))
            await floor.turned(1)
            await floor.done(PromptStation("polly", f"ask about {KEY}"))
            state = await until(floor.feed, lambda state: bool(state.owned["polly"].questions))
            (question,) = state.owned["polly"].questions
            await floor.done(AnswerQuestion("polly", question, "deny", f"not with {KEY}"))
            await floor.turned(2)
            assert KEY not in str(floor.state)
            assert floor.owned().text == "say [secret]"
        await ended_all(yard.place.state_dir)

    monkeypatch.setattr(Host, "prompt", prompted)
    monkeypatch.setattr(Host, "answer", answered)
    asyncio.run(scene())
    assert heard == [f"say {KEY}", f"ask about {KEY}", f"not with {KEY}"]
    for path in yard.place.state_dir.rglob("*"):
        if path.is_file() and "places" not in path.parts:
            assert KEY.encode() not in path.read_bytes(), path


def test_what_is_kept_is_for_its_owner_alone_and_only_where_there_is_a_secret(tmp_path: Path) -> None:
    aside = Aside(tmp_path / "aside")
    aside.keep([_prompt("one", "say hello"), _prompt("two", f"use {KEY}")])
    (path,) = (tmp_path / "aside").iterdir()
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert aside.words("polly", "use [secret]", "two") == f"use {KEY}"
    assert aside.words("polly", "use [secret]", "one") == "use [secret]"
    assert aside.words("polly", "say hello", "two") == "say hello"
    aside.drop("polly", "two")
    assert aside.words("polly", "use [secret]", "two") == "use [secret]"


def test_what_a_killed_supervisor_left_goes_when_nobody_waits_for_it(tmp_path: Path) -> None:
    aside = Aside(tmp_path)
    aside.keep([_prompt("two", f"use {KEY}"), StartWanted(time=1.0, source="t", command="c", station="x", text=KEY)])
    aside.sweep(FloorState())
    assert len(list(tmp_path.iterdir())) == 2, "they may be those of a command that is committed at this moment"
    for path in tmp_path.iterdir():
        os.utime(path, (1.0, 1.0))
    aside.sweep(FloorState())
    assert not list(tmp_path.iterdir())


def _prompt(command: str, text: str) -> PromptWanted:
    return PromptWanted(time=1.0, source="t", command=command, who="ann@box", station="polly", text=text)
