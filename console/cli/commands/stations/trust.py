"""`trust`: what repositories would have run when an agent begins there, and what of it is allowed, by content."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from console.cli.command import InRepository
from console.cli.output import count, say, table
from console.cli.words import Parser, filled
from sessions.errors import FactoryError, UsageError
from sessions.text import clean

if TYPE_CHECKING:
    from sessions.stations.places.suspects import Suspect

HERE = "."
"""For `--station`: the operator's own work tree."""
WORDS = {"runs": "runs programs", "opens": "runs when opened", "tells": "tells agents"}


class File(msgspec.Struct, frozen=True, kw_only=True):
    """One file as it lies somewhere, for programs."""

    path: str
    effect: str
    """`runs`, `opens` or `tells`."""
    digest: str
    allowed: bool
    places: tuple[str, ...]
    """The stations in whose places it is so; "" for the operator's own work tree."""


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """All of them."""

    version: int = 1
    files: tuple[File, ...]


class Trust(InRepository, frozen=True, kw_only=True):
    """List such files, or allow them as they are now."""

    paths: tuple[str, ...] = ()
    station: str = ""
    withdraw: bool = False
    json: bool = False

    @classmethod
    def words(cls, parser: Parser) -> None:
        parser.add_argument(
            "paths",
            type=filled,
            nargs="*",
            metavar="FILE",
            help="allow these as they are now, wherever they are so; a file that changes asks again (default: list)",
        )
        parser.add_argument("--station", type=filled, help="as they are there; . is your own work tree")
        parser.add_argument("--withdraw", action="store_true", help="allow them no longer")
        parser.json()
        super().words(parser)

    def run(self) -> int:
        from sessions import operator
        from sessions.place import place_of
        from sessions.stations.places.suspects import Allowed

        place = place_of(self.repo)
        allowed, found = Allowed(place.state_dir), _found(place.common_dir, place.state_dir)
        if self.station:
            found = {each: where for each, where in found.items() if self.station.removeprefix(HERE) in where}
        if self.withdraw:
            if not self.paths:
                raise UsageError("no file is named", "factory-tui trust --withdraw FILE")
            allowed.withdraw(self.paths)
        elif self.paths:
            allowed.allow(self._meant(found), operator.who())
        grants = allowed.grants()
        files = [
            File(
                path=each.path,
                effect=each.effect.value,
                digest=each.digest,
                allowed=(each.path, each.digest) in grants,
                places=tuple(sorted(where)),
            )
            for each, where in found.items()
            if not self.paths or each.path in self.paths
        ]
        self._tell(files)
        return 0

    def _meant(self, found: dict[Suspect, set[str]]) -> list[Suspect]:
        """Those that are named. Raises `FactoryError` where one is not there, or not the same everywhere."""
        meant = [each for each in found if each.path in self.paths]
        named = [each.path for each in meant]
        for path in self.paths:
            shown = clean(path, 80)
            if path not in named:
                raise FactoryError(f"there is no such file as {shown!r} to be allowed", "see factory-tui trust")
            if named.count(path) > 1:
                whose = sorted(place or HERE for each in meant if each.path == path for place in found[each])
                raise FactoryError(
                    f"{shown} is not the same everywhere",
                    f"look at each, and say whose you mean: --station {' or '.join(whose[:5])}",
                )
        return meant

    def _tell(self, files: list[File]) -> None:
        from sessions.headless.line import text

        if self.json:
            say(text(Shape(files=tuple(files))))
        elif not files:
            say("nothing here has programs run, or tells agents anything")
        else:
            rows = (
                (
                    file.path,
                    WORDS[file.effect],
                    file.digest[:12],
                    "yes" if file.allowed else "no",
                    ", ".join(place or "your work tree" for place in file.places),
                )
                for file in files
            )
            table(("file", "what", "content", "allowed", "where"), rows, left=4, told=True)
            asked = sum(not file.allowed for file in files)
            if asked:
                say(f"{count(asked, 'file')} not allowed: claude and builtin leave them alone, others do not begin")


def _found(common_dir: Path, state_dir: Path) -> dict[Suspect, set[str]]:
    """Every such file as it is, with the places where it is so."""
    from sessions.branches.git.run import Git
    from sessions.branches.git.worktrees import main_root
    from sessions.stations.places.layout import all_places
    from sessions.stations.places.suspects import listing

    found: dict[Suspect, set[str]] = {}
    root = main_root(Git(common_dir), common_dir)
    works = [("", root)] if root is not None else []
    for station, work in [*works, *((place.record.station, place.work) for place in all_places(state_dir))]:
        for each in listing(work):
            found.setdefault(each, set()).add(station)
    return found
