"""`log`: how the place of a station was made, and what its set-up printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from console.cli.command import InRepository
from console.cli.output import say
from console.cli.words import Parser, filled
from sessions.errors import FactoryError
from sessions.text import clean, clean_lines

if TYPE_CHECKING:
    from sessions.stations.places.layout import Place

LONGEST = 100_000
"""Bytes of a log that are printed: its end."""


class LogShape(msgspec.Struct, frozen=True, kw_only=True):
    """Answer of `log --json`."""

    version: int = 1
    station: str
    directory: str
    lacks: tuple[str, ...]
    """What of the operator's settings and files is not in it, in words."""
    log: str
    """What was printed, the end of it where that is long."""


class Log(InRepository, frozen=True, kw_only=True):
    """Print it."""

    station: str
    json: bool = False

    @classmethod
    def words(cls, parser: Parser) -> None:
        parser.add_argument("station", type=filled, metavar="STATION", help="its name or id")
        parser.json()
        super().words(parser)

    def run(self) -> int:
        from sessions.headless.line import text
        from sessions.stations.places.setup import log_of

        place = self._place()
        printed = "\n".join(clean_lines(log_of(place, LONGEST))).rstrip()
        if self.json:
            shape = LogShape(
                station=place.record.station, directory=str(place.work), lacks=place.record.dropped, log=printed
            )
            say(text(shape))
        else:
            say(f"{clean(str(place.work), 500)}, on {clean(place.record.branch, 200)}")
            say(printed or "all is in it, and nothing was to be set up")
        return 0

    def _place(self) -> Place:
        """By its id it is known while no supervisor runs, too."""
        from console.cli.commands.stations.named import station_of
        from sessions.place import place_of
        from sessions.stations.places import layout

        state_dir = place_of(self.repo).state_dir
        try:
            return layout.place_of(state_dir, self.station)
        except FactoryError:
            station = station_of(self.repo, self.station)
            if station == self.station:
                raise
        return layout.place_of(state_dir, station)
