"""What an operator can ask of a supervisor, as values."""

from __future__ import annotations

import msgspec


class Command(msgspec.Struct, frozen=True, tag_field="type"):
    """A wish of the operator; `sessions.floor.decide` answers it."""


class Stop(Command, frozen=True, tag="stop"):
    """End the supervisor. Nothing observed is lost."""


class CatchUp(Command, frozen=True, tag="catch_up"):
    """Reply once everything that is on disk now has been read into the journal."""


class ImportPaths(Command, frozen=True, tag="import_paths"):
    """Read transcripts, or all below directories, into the journal."""

    paths: tuple[str, ...]


class WatchPlaces(Command, frozen=True, tag="watch_places"):
    """Look for transcripts in these places, too, as long as the supervisor runs."""

    paths: tuple[str, ...]


class SetBase(Command, frozen=True, tag="set_base"):
    """Measure branches against another base."""

    base: str


class CancelScan(Command, frozen=True, tag="cancel_scan"):
    """Stop reading old transcripts; what was read stays."""


AnyCommand = Stop | CatchUp | ImportPaths | WatchPlaces | SetBase | CancelScan


PERCENT = "%"
"""The unit of work of which only the share is told: the journal's own, which no command can stop."""


class Progress(msgspec.Struct, frozen=True):
    """Long work under way. It is shown and never journaled."""

    what: str
    done: int
    total: int
    unit: str = ""


class Reply(msgspec.Struct, frozen=True, omit_defaults=True):
    """The answer to a command: done, or refused with a reason."""

    ok: bool
    reason: str = ""
    cure: str = ""
