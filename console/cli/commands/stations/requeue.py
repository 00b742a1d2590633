"""`requeue`: the tasks of stations go back to the queue, and all of their work is kept."""

from __future__ import annotations

from console.cli.command import InRepository
from console.cli.words import Parser, filled
from sessions.errors import UsageError


class Requeue(InRepository, frozen=True, kw_only=True):
    """End stations, keep what they did, and put their tasks back with what was learned."""

    stations: tuple[str, ...]
    reason: str = ""
    to: str = ""
    hold: bool = False
    slow: bool = False
    json: bool = False

    @classmethod
    def words(cls, parser: Parser) -> None:
        parser.stations()
        parser.add_argument("--reason", type=filled, metavar="TEXT", help="why, for whoever takes it next")
        parser.add_argument("--to", type=filled, metavar="STATION", help="the station that is to go on with it")
        parser.add_argument("--hold", action="store_true", help="nobody takes it before it is released")
        parser.add_argument("--slow", action="store_true", help="as it is slow, which is done to a task once only")
        parser.json()
        super().words(parser)

    def run(self) -> int:
        from console.cli.commands.stations.obeyed import obey_all
        from sessions.floor.commands import AnyWish, RequeueStation

        if self.to and len(self.stations) > 1:
            raise UsageError("one station cannot go on with the tasks of several", "name one, or leave --to out")
        wishes: dict[str, AnyWish] = {
            each: RequeueStation(each, self.reason, self.slow, self.to, self.hold) for each in self.stations
        }
        done = "ended, and its task is in the queue; factory-tui undo brings both back"
        return obey_all(self.repo, wishes, done, self.json)
