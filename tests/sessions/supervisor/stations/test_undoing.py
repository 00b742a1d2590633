"""What was done to a real station is undone: its place comes back, its branch goes, its conversation goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from sessions.floor.commands import AnyWish, ChangeLife, PromptStation, Reply, RestoreKept, Undo
from sessions.floor.ours.lives import Change, Life
from sessions.floor.scope import Scope
from sessions.stations.places.keeping import kept
from sessions.views.undoing import newest
from tests.support.house import House
from tests.support.stations.yard import PARROT, Floor, manned, yard_in
from tests.support.supervisor import until

GIT = "git -c user.name=p -c user.email=p@x"
SAID = f"run: {GIT} commit -qam three && echo four > a.txt && git add a.txt && echo five > a.txt && echo new > b.txt"


@pytest.fixture
def yard(monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    yield from yard_in(monkeypatch)


def told(yard: House, check: Callable[[Floor], Awaitable[None]]) -> None:
    async def story() -> None:
        async with manned(yard) as floor:
            await check(floor)

    asyncio.run(story())


async def undo(floor: Floor) -> Reply:
    """What `u` comes to."""
    (command,) = newest(floor.state, "ann@box")
    return await floor.wish(Undo(command))


async def removed(floor: Floor, *wishes: AnyWish) -> None:
    for wish in (ChangeLife("polly", Change.STOP), *wishes, ChangeLife("polly", Change.REMOVE)):
        await floor.done(wish)
    await floor.lives(Life.REMOVED)


def stands(yard: House, directory: Path) -> tuple[str, ...]:
    """All that a place shows of its work."""
    asked = ("status", "--porcelain=v1"), ("rev-parse", "HEAD"), ("symbolic-ref", "HEAD"), ("diff", "--cached")
    files = tuple((directory / name).read_text() for name in ("a.txt", "b.txt"))
    return (*(yard.repo.git(*words, cwd=directory) for words in asked), *files)


@pytest.mark.parametrize("scope", [Scope(), Scope(write=("docs/**",))], ids=["arrived", "refused"])
def test_a_station_that_was_removed_stands_as_it_did_with_its_commits_and_all_that_was_not_committed(
    yard: House, scope: Scope
) -> None:
    yard.repo.commit({"a.txt": "one\n", "docs/x.md": "x\n"})

    async def check(floor: Floor) -> None:
        await floor.done(replace(PARROT, scope=scope))
        directory = Path(floor.owned().directory)
        (directory / "a.txt").write_text("three\n")
        await floor.done(PromptStation("polly", SAID))
        await floor.turned(2)
        before = await asyncio.to_thread(stands, yard, directory)
        assert "MM a.txt" in before[0] and "?? b.txt" in before[0]
        await removed(floor)
        assert not await asyncio.to_thread(directory.exists)
        reply = await undo(floor)
        assert reply.ok, reply
        owned = await floor.lives(Life.STOPPED)
        assert await asyncio.to_thread(stands, yard, directory) == before
        assert owned.directory == str(directory)
        assert {item.head for item in kept(yard.place.common_dir, "polly")}, "nothing that was kept is let go of"
        await floor.done(ChangeLife("polly", Change.RESUME))
        await floor.lives(Life.RUNNING)
        (directory / "c.txt").write_text("more\n")
        await floor.done(PromptStation("polly", f"run: git add -A && {GIT} commit -qm more"))
        await floor.turned(3)
        if scope == Scope():
            await until(floor.feed, lambda state: state.owned["polly"].arrived == 2)
            assert yard.repo.git("show", "station/polly:a.txt") == "five"

    told(yard, check)


def test_one_whose_branch_went_with_it_has_it_again_and_one_whose_branch_moved_on_is_left_with_the_reason(
    yard: House,
) -> None:
    async def check(floor: Floor) -> None:
        await floor.done(PARROT)
        head = yard.repo.git("rev-parse", "station/polly")
        await removed(floor)
        assert yard.repo.git("for-each-ref", "refs/heads/station") == ""
        assert (await undo(floor)).ok
        assert yard.repo.git("rev-parse", "station/polly") == head
        await floor.done(ChangeLife("polly", Change.REMOVE))
        moved = yard.repo.git("commit-tree", "HEAD^{tree}", "-p", head, "-m", "somebody else")
        yard.repo.git("branch", "station/polly", moved)
        reply = await undo(floor)
        assert "station/polly has moved on since it was removed" in reply.reason
        assert "factory-tui kept" in reply.cure
        assert floor.owned().life is Life.REMOVED
        assert yard.repo.git("rev-parse", "station/polly") == moved

    told(yard, check)


def test_what_was_restored_goes_again_as_long_as_nothing_came_after(yard: House) -> None:
    async def check(floor: Floor) -> None:
        await floor.done(PARROT)
        (Path(floor.owned().directory) / "unfinished.txt").write_text("precious\n")
        await removed(floor)
        (item,) = kept(yard.place.common_dir)
        await floor.done(RestoreKept(item.ref, "rescued"))
        await until(floor.feed, lambda state: "rescued" in state.branches)
        assert (await undo(floor)).ok
        assert yard.repo.git("for-each-ref", "refs/heads/rescued") == ""
        assert [each.ref for each in kept(yard.place.common_dir)] == [item.ref]
        await until(floor.feed, lambda state: "rescued" not in state.branches)
        await floor.done(RestoreKept(item.ref, "rescued"))
        yard.repo.git("branch", "--force", "rescued", "main")
        reply = await undo(floor)
        assert reply.reason == "rescued has moved on since it was restored"
        assert yard.repo.git("rev-parse", "rescued") == yard.repo.git("rev-parse", "main")

    told(yard, check)


def test_a_fresh_restart_is_undone_to_the_conversation_before_and_where_that_is_lost_it_is_said(yard: House) -> None:
    async def check(floor: Floor) -> None:
        await floor.done(PARROT)
        await floor.turned(1)
        first = floor.state.stations["polly"].session
        await floor.done(ChangeLife("polly", Change.RESUME, fresh=True))
        second = floor.state.stations["polly"].session
        assert second != first
        assert (await undo(floor)).ok
        assert floor.state.stations["polly"].session == first
        assert floor.owned().life is Life.RUNNING
        reply = await floor.wish(ChangeLife("polly", Change.RESUME, session="not-there"))
        assert "that conversation is gone" in reply.reason
        assert floor.state.stations["polly"].session == first, "no other one was begun in its place"

    told(yard, check)
