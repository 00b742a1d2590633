"""What is not committed in a clone counts on the floor and in trial merges like that of a worktree."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from sessions.branches.git import beneath
from sessions.branches.git.run import TIMEOUT_S, GitError
from sessions.branches.git.scratch import Scratch
from sessions.branches.git.worktrees import Worktree
from sessions.branches.merges import snapshot
from sessions.branches.merges.merges import merge_batch
from sessions.branches.watch.hints import Hint
from sessions.branches.watch.repo import Repository
from sessions.branches.watch.watch import watch
from sessions.floor.conflicts import Outcome
from sessions.floor.events import BranchChanged, SourceSkipped
from sessions.stations.places import removing, skipping
from sessions.stations.places.git import git_of
from sessions.stations.places.layout import Place
from tests.sessions.stations.places.world import World
from tests.support.branches.git import unchanged

PATIENCE_S = 30.0


@pytest.fixture
def scratch(world: World) -> Iterator[Scratch]:
    opened = Scratch(world.common_dir, world.root / "scratch")
    yield opened
    opened.close()


def tree_of(world: World, place: Place) -> Worktree:
    (found,) = [tree for tree in Repository.open(world.repo.path).worktrees() if tree.path == place.work]
    return found


def test_a_clone_is_a_worktree_of_its_branch_with_a_count_of_what_is_not_committed(world: World) -> None:
    place = world.place()
    world.repo.write({"src/a.py": "changed\n", "new.txt": "new\n"}, cwd=place.work)
    world.repo.git("switch", "--quiet", "-c", "elsewhere", cwd=place.work)
    found = {
        event.branch: event
        for event in Repository.open(world.repo.path).read({}, 1.0)
        if isinstance(event, BranchChanged)
    }
    assert set(found) == {"main", "agent/s1"}
    assert (found["agent/s1"].worktree, found["agent/s1"].dirty) == (str(place.work), 2)
    assert not found["agent/s1"].detached


def staged(world: World, place: Place) -> None:
    world.repo.write({"src/a.py": "a = 'station'\n"}, cwd=place.work)
    world.repo.git("add", "src/a.py", cwd=place.work)


def unstaged(world: World, place: Place) -> None:
    world.repo.write({"src/a.py": "a = 'station'\n"}, cwd=place.work)


def on_a_commit_that_did_not_arrive(world: World, place: Place) -> None:
    world.repo.commit({"src/a.py": "a = 'station'\n", "README.md": "out of scope\n"}, cwd=place.work)
    world.repo.write({"src/c.py": "c = 1\n"}, cwd=place.work)


@pytest.mark.parametrize("work", [staged, unstaged, on_a_commit_that_did_not_arrive])
def test_it_collides_with_other_branches(world: World, scratch: Scratch, work: Callable[[World, Place], None]) -> None:
    place = world.place()
    other = world.repo.commit({"src/a.py": "a = 'operator'\n"})
    work(world, place)
    commits: list[str] = []
    unchanged(place.work, lambda: commits.append(snapshot.take(tree_of(world, place), scratch)), times=False)
    (merged,) = merge_batch(scratch.git, [(commits[0], other)])
    assert merged.outcome is Outcome.CONFLICT


def test_two_clones_at_once_do_not_get_in_each_others_way(world: World, scratch: Scratch) -> None:
    one, two = world.place("s1"), world.place("s2")
    world.repo.write({"src/a.py": "one\n"}, cwd=one.work)
    world.repo.write({"src/a.py": "two\n"}, cwd=two.work)
    commits = [snapshot.take(tree_of(world, place), scratch) for place in (one, two)]
    (merged,) = merge_batch(scratch.git, [(commits[0], commits[1])])
    assert merged.outcome is Outcome.CONFLICT


def test_a_place_that_comes_and_an_edit_in_it_are_noticed(world: World) -> None:
    world.place("first")  # the directory of places is there

    async def story() -> None:
        async with asyncio.timeout(PATIENCE_S), aclosing(watch(Repository.open(world.repo.path))) as hints:
            await anext(hints)
            place = await asyncio.to_thread(world.place, "s1")
            await _until(hints, lambda hint: place.work in hint.worktrees)
            (place.work / "src" / "deep" / "b.py").write_text("b = 3\n")
            await _until(hints, lambda hint: hint.worktrees == frozenset({place.work}))
            await asyncio.to_thread(world.repo.git, "add", "--all", cwd=place.work)
            await _until(hints, lambda hint: hint.worktrees == frozenset({place.work}))

    asyncio.run(story())


async def _until(hints: object, wanted: Callable[[Hint], bool]) -> None:
    assert hasattr(hints, "__aiter__")
    async for hint in hints:
        if wanted(hint):
            return
    raise AssertionError("the hints ended")


def test_a_damaged_record_and_a_missing_work_tree_are_no_worktrees(world: World) -> None:
    place, other = world.place("s1"), world.place("s2")
    (place.ours / "place.json").write_text("{")
    other.work.rename(other.root / "away")
    trees = Repository.open(world.repo.path).worktrees()
    assert [(tree.path, tree.missing) for tree in trees] == [(world.repo.path, False), (other.work, True)]


def test_a_clone_that_goes_while_it_is_looked_at_is_told_and_breaks_nothing(world: World) -> None:
    place = world.place()
    repository = Repository.open(world.repo.path)
    place.mirror.rename(place.ours / "away")
    events = repository.read({}, 1.0)
    assert [event.reason for event in events if isinstance(event, SourceSkipped)] == ["unreadable worktree"]
    assert {event.branch for event in events if isinstance(event, BranchChanged)} == {"main", "agent/s1"}


def linked(target: Path) -> Callable[[Path], None]:
    return lambda index: index.symlink_to(target)


@pytest.mark.parametrize("lay", [linked(Path("/dev/zero")), os.mkfifo, os.mkdir])
def test_an_index_that_is_no_file_is_none_and_is_not_waited_for(
    world: World, scratch: Scratch, lay: Callable[[Path], None]
) -> None:
    place = world.place()
    (place.git_dir / "index").unlink()
    lay(place.git_dir / "index")
    began = time.monotonic()
    events = Repository.open(world.repo.path).read({}, 1.0)
    assert {event.branch for event in events if isinstance(event, BranchChanged)} == {"main", "agent/s1"}
    with pytest.raises(GitError, match="cannot be read"):
        snapshot.take(tree_of(world, place), scratch)
    assert time.monotonic() - began < TIMEOUT_S / 2


def test_an_index_without_end_is_not_copied(world: World, scratch: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    place = world.place()
    monkeypatch.setattr(snapshot, "MOST_INDEX", 100)
    with pytest.raises(GitError, match="too large"):
        snapshot.take(tree_of(world, place), scratch)
    assert not list(scratch.place.glob("index*"))


def test_a_link_to_the_operators_index_has_nothing_written_there(world: World) -> None:
    place = world.place()
    index = world.common_dir / "index"
    before = index.read_bytes()
    (place.git_dir / "index").unlink()
    (place.git_dir / "index").symlink_to(index)
    skipping.skip(place, ["src"])
    assert index.read_bytes() == before
    assert removing.remove(place, 1e9).events == ()
    assert index.read_bytes() == before


def test_what_it_may_not_read_is_skipped_and_what_it_may_again_is_not(world: World) -> None:
    place = world.place()

    def skipped() -> list[str]:
        lines = git_of(place).run("ls-files", "-t").decode().splitlines()
        return [line[2:] for line in lines if line.startswith("S ")]

    files = [str(path.relative_to(place.work)) for path in (place.work / "src").rglob("*") if path.is_file()]
    skipping.skip(place, ["src"])
    assert skipped() == sorted(files) != []
    (place.git_dir / "index.lock").touch()  # of a git that was killed
    skipping.skip(place, [])
    assert skipped() == []
    assert not (place.ours / "index.skips").exists()


def test_where_all_was_always_read_no_git_is_asked(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    place = world.place()
    monkeypatch.setattr(skipping, "git_of", None)
    skipping.skip(place, [])


def test_an_index_that_becomes_a_link_meanwhile_is_replaced_and_not_followed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, index = world.place(), world.common_dir / "index"
    before, copied = index.read_bytes(), beneath.copy

    def swapped(*arguments: Any) -> os.stat_result:
        state = copied(*arguments)
        (place.git_dir / "index").unlink()
        (place.git_dir / "index").symlink_to(index)
        return state

    monkeypatch.setattr(beneath, "copy", swapped)
    skipping.skip(place, ["src"])
    assert index.read_bytes() == before
    assert not (place.git_dir / "index").is_symlink()
