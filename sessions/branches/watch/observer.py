"""Keeps the floor's branches as the repository's are: one scan, then events as git and the files change."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from pathlib import Path

from sessions.branches.git.names import shown_path
from sessions.branches.git.run import GitError, NotARepositoryError
from sessions.branches.watch.changes import SOURCE
from sessions.branches.watch.hints import Hint
from sessions.branches.watch.repo import Repository
from sessions.branches.watch.watch import watch
from sessions.floor.events import Event, SourceSkipped
from sessions.floor.state import Branch

Known = Callable[[], Mapping[str, Branch]]
REST = 3
"""Reading is paid for with this many times as long a rest, so that a storm of edits takes a quarter of a core."""
CREDIT_S = 1.5
"""Rest that may be owed before it is taken: single commits and edits are read at once."""


class BranchObserver:
    """Turns one repository into branch events."""

    def __init__(
        self, repository: Repository, *, limit: int | None = None, heard: Callable[[Hint], None] = lambda _: None
    ) -> None:
        """`limit` bounds the directories watched (see `watch`).

        `heard` is told of each hint once all that is to be read of it has been taken: a file that changes again in a
        worktree that was dirty before makes no event.
        """
        self._heard = heard
        self.repository = repository
        self._limit = limit
        self._unwatched: frozenset[Path] = frozenset()
        self._failed = False

    def scan(self, known: Mapping[str, Branch], now: float) -> list[Event]:
        """Everything that is new against `known`."""
        return self.repository.read(known, now)

    async def follow(self, known: Known, clock: Callable[[], float] = time.time) -> AsyncGenerator[list[Event], None]:
        """Batches of events, never empty ones, from a first full scan on, until the caller stops.

        `known` gives the floor's branches with all earlier batches folded in; `clock` the time for events. Raises
        FactoryError when the repository is gone or can no longer be watched.
        """
        async with aclosing(watch(self.repository, limit=self._limit)) as hints:
            first, owed_until = True, 0.0
            async for hint in hints:
                started = time.monotonic()
                events = self._unwatched_now(hint, clock())
                events += await asyncio.to_thread(self._try, hint, known(), clock(), first)
                now = time.monotonic()
                if not first:
                    owed_until = max(owed_until, started) + (REST + 1) * (now - started)
                first = False
                if events:
                    yield events
                self._heard(hint)
                await asyncio.sleep(max(0.0, owed_until - time.monotonic() - CREDIT_S))

    def _try(self, hint: Hint, known: Mapping[str, Branch], now: float, everything: bool) -> list[Event]:
        """Read; a git that fails once is reported, and the next hint is read as if it named everything."""
        try:
            events = self._read(hint, known, now, everything or self._failed)
        except NotARepositoryError:
            raise
        except GitError as error:
            self._failed = True
            return [SourceSkipped(time=now, source=SOURCE, reason="git failed", detail=error.message)]
        self._failed = False
        return events

    def _read(self, hint: Hint, known: Mapping[str, Branch], now: float, everything: bool) -> list[Event]:
        if not hint.refs and not everything and len(hint.worktrees) == 1:
            return self.repository.read_worktree(next(iter(hint.worktrees)), known, now)
        return self.repository.read(known, now, None if everything else hint.worktrees)

    def _unwatched_now(self, hint: Hint, now: float) -> list[Event]:
        new, self._unwatched = hint.unwatched - self._unwatched, hint.unwatched
        if not new:
            return []
        names = ", ".join(sorted(shown_path(path) for path in new)[:5])
        return [SourceSkipped(time=now, source=SOURCE, reason="files not watched", count=len(new), detail=names)]
