"""`events`: the journal as lines, once or as they come."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from console.cli.command import OfFloor
from console.cli.imports import importing
from console.cli.output import warn
from console.cli.words import LAST, MOMENT, Parser, filled
from sessions.errors import UsageError

if TYPE_CHECKING:
    from sessions.headless.journal_past import JournalPast

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
            from console.cli.source import journal_of

        with journal_of(self) as past:
            since, pruned = _since(past, self.start), past.pruned
            if since <= pruned > 0:
                warn(f"events up to {pruned:,} were pruned")
                since = pruned
            seq = self._print_after(past, since)
            if self.follow:
                self._follow(seq)
        return 0

    def _print_after(self, past: JournalPast, seq: int) -> int:
        from console.cli.told.events import print_events

        while chunk := past.events(seq, CHUNK):
            seq = print_events(seq, chunk, self.json)
        sys.stdout.flush()
        return seq

    def _follow(self, seq: int) -> None:
        """Print what the supervisor commits. It tells when, and is asked what."""
        import queue

        from sessions.asking.asked import UnheardError
        from sessions.asking.question import A, Question
        from sessions.floor.state import EMPTY
        from sessions.headless.journal_past import JournalPast
        from sessions.place import place_of
        from sessions.supervisor import process
        from sessions.supervisor.wire.client import Client

        changed: queue.SimpleQueue[None] = queue.SimpleQueue()
        place = place_of(self.repo)
        client = Client(
            place.socket,
            EMPTY,
            revive=lambda: process.start(self.repo, process.Options(base=self.base, sessions=self.places)),
            changed=lambda: changed.put(None),
        )

        class Asking:
            """The client's line, where it has one."""

            def ask(self, question: Question[A]) -> list[A]:
                return client.ask(question).all()

        past = JournalPast(Asking())
        client.start()
        said = ""
        try:
            while True:
                changed.get()
                with suppress(UnheardError):  # it is asked again when the next one answers
                    seq = self._print_after(past, seq)
                contact = client.contact
                if contact.trouble != said and not contact.connected:
                    warn(contact.trouble)
                said = contact.trouble
        finally:
            client.stop()


def _since(past: JournalPast, start: str) -> int:
    """The number after which events are asked for; of a time, that of the last event before it."""
    import math
    import time

    from console.cli.source import named
    from sessions.journal.past.places import seq_of

    if not start:
        return past.pruned
    if start.isascii() and start.isdecimal() and len(start) not in EPOCH_DIGITS:
        if int(start) > LAST:
            raise UsageError(f"there is no event {start}", f"numbers go up to {LAST}")
        return int(start)
    place = named(start, past, time.time())
    if place.moment is None:
        return max(0, seq_of(past, place) - 1)
    return past.seq_at(math.nextafter(place.moment, 0.0))
