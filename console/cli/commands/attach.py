"""`attach`: be at the terminal of an agent until one key."""

from __future__ import annotations

import sys

from console.cli.command import InRepository
from console.cli.imports import importing
from console.cli.words import Parser
from sessions.errors import EXIT_FAILURE, FactoryError
from sessions.text import clean


class Attach(InRepository, frozen=True, kw_only=True):
    """Be attached to a station."""

    station: str
    read_only: bool = False
    """Type nothing, and leave the terminal its size."""
    json: bool = False

    @classmethod
    def words(cls, parser: Parser) -> None:
        from console.cli.words import filled

        parser.repository()
        parser.add_argument("station", type=filled, metavar="STATION", help="the station, by name or id")
        parser.add_argument("--read-only", action="store_true", help="type nothing, only look")
        parser.json()

    def run(self) -> int:
        with importing():
            from console.cli.commands.stations.named import station_of
            from console.cli.show import need_terminal
            from console.terminal.attach import Ending, attach
            from sessions import settings
            from sessions.place import place_of
        need_terminal("`factory-tui status` says what agents do without one", "attaching")
        key, station = settings.load().detach_key, self.station
        try:
            station = station_of(self.repo, self.station)
            ended = attach(place_of(self.repo).socket, station, key, self.read_only)
        except FactoryError as error:
            if not self.json:
                raise
            ended = Ending(error.message, error.cure)
        if self.json:
            from console.cli.commands.stations.obeyed import Outcome, tell

            tell(Outcome(ok=not ended.reason, station=station, reason=ended.reason, cure=ended.cure), True)
        else:
            print(f"{clean(self.station, 80)}: {str(ended) or 'detached; the agent goes on'}", file=sys.stderr)
        return EXIT_FAILURE if ended.reason else 0
