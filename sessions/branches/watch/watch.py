"""Notices changes of refs and worktrees, without ever asking the disk in turns.

A listener is a thread of its own, so that the event loop never waits for the kernel and what is watched can be
replaced without a gap: the new listener stands before the old one goes.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import itertools
import os
import stat
import time
from collections.abc import AsyncGenerator, Callable, Collection, Iterable
from pathlib import Path

from sessions.branches.watch.hints import Hint, Meaning, judge
from sessions.branches.watch.repo import Repository
from sessions.branches.watch.survey import WatchPlan, affordable, inode, newly_ignored, plan, survey
from sessions.errors import FactoryError
from sessions.watching.blind import not_watched
from sessions.watching.listener import Change, Deliver, Listener, Poller, listen
from sessions.watching.tree import cause_of

REPLAN_S = 1.0
"""The least time between two plans of what to watch; ten times as long as planning took, if that is more."""
REREAD_S = 10.0
"""Between two readings of worktrees that are not watched; longer where looking takes more than a tenth of it."""
DEAREST = 10
MOST_ATTEMPTS = 7
RELEASE_S = 0.02
"""The first wait for watches that are to be given back; the others double, three seconds in all."""
MOST_NEW = 500
"""New files in one batch about which git is asked whether it ignores them."""


class UnwatchedError(FactoryError):
    """Not even git's own directories can be watched; `cause` is an error number, or `INSTANCES`."""

    def __init__(self, cause: int) -> None:
        super().__init__(f"the repository cannot be watched (error {cause})")
        self.cause = cause


class Watch:
    """What is being watched of one repository, and what was noticed and not yet told."""

    def __init__(self, repository: Repository, limit: Callable[[], int], deliver: Deliver) -> None:
        self._repository = repository
        self._limit = limit
        self._planned = 0
        self._reduced = False
        """The kernel refused, so the plan has nothing but git's own directories."""
        self._deliver = deliver
        self._listener: Listener | Poller | None = None
        self._closed = False
        self.plan = WatchPlan(str(repository.common_dir), (), {}, frozenset())

    @property
    def may_gain(self) -> bool:
        """Whether a new plan may watch more: a refusal of the kernel may be over, or its limit was raised."""
        return self._reduced or self._limit() > self._planned

    def replan(self, stale: Collection[str] = ()) -> frozenset[Path]:
        """Plan and begin to watch; known worktrees are not surveyed again unless they are `stale`.

        Returns the worktrees in which something may have changed unseen. It waits for the disk: run it on a thread.
        """
        old, self._planned = self.plan, self._limit()
        watched, fresh = [], set()
        for tree in self._repository.worktrees():
            if tree.missing:
                continue
            known = old.trees.get(str(tree.path))
            if known is None or str(tree.path) in stale or not known.size or known.inode != inode(tree.path):
                known = survey(tree, self._planned)
                fresh.add(tree.path)
            watched.append(known)
        self.plan = plan(self._repository.common_dir, watched, self._planned)
        listener = self._begin()
        self._end()
        self._listener = listener
        if self._closed:
            self._end()
        return frozenset(fresh)

    def _begin(self) -> Listener | Poller:
        self._reduced = False
        for attempt in itertools.count():
            try:
                return listen(_existing(self.plan.shallow), _existing(self.plan.deep), self._deliver)
            except (OSError, RuntimeError) as error:
                if isinstance(error, (FileNotFoundError, PermissionError)) and attempt < MOST_ATTEMPTS:
                    continue  # a directory went in between: the others once more
                if self._reduced and attempt >= MOST_ATTEMPTS:
                    raise UnwatchedError(cause_of(error)) from error
                if self._reduced:
                    # The kernel takes a moment to give back the watches of those that were closed.
                    time.sleep(RELEASE_S * 2**attempt)
                    continue
                self._reduced = True
                self.plan = plan(self._repository.common_dir, self.plan.trees.values(), 0)
        raise AssertionError("unreachable")

    def _end(self) -> None:
        if self._listener is not None:
            self._listener.close()
        self._listener = None

    def close(self) -> None:
        """Watch no more; a plan that is being made on another thread comes to nothing."""
        self._closed = True
        self._end()

    def settle(self, meaning: Meaning) -> tuple[frozenset[Path], set[str]]:
        """Worktrees that really changed, and those of which the survey is out of date.

        It may find that the layout is new as well. It asks git and the disk: run it on a thread.
        """
        meaning.new_layout = meaning.new_layout or any(map(_is_directory, meaning.new_refs))
        changed, stale = set(meaning.worktrees), set(meaning.rules)
        for root, paths in meaning.new.items():
            known = self.plan.trees[root]
            ignored = newly_ignored(known, paths) if len(paths) <= MOST_NEW else set()
            known.ignored.update(ignored)
            seen = [path for path in paths if path not in ignored]
            if seen:
                changed.add(root)
            level = set(known.shallow)
            if any(path.rpartition("/")[0] in level and _is_directory(path) for path in seen):
                stale.add(root)
        return frozenset(Path(root) for root in changed), stale


def _existing(paths: Iterable[str]) -> list[str]:
    return [path for path in paths if os.access(path, os.R_OK | os.X_OK)]


def _is_directory(path: str) -> bool:
    try:
        return stat.S_ISDIR(Path(path).lstat().st_mode)
    except OSError:
        return False


def _drain(inbox: asyncio.Queue[set[Change] | FactoryError], batch: set[Change] | FactoryError) -> set[Change]:
    """This batch with all that came while nobody asked."""
    changes: set[Change] = set()
    while True:
        if isinstance(batch, FactoryError):
            raise batch
        changes |= batch
        try:
            batch = inbox.get_nowait()
        except asyncio.QueueEmpty:
            return changes


async def watch(repository: Repository, *, limit: int | None = None) -> AsyncGenerator[Hint, None]:
    """Hints, as things change, until the caller stops. At most `limit` directories are watched.

    The first hint names everything and comes once the watch stands: what is read after it misses nothing.
    """
    loop = asyncio.get_running_loop()
    inbox: asyncio.Queue[set[Change] | FactoryError] = asyncio.Queue()

    def deliver(batch: set[Change] | FactoryError) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(inbox.put_nowait, batch)

    watching = Watch(repository, affordable if limit is None else lambda: limit, deliver)
    try:
        while True:
            try:
                trees = await asyncio.to_thread(watching.replan)
                yield _hint(watching, True, trees)
                async with contextlib.aclosing(_follow(watching, inbox)) as hints:
                    async for hint in hints:
                        yield hint
            except UnwatchedError as error:
                trees = frozenset(tree.path for tree in await asyncio.to_thread(repository.worktrees))
                yield Hint(True, trees, trees, not_watched("branches", error.cause, REREAD_S))
                await asyncio.sleep(REREAD_S)
    finally:
        watching.close()


def _hint(watching: Watch, refs: bool, trees: frozenset[Path], every: float = REREAD_S) -> Hint:
    unwatched = watching.plan.unwatched
    what = f"{len(unwatched):,} worktrees" if len(unwatched) > 1 else "1 worktree"
    return Hint(refs, trees, unwatched, not_watched(what, errno.ENOSPC, every) if unwatched else "")


async def _follow(watching: Watch, inbox: asyncio.Queue[set[Change] | FactoryError]) -> AsyncGenerator[Hint, None]:
    loop = asyncio.get_running_loop()
    pending, stale, earliest = False, set[str](), 0.0
    every = REREAD_S
    due = loop.time() + every
    while True:
        if watching.plan.unwatched and loop.time() >= due:
            # Watches may have become free; where none have, everything in these worktrees may have changed unseen.
            started = loop.time()
            trees = watching.plan.unwatched
            if watching.may_gain:
                trees |= await asyncio.to_thread(watching.replan)
            every = max(REREAD_S, DEAREST * (loop.time() - started))
            due = loop.time() + every
            yield _hint(watching, False, trees, every)
        if pending and loop.time() >= earliest:
            started = loop.time()
            trees = await asyncio.to_thread(watching.replan, stale)
            pending, stale = False, set()
            earliest = loop.time() + max(REPLAN_S, 10 * (loop.time() - started))
            yield _hint(watching, True, trees, every)
        limits = [earliest] * pending + [due] * bool(watching.plan.unwatched)
        try:
            # The time limit only puts off planning, or what is not watched; without either there is none.
            async with asyncio.timeout_at(min(limits, default=None)):
                batch = await inbox.get()
        except TimeoutError:
            continue
        meaning = judge(watching.plan, _drain(inbox, batch))
        trees, outdated = await asyncio.to_thread(watching.settle, meaning)
        stale |= outdated
        pending = pending or meaning.new_layout or bool(outdated)
        if hint := _hint(watching, meaning.refs, trees, every):
            yield hint
