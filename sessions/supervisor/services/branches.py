"""The supervisor's eye on branches and worktrees."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from contextlib import aclosing
from pathlib import Path

from sessions import clock
from sessions.branches.watch.hints import Hint
from sessions.branches.watch.observer import BranchObserver
from sessions.branches.watch.repo import Repository
from sessions.errors import FactoryError
from sessions.floor.events import BaseChosen, Event, FactoryOpened, SourceSkipped
from sessions.floor.state import Branch
from sessions.supervisor.recorder import Recorder

log = logging.getLogger(__name__)

SOURCE = "git"


class BranchWatch:
    """Keeps the floor's branches in step with the repository."""

    def __init__(
        self, repository: Repository, recorder: Recorder, heard: Callable[[frozenset[Path]], None] = lambda _: None
    ) -> None:
        """`heard` is told whenever something was read, with the worktrees in which files changed."""
        self._observer = BranchObserver(repository, heard=self._hear)
        self._heard = heard
        self._recorder = recorder
        self._turn = asyncio.Lock()
        self._readings = 0

    def _hear(self, hint: Hint) -> None:
        self._recorder.trouble("branches", hint.trouble)
        self._heard(hint.worktrees)

    @property
    def repository(self) -> Repository:
        """What is watched, measured against the present base."""
        return self._observer.repository

    async def catch_up(self) -> None:
        """Record what has become of every branch and worktree."""
        async with self._turn:
            await self._record(await self._read())

    async def follow(self) -> None:
        """Record what becomes of them, from now on until cancelled."""
        readings = self._readings
        async with aclosing(self._observer.follow(self._known)) as batches:
            async for batch in batches:
                async with self._turn:
                    # What was read before somebody else read and recorded may be older than what the floor shows.
                    late = readings != self._readings
                    events = [e for e in batch if isinstance(e, SourceSkipped)] + await self._read() if late else batch
                    await self._record(events)
                    readings = self._readings

    async def measure_from(self, base: str, marks: Mapping[str, bytes]) -> None:
        """Measure against another base, a choice that is committed with `marks`.

        Raises `FactoryError` for a base that is not there.
        """
        repository = await asyncio.to_thread(Repository.open, self.repository.root, base or None)
        chosen = BaseChosen(time=time.time(), source=SOURCE, base=repository.base, base_head=repository.base_head)
        async with self._turn:
            await self._recorder.record([chosen], marks)
            self._observer.repository = repository
            await self._record(await self._read())

    def _known(self) -> Mapping[str, Branch]:
        return self._recorder.state.branches

    async def _read(self) -> list[Event]:
        self._readings += 1
        return await asyncio.to_thread(self._observer.scan, self._known(), time.time())

    async def _record(self, events: list[Event]) -> None:
        if events:
            await self._recorder.record(events)
            self._heard(frozenset())


def opening(repository: Repository) -> FactoryOpened:
    """The event that begins a run: the repository as it is called here, and the operator's clock."""
    now = time.time()
    return FactoryOpened(
        time=now,
        source=SOURCE,
        repo=str(repository.root),
        name=repository.name,
        base=repository.base,
        base_head=repository.base_head,
        utc_offset=clock.utc_offset(now),
        utc_offsets=clock.offsets(now),
    )


def open_repository(path: Path, base: str, strict: bool) -> Repository:
    """The repository around `path`; a `base` that is not there is an error only when it was asked for just now."""
    try:
        return Repository.open(path, base or None)
    except FactoryError as error:
        if strict or not base:
            raise
        log.warning("the base that was set does not hold here: %s", error)
        return Repository.open(path)
