"""`interrupt`, `pause`, `resume`, `kill`, `remove`, `freeze`, `thaw`: the lives of stations."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from console.cli.command import InRepository
from console.cli.output import count, say
from console.cli.words import Parser, filled
from sessions.floor.commands import AnyWish, ChangeLife, FreezeFloor
from sessions.floor.ours.changes import rebooted
from sessions.floor.ours.lives import WENT_TOO, Change

DONE = {
    Change.INTERRUPT: "was interrupted",
    Change.PAUSE: "rests",
    Change.RESUME: "goes on",
    Change.STOP: "was stopped",
    Change.KILL: "was killed",
    Change.REMOVE: "was removed",
}


def change_all(repo: Path, stations: tuple[str, ...], change: Change, as_json: bool, fresh: bool = False) -> int:
    """Do the same to all of them; returns the exit code."""
    from console.cli.commands.stations.obeyed import obey_all

    wishes: dict[str, AnyWish] = {name: ChangeLife(name, change, fresh) for name in stations}
    more = {Change.REMOVE: _left, Change.STOP: _alone, Change.KILL: _alone}.get(change)
    facts = partial(_left_of, repo) if change is Change.REMOVE and as_json else None
    return obey_all(repo, wishes, DONE[change], as_json, partial(more, repo) if more is not None else None, facts)


def _alone(repo: Path, station: str) -> str:
    """Who works on for a station that has ended."""
    from console.cli.commands.stations.named import floor_now
    from sessions.floor.ours.family import living_children
    from sessions.floor.state import name_of

    state = floor_now(repo)
    children = [name_of(state, child) for child in living_children(state, station)]
    return f"; {', '.join(children)} still {'work' if len(children) > 1 else 'works'} for it" if children else ""


def _left(repo: Path, station: str) -> str:
    """What is there of a station that was removed."""
    from console.cli.commands.stations.named import floor_now

    known = floor_now(repo).owned[station]
    kept = f"; {count(len(known.kept), 'piece')} of its work is kept: factory-tui kept" if known.kept else ""
    return f"{kept}; {known.reason}" if known.reason else kept


def _left_of(repo: Path, station: str) -> Mapping[str, Any]:
    """The same for programs."""
    from console.cli.commands.stations.named import floor_now

    known = floor_now(repo).owned[station]
    branch = known.reason.removesuffix(WENT_TOO) if known.reason.endswith(WENT_TOO) else ""
    return {"kept": known.kept, "branch_gone": branch}


class LifeCommand(InRepository, frozen=True, kw_only=True):
    """Change the lives of stations."""

    change: ClassVar[Change]
    unnamed: ClassVar[str] = ""
    """Which ones are meant where none is named; "" where one must be."""
    stations: tuple[str, ...] = ()
    json: bool = False

    @classmethod
    def words(cls, parser: Parser) -> None:
        if cls.unnamed:
            meant = f"names or ids (default: {cls.unnamed})"
            parser.add_argument("stations", type=filled, nargs="*", metavar="STATION", help=meant)
        else:
            parser.stations()
        parser.json()
        super().words(parser)

    def run(self) -> int:
        return change_all(self.repo, self.stations, self.change, self.json)


class Interrupt(LifeCommand, frozen=True, kw_only=True):
    """End their turns."""

    change = Change.INTERRUPT


class Pause(LifeCommand, frozen=True, kw_only=True):
    """Let them rest as they are."""

    change = Change.PAUSE


class Kill(LifeCommand, frozen=True, kw_only=True):
    """End their processes at once."""

    change = Change.KILL


class Remove(LifeCommand, frozen=True, kw_only=True):
    """Take their places away; their work is kept."""

    change = Change.REMOVE


class Resume(LifeCommand, frozen=True, kw_only=True):
    """Bring them back."""

    change = Change.RESUME
    unnamed = "all that ran when the machine was started again"
    fresh: bool = False

    @classmethod
    def words(cls, parser: Parser) -> None:
        parser.add_argument("--fresh", action="store_true", help="with a new conversation")
        super().words(parser)

    def run(self) -> int:
        stations = self.stations or self._rebooted()
        if not stations and not self.json:
            say("nothing ran when the machine was started again")
        return change_all(self.repo, stations, self.change, self.json, self.fresh)

    def _rebooted(self) -> tuple[str, ...]:
        from console.cli.commands.stations.named import floor_now

        return rebooted(floor_now(self.repo).owned)


class Freeze(InRepository, frozen=True, kw_only=True):
    """Have all stations of ours rest as they are."""

    frozen: ClassVar[bool] = True
    json: bool = False

    @classmethod
    def words(cls, parser: Parser) -> None:
        parser.json()
        super().words(parser)

    def run(self) -> int:
        from console.cli.commands.stations.obeyed import obey_all

        done = "the floor rests" if self.frozen else "the floor goes on"
        return obey_all(self.repo, {"": FreezeFloor(self.frozen)}, done, self.json)


class Thaw(Freeze, frozen=True, kw_only=True):
    """Have them go on."""

    frozen = False
