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
    from sessions.journal.past.places import SeekTarget

CHUNK = 2_000
EPOCH_DIGITS = range(9, 15)
"""A number of so many digits is a time since 1970, and no sequence number."""


class Events(OfFloor, frozen=True, kw_only=True):
    """Print the events after a sequence number or a time, up to another; with `follow` until Ctrl-C."""

    start: str = ""
    until: str = ""
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
        end = parser.add_mutually_exclusive_group()
        end.add_argument(
            "--until",
            metavar="SEQ|TIME",
            type=filled,
            help="only events up to it, as they were heard",
        )
        end.add_argument("--follow", action="store_true", help="go on with new events as they come")
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
            seq = self._print_after(past, since, _until(past, self.until))
            if self.follow:
                self._follow(seq)
        return 0

    def _print_after(self, past: JournalPast, seq: int, last: int = LAST) -> int:
        from console.cli.told.events import print_events

        while chunk := past.events(seq, max(0, min(CHUNK, last - seq))):
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

    place = _place(past, start) if start else None
    if place is None or isinstance(place, int):
        return past.pruned if place is None else place
    if place.moment is None:
        return max(0, (place.seq or 0) - 1)
    return past.seq_at(math.nextafter(place.moment, 0.0))


def _until(past: JournalPast, end: str) -> int:
    """The number of the last event that is asked for; of a time, that of the last one up to which all had happened."""
    place = _place(past, end) if end else LAST
    if isinstance(place, int):
        return place
    return past.seq_at(place.moment) if place.moment is not None else place.seq or 0


def _place(past: JournalPast, text: str) -> SeekTarget | int:
    """The number, or the place in the past, that `text` is."""
    import time

    from console.cli.source import named

    if text.isascii() and text.isdecimal() and len(text) not in EPOCH_DIGITS:
        if int(text) > LAST:
            raise UsageError(f"there is no event {text}", f"numbers go up to {LAST}")
        return int(text)
    return named(text, past, time.time())
