"""Words of operators that hold a secret: kept whole beside the journal, until whoever they are for has them.

The journal takes secrets out of all words, and an agent that is asked to use a key would read `[secret]`. Each lies in
a file of its own, for its owner alone, for as long as nobody has been told: an intent outlives a supervisor.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path

import msgspec

from sessions.errors import FactoryError
from sessions.floor.events import (
    AnswerWanted,
    Event,
    LifeWanted,
    PromptWanted,
    StartWanted,
    TaskAdded,
    TaskChanged,
)
from sessions.floor.ours.lives import Life
from sessions.floor.state import FloorState
from sessions.floor.tasks.task import Task
from sessions.paths import private_dir
from sessions.redact import HIDDEN
from sessions.secrets import without_secrets

log = logging.getLogger(__name__)

Spoken = StartWanted | PromptWanted | AnswerWanted | LifeWanted
_OF_TASK = "task "
"""How what is kept of tasks begins, where else the station is named: no station's id has a blank."""


class _Kept(msgspec.Struct, frozen=True):
    station: str
    command: str
    """"" for the task that a station was started with, which waits for its agent."""
    words: str


class Aside:
    """The words that are kept in one directory. They are few and short: the disk is waited for."""

    def __init__(self, directory: Path) -> None:
        self._directory, self._began = directory, time.time()

    def keep(self, events: Iterable[Event]) -> None:
        """Keep what these lose when they are committed, which is to come after this."""
        for event in events:
            if isinstance(event, Spoken):
                (told,) = without_secrets((event,))
                if told != event:
                    self._put(_Kept(event.station, _command(event), _words(event)))
            elif isinstance(event, TaskAdded | TaskChanged):
                (told,) = without_secrets((event,))
                if told != event:
                    self._put(_Kept(_OF_TASK + event.task, "", event.spec.text or event.spec.title))

    def text_of(self, task: Task) -> str:
        """What is to be done for a task, as it was said."""
        return self.words(_OF_TASK + task.id, task.spec.text or task.spec.title)

    def words(self, station: str, told: str, command: str = "") -> str:
        """What an operator said, of which the journal has `told`; without a command, the station's task."""
        if HIDDEN not in told:
            return told
        kept = self._read(self._path(station, command))
        return told if kept is None else kept.words

    def drop(self, station: str, command: str = "") -> None:
        """Whoever it was for has it, or never will."""
        self._path(station, command).unlink(missing_ok=True)

    def sweep(self, state: FloorState) -> None:
        """Drop all that an earlier supervisor left and nobody waits for any more."""
        for path in self._directory.glob("*"):
            kept = self._read(path)
            if path.stat().st_mtime < self._began and (kept is None or not _awaited(state, kept)):
                path.unlink(missing_ok=True)

    def _put(self, kept: _Kept) -> None:
        path = self._path(kept.station, kept.command)
        try:
            private_dir(self._directory)
            path.unlink(missing_ok=True)
            path.touch(mode=0o600)
            path.write_bytes(msgspec.json.encode(kept))
        except (OSError, FactoryError) as error:
            log.warning("what an operator said cannot be kept beside the journal: %s", error)

    def _read(self, path: Path) -> _Kept | None:
        try:
            return msgspec.json.decode(path.read_bytes(), type=_Kept)
        except (OSError, msgspec.MsgspecError):
            return None

    def _path(self, station: str, command: str) -> Path:
        return self._directory / blake2b(f"{station}\0{command}".encode(), digest_size=16).hexdigest()


def _command(event: Spoken) -> str:
    return "" if isinstance(event, StartWanted) else event.command


def _words(event: Spoken) -> str:
    if isinstance(event, LifeWanted):
        return event.words
    return event.reason if isinstance(event, AnswerWanted) else event.text


def _awaited(state: FloorState, kept: _Kept) -> bool:
    if kept.station.startswith(_OF_TASK):
        task = state.tasks.get(kept.station.removeprefix(_OF_TASK))
        return task is not None and not task.over
    if kept.command:
        return kept.command in state.intents
    known = state.owned.get(kept.station)
    return known is not None and known.life is not Life.REMOVED and not state.stations[kept.station].turns
