"""The supervisor's care for its own journal: what is taken out of it, and which recordings keep what."""

from __future__ import annotations

import asyncio
import time
from contextlib import closing
from pathlib import Path

from msgspec.structs import replace

from sessions.errors import FactoryError
from sessions.floor.commands import NoteRecording, StoreFloor
from sessions.floor.events import PruneWanted
from sessions.journal import prune
from sessions.journal.reader import JournalReader
from sessions.supervisor.recorder import Recorder
from sessions.supervisor.service import Asked, Service


class JournalCare(Service):
    """Prunes the journal when it is told to, beside those who write and read it."""

    name = "journal"
    handles = (StoreFloor, PruneWanted, NoteRecording)

    def __init__(self, journal: Path, recorder: Recorder) -> None:
        self._path, self._recorder = journal, recorder

    async def follow(self) -> None:
        await asyncio.Event().wait()  # it does only what it is asked

    async def handle(self, asked: Asked) -> None:
        match asked:
            case StoreFloor():
                await self._recorder.settle()
            case PruneWanted():
                await asyncio.to_thread(self._prune, asked)
            case NoteRecording(path, first, last):
                await asyncio.to_thread(prune.note, self._path, Path(path), first, last)

    def _prune(self, asked: PruneWanted) -> None:
        with closing(JournalReader(self._path)) as reader:
            if reader.pruned >= asked.last:
                return  # a supervisor has died after it
        plan = prune.plan(self._path, asked.before, time.time(), keeping=asked.kept)
        if plan.last < asked.last:  # something came alive meanwhile, say
            raise FactoryError(f"events up to {asked.last:,} cannot be pruned any more", "look again with --dry-run")
        if plan.last > asked.last:  # more was written meanwhile, which no recording holds
            with closing(JournalReader(self._path)) as reader:
                plan = replace(plan, last=asked.last, latest=reader.state_at(asked.last).time)
        prune.prune(self._path, plan)
