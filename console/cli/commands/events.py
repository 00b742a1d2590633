"""`events`: the journal as lines, once or as they come."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from console.cli.command import OfFloor
from console.cli.imports import importing
from console.cli.output import warn
from console.cli.words import LAST, MOMENT, Parser, filled
from sessions.errors import UsageError

if TYPE_CHECKING:
    from sessions.journal.reader import JournalReader

CHUNK = 2_000
EPOCH_DIGITS = range(9, 15)
"""A number of so many digits is a time since 1970, and no sequence number."""


class Events(OfFloor, frozen=True, kw_only=True):
    """Print the events after a sequence number or a time; with `follow` until Ctrl-C."""

    start: str = ""
    follow: bool = False
    json: bool = False

    @classmethod
    def words(cls, parser: Parser) -> None:
        parser.add_argument(
            "--since",
            dest="start",
            metavar="SEQ|TIME",
            type=filled,
            help=f"only events after it: a number, or {MOMENT}",
        )
        parser.add_argument("--follow", action="store_true", help="go on with new events as they come")
        parser.json()
        super().words(parser)

    def run(self) -> int:
        with importing():
            from console.cli.source import caught_up
            from sessions.journal.reader import JournalReader

        reader = JournalReader(caught_up(self))
        try:
            since = _since(reader, self.start)
            if since <= reader.pruned > 0:
                warn(f"events up to {reader.pruned:,} were pruned")
                since = reader.pruned
            seq = self._print_after(reader, since)
            if self.follow:
                self._follow(reader, seq)
        finally:
            reader.close()
        return 0

    def _print_after(self, reader: JournalReader, seq: int) -> int:
        from console.cli.told.events import print_events

        while chunk := reader.events(seq, CHUNK):
            seq = print_events(seq, chunk, self.json)
        sys.stdout.flush()
        return seq

    def _follow(self, reader: JournalReader, seq: int) -> None:
        """Print what the supervisor commits. It tells when; the journal says what."""
        import queue

        from sessions.place import place_of
        from sessions.supervisor import process
        from sessions.supervisor.wire.client import Client

        changed: queue.SimpleQueue[None] = queue.SimpleQueue()
        place = place_of(self.repo)
        client = Client(
            place.socket,
            reader.checkpoint(),
            revive=lambda: process.start(self.repo, process.Options(base=self.base, sessions=self.places)),
            changed=lambda: changed.put(None),
        )
        client.start()
        said = ""
        try:
            while True:
                changed.get()
                seq = self._print_after(reader, seq)
                contact = client.contact
                if contact.trouble != said and not contact.connected:
                    warn(contact.trouble)
                said = contact.trouble
        finally:
            client.stop()


def _since(reader: JournalReader, start: str) -> int:
    """The number after which events are asked for; of a time, that of the last event before it."""
    import math
    import time

    from console.cli.source import named
    from sessions.journal.past.places import seq_of

    if not start:
        return reader.pruned
    if start.isascii() and start.isdecimal() and len(start) not in EPOCH_DIGITS:
        if int(start) > LAST:
            raise UsageError(f"there is no event {start}", f"numbers go up to {LAST}")
        return int(start)
    place = named(start, reader, time.time())
    if place.moment is None:
        return max(0, seq_of(reader, place) - 1)
    return reader.seq_at(math.nextafter(place.moment, 0.0))
