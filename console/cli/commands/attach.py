"""`attach`: be at the terminal of an agent until one key."""

from __future__ import annotations

import sys

from console.cli.command import InRepository
from console.cli.imports import importing
from console.cli.words import Parser
from sessions.errors import EXIT_FAILURE


class Attach(InRepository, frozen=True, kw_only=True):
    """Be attached to a station."""

    station: str
    read_only: bool = False
    """Type nothing, and leave the terminal its size."""

    @classmethod
    def words(cls, parser: Parser) -> None:
        from console.cli.words import filled

        parser.repository()
        parser.add_argument("station", type=filled, metavar="STATION", help="the station, by name or id")
        parser.add_argument("--read-only", action="store_true", help="type nothing, only look")

    def run(self) -> int:
        with importing():
            from console.cli.show import need_terminal
            from console.terminal.attach import attach
            from sessions import settings
            from sessions.place import place_of
            from sessions.supervisor import process
        need_terminal("`factory-tui status` says what agents do without one", "who attaches")
        chosen = settings.load()
        process.start(self.repo, process.Options(brief=True))
        ended = attach(place_of(self.repo).socket, self.station, chosen.detach_key, self.read_only)
        print(f"{self.station}: {ended or 'detached; the agent goes on'}", file=sys.stderr)
        return EXIT_FAILURE if ended else 0
