"""A scripted agent of the protocol as a station of a supervisor: started, asked, lost, brought back."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from msgspec.structs import replace

from sessions.floor.commands import AnswerQuestion, ChangeLife, PromptStation, StartStation
from sessions.floor.ours.lives import Change, Life
from sessions.floor.ours.owned import Owned
from sessions.floor.scope import Mode
from sessions.floor.tokens import Tokens
from sessions.stations import kinds
from sessions.stations.keeping import processes
from tests.support.agents.talk import FAKE
from tests.support.house import House
from tests.support.stations.yard import Floor, manned, yard_in
from tests.support.supervisor import until

NAME = "sam"
START = StartStation("acp", "edit a.txt hello", name=NAME, mode=Mode.FULL, options=(("command", shlex.join(FAKE)),))


@pytest.fixture
def yard(monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    yield from yard_in(monkeypatch)


async def asked(floor: Floor) -> str:
    state = await until(floor.feed, lambda state: NAME in state.owned and bool(state.owned[NAME].questions))
    return next(iter(state.owned[NAME].questions))


def agent_in(directory: str) -> int:
    """The process of the agent that works there."""
    for pid in processes.everything():
        with suppress(OSError):  # it has ended meanwhile
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            if FAKE[1].encode() in words and Path(f"/proc/{pid}/cwd").resolve() == Path(directory):
                return pid
    raise AssertionError("no agent runs")


def environment_of(pid: int) -> list[bytes]:
    return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")


def revived(owned: Owned, since: float) -> bool:
    """It lives again, and nobody had to ask for it."""
    return owned.life is Life.RUNNING and owned.since > since


def test_it_is_started_asked_lost_and_brought_back(yard: House) -> None:
    async def scene() -> None:
        async with manned(yard) as floor:
            await floor.done(START)
            await floor.lives(Life.RUNNING, NAME)
            directory = Path(floor.owned(NAME).directory)
            await floor.done(AnswerQuestion(NAME, await asked(floor), "allow"))
            await floor.turned(1, NAME)
            assert (directory / "a.txt").read_text() == "hello"
            session, since = floor.state.stations[NAME].session, floor.owned(NAME).since
            os.kill(agent_in(str(directory)), signal.SIGKILL)
            await until(floor.feed, lambda state: revived(state.owned[NAME], since))
            assert floor.state.stations[NAME].session == session
            await floor.done(PromptStation(NAME, "say again"))
            await floor.turned(2, NAME)
            assert floor.state.stations[NAME].meter.tokens == Tokens(1_400, cache_read=400, output=200)
            await floor.done(ChangeLife(NAME, Change.STOP))

    asyncio.run(scene())


def test_it_has_the_operators_login_for_as_long_as_that_lasts_and_says_so(
    yard: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(tmp_path))
    ends = (time.time() + 3_600) * 1_000
    said = {"accessToken": "opens-it", "refreshToken": "renews-it", "expiresAt": ends}
    (tmp_path / ".credentials.json").write_text(json.dumps({"claudeAiOauth": said}))

    async def scene() -> None:
        async with manned(yard) as floor:
            await floor.done(replace(START, kind="claude-agent-acp"))
            owned = await floor.lives(Life.RUNNING, NAME)
            assert "it has your login until" in owned.reason
            await asked(floor)
            assert b"CLAUDE_CODE_OAUTH_TOKEN=opens-it" in environment_of(agent_in(owned.directory))
            await floor.done(ChangeLife(NAME, Change.STOP))
        kept = [path for path in yard.place.state_dir.rglob("*") if path.is_file() and not path.is_symlink()]
        assert not any(word in path.read_bytes() for path in kept for word in (b"opens-it", b"renews-it"))

    asyncio.run(scene())


def test_a_missing_program_is_said_whatever_model_is_named(yard: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")

    async def scene() -> None:
        async with manned(yard) as floor:
            for kind in ("claude-agent-acp", "claude"):
                if kinds.load(kind).usable(os.environ).ok:
                    continue
                reply = await floor.wish(StartStation(kind, "go", name=kind, model="opus"))
                assert not reply.ok and reply.cure.startswith("npm install -g"), reply
                assert "in yours, the supervisor was started with another" in reply.cure
                assert not floor.state.owned

    asyncio.run(scene())
