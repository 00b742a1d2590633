"""`import`: transcripts that lie somewhere else, into the journal."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from console.cli.command import OfFloor
from console.cli.imports import importing
from console.cli.output import count, progress, say, warn
from console.cli.words import Parser, path

if TYPE_CHECKING:
    from sessions.floor.events import Event
    from sessions.journal.past.past import Past

CHUNK = 2_000
"""Events that are read at once."""


class Import(OfFloor, frozen=True, kw_only=True):
    """Read transcripts into the journal, and say what was new in them."""

    paths: tuple[Path, ...] = ()

    @classmethod
    def words(cls, parser: Parser) -> None:
        parser.add_argument("paths", type=path, nargs="+", metavar="PATH", help="a file, or a directory of them")
        super().words(parser)

    def run(self) -> int:
        with importing():
            from console.cli.source import check_places
            from sessions.asking.past_questions import SessionsAt
            from sessions.floor.commands import ImportPaths
            from sessions.floor.events import SessionReturned, SourceSkipped, StationEvent
            from sessions.headless.journal_past import JournalPast
            from sessions.headless.supervised import Supervised

        check_places(self.paths)
        paths = tuple(str(path.absolute()) for path in self.paths)
        with Supervised(self.repo) as supervised:
            past = JournalPast(supervised)
            before = past.span.last_seq
            with progress() as supervised.progress:
                supervised.obey(ImportPaths(paths))
            sessions = frozenset(supervised.one(SessionsAt(paths)).ids)
            new = _events_after(past, before)
        events, stations, skipped = 0, set(), Counter[str]()
        for event in new:
            if isinstance(event, StationEvent) and event.session in sessions:
                events += not isinstance(event, SessionReturned)  # the journal's own
                stations.add(event.station)
            elif isinstance(event, SourceSkipped):
                skipped[event.reason] += event.count
        for reason, times in skipped.items():
            warn(f"skipped: {reason}, {count(times, 'time')}")
        if not sessions:
            what = "this is no transcript" if len(self.paths) == 1 else "none of these is a transcript"
            say(f"nothing imported: {what}")
            return 1
        said = f"{count(events, 'event')} of {count(len(stations), 'station')} imported"
        say(said if events else "nothing new was imported: all of it is in the journal already")
        return 0


def _events_after(past: Past, seq: int) -> list[Event]:
    found: list[Event] = []
    while chunk := past.events(seq + len(found), CHUNK):
        found += chunk
    return found
