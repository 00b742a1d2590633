"""`scopes`: the tree of the repository with who may write where, now or in a past."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.cli.command import OfFloor
from console.cli.imports import importing
from console.cli.words import LAST, MOMENT, Parser, filled, whole
from sessions.errors import FactoryError, UsageError

if TYPE_CHECKING:
    from sessions.floor.scopes.paths import Paths
    from sessions.floor.state import FloorState

RUNS = ("last", "journal")
"""Pasts of the repository's own journal, beside the numbers of its runs."""


class Scopes(OfFloor, frozen=True, kw_only=True):
    """Print who may write where, what was touched of it, and where scopes meet."""

    what: str = ""
    """A file or directory, or a run of the journal; "" is the floor as it is."""
    at: str = ""
    seq: int | None = None
    depth: int = 2
    json: bool = False

    @classmethod
    def words(cls, parser: Parser) -> None:
        parser.add_argument(
            "what", type=filled, nargs="?", metavar="FILE|RUN",
            help="a past, as for replay: a recording, or last, a number, journal (default: the floor as it is)",
        )  # fmt: skip
        moment = parser.add_mutually_exclusive_group()
        moment.add_argument("--at", type=filled, metavar="TIME", help=f"as of this time of the past: {MOMENT}")
        moment.add_argument("--seq", type=whole(0, LAST), metavar="N", help="after this event of the past")
        parser.add_argument(
            "--depth", type=whole(0, 100), metavar="N", help="levels of directories that are told of (default: 2)"
        )
        parser.json()
        super().words(parser)

    def run(self) -> int:
        if not self.what and (self.at or self.seq is not None):
            raise UsageError("a time is that of a past", "name one: `factory-tui scopes journal --at …`")
        with importing():
            from console.cli.told.scopes import print_scopes
            from sessions.views.scopes.ground import Ground

        state = self._floor()
        print_scopes(Ground(state, self._tree(state)), self.depth, self.json)
        return 0

    def _floor(self) -> FloorState:
        from console.cli.source import floor_asked, past_of, place_in

        if not self.what:
            return floor_asked(self)
        past = past_of(self.repo, self.what, self.at, self.seq)
        try:
            place = place_in(past, self.at, self.seq)
            return past.state_at(past.span.last_seq if place is None else place[0])
        finally:
            past.close()

    def _tree(self, state: FloorState) -> Paths:
        """The files of the base, where this repository is the one that is told of."""
        from sessions.asking.asked import Halt
        from sessions.asking.station_questions import TreePaths
        from sessions.asking.stations import tree_paths
        from sessions.floor.scopes.paths import Paths
        from sessions.place import place_of

        if self.what and self.what not in RUNS and not self.what.isdecimal():
            return Paths()
        try:
            parts = [*tree_paths(place_of(self.repo), state, TreePaths(""), Halt())]
        except FactoryError:  # the commit that was the base then is gone
            return Paths()
        return Paths((path for part in parts for path in part.paths), any(part.more for part in parts))
