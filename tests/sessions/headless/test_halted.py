"""A supervisor whose disk takes nothing, and a command that asks it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from sessions.asking.past_questions import FloorNow, whole_floor
from sessions.asking.pasts import floor_parts
from sessions.asking.questions import AnyQuestion
from sessions.errors import UnwritableError
from sessions.floor.commands import CatchUp, Command, Reply
from sessions.headless.floor import catch_up
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


@pytest.mark.parametrize(
    ("events", "work", "told"),
    [
        (5, WorkFrame(trouble="some folders are not watched"), ["some folders are not watched"]),
        (5, WorkFrame(trouble="full", halted=True, tries=9), ["full", "shown is what was read before that"]),
        (0, WorkFrame(trouble="full", halted=True, tries=9), None),
    ],
)
def test_what_keeps_an_answer_from_being_whole_is_told(
    events: int, work: WorkFrame, told: list[str] | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nothing at all was read yet, there is nothing to show."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    repo, feed = TestRepository(tmp_path / "repo").path, feed_of(events)
    feed.say(work)

    async def obey(command: Command) -> Reply:
        if work.halted:
            feed.say(replace(work, tries=work.tries + 1))
            await asyncio.Event().wait()
        return Reply(True)

    def look(path: Path) -> None:
        with Supervised(repo) as supervised:
            supervised.place.socket.symlink_to(path)
            warned: list[str] = []
            if told is None:
                with pytest.raises(UnwritableError, match="full"):
                    catch_up(supervised, warn=warned.append)
            else:
                catch_up(supervised, warn=warned.append)
            assert warned == (told or [])

    async def check() -> None:
        async with served(feed, obey) as (_, path):
            await asyncio.to_thread(look, path)

    asyncio.run(check())
