"""Changes noticed end to end: real commits and edits, awaited as hints and events."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import textwrap
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from pathlib import Path

import pytest

from sessions.branches.watch.hints import Hint
from sessions.branches.watch.observer import BranchObserver
from sessions.branches.watch.repo import Repository
from sessions.branches.watch.watch import watch
from sessions.floor.events import BranchChanged, BranchRemoved, Event, SourceSkipped
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import Branch, FloorState
from tests.support.branches.git import TestRepository

PATIENCE_S = 30.0


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TestRepository:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    repository = TestRepository(tmp_path / "project")
    repository.commit({"a.txt": "1\n", "src/b.txt": "1\n", ".gitignore": "*.log\ncache/\n"})
    return repository


Hints = AsyncGenerator[Hint, None]


def watching(repository: TestRepository, story: Callable[[Hints], Awaitable[None]], limit: int = 10_000) -> None:
    """Tell a story to the hints of a repository, from the moment that its watch stands."""

    async def run() -> None:
        async with asyncio.timeout(PATIENCE_S), aclosing(watch(Repository.open(repository.path), limit=limit)) as hints:
            first = await anext(hints)
            assert first.refs
            await story(hints)

    asyncio.run(run())


async def until(hints: Hints, wanted: Callable[[Hint], bool]) -> list[Hint]:
    """The hints up to the wanted one."""
    seen = []
    async for hint in hints:
        seen.append(hint)
        if wanted(hint):
            return seen
    raise AssertionError("the hints ended")


def test_a_commit_is_a_hint_for_refs_and_worktree(made: TestRepository) -> None:
    async def story(hints: Hints) -> None:
        made.commit({"a.txt": "2\n"})
        seen = await until(hints, lambda hint: hint.refs)
        assert frozenset({made.path}) in [hint.worktrees for hint in seen]

    watching(made, story)


def test_an_edit_is_a_hint_for_its_worktree_only(made: TestRepository, tmp_path: Path) -> None:
    linked = made.worktree(tmp_path / "linked", "work")

    async def story(hints: Hints) -> None:
        (linked / "src" / "b.txt").write_text("2\n")
        assert await anext(hints) == Hint(worktrees=frozenset({linked}))

    watching(made, story)


@pytest.mark.parametrize("change", ["pack-refs --all", "branch feature/deep/new", "symbolic-ref HEAD refs/heads/x"])
def test_refs_that_change_in_other_ways(made: TestRepository, change: str) -> None:
    async def story(hints: Hints) -> None:
        made.git(*change.split())
        await until(hints, lambda hint: hint.refs)

    watching(made, story)


def test_what_git_ignores_and_what_we_read_ourselves_is_no_hint(made: TestRepository) -> None:
    made.write({"old.log": "", "src/cache/x": ""})

    async def story(hints: Hints) -> None:
        repository = Repository.open(made.path)
        os.utime(made.path / "a.txt", (1, 1))
        assert await anext(hints) == Hint(worktrees=frozenset({made.path}))
        known = fold_all(FloorState(), repository.read({}, 1.0)).branches
        repository.read_worktree(made.path, known, 2.0)
        made.write({"old.log": "more", "new.log": "1", "src/cache/y": "", "cache/z": "", "src/deep/cache/z": ""})
        (made.path / ".git" / "index.lock").write_bytes(b"")
        (made.path / ".git" / "index.lock").unlink()
        # The next thing heard of is what comes after all this, but for the new directory that holds an ignored one.
        await until(hints, lambda hint: bool(hint.worktrees))
        made.branch("sentinel")
        seen = await until(hints, lambda hint: hint.refs)
        assert [hint for hint in seen if hint.worktrees] == []

    watching(made, story)


def test_new_directories_are_watched_too(made: TestRepository) -> None:
    async def story(hints: Hints) -> None:
        (made.path / "fresh").mkdir()
        await until(hints, lambda hint: made.path in hint.worktrees)
        await until(hints, lambda hint: hint.refs)  # it has been planned anew
        (made.path / "fresh" / "file.txt").write_text("1\n")
        await until(hints, lambda hint: made.path in hint.worktrees)
        (made.path / "fresh" / "file.txt").write_text("2\n")
        await until(hints, lambda hint: made.path in hint.worktrees)

    watching(made, story)


def test_worktrees_that_come_are_watched_and_those_that_vanish_do_no_harm(made: TestRepository, tmp_path: Path) -> None:
    linked = tmp_path / "linked"

    async def story(hints: Hints) -> None:
        made.worktree(linked, "work")
        await until(hints, lambda hint: linked in hint.worktrees)
        (linked / "a.txt").write_text("2\n")
        await until(hints, lambda hint: linked in hint.worktrees)
        shutil.rmtree(linked)
        await until(hints, lambda hint: linked in hint.worktrees)
        made.git("worktree", "prune")
        await until(hints, lambda hint: hint.refs)
        made.worktree(linked, at="main")
        await until(hints, lambda hint: linked in hint.worktrees)
        (linked / "src" / "b.txt").write_text("2\n")
        await until(hints, lambda hint: linked in hint.worktrees)

    watching(made, story)


def test_too_many_directories_leave_only_git_watched(made: TestRepository) -> None:
    async def story(hints: Hints) -> None:
        made.git("rm", "--quiet", "--cached", "a.txt")
        (hint,) = await until(hints, bool)
        assert (hint.worktrees, hint.unwatched) == (frozenset({made.path}), frozenset({made.path}))
        assert hint.trouble.startswith("1 worktree not watched: sudo sysctl fs.inotify.max_user_watches=")

    watching(made, story, limit=3)


def test_a_kernel_that_grants_too_few_watches(made: TestRepository) -> None:
    """In a user namespace of its own the kernel's limit can be lowered for one process."""
    for number in range(40):
        (made.path / "many" / str(number)).mkdir(parents=True)
    program = textwrap.dedent(f"""
        import asyncio
        from contextlib import aclosing
        from pathlib import Path
        from sessions.branches.watch.repo import Repository
        from sessions.branches.watch.watch import watch

        async def run():
            async with aclosing(watch(Repository.open(Path({str(made.path)!r})), limit=10_000)) as hints:
                print(sorted(map(str, (await anext(hints)).unwatched)))

        Path("/proc/sys/user/max_inotify_watches").write_text("25")
        asyncio.run(run())
        """)
    if not shutil.which("unshare") or subprocess.run(["unshare", "-Ur", "true"], check=False).returncode:
        pytest.skip("user namespaces are not available")
    done = subprocess.run(
        ["unshare", "-Ur", sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.returncode) == (f"[{str(made.path)!r}]\n", 0), done.stderr


Until = Callable[[Callable[[Event], bool]], Awaitable[list[Event]]]


def following(
    repository: TestRepository,
    story: Callable[[Until], Awaitable[None]],
    limit: int = 10_000,
) -> Mapping[str, Branch]:
    """Tell a story to an observer; `until` waits for an event. Returns the floor's branches at the end."""
    state = FloorState()

    async def run() -> None:
        observer = BranchObserver(Repository.open(repository.path), limit=limit)
        async with (
            asyncio.timeout(PATIENCE_S),
            aclosing(observer.follow(lambda: state.branches, clock=lambda: 7.0)) as batches,
        ):

            async def until(wanted: Callable[[Event], bool]) -> list[Event]:
                nonlocal state
                seen: list[Event] = []
                async for batch in batches:
                    assert batch
                    state = fold_all(state, batch)
                    seen += batch
                    if any(wanted(event) for event in batch):
                        return seen
                raise AssertionError("the events ended")

            await story(until)

    asyncio.run(run())
    return state.branches


def test_events_follow_commits_edits_and_removals(made: TestRepository, tmp_path: Path) -> None:
    linked = made.worktree(tmp_path / "linked", "work")

    async def story(until: Until) -> None:
        scan = await until(lambda event: isinstance(event, BranchChanged) and event.branch == "work")
        assert {event.branch for event in scan if isinstance(event, BranchChanged)} == {"main", "work"}
        (linked / "a.txt").write_text("2\n")
        await until(lambda event: isinstance(event, BranchChanged) and event.branch == "work" and event.dirty == 1)
        head = made.commit(cwd=linked)
        await until(
            lambda event: isinstance(event, BranchChanged) and (event.head, event.ahead, event.dirty) == (head, 1, 0)
        )
        made.git("worktree", "remove", str(linked))
        made.git("branch", "-D", "--quiet", "work")
        await until(lambda event: isinstance(event, BranchRemoved))

    branches = following(made, story)
    assert list(branches) == ["main"]
    assert branches["main"].changed == 7.0


def test_worktrees_that_are_not_watched_are_said_once(made: TestRepository) -> None:
    async def story(until: Until) -> None:
        (skipped,) = [event for event in await until(lambda _: True) if isinstance(event, SourceSkipped)]
        assert (skipped.reason, skipped.count, skipped.detail) == ("files not watched", 1, str(made.path))
        made.commit({"a.txt": "2\n"})
        later = await until(lambda event: isinstance(event, BranchChanged))
        assert not any(isinstance(event, SourceSkipped) for event in later)

    following(made, story, limit=3)


def test_a_git_that_fails_once_is_reported_and_then_all_is_read(made: TestRepository) -> None:
    config = made.path / ".git" / "config"

    async def story(until: Until) -> None:
        await until(lambda event: isinstance(event, BranchChanged))
        good = config.read_bytes()
        config.write_bytes(b"[broken")
        (made.path / "a.txt").write_text("2\n")
        (skipped,) = await until(lambda event: isinstance(event, SourceSkipped))
        assert isinstance(skipped, SourceSkipped)
        assert "bad config" in skipped.detail
        config.write_bytes(good)
        (made.path / "src" / "b.txt").write_text("2\n")
        await until(lambda event: isinstance(event, BranchChanged) and event.dirty == 2)

    following(made, story)
