"""A supervisor whose disk takes nothing, and a command that asks it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import nullcontext
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from sessions.asking.past_questions import FloorNow, whole_floor
from sessions.asking.pasts import floor_parts
from sessions.asking.questions import AnyQuestion, StationNames
from sessions.errors import UnwritableError
from sessions.floor.commands import CatchUp, Command, Progress, Reply
from sessions.headless.floor import catch_up
from sessions.headless.supervised import HaltedError, Supervised
from sessions.sockets.reading import read
from sessions.supervisor.wire import frames, protocol
from sessions.supervisor.wire.capabilities import SPEAKS, VERSION
from sessions.supervisor.wire.feed import Feed
from sessions.supervisor.wire.frames import WorkFrame
from tests.support.branches.git import TestRepository
from tests.support.supervisor import feed_of, served, short_directory


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


def halted(tries: int, *progress: Progress) -> WorkFrame:
    return WorkFrame(trouble="full", halted=True, tries=tries, progress=progress[0] if progress else None)


@pytest.mark.parametrize(
    ("told", "given_up"),
    [
        ([WorkFrame()], False),
        ([halted(3)], False),
        ([halted(3), halted(3, Progress("conflicts", 1, 2))], False),
        ([halted(3), halted(4)], True),
        ([WorkFrame(), halted(1)], True),
        ([halted(3), WorkFrame(), halted(1)], True),
    ],
)
def test_a_command_is_given_up_once_the_disk_was_tried_for_it_in_vain(
    told: list[WorkFrame], given_up: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that was given before, or a question, makes no difference."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    repo = TestRepository(tmp_path / "repo").path

    def look(path: Path) -> None:
        with Supervised(repo) as supervised:
            supervised.place.socket.symlink_to(path)
            for _ in range(2):
                with pytest.raises(HaltedError) if given_up else nullcontext():
                    supervised.obey(CatchUp())
            assert supervised.ask(StationNames()) == []

    async def check() -> None:
        with short_directory() as directory:
            async with await asyncio.start_unix_server(_Scripted(told), directory / "s"):
                await asyncio.to_thread(look, directory / "s")

    asyncio.run(check())


class _Scripted:
    """A supervisor that says the same whatever it is asked, and then answers."""

    def __init__(self, told: Sequence[WorkFrame]) -> None:
        self._told = told

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (asked := await read(reader, protocol.REQUESTS, frames.MAX_REQUEST)) is not None:
            said: list[frames.Told] = [*self._told]
            match asked:
                case frames.Hello():
                    said = [frames.Welcome(VERSION, 1, "repo", 5, SPEAKS)]
                case frames.CommandFrame(id):
                    said.append(frames.ReplyFrame(id, Reply(True)))
                case frames.QuestionFrame(id):
                    said.append(frames.EndFrame(id))
            writer.write(b"".join(map(frames.encode, said)))
        writer.close()
