"""`rules` and `causes`: what is done by itself about what needs a person, and by what its causes are told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from console.cli.command import Command, OfFloor
from console.cli.words import MOMENT, Parser, filled
from sessions.errors import UsageError

if TYPE_CHECKING:
    from sessions.floor import events as ev
    from sessions.journal.past.past import Past

CHUNK = 20_000
DAY = "1d"


class Rules(OfFloor, frozen=True, kw_only=True):
    """List the standing rules; with a dry run say what all of them would have done with what happened."""

    dry_run: bool = False
    start: str = ""
    json: bool = False

    @classmethod
    def words(cls, parser: Parser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="say what they would have done, also those that are off"
        )
        parser.add_argument(
            "--since",
            dest="start",
            type=filled,
            metavar="TIME",
            help=f"with --dry-run, from then on (default: 1d): {MOMENT}",
        )
        parser.json()
        super().words(parser)

    def run(self) -> int:
        from console.cli.told.rules import print_rules, print_would
        from sessions import settings
        from sessions.floor.triage.standing import PRESETS, would

        if self.start and not self.dry_run:
            raise UsageError("--since is for a dry run", "add --dry-run")
        queue = settings.load().queue
        if not self.dry_run:
            print_rules(queue, self.json)
            return 0
        from console.cli.source import journal_of, moment_of, named

        rules = (*queue.standing, *(each for each in PRESETS if each not in queue.standing))
        with journal_of(self) as past:
            import time

            since = moment_of(named(self.start or DAY, past, time.time()), past)
            state = past.state_at(past.span.last_seq)
            found = [*would(rules, state, _opened(past, since))]
        print_would(state, found, frozenset(each.name for each in queue.standing), self.json)
        return 0


class Causes(Command, frozen=True, kw_only=True):
    """List the rules that tell causes."""

    json: bool = False

    @classmethod
    def words(cls, parser: Parser) -> None:
        parser.json()

    def run(self) -> int:
        from console.cli.told.rules import print_causes
        from sessions import settings

        print_causes(settings.load().queue.rules, self.json)
        return 0


def _opened(past: Past, since: float) -> Iterator[ev.CaseOpened]:
    """The cases that were opened from then on."""
    from sessions.floor import events as ev

    seq = past.seq_at(since)
    while chunk := past.events(seq, CHUNK):
        seq += len(chunk)
        yield from (event for event in chunk if isinstance(event, ev.CaseOpened) and event.time >= since)
