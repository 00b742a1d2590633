"""`hook` and `ask`: what is told from inside a station, or in the name of one."""

from __future__ import annotations

from collections.abc import Iterator
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
    """Where the signals of a station go, which is named by its id, or by its name as the journal last knew it.

    No supervisor is asked: what is told while none runs arrives when the next one is there.
    """
    from sessions.paths import outbox_path
    from sessions.place import place_of

    place = place_of(repo)
    for directory in (outbox_path(place.state_dir) / each for each in (station, *_called(place.journal, station))):
        if "/" not in station and directory.is_dir():
            return directory
    raise FactoryError(f"{clean(station, 80)!r} is no station that this factory runs", "see `factory-tui status`")


def _called(journal: Path, name: str) -> Iterator[str]:
    """The ids of stations of that name; the journal is only read when it comes to them."""
    from contextlib import closing

    from sessions.journal.reader import JournalReader

    with closing(JournalReader(journal)) as reader:
        yield from (station.id for station in reader.readable().stations.values() if station.name == name)
