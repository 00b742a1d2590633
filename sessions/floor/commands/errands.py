"""What is looked at or left off, and changes no fact."""

from __future__ import annotations

from sessions.floor.commands.wish import Errand


class CatchUp(Errand, frozen=True, tag="catch_up"):
    """Reply once everything that is on disk now has been read into the journal."""


class WatchPlaces(Errand, frozen=True, tag="watch_places"):
    """Look for transcripts in these places, too, as long as the supervisor runs."""

    paths: tuple[str, ...]


class CancelScan(Errand, frozen=True, tag="cancel_scan"):
    """Stop reading old transcripts; what was read stays."""


class StoreFloor(Errand, frozen=True, tag="store_floor"):
    """Store the floor as it is now, and pack the journal: it then shows what can be pruned, and what it takes."""


class NoteRecording(Errand, frozen=True, tag="note_recording"):
    """Note that a recording at a path holds all events from `first` to `last`."""

    path: str
    first: int
    last: int


AnyErrand = CatchUp | WatchPlaces | CancelScan | StoreFloor | NoteRecording
