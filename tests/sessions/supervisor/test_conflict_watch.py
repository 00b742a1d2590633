"""Conflicts live: a commit, an edit or a new base at one end, what a client's floor shows at the other."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest

from sessions import operator
from sessions.branches.merges import trials
from sessions.branches.merges.subjects import occupied
from sessions.branches.merges.verdicts import Verdicts
from sessions.branches.parts import agenda
from sessions.floor.commands import Progress, SetBase
from sessions.floor.conflicts import Outcome, Verdict, between
from sessions.floor.events import BranchCompared, Event, StationOpened, VerdictReached
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY, FloorState
from sessions.journal.reader import JournalReader
from sessions.supervisor.services import conflicts as module
from sessions.supervisor.wire.frames import WorkFrame
from tests.support.branches.collision import LINES, edited
from tests.support.branches.git import unchanged
from tests.support.house import House, house_in, working
from tests.support.supervisor import until, watched


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """Two branches in worktrees, one with a commit, and one more branch without a worktree."""
    for house in house_in(monkeypatch):
        house.repo.commit({"a.txt": LINES, "b.txt": LINES})
        for name in ("one", "two"):
            house.repo.worktree(house.root / name, name)
        house.repo.commit({"a.txt": edited(5, "one")}, cwd=house.root / "one")
        house.repo.commit({"c.txt": "two\n"}, cwd=house.root / "two")
        house.repo.git("branch", "three", "one")
        yield house


def outcome(state: FloorState, one: str, other: str) -> Outcome | None:
    """What the floor knows of a pair; None as long as it is not compared."""
    if not {name for name in (one, other) if name} <= state.compared.keys():
        return None
    verdict = between(state.verdicts, one, other)
    return verdict.outcome if verdict else Outcome.CLEAN


def journal_of(house: House) -> list[Event]:
    reader = JournalReader(house.place.journal)
    try:
        return list(reader.events(1, reader.span.last_seq))
    finally:
        reader.close()


def test_the_area_of_a_branch_follows_its_commits_and_its_uncommitted_work(house: House) -> None:
    house.start()
    with watched(house.place.socket) as peer:
        peer.until(lambda client: len(client.state.compared) == 3)
        house.repo.commit({"src/x/one.txt": "1\n", "src/x/two.txt": "2\n"}, cwd=house.root / "two")
        peer.until(lambda client: client.state.compared["two"].area == "src/x/")
        house.repo.write({f"docs/{number}.md": "text\n" for number in range(9)}, house.root / "two")
        peer.until(lambda client: client.state.compared["two"].area == "docs/")


def test_a_commit_and_an_edit_reach_a_client(house: House) -> None:
    house.start()
    with watched(house.place.socket) as peer:
        peer.until(lambda client: len(client.state.compared) == 3)
        assert outcome(peer.client.state, "one", "two") is Outcome.CLEAN
        head = house.repo.commit({"a.txt": edited(5, "two")}, cwd=house.root / "two")
        peer.until(lambda client: outcome(client.state, "one", "two") is Outcome.CONFLICT)
        peer.until(lambda client: client.state.compared["two"].head == head)
        verdict = between(peer.client.state.verdicts, "two", "one")
        assert verdict is not None
        assert (verdict.cause, [(file.path, file.lines) for file in verdict.files]) == ("two", [("a.txt", 1)])

        house.repo.write({"a.txt": edited(5, "one")}, house.root / "two")
        peer.until(lambda client: outcome(client.state, "one", "two") is Outcome.CLEAN)
        peer.until(lambda client: bool(between(client.state.committed_verdicts, "one", "two")))
        apart = between(peer.client.state.committed_verdicts, "one", "two")
        assert apart is not None
        assert apart.outcome is Outcome.CONFLICT
        # It is dirty already: git status counts as many files as before.
        house.repo.write({"a.txt": edited(5, "something else")}, house.root / "two")
        peer.until(lambda client: outcome(client.state, "one", "two") is Outcome.CONFLICT)
        peer.until(lambda client: not client.state.committed_verdicts)


def test_the_base_moves_and_another_is_chosen(house: House) -> None:
    async def check() -> None:
        async with working(house) as (work, feed):
            await until(feed, lambda state: outcome(state, "one", "") is Outcome.CLEAN)
            house.repo.commit({"a.txt": edited(5, "main")})
            state = await until(feed, lambda state: outcome(state, "one", "") is Outcome.CONFLICT)
            verdict = between(state.verdicts, "one", "")
            assert verdict is not None
            assert verdict.cause == "main"
            assert (await work.obey(operator.command(SetBase("two")))).ok
            state = await until(feed, lambda state: "main" in state.compared and "two" not in state.compared)
            state = await until(feed, lambda state: outcome(state, "one", "main") is Outcome.CONFLICT)
            assert outcome(state, "one", "") is Outcome.CLEAN

    asyncio.run(check())


def test_a_pair_that_takes_long_is_named_while_git_is_at_it_and_not_after(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agenda, "HEAVY", -1)
    monkeypatch.setattr(trials, "SLOW_S", 0.0)
    monkeypatch.setattr(trials, "TELL_EVERY_S", 0.0)
    house.repo.commit({"a.txt": edited(5, "two")}, cwd=house.root / "two")

    async def check() -> None:
        begun = time.time()
        async with working(house) as (_, feed):
            told: list[Progress | None] = []
            say = feed.say

            def heard(work: WorkFrame) -> None:
                told.append(work.progress)
                say(work)

            monkeypatch.setattr(feed, "say", heard)
            await until(feed, lambda state: outcome(state, "one", "two") is Outcome.CONFLICT)
            await until(feed, lambda _: bool(told) and told[-1] is None)
        slow = [progress for progress in told if progress and progress.since]
        assert {progress.part for progress in slow} == {("one", "two")}
        assert all(begun <= progress.since <= time.time() for progress in slow)
        assert {(progress.what, progress.total) for progress in slow} == {("conflicts", 6)}

    asyncio.run(check())


def test_where_stations_work_is_noted_for_the_command_line(house: House) -> None:
    async def check() -> None:
        async with working(house) as (work, feed):
            await until(feed, lambda state: len(state.compared) == 3)
            opened = StationOpened(time=1.0, source="test", station="s", kind="claude", branch="three")
            await work._recorder.record([opened])
            head = house.repo.commit({"c.txt": "more\n"}, cwd=house.root / "one")
            await until(feed, lambda state: state.compared["one"].head == head)

    asyncio.run(check())
    remembered = Verdicts(house.place.state_dir / "conflicts.db")
    try:
        assert occupied(remembered) == {"three"}
    finally:
        remembered.close()


def test_a_merged_branch_is_compared_no_longer(house: House) -> None:
    async def check() -> None:
        async with working(house) as (_, feed):
            house.repo.commit({"a.txt": edited(5, "main")})
            await until(feed, lambda state: outcome(state, "three", "") is Outcome.CONFLICT)
            house.repo.git("update-ref", "refs/heads/three", "main")
            state = await until(feed, lambda state: "three" not in state.compared)
            assert not any("three" in (verdict.a, verdict.b) for verdict in state.verdicts.values())

    asyncio.run(check())


def test_a_restart_tells_nothing_new_and_the_journal_replays_the_matrix(house: House) -> None:
    async def check() -> None:
        house.repo.write({"a.txt": edited(5, "dirty")}, house.root / "two")
        async with working(house) as (_, feed):
            state = await until(feed, lambda state: len(state.compared) == 3 and len(state.committed_verdicts) == 2)
            verdicts = state.verdicts
        before = len([event for event in journal_of(house) if isinstance(event, VerdictReached | BranchCompared)])
        async with working(house) as (_, feed):
            await until(feed, lambda state: state.runs == 2)
            head = house.repo.commit({"c.txt": "more\n"}, cwd=house.root / "one")
            await until(feed, lambda state: state.compared["one"].head == head)
        events = journal_of(house)
        after = [event for event in events if isinstance(event, VerdictReached | BranchCompared)]
        told = after[before:]
        assert {event.branch for event in told if isinstance(event, BranchCompared)} == {"one"}
        pairs = {(event.a, event.b) for event in told if isinstance(event, VerdictReached)}
        assert pairs == {("one", "two")}, "with and without uncommitted work"
        assert fold_all(EMPTY, events).verdicts.keys() == verdicts.keys()

    asyncio.run(check())


def test_watching_leaves_the_repository_and_its_worktrees_as_they_are(house: House) -> None:
    house.repo.write({"a.txt": edited(5, "dirty"), "new.txt": "1\n"}, house.root / "two")

    async def check() -> None:
        async with working(house) as (_, feed):
            await until(feed, lambda state: len(state.compared) == 3)

    unchanged(house.repo.path, lambda: asyncio.run(check()), times=False)
    assert list((house.place.state_dir / "scratch").iterdir()) == []


def test_a_storm_of_edits_ends_with_the_truth(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "UNDISTURBED_S", 0.0)
    monkeypatch.setattr(module, "LONGEST_REST_S", 0.1)

    async def check() -> None:
        async with working(house) as (_, feed):
            await until(feed, lambda state: len(state.compared) == 3)
            for number in range(15):
                house.repo.write({"b.txt": edited(3, f"{number}")}, house.root / "one")
                house.repo.write({"b.txt": edited(3, f"{number % 2}")}, house.root / "two")
                await asyncio.sleep(0)
            house.repo.write({"b.txt": edited(3, "last")}, house.root / "two")
            tree = house.repo.git("hash-object", "b.txt", cwd=house.root / "one")

            def settled(state: FloorState) -> bool:
                verdict = between(state.verdicts, "one", "two")
                return isinstance(verdict, Verdict) and [file.path for file in verdict.files] == ["b.txt"]

            assert tree
            await until(feed, settled)

    asyncio.run(check())
