"""What a supervisor does all day: watch branches, their collisions and transcripts side by side, and obey commands."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from pathlib import Path

from sessions.errors import FactoryError
from sessions.floor import decide as verdicts
from sessions.floor.commands import AnyCommand, Reply
from sessions.floor.events import SourceSkipped
from sessions.models.prices import Prices
from sessions.place import Place
from sessions.settings import Settings
from sessions.supervisor.process import Options
from sessions.supervisor.recorder import Recorder
from sessions.supervisor.services.branches import BranchWatch, open_repository, opening
from sessions.supervisor.services.conflicts import ConflictWatch
from sessions.supervisor.services.transcripts import TranscriptWatch
from sessions.text import clean

log = logging.getLogger(__name__)

FIRST_RETRY_S, LAST_RETRY_S = 1.0, 60.0

BASE_MARK = "supervisor/base"
"""Where the journal keeps the base that an operator chose by command."""


class Work:
    """Observes one repository into the journal. `prepare` first, then `run`; `obey` at any time after that."""

    def __init__(
        self, place: Place, options: Options, settings: Settings, recorder: Recorder, marks: Mapping[str, bytes]
    ) -> None:
        self.stopped = asyncio.Event()
        """Set when the operator has asked to end."""
        self._place, self._options, self._settings = place, options, settings
        self._recorder, self._chosen = recorder, marks.get(BASE_MARK, b"").decode("utf-8", "replace")
        self._tasks: set[asyncio.Task[None]] = set()
        self._told: dict[str, str] = {}
        self._branches: BranchWatch
        self._conflicts: ConflictWatch
        self._transcripts: TranscriptWatch

    async def prepare(self) -> None:
        """Open the repository and what is needed to observe it. Raises `FactoryError` when that cannot be."""
        asked = self._options.base or self._chosen or self._settings.base
        repository = await asyncio.to_thread(open_repository, self._place.repo, asked, strict=bool(self._options.base))
        self._conflicts = ConflictWatch(self._place, lambda: self._branches.repository, self._recorder)
        self._branches = BranchWatch(repository, self._recorder, self._conflicts.hear)
        extra = [*map(Path, self._options.sessions), *self._settings.session_paths]
        prices = Prices.load(self._settings.prices_path)
        self._transcripts = TranscriptWatch(self._place.journal, extra, prices, self._recorder)

    async def begin_run(self) -> None:
        """Record that a supervisor observes from now on."""
        await self._recorder.record([opening(self._branches.repository)])

    async def catch_up(self) -> None:
        """Record everything that is on disk now: branches first, because sessions are matched to them."""
        await self._branches.catch_up()
        await self._transcripts.catch_up()

    async def run(self) -> None:
        """Begin a run and observe until cancelled."""
        try:
            await self.begin_run()
            # Branches first: that takes moments, and sessions are matched to them.
            await self._keep_once("branches", self._branches.catch_up)
            await asyncio.gather(
                self._keep("branches", self._branches.follow),
                self._keep("conflicts", self._conflicts.follow),
                self._keep("transcripts", self._transcripts.follow),
            )
        finally:
            await self.close()

    async def close(self) -> None:
        """Break off what commands began, and let go of the journal."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._transcripts.close()

    async def obey(self, command: AnyCommand) -> Reply:
        """Carry out a command, or say why not."""
        verdict = verdicts.decide(self._recorder.state, command)
        if isinstance(verdict, verdicts.Refusal):
            return Reply(False, verdict.reason, verdict.cure)
        try:
            if verdict.events:
                await self._recorder.record(verdict.events)
            for effect in verdict.effects:
                await self._finish(self._do(effect))
        except FactoryError as error:
            return Reply(False, error.message, error.cure)
        return Reply(True)

    async def _finish(self, doing: Coroutine[None, None, None]) -> None:
        """Await work that goes on to its end even when the console that asked for it has left."""
        task = asyncio.create_task(doing)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        await asyncio.shield(task)

    async def _do(self, effect: verdicts.AnyEffect) -> None:
        """Carry it out. Sessions keep the station they are first matched to, so branches are read before any."""
        match effect:
            case verdicts.EndSupervisor():
                self.stopped.set()
            case verdicts.CancelReading():
                self._transcripts.cancel()
            case verdicts.ReadDisk():
                await self.catch_up()
            case verdicts.ReadPaths(paths):
                await self._branches.catch_up()
                await self._transcripts.read([Path(path) for path in paths])
            case verdicts.FollowPaths(paths):
                await self._branches.catch_up()
                await self._transcripts.follow_also([Path(path) for path in paths])
            case verdicts.MeasureFrom(base):
                await self._branches.measure_from(base, {BASE_MARK: base.encode()})

    async def _keep(self, what: str, follow: Callable[[], Awaitable[None]]) -> None:
        """Follow a source for ever. One that breaks is recorded and taken up again; the others never notice."""
        wait = FIRST_RETRY_S
        while True:
            began = time.monotonic()
            await self._keep_once(what, follow)
            wait = FIRST_RETRY_S if time.monotonic() - began > LAST_RETRY_S else min(wait * 2, LAST_RETRY_S)
            await asyncio.sleep(wait)

    async def _keep_once(self, what: str, follow: Callable[[], Awaitable[None]]) -> None:
        try:
            await follow()
        except Exception as error:  # whatever it is, the other sources go on, and it is told
            log.exception("observing %s broke", what)
            detail = clean(f"{type(error).__name__}: {error}")
            if self._told.get(what) == detail:
                return
            self._told[what] = detail
            skipped = SourceSkipped(time=time.time(), source=what, reason=f"observing {what} broke", detail=detail)
            await self._recorder.record([skipped])
