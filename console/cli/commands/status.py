"""`status`: the stations with their meters, and the branches, as of now."""

from __future__ import annotations

import time

from console.cli.command import OfFloorOrPlaces
from console.cli.words import Parser


class Status(OfFloorOrPlaces, frozen=True, kw_only=True):
    """Print the floor."""

    json: bool = False

    @classmethod
    def words(cls, parser: Parser) -> None:
        parser.json()
        super().words(parser)

    def run(self) -> int:
        from console.cli.source import floor_asked
        from console.cli.told.status import print_status

        print_status(floor_asked(self), time.time(), self.json)
        return 0
