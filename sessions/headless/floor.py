"""The floor as it is on disk now, for commands without a screen."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from sessions.asking.figures import WhatWasUsed, used_of
from sessions.errors import FactoryError, UnwritableError
from sessions.floor.commands import AnyWish, CatchUp, ImportPaths
from sessions.floor.tokens import By, Used
from sessions.headless.supervised import HaltedError, Supervised, Told

if TYPE_CHECKING:  # whoever asks for figures alone needs to know nothing of floors
    from sessions.floor.state import FloorState
    from sessions.place import Place

Warn = Callable[[str], None]
"""Is told what keeps an answer from being whole, with the cure."""


def silent(_: str) -> None:
    """Nobody is warned."""


def floor_of(
    repo: Path,
    *,
    base: str = "",
    sessions: Sequence[Path] = (),
    only: bool = False,
    progress: Told | None = None,
    warn: Warn = silent,
) -> FloorState:
    """The floor as it is on disk now, which the journal also holds from then on.

    `sessions` are further places to look. With `only` they are the only ones, `repo` need not be a repository, and
    nothing is written. Another `base` holds for this answer alone. `warn` is told what keeps the answer from being
    whole, with the cure: a disk that takes nothing, for which it is what the journal holds, or folders not watched.
    """
    if only:
        from sessions import disk

        return disk.floor_at(sessions, progress)
    from sessions.asking.past_questions import FloorNow, whole_floor

    with Supervised(repo, progress) as supervised:
        try:
            catch_up(supervised, sessions, warn)
        except UnwritableError as error:
            state = _on_disk(supervised.place, sessions, progress, warn, error)
            if base in ("", state.base):
                return state
            from sessions.asking.pasts import measured

            return measured(state, repo, base)
        return whole_floor(supervised.ask(FloorNow(base)))


def used(
    repo: Path, by: By, *, sessions: Sequence[Path] = (), progress: Told | None = None, warn: Warn = silent
) -> Used:
    """What everything used up to now, in groups."""
    with Supervised(repo, progress) as supervised:
        try:
            catch_up(supervised, sessions, warn)
        except UnwritableError as error:
            return used_of(_on_disk(supervised.place, sessions, progress, warn, error), by)
        return supervised.one(WhatWasUsed(by))


def catch_up(supervised: Supervised, sessions: Sequence[Path] = (), warn: Warn = silent) -> None:
    """Have everything on disk now read into the journal.

    Where a supervisor's disk takes nothing, what it holds must do. Raises `UnwritableError` when none can even begin.
    """
    wishes: list[AnyWish] = [CatchUp()]
    if sessions:
        wishes.append(ImportPaths(tuple(str(path.absolute()) for path in sessions)))
    try:
        for wish in wishes:
            supervised.obey(wish)
    except HaltedError as error:
        if not supervised.seq:
            raise UnwritableError(str(error)) from error
        warn(str(error))
        warn("shown is what was read before that")
        return
    if supervised.trouble:
        warn(supervised.trouble)


def _on_disk(
    place: Place, sessions: Sequence[Path], progress: Told | None, warn: Warn, why: UnwritableError
) -> FloorState:
    """The floor where no supervisor can write: as the journal has it, or without one as it is on disk now."""
    from sessions import disk, settings
    from sessions.floor.fold.fold import fold_all
    from sessions.floor.state import EMPTY
    from sessions.journal.reader import JournalReader
    from sessions.observe.files import discover
    from sessions.observe.seats import Seats
    from sessions.supervisor.services.branches import open_repository, opening
    from sessions.supervisor.services.transcripts import home_of

    warn(str(why))
    with suppress(FactoryError):
        reader = JournalReader(place.journal)
        try:
            state = reader.latest()
            if state.seq:
                warn("shown is what was read before that")
                return state
        finally:
            reader.close()
    repository = open_repository(place.repo, settings.load().base, strict=False)
    state = fold_all(EMPTY, [opening(repository), *repository.read({}, time.time())])
    found = discover.places([*sessions, *settings.load().session_paths])
    return fold_all(state, disk.events_in(found, Seats(state, home_of(state)), progress))
