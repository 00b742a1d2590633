"""`start`: a new station."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from msgspec.structs import replace

from console.cli.commands.stations.bounds import Bounded, option
from console.cli.words import Parser, filled
from sessions.errors import UsageError
from sessions.floor.scopes.roles import Role
from sessions.text import clean

if TYPE_CHECKING:
    from sessions.floor.decide.decision import Refusal
    from sessions.floor.scope import Scope

NAMED = 3
"""Stations that are named."""


class Start(Bounded, frozen=True, kw_only=True):
    """Have an agent work as a new station."""

    kind: str
    text: str = ""
    name: str = ""
    branch: str = ""
    start: str = ""
    full: bool = False
    role: str = ""
    model: str = ""
    parent: str = ""
    options: tuple[tuple[str, str], ...] = ()
    takes: bool | None = None
    json: bool = False

    @classmethod
    def words(cls, parser: Parser) -> None:
        parser.add_argument("kind", type=filled, metavar="AGENT", help="kind of agent, as `agents` lists them")
        parser.add_argument(
            "text", type=filled, nargs="?", metavar="TASK", help="its first request; - reads it from the input"
        )
        parser.add_argument("--name", type=filled, metavar="NAME", help="what it is called (default: after its branch)")
        parser.add_argument("--branch", type=filled, metavar="BRANCH", help="an existing branch, or one to be made")
        parser.add_argument(
            "--from", dest="start", type=filled, metavar="REF", help="what a new branch begins at (default: the base)"
        )
        parser.add_argument("--role", type=filled, metavar="WORD", help="such as ship, test, clean, document")
        parser.add_argument("--model", type=filled, metavar="NAME", help="its model")
        parser.add_argument("--parent", type=filled, metavar="STATION", help="the station that it works for")
        parser.add_argument("--full", action="store_true", help="do not have the kernel hold its scope")
        parser.add_argument(
            "--option", dest="options", type=option, action="append", metavar="NAME=VALUE", help="for its kind (again)"
        )
        parser.add_argument(
            "--takes",
            action=argparse.BooleanOptionalAction,
            help="whether it takes tasks from the queue when it is free (default: where it has no task of its own)",
        )
        parser.json()
        super().words(parser)

    def run(self) -> int:
        from console.cli.commands.stations.obeyed import obey_all, tell_all
        from sessions.floor.commands import StartStation
        from sessions.floor.scope import Budget, Mode

        preset = self._preset()
        named = self.name or self.branch
        if (unknown := self._unknown()) is not None:
            return tell_all({named: unknown}, lambda _: None, self.json)
        wish = StartStation(
            kind=self.kind,
            text=spoken(self.text),
            name=self.name,
            branch=self.branch,
            start=self.start,
            parent=self.parent,
            role=self.role,
            model=self.model,
            mode=Mode.FULL if self.full else Mode.SAFE,
            scope=self.scope(preset.scope(self._widest())),
            budget=self.budget(preset.most(Budget())),
            options=self.options,
            takes=self.takes,
        )
        done = f"was started as {clean(self.role, 40)} is preset" if preset != Role() else "was started"
        return obey_all(self.repo, {named: wish}, done, self.json, self._beside)

    def _preset(self) -> Role:
        """What the settings say of its role."""
        from sessions import settings

        return settings.load().roles.get(self.role.strip(), Role()) if self.role else Role()

    def _widest(self) -> Scope:
        """What it may touch where nothing else is said: what its parent may."""
        from sessions.floor.scope import Scope

        if not self.parent:
            return Scope()
        from console.cli.commands.stations.named import floor_now
        from sessions.floor.decide.naming import meant

        state = floor_now(self.repo)
        parent = meant(state, self.parent)
        # Of one that is not there the supervisor says it.
        return replace(state.owned[parent].scope, exclusive=False) if isinstance(parent, str) else Scope()

    def _beside(self, station: str) -> str:
        """Who else may write where it may."""
        from console.cli.commands.stations.named import floor_now
        from sessions.floor.ours.family import above
        from sessions.floor.scopes.sets import overlaps
        from sessions.floor.state import name_of

        state = floor_now(self.repo)
        own, family = state.owned[station].scope.write, {station, *above(state, station)}
        others = [
            name_of(state, other)
            for other, known in state.owned.items()
            if other not in family and known.lives and overlaps(own, known.scope.write)
        ]
        more = f" and {len(others) - NAMED} more" * (len(others) > NAMED)
        return f"; {', '.join(others[:NAMED])}{more} may write there, too" if others else ""

    def _unknown(self) -> Refusal | None:
        """A word that is no kind of agent makes no station."""
        from sessions.floor.decide.decision import Refusal
        from sessions.stations import kinds

        names = sorted(kinds.found())
        if self.kind in names:
            return None
        from difflib import get_close_matches

        near = get_close_matches(self.kind, names, 1)
        cure = f"did you mean {near[0]}?" if near else f"there are {', '.join(names)}"
        return Refusal(f"{clean(self.kind, 40)!r} is no kind of agent", cure)


def spoken(text: str) -> str:
    """A request as it was given, `-` for what the input holds. Raises `UsageError` where that is nothing."""
    if text != "-":
        return text
    read = sys.stdin.read()
    if not read.strip():
        raise UsageError("the input is empty", "write a request into it")
    return read
