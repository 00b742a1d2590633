"""`stop`: end stations, or the supervisor of the repository."""

from __future__ import annotations

import msgspec

from console.cli.command import OfFloor
from console.cli.output import say
from console.cli.words import Parser, filled


class Stopped(msgspec.Struct, frozen=True, kw_only=True):
    """Answer of `stop --json`."""

    version: int = 1
    ok: bool = True
    process: int | None
    """The supervisor that has ended; null when none was running."""


class Stop(OfFloor, frozen=True, kw_only=True):
    """End stations, or the supervisor."""

    stations: tuple[str, ...] = ()
    json: bool = False

    @classmethod
    def words(cls, parser: Parser) -> None:
        parser.add_argument("stations", type=filled, nargs="*", metavar="STATION", help="names or ids")
        parser.json()
        super().words(parser)

    def run(self) -> int:
        if self.stations:
            from console.cli.commands.stations.lives import change_all
            from sessions.floor.ours.lives import Change

            return change_all(self.repo, self.stations, Change.STOP, self.json)
        from sessions.supervisor import process

        pid = process.stop(self.repo)
        if self.json:
            from sessions.headless.line import text

            say(text(Stopped(process=pid)))
            return 0
        say("no supervisor was running" if pid is None else f"the supervisor (process {pid}) has ended")
        return 0
