"""`record`: the journal, or a part of it, as one portable file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from console.cli.command import OfFloor
from console.cli.imports import importing
from console.cli.output import count, say
from console.cli.words import MOMENT, Parser, filled, path
from sessions.errors import UsageError
from sessions.text import clean

if TYPE_CHECKING:
    from sessions.journal.past.past import Past


class Record(OfFloor, frozen=True, kw_only=True):
    """Make a recording."""

    output: Path = Path("-")
    force: bool = False
    """A file that is there is written over."""
    start: str = ""
    until: str = ""
    station: tuple[str, ...] = ()
    redact: bool = True

    @classmethod
    def words(cls, parser: Parser) -> None:
        parser.add_argument(
            "-o", "--output", type=path, required=True, metavar="FILE", help="the file to make (.ftr), or - for stdout"
        )
        parser.add_argument("--force", action="store_true", help="write over a file that is there")
        parser.add_argument("--since", dest="start", type=filled, metavar="TIME", help=f"from this time on: {MOMENT}")
        parser.add_argument("--until", type=filled, metavar="TIME", help="up to this time")
        parser.add_argument(
            "--station", type=filled, action="append", metavar="STATION", help="only this station (again)"
        )
        parser.add_argument(
            "--no-redact", dest="redact", action="store_false", help="keep what looks like a password or a key"
        )
        super().words(parser)

    def run(self) -> int:
        with importing():
            from console.cli.source import supervised_for
            from sessions.floor.commands import NoteRecording
            from sessions.headless.journal_past import JournalPast
            from sessions.journal.past import places
            from sessions.journal.past.chronicle import chronicle
            from sessions.journal.recording.record import write

        target = _target(self.output, self.force)
        with supervised_for(self) as supervised:
            past: Past = (journal := JournalPast(supervised))
            if not (places.is_seq(self.start) or places.is_seq(self.until)):
                # In order of time, as it is replayed; a sequence number is counted in the journal's own order.
                past = chronicle(past)
            first, last = self._range(past)
            stations = self._stations(past, last)
            if target is None:
                self._send(past, first, last, stations)
                return 0
            info = write(past, target, first, last, stations, self.redact)
            if stations is None and (past is journal or (first, last) == (1, past.span.last_seq)):
                # It keeps all of the journal's events up to this one, however they are numbered in it.
                last = last if past is journal else journal.span.first_seq + info.events - 1
                supervised.obey(NoteRecording(str(target.absolute()), last - info.events + 1, last))
            say(f"{clean(str(target))}: {count(info.events, 'event')}, {target.stat().st_size:,} bytes")
        return 0

    def _send(self, past: Past, first: int, last: int, stations: frozenset[str] | None) -> None:
        """Write the recording to the standard output, once it is whole."""
        import shutil
        import tempfile

        from sessions.journal.recording.record import write

        with tempfile.TemporaryDirectory() as folder:
            made = Path(folder) / "recording.ftr"
            write(past, made, first, last, stations, self.redact)
            with made.open("rb") as file:
                shutil.copyfileobj(file, sys.stdout.buffer)
            sys.stdout.buffer.flush()

    def _stations(self, past: Past, last: int) -> frozenset[str] | None:
        """The ids of the stations that are recorded; None for all."""
        from console.cli.source import ids_of

        return frozenset(ids_of(past.state_at(last), self.station)) if self.station else None

    def _range(self, past: Past) -> tuple[int, int]:
        import math
        import time

        from console.cli.source import named
        from sessions.journal.past import places

        span = past.span
        first, last = span.first_seq, span.last_seq
        if self.start:
            place = named(self.start, past, time.time())
            first = places.seq_of(past, place)
            if place.moment is not None:  # what happened at that very moment is part of it
                first = past.seq_at(math.nextafter(place.moment, 0.0)) + 1
        if self.until:
            last = places.seq_of(past, named(self.until, past, time.time()))
        if first > last:
            raise UsageError("nothing happened in that time", "see `factory-tui events` for what did, and when")
        return first, last


def _target(output: Path, force: bool) -> Path | None:
    """The file to make; None for the standard output."""
    if str(output) == "-":
        if sys.stdout.isatty():
            raise UsageError("a recording is not for a terminal", "send it into a file or a pipe: -o - > FILE")
        return None
    if output.exists() and not force:
        raise UsageError(f"there is a {clean(str(output))} already", "give another name, or --force to write over it")
    return output
