"""`meters`: what was used, by station, model, branch or day."""

from __future__ import annotations

from console.cli.command import OfFloorOrPlaces
from console.cli.imports import importing
from console.cli.words import MOMENT, Parser, filled

GROUPINGS = ("station", "model", "branch", "day")


class Meters(OfFloorOrPlaces, frozen=True, kw_only=True):
    """Print what was used, up to now or in some time."""

    by: str = "station"
    start: str = ""
    until: str = ""
    json: bool = False

    @classmethod
    def words(cls, parser: Parser) -> None:
        parser.add_argument("--by", choices=GROUPINGS, help="what to group by (default: station)")
        parser.add_argument("--since", dest="start", type=filled, metavar="TIME", help=f"from this time on: {MOMENT}")
        parser.add_argument("--until", type=filled, metavar="TIME", help="only what was used before this time")
        parser.json()
        super().words(parser)

    def run(self) -> int:
        with importing():
            from console.cli.source import used_between, used_by
            from console.cli.told.meters import print_meters
            from sessions.floor.tokens import By

        by = By(self.by)
        if self.start or self.until:
            print_meters(*used_between(self, by, self.start, self.until), by=by, as_json=self.json)
        else:
            print_meters(used_by(self, by), by=by, as_json=self.json)
        return 0
