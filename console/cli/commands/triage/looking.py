"""`triage list` and `triage show`: what needs a person, now or as of a time of the past."""

from __future__ import annotations

from console.cli.commands.tasks.looking import Looking
from console.cli.words import Parser, filled


class List(Looking, frozen=True, kw_only=True):
    """List the queue."""

    snoozed: bool = False
    settled: bool = False

    @classmethod
    def words(cls, parser: Parser) -> None:
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--snoozed", action="store_true", help="those that are out of sight")
        which.add_argument("--settled", action="store_true", help="those that left the queue last, and why")
        super().words(parser)

    def run(self) -> int:
        from console.cli.told.triage import print_queue, print_settled

        state, now = self.floor()
        if self.settled:
            print_settled(state, now, self.json)
        else:
            print_queue(state, now, self.json, self.snoozed)
        return 0


class Show(Looking, frozen=True, kw_only=True):
    """Show some."""

    cases: tuple[str, ...]

    @classmethod
    def words(cls, parser: Parser) -> None:
        parser.add_argument("cases", type=filled, nargs="+", metavar="ID", help="a case, or the only one of a station")
        super().words(parser)

    def run(self) -> int:
        from console.cli.told.triage import print_case
        from sessions.views.triage.named import case_named

        state, now = self.floor()
        for case in [case_named(state, word) for word in self.cases]:
            print_case(state, case, now, self.json)
        return 0
