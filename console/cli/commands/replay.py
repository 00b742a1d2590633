"""`replay`: a recording, a transcript or the journal's past, on the screens or as JSON."""

from __future__ import annotations

from console.cli.command import Look, OfFloor
from console.cli.imports import importing
from console.cli.words import LAST, MOMENT, Parser, filled, whole


class Replay(OfFloor, frozen=True, kw_only=True):
    """Show a past as of some moment."""

    what: str
    """A file or directory, or a run of the journal."""
    at: str = ""
    seq: int | None = None
    json: bool = False
    look: Look = Look()

    @classmethod
    def words(cls, parser: Parser) -> None:
        parser.add_argument(
            "what",
            type=filled,
            metavar="FILE|RUN",
            help="a recording, a transcript, a directory of transcripts; or a past run of the journal: last, a number, "
            "or journal for everything",
        )
        moment = parser.add_mutually_exclusive_group()
        moment.add_argument("--at", type=filled, metavar="TIME", help=f"begin at this time: {MOMENT}")
        moment.add_argument("--seq", type=whole(0, LAST), metavar="N", help="begin after this event")
        parser.add_argument("--json", action="store_true", help="print the floor as of then, like status --json")
        super().words(parser)
        parser.look()

    def run(self) -> int:
        return self._print() if self.json else self._show()

    def _print(self) -> int:
        with importing():
            from console.cli.source import past_of, place_in
            from console.cli.told.status import print_status

        past = past_of(self.repo, self.what, self.at, self.seq)
        try:
            place = place_in(past, self.at, self.seq)
            seq, now = place if place is not None else (past.span.last_seq, past.span.last_time)
            print_status(past.state_at(seq), now, as_json=True)
        finally:
            past.close()
        return 0

    def _show(self) -> int:
        with importing():
            from console.cli.show import need_terminal, show

        need_terminal("with --json it prints the floor as of --at TIME or --seq N")
        with importing():
            from console.cli.source import past_of, place_in
            from console.links.replay import ReplayLink

        past = past_of(self.repo, self.what, self.at, self.seq)
        place = place_in(past, self.at, self.seq)
        return show(ReplayLink(past, seq=None if place is None else place[0]), self.look)
