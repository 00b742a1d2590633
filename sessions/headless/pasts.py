"""Pasts that lie in files and directories: recordings, journals, transcripts (a supervisor's own: `journal_past`)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sessions import disk
from sessions.errors import FactoryError
from sessions.floor.events import StationEvent
from sessions.headless.supervised import Told
from sessions.journal import schema
from sessions.journal.past.chronicle import arranged
from sessions.journal.past.past import EventList, Past
from sessions.journal.reader import JournalReader
from sessions.journal.recording import archive
from sessions.journal.recording.recording import Recording
from sessions.text import clean


def past_at(path: Path, *, progress: Told | None = None) -> Past:
    """The past that lies in a file or directory: a recording, a journal, a transcript, or many of these."""
    if path.is_file():
        # A copy may have any name; a damaged file has only its name left, and is then told to be damaged.
        if path.suffix == ".ftr" or archive.is_archive(path):
            return Recording(path)
        if path.suffix == ".db" or schema.is_journal(path):
            return JournalReader(path)
    events = arranged(disk.observed([path], progress))
    if not any(isinstance(event, StationEvent) for event in events):
        raise FactoryError(f"{clean(str(path))} holds no session that is known", "name a transcript or a recording")
    return EventList([disk.opened(events[0].time), *events], clean(str(path)))


def past_of_places(paths: Sequence[Path], *, progress: Told | None = None) -> Past:
    """The past in these transcripts and directories, in order of time; it may be empty."""
    events = arranged(disk.observed(paths, progress))
    return EventList([disk.opened(events[0].time if events else 0.0), *events], "transcripts")
