"""What can be asked of the factory itself: its journal, its base and its end."""

from __future__ import annotations

from sessions.floor.commands.wish import Wish


class Stop(Wish, frozen=True, tag="stop"):
    """End the supervisor. Nothing observed is lost."""


class ImportPaths(Wish, frozen=True, tag="import_paths"):
    """Read transcripts, or all below directories, into the journal."""

    paths: tuple[str, ...]


class SetBase(Wish, frozen=True, tag="set_base"):
    """Measure branches against another base."""

    base: str


class PruneEvents(Wish, frozen=True, tag="prune_events"):
    """Take out events up to `last`, as was planned for the time `before` (see `sessions.journal.prune`)."""

    before: float
    last: int
    kept: bool
    """A recording holds them: where it lies, whoever asks knows."""
