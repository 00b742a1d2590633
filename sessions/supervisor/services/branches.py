"""The supervisor's eye on branches and worktrees."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from contextlib import aclosing
from pathlib import Path

from sessions import clock
from sessions.branches.git.names import shown_path
from sessions.branches.git.run import NotARepositoryError
from sessions.branches.watch.hints import Hint
from sessions.branches.watch.observer import BranchObserver
from sessions.branches.watch.repo import Repository
from sessions.errors import FactoryError
from sessions.floor.events import BaseChosen, BaseWanted, Event, FactoryOpened, SourceSkipped
from sessions.floor.state import Branch
from sessions.supervisor.recorder import Recorder
from sessions.supervisor.service import Asked, Service

log = logging.getLogger(__name__)

SOURCE = "git"
BASE_MARK = "supervisor/base"
"""Where the journal keeps the base that an operator chose by command."""


class BranchWatch(Service):
    """Keeps the floor's branches in step with the repository."""

    name = "branches"
    handles = (BaseWanted,)

    def __init__(
        self,
        repo: Path,
        base: str,
        recorder: Recorder,
        touched: Callable[[frozenset[Path]], None] = lambda _: None,
        strict: bool = False,
    ) -> None:
        """`base` is what branches are measured against; unless `strict`, the sensible one where it is not there.

        `touched` is told of the worktrees in which files changed.
        """
        self._repo, self._base, self._strict = repo, base, strict
        self._touched = touched
        self._recorder = recorder
        self._observer: BranchObserver
        self._turn = asyncio.Lock()
        self._readings = 0

    async def open(self) -> None:
        repository = await asyncio.to_thread(open_repository, self._repo, self._base, self._strict)
        self._observer = BranchObserver(repository, heard=self._hinted)

    async def begin(self) -> None:
        await self.catch_up()

    async def handle(self, asked: Asked) -> None:
        if isinstance(asked, BaseWanted):
            await self._measure_from(asked.base)

    def _hinted(self, hint: Hint) -> None:
        self._recorder.trouble(self.name, hint.trouble)
        if hint.worktrees:
            self._touched(hint.worktrees)

    @property
    def repository(self) -> Repository:
        """What is watched, measured against the present base."""
        return self._observer.repository

    async def catch_up(self) -> None:
        """Record what has become of every branch and worktree."""
        async with self._turn:
            await self._record(await self._read())

    async def follow(self) -> None:
        """Record what becomes of them, from now on until cancelled.

        A repository that is not where it was is told as trouble until it is back.
        """
        try:
            await self._follow()
        except NotARepositoryError as error:
            gone = FactoryError(
                f"there is no repository at {shown_path(self.repository.root)} any more",
                "put it back there: its stations work nowhere else",
            )
            self._recorder.trouble(self.name, str(gone))
            raise gone from error

    async def _follow(self) -> None:
        readings = self._readings
        async with aclosing(self._observer.follow(self._known)) as batches:
            async for batch in batches:
                async with self._turn:
                    # What was read before somebody else read and recorded may be older than what the floor shows.
                    late = readings != self._readings
                    events = [e for e in batch if isinstance(e, SourceSkipped)] + await self._read() if late else batch
                    await self._record(events)
                    readings = self._readings

    async def _measure_from(self, base: str) -> None:
        """Measure against another base. Raises `FactoryError` for one that is not there."""
        repository = await asyncio.to_thread(Repository.open, self.repository.root, base or None)
        chosen = BaseChosen(time=time.time(), source=SOURCE, base=repository.base, base_head=repository.base_head)
        async with self._turn:
            await self._recorder.record([chosen], {BASE_MARK: base.encode()})
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


def opening(repository: Repository, scripted: bool = False) -> FactoryOpened:
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
        scripted=scripted,
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
