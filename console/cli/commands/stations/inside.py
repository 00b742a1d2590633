"""`hook` and `ask`: what is told from inside a station, or in the name of one."""

from __future__ import annotations

from pathlib import Path

from console.cli.command import Command, InRepository
from console.cli.words import Parser, filled
from sessions.errors import FactoryError
from sessions.text import clean


class Hook(InRepository, frozen=True, kw_only=True):
    """Tell something. Inside a station it knows where; from outside the station is named."""

    name: str = ""
    text: str = ""
    key: str = ""
    station: str = ""
    json: bool = False

    @classmethod
    def words(cls, parser: Parser) -> None:
        parser.add_argument(
            "name",
            type=filled,
            nargs="?",
            metavar="NAME",
            help="TASK_COMPLETE, REQUIRES_INTERVENTION, PROGRESS or another name; "
            "without one the JSON of an agent's hook is read from the input",
        )
        parser.add_argument("--text", type=filled, metavar="TEXT", help="what there is to say")
        parser.add_argument("--key", type=filled, metavar="KEY", help="the same key again is the same signal")
        parser.add_argument("--station", type=filled, metavar="STATION", help="from outside: which station it is of")
        parser.json()
        super().words(parser)

    def run(self) -> int:
        from sessions.stations.signals import hook

        given = {"--text": self.text, "--key": self.key}
        words = [f"{option}={value}" for option, value in given.items() if value]
        if self.json:
            words.append(hook.JSON)
        if self.station:
            words.append(f"--outbox={_outbox(self.repo, self.station)}")
        return hook.main(["hook", *([self.name] if self.name else []), *words])


class Ask(Command, frozen=True, kw_only=True):
    """Ask the operator for a wider boundary, from inside a station, and wait for the answer."""

    what: str
    globs: tuple[str, ...] = ()
    why: str = ""
    wait: str = ""

    @classmethod
    def words(cls, parser: Parser) -> None:
        parser.add_argument("what", choices=("scope",), metavar="scope", help="what is asked for")
        parser.add_argument("globs", type=filled, nargs="+", metavar="PATTERN", help="what shall be writable, too")
        parser.add_argument("--why", type=filled, metavar="TEXT", help="the reason")
        parser.add_argument("--wait", type=filled, metavar="SECONDS", help="how long to wait (default 100)")

    def run(self) -> int:
        from sessions.stations.signals import hook

        options = {"--why": self.why, "--wait": self.wait}
        words = [f"{option}={value}" for option, value in options.items() if value]
        return hook.main(["ask", self.what, *words, "--", *self.globs])


def _outbox(repo: Path, station: str) -> Path:
    """Where the signals of a station go. By its id that is known while no supervisor runs, too."""
    from sessions.paths import outbox_path
    from sessions.place import place_of

    all_ = outbox_path(place_of(repo).state_dir)
    if "/" in station or not (all_ / station).is_dir():
        from console.cli.commands.stations.named import station_of

        station = station_of(repo, station)
    if not (all_ / station).is_dir():
        raise FactoryError(f"{clean(station, 80)!r} has not begun", "start it first: `factory-tui resume`")
    return all_ / station
