"""Real agents over the protocol as stations of a supervisor: its services, its host, their boundary, the journal."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from sessions.floor.commands import AnswerQuestion, ChangeLife, PromptStation, StartStation
from sessions.floor.ours.lives import Change, Life
from sessions.floor.ours.owned import Question
from sessions.floor.scope import HeldBy
from sessions.stations.boundary import machine
from tests.agents.homes import path_of
from tests.support.agents.provider import Provider, provider
from tests.support.house import House
from tests.support.stations.yard import Floor, manned, yard_in
from tests.support.supervisor import until

HERE = machine.here()
NAME = "sam"
KEYS: Mapping[str, tuple[str, str]] = {
    "claude-agent-acp": ("ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL"),
    "codex-acp": ("OPENAI_API_KEY", "OPENAI_BASE_URL"),
    "gemini": ("GEMINI_API_KEY", "GOOGLE_GEMINI_BASE_URL"),
}
"""What an operator sets to log the agent in, and to name another address of its model."""
STARTS = {
    "claude-agent-acp": StartStation("claude-agent-acp", "Create hello.txt", name=NAME),
    "codex-acp": StartStation(
        "codex-acp", "Create hello.txt", name=NAME, model="gpt-5-codex", options=(("mode", "read-only"),)
    ),
    "gemini": StartStation("gemini", "Create hello.txt", name=NAME, model="gemini-2.5-pro"),
}
pytestmark = [
    pytest.mark.skipif(not HERE.bubblewrap, reason=f"bubblewrap: {HERE.trouble}"),
    pytest.mark.timeout(150),
]


@pytest.fixture
def yard(monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    yield from yard_in(monkeypatch)


async def question(floor: Floor) -> Question:
    """What the station asks, when it does."""
    state = await until(floor.feed, lambda state: NAME in state.owned and bool(state.owned[NAME].questions))
    return next(iter(state.owned[NAME].questions.values()))


async def allowed(floor: Floor, turns: int) -> None:
    """It asks, is allowed, and its turn ends."""
    asked = await question(floor)
    assert "hello from the fake provider" in asked.text
    await floor.done(AnswerQuestion(NAME, asked.id, "allow"))
    await floor.turned(turns, NAME)


def hello(floor: Floor) -> Path:
    return Path(floor.owned(NAME).directory, "hello.txt")


async def scene(yard: House, start: StartStation, served: Provider) -> None:
    async with manned(yard) as floor:
        await floor.done(start)
        owned = await floor.lives(Life.RUNNING, NAME)
        assert owned.held is not None and owned.held.by is HeldBy.BUBBLEWRAP
        await allowed(floor, 1)
        session = floor.state.stations[NAME].session
        assert hello(floor).read_text() == "hello from the fake provider\n"
        await floor.done(ChangeLife(NAME, Change.KILL))
        await floor.lives(Life.KILLED, NAME)
        hello(floor).unlink()
        await floor.done(ChangeLife(NAME, Change.RESUME))
        await floor.lives(Life.RUNNING, NAME)
        assert floor.state.stations[NAME].session == session
        await floor.done(PromptStation(NAME, "Create it again"))
        await allowed(floor, 2)
        assert hello(floor).exists()
        assert floor.state.stations[NAME].meter.tokens == served.tokens


@pytest.mark.parametrize("name", list(STARTS))
def test_it_is_asked_answered_killed_and_brought_back(name: str, yard: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", path_of(name))
    with provider(escalate=True) as served:
        key, address = KEYS[name]
        monkeypatch.setenv(key, "sk-dummy")
        monkeypatch.setenv(address, served.url + ("/v1" if name == "codex-acp" else ""))
        asyncio.run(scene(yard, STARTS[name], served))
