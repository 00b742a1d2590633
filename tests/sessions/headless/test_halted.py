"""A supervisor whose disk takes nothing, and a command that asks it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import msgspec
import pytest

from sessions.asking.past_questions import FloorNow, whole_floor
from sessions.asking.pasts import floor_parts
from sessions.asking.questions import AnyQuestion
from sessions.floor.commands import CatchUp, Command, Reply
from sessions.headless.supervised import HaltedError, Supervised
from sessions.supervisor.wire.feed import Feed
from sessions.supervisor.wire.frames import WorkFrame
from tests.support.branches.git import TestRepository
from tests.support.supervisor import feed_of, served


@pytest.mark.parametrize("before", [0, 3])
def test_a_command_waits_for_one_more_try_and_then_shows_what_there_is(
    before: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    repo = TestRepository(tmp_path / "repo").path
    feed = feed_of(5)
    feed.say(WorkFrame(trouble="full", halted=True, tries=before))
    asyncio.run(_ask(feed, repo, before))


async def _ask(feed: Feed, repo: Path, before: int) -> None:
    async def obey(command: Command) -> Reply:
        feed.say(WorkFrame(trouble="full", halted=True, tries=before + 1))
        await asyncio.Event().wait()
        return Reply(True)

    async def answer(question: AnyQuestion) -> AsyncGenerator[msgspec.Raw, None]:
        feed.say(WorkFrame(trouble="full", halted=True, tries=before + 2))
        await asyncio.sleep(0)
        for part in floor_parts(feed.state):
            yield msgspec.Raw(msgspec.json.encode(part))

    def look() -> None:
        with Supervised(repo) as supervised:
            supervised.place.socket.symlink_to(path)
            with pytest.raises(HaltedError, match="full"):
                supervised.obey(CatchUp())
            assert whole_floor(supervised.ask(FloorNow())) == feed.state

    async with served(feed, obey, answer) as (_, path):
        await asyncio.to_thread(look)
