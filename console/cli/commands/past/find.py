"""`find`: one search over all conversations of a factory."""

from __future__ import annotations

import sys
import time

from console.cli.command import OfFloor
from console.cli.imports import importing
from console.cli.output import count, warn
from console.cli.words import MOMENT, Parser, filled, whole
from sessions.errors import EXIT_FAILURE, UsageError
from sessions.text import clean

MOST = 500
"""Places that are told where no other number is asked for."""


class Find(OfFloor, frozen=True, kw_only=True):
    """Print what shows a text, the newest conversations first; where nothing does, say so and exit with 1."""

    pattern: str
    station: tuple[str, ...] = ()
    start: str = ""
    limit: int = MOST
    regex: bool = False
    json: bool = False

    @classmethod
    def words(cls, parser: Parser) -> None:
        parser.add_argument("pattern", type=filled, metavar="TEXT", help="what to find, in any case")
        parser.add_argument(
            "--station", type=filled, action="append", metavar="NAME", help="only what was said there (again)"
        )
        parser.add_argument("--since", dest="start", type=filled, metavar="TIME", help=f"only from then on: {MOMENT}")
        parser.add_argument("--regex", action="store_true", help="it is a regular expression of RE2, in any case")
        parser.add_argument(
            "--limit", type=whole(1, 100_000), metavar="N", help=f"stop after so many (default: {MOST})"
        )
        parser.json()
        super().words(parser)

    def run(self) -> int:
        if not self.pattern.strip():
            raise UsageError("there is nothing to find in blanks", "name some words")
        with importing():
            from console.cli.source import ids_of, moment_of, named, supervised_for
            from console.cli.told.find import Teller
            from sessions.asking.past_questions import FloorNow, whole_floor
            from sessions.asking.questions import FindEverywhere
            from sessions.headless.journal_past import JournalPast

        with supervised_for(self) as supervised:
            state = whole_floor(supervised.ask(FloorNow()))
            past = JournalPast(supervised)
            since = moment_of(named(self.start, past, time.time()), past) if self.start else 0.0
            teller = Teller(state, self.json)
            stations = ids_of(state, self.station)
            supervised.tell(FindEverywhere(self.pattern, stations, since, self.limit, self.regex), teller.tell)
            sys.stdout.flush()
        if left := teller.all - teller.searched:
            warn(f"{count(left, 'older conversation')} not searched: --limit N tells more, --since and --station less")
        if not teller.found:
            warn(f"“{clean(self.pattern, 80)}” is in none of {count(teller.searched, 'conversation')}")
        return 0 if teller.found else EXIT_FAILURE
