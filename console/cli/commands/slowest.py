"""`slowest`: which station gets the least done, with reasons, as of now or of any moment of a past."""

from __future__ import annotations

import time

from console.cli.command import OfFloorOrPlaces
from console.cli.imports import importing
from console.cli.words import LAST, MOMENT, Parser, filled, whole
from sessions.errors import UsageError


class Slowest(OfFloorOrPlaces, frozen=True, kw_only=True):
    """Print the rank."""

    what: str = ""
    """A file or directory, or a run of the journal; "" is the floor as it is now."""
    at: str = ""
    seq: int | None = None
    json: bool = False

    @classmethod
    def words(cls, parser: Parser) -> None:
        parser.add_argument(
            "what",
            type=filled,
            nargs="?",
            metavar="FILE|RUN",
            help="a recording or another past, as for replay (default: the floor as it is now)",
        )
        moment = parser.add_mutually_exclusive_group()
        moment.add_argument("--at", type=filled, metavar="TIME", help=f"as of this time: {MOMENT}")
        moment.add_argument("--seq", type=whole(0, LAST), metavar="N", help="as of this event")
        parser.json()
        super().words(parser)

    def run(self) -> int:
        with importing():
            from console.cli.told.slowest import print_slowest

        if not self.what and not self.at and self.seq is None:
            from console.cli.source import floor_asked

            print_slowest(floor_asked(self), time.time(), self.json)
            return 0
        if self.only:
            raise UsageError("--only looks at what is on disk now", "name a past instead: a file or a directory")
        with importing():
            from console.cli.source import past_of, place_in

        past = past_of(self.repo, self.what or "journal", self.at, self.seq)
        try:
            place = place_in(past, self.at, self.seq)
            seq, now = place if place is not None else (past.span.last_seq, past.span.last_time)
            print_slowest(past.state_at(seq), now, self.json)
        finally:
            past.close()
        return 0
