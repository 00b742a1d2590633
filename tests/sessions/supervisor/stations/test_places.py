"""Places of stations under their supervisor: set up, held back, removed, and kept in step with the repository."""

from __future__ import annotations

import asyncio
import select
import shutil
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

from sessions.branches.git.names import shown_path
from sessions.floor.commands import AssignScope, ChangeLife, RestoreKept
from sessions.floor.events import WorkLetGo
from sessions.floor.ours.lives import Change, Life
from sessions.floor.ours.owned import Owned
from sessions.floor.scope import Budget, HeldBy, Scope
from sessions.journal.reader import JournalReader
from sessions.stations.places import origin
from sessions.stations.places.keeping import KEPT_S, keep, kept
from sessions.stations.places.layout import place_of
from sessions.stations.places.setup import FILE, log_of
from sessions.stations.places.suspects import Allowed, listing
from sessions.watching import inotify
from sessions.watching.inotify import Inotify
from tests.support.house import House
from tests.support.stations.yard import PARROT, Floor, manned, yard_in
from tests.support.supervisor import until

PATIENCE_S = 30.0


@pytest.fixture
def yard(monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    yield from yard_in(monkeypatch)


def told(yard: House, check: Callable[[Floor], Awaitable[None]]) -> None:
    async def story() -> None:
        async with manned(yard) as floor:
            await check(floor)

    asyncio.run(story())


def comes(folder: Path, wanted: Callable[[], bool]) -> None:
    """Wait for something that somebody writes in a directory."""
    watch = Inotify()
    watch.add(str(folder))
    while not wanted():
        assert select.select([watch.descriptor], [], [], PATIENCE_S)[0]
        list(watch.read())
    watch.close()


def test_what_held_the_commits_of_a_place_goes_also_where_a_killed_supervisor_had_just_removed_it(yard: House) -> None:
    async def check(floor: Floor) -> None:
        await floor.done(PARROT)
        await floor.done(ChangeLife("polly", Change.STOP))
        shutil.rmtree(place_of(yard.place.state_dir, "polly").root)
        assert "refs/factory-tui/places/polly/" in yard.repo.git("for-each-ref")
        await floor.done(ChangeLife("polly", Change.REMOVE))
        assert "refs/factory-tui/places/polly/" not in yard.repo.git("for-each-ref")

    told(yard, check)


def test_what_is_not_committed_is_on_the_floor_and_kept_when_the_place_goes(yard: House) -> None:
    async def check(floor: Floor) -> None:
        await floor.done(PARROT)
        directory = Path(floor.owned().directory)
        (directory / "unfinished.txt").write_text("precious\n")
        shown = shown_path(directory)
        await until(
            floor.feed,
            lambda state: (
                "station/polly" in state.branches
                and (state.branches["station/polly"].worktree, state.branches["station/polly"].dirty) == (shown, 1)
            ),
        )
        await floor.done(ChangeLife("polly", Change.STOP))
        await floor.done(ChangeLife("polly", Change.REMOVE))
        owned = await floor.lives(Life.REMOVED)
        assert not await asyncio.to_thread(directory.exists)
        (item,) = kept(yard.place.common_dir)
        assert owned.kept == (item.ref,)
        assert yard.repo.git("show", f"{item.head}:unfinished.txt") == "precious"
        await floor.done(RestoreKept(item.ref, "rescued"))
        assert yard.repo.git("rev-parse", "rescued") == item.head
        assert time.time() - float(yard.repo.git("show", "--no-patch", "--format=%ct", "rescued")) < PATIENCE_S
        assert owned.reason == "station/polly had no commit of its own, and went with it"
        assert yard.repo.git("for-each-ref", "refs/heads/station", "refs/factory-tui/places") == ""

    told(yard, check)


def test_what_was_kept_for_thirty_days_is_let_go_of_and_that_is_told(yard: House) -> None:
    head = yard.repo.git("commit-tree", "HEAD^{tree}", "-m", "long ago")
    old = keep(yard.place.common_dir, "polly", head, "scope", time.time() - KEPT_S - 60)
    new = keep(yard.place.common_dir, "polly", yard.repo.git("rev-parse", "HEAD"), "scope", time.time())

    async def check(floor: Floor) -> None:
        await floor.done(PARROT)
        await floor.done(ChangeLife("polly", Change.STOP))
        await floor.done(ChangeLife("polly", Change.REMOVE))
        assert [item.ref for item in kept(yard.place.common_dir)] == [new]

    told(yard, check)
    with closing(JournalReader(yard.place.state_dir / "journal.db")) as journal:
        (gone,) = [event for event in journal.events(0, 1_000) if isinstance(event, WorkLetGo)]
    assert (gone.ref, gone.head) == (old, head)


def test_a_place_is_set_up_inside_its_boundary_before_the_agent_begins(yard: House) -> None:
    yard.repo.commit({FILE: '[setup]\nscript = "echo $FACTORY_TUI_STATION > made"\n', ".gitignore": "made\n"})

    async def check(floor: Floor) -> None:
        await floor.done(PARROT)
        assert (Path(floor.owned().directory) / "made").read_text() == "polly\n"
        assert "ended with 0" in log_of(place_of(yard.place.state_dir, "polly"))

    told(yard, check)


def test_an_agent_is_held_back_where_it_would_run_what_was_not_allowed(yard: House) -> None:
    yard.repo.commit({".mcp.json": "{}"})

    async def check(floor: Floor) -> None:
        reply = await floor.wish(PARROT)
        assert not reply.ok
        assert ".mcp.json" in reply.reason
        assert "factory-tui trust" in reply.cure
        assert (await floor.lives(Life.HELD)).reason != ""
        Allowed(yard.place.state_dir).allow(listing(yard.repo.path), "ann")
        await floor.done(ChangeLife("polly", Change.RESUME))
        await floor.lives(Life.RUNNING)

    told(yard, check)


def test_another_scope_of_a_running_station_says_when_it_holds_and_outlives_the_supervisor(yard: House) -> None:
    """Case 34."""
    wider, purse = Scope(write=("docs/**", "src/**")), Budget(turns=9)

    async def assign(floor: Floor) -> None:
        await floor.done(PARROT)
        await floor.done(AssignScope("polly", wider))
        by_kernel = (held := floor.owned().held) is not None and held.by is not HeldBy.ADVISORY
        assert floor.owned().next_start is by_kernel
        await floor.done(AssignScope("polly", wider, purse))  # which changes nothing of that
        assert floor.owned().next_start is by_kernel
        before.append(floor.owned())

    async def see(floor: Floor) -> None:
        owned = await floor.lives(Life.RUNNING)
        assert (owned.scope, owned.budget, owned.next_start) == (wider, purse, before[0].next_start)
        await floor.done(ChangeLife("polly", Change.STOP))
        await floor.done(ChangeLife("polly", Change.RESUME))
        assert not (await floor.lives(Life.RUNNING)).next_start

    before: list[Owned] = []
    told(yard, assign)
    told(yard, see)


def test_a_pattern_that_can_match_nothing_in_the_work_tree_is_refused_with_the_one_that_was_meant(yard: House) -> None:
    yard.repo.commit({"src/a.py": "1\n"})

    async def check(floor: Floor) -> None:
        reply = await floor.wish(replace(PARROT, scope=Scope(write=("src",))))
        assert "src is a directory: write src/**" in reply.reason
        await floor.done(replace(PARROT, scope=Scope(write=("src/**", "new.md"))))
        reply = await floor.wish(AssignScope("polly", Scope(write=("src/a.py/**",))))
        assert "src/a.py is a file" in reply.reason
        assert floor.owned().scope.write == ("src/**", "new.md")

    told(yard, check)


@pytest.mark.skipif(not inotify.available(), reason="this system has no inotify")
def test_clones_see_how_the_base_has_moved(yard: House) -> None:
    async def check(floor: Floor) -> None:
        await floor.done(PARROT)
        directory = Path(floor.owned().directory)
        head = await asyncio.to_thread(yard.repo.commit, {"of the operator.txt": "x\n"})
        await until(floor.feed, lambda state: state.base_head == head or state.branches["main"].head == head)
        seen = origin.origin_dir(yard.place.state_dir) / "packed-refs"
        await asyncio.to_thread(comes, seen.parent, lambda: head in seen.read_text())
        yard.repo.git("fetch", "--quiet", cwd=directory)
        assert yard.repo.git("rev-parse", "origin/main", cwd=directory) == head

    told(yard, check)
