"""Claude Code and Codex themselves as stations: in terminals that the keeper holds, inside their boundaries."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from sessions.floor.commands import ChangeLife, PromptStation, StartStation
from sessions.floor.ours.lives import Change, Life
from sessions.floor.ours.owned import Question
from sessions.floor.reports import Report
from sessions.floor.scope import HeldBy, Scope
from sessions.stations.boundary import machine
from sessions.supervisor import process
from tests.support.house import House
from tests.support.stations.real import KEY, PROVIDER, provider
from tests.support.stations.yard import Floor, manned, yard_in
from tests.support.supervisor import until

HERE = machine.here()
pytestmark = [
    pytest.mark.skipif(not PROVIDER.is_file(), reason=f"there is no scripted model at {PROVIDER}"),
    pytest.mark.skipif(not HERE.bubblewrap, reason=f"bubblewrap: {HERE.trouble}"),
    pytest.mark.timeout(150),
]
needs_claude = pytest.mark.skipif(shutil.which("claude") is None, reason="Claude Code is not in the PATH")
needs_codex = pytest.mark.skipif(shutil.which("codex") is None, reason="Codex is not in the PATH")
NAME = "sam"


@pytest.fixture
def yard(monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    yield from yard_in(monkeypatch)


async def question(floor: Floor, number: int = 1) -> Question:
    """What the station asks, when it asks for the so-manieth time."""
    state = await until(floor.feed, lambda state: NAME in state.owned and bool(state.owned[NAME].questions))
    return next(iter(state.owned[NAME].questions.values()))


async def idle(floor: Floor, turns: int) -> None:
    """Wait until so many turns have begun, and its agent says that it is idle."""
    await until(
        floor.feed,
        lambda state: (
            state.stations[NAME].turns >= turns
            and not state.owned[NAME].turn_since
            and state.stations[NAME].report is Report.IDLE
        ),
    )


def metered(log: Path) -> int:
    """The calls that the model was asked for an answer."""
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    return sum(1 for line in lines if line.get("api") in ("anthropic", "responses"))


@needs_claude
def test_claude_as_a_station(yard: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "log"

    async def scene() -> None:
        async with manned(yard) as floor:
            start = StartStation("claude", "Create hello.txt", name=NAME, scope=Scope(write=("*.txt",)))
            await floor.done(start)
            owned = await floor.lives(Life.RUNNING, NAME)
            assert owned.held is not None
            assert owned.held.by is HeldBy.BUBBLEWRAP
            await idle(floor, 1)
            await floor.done(PromptStation(NAME, "Create it again"))
            await idle(floor, 2)
            session = floor.state.stations[NAME].session
            assert session
            assert (Path(owned.directory) / "hello.txt").exists()
            await floor.done(ChangeLife(NAME, Change.KILL))
            await floor.lives(Life.KILLED, NAME)
            await floor.done(ChangeLife(NAME, Change.RESUME))
            await floor.lives(Life.RUNNING, NAME)
            await until(floor.feed, lambda state: state.stations[NAME].report is Report.IDLE)
            await floor.done(PromptStation(NAME, "Create a third"))
            await idle(floor, 3)
            assert floor.state.stations[NAME].session == session
            meter = floor.state.stations[NAME].meter
            assert meter.calls == metered(log)

    with provider(log) as url:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", url)
        monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
        asyncio.run(scene())
        process.stop(yard.repo.path)
