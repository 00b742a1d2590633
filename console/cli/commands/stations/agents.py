"""`agents`: the kinds of agents that there are, whether each can be used here, and whether one holds the contract."""

from __future__ import annotations

import os
from collections.abc import Mapping

import msgspec

from console.cli.command import InRepository
from console.cli.commands.stations.bounds import option
from console.cli.imports import importing
from console.cli.output import say, table
from console.cli.words import Parser
from sessions.errors import EXIT_FAILURE, FactoryError, UsageError
from sessions.text import clean


class KindsShape(msgspec.Struct, frozen=True, kw_only=True):
    """Answer of `agents --json`."""

    version: int = 1
    kinds: list[KindShape]


class KindShape(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of agent; of one that cannot be asked its name, its package, and why."""

    name: str
    title: str = ""
    usable: bool = False
    version: str = ""
    tried_with: str = ""
    """The version that it was run with from start to end by those who made it known here; "" where it was not."""
    reason: str = ""
    cure: str = ""
    abilities: tuple[str, ...] = ()
    options: Mapping[str, str] | None = None
    """What it knows for `start --option`, with what each is for; null of one that does not say."""
    contract: int = 0
    package: str


class CheckShape(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that `agents check --json` tried."""

    version: int = 1
    name: str
    verdict: str
    """`holds`, `fails` or `skipped`."""
    detail: str


class Agents(InRepository, frozen=True, kw_only=True):
    """List the kinds, or check one."""

    what: str = ""
    name: str = ""
    model: str = ""
    options: tuple[tuple[str, str], ...] = ()
    json: bool = False

    @classmethod
    def words(cls, parser: Parser) -> None:
        parser.json()
        parser.add_argument("what", nargs="?", default="", choices=["", "check"], metavar="check", help="try a kind")
        parser.add_argument("name", nargs="?", default="", metavar="AGENT", help="which one")
        parser.add_argument(
            "--model", default="", metavar="MODEL", help="try it with this model of a real provider (default: scripted)"
        )

        parser.add_argument(
            "--option", dest="options", type=option, action="append", metavar="NAME=VALUE", help="for its kind (again)"
        )
        super().words(parser)

    def run(self) -> int:
        if not self.what:
            return self._list()
        if not self.name:
            raise UsageError("agents check takes the name of a kind", "see `factory-tui agents`")
        return self._check()

    def _list(self) -> int:
        with importing():
            from sessions.headless.line import text

        shapes = shown()
        if self.json:
            say(text(KindsShape(kinds=shapes)))
            return 0
        rows = [
            (shape.name, shape.title, _state(shape), shape.tried_with or "-", ", ".join(shape.abilities))
            for shape in shapes
        ]
        table(("kind", "agent", "usable", "tried with", "can"), rows, left=5)
        for shape in shapes:
            if shape.cure:
                say(f"{clean(shape.name, 40)}: {clean(shape.reason, 200)}. Cure: {clean(shape.cure, 200)}")
        return 0

    def _check(self) -> int:
        with importing():
            from sessions.headless.line import text
            from sessions.stations.conformance.checks import Checked
            from sessions.stations.conformance.running import check

        def tell(checked: Checked) -> None:
            if self.json:
                say(text(CheckShape(name=checked.name, verdict=checked.verdict, detail=checked.detail)))
            else:
                detail = f": {clean(checked.detail, 200)}" if checked.detail else ""
                say(f"{_MARKS[checked.verdict]} {checked.name}{detail}")

        return 0 if check(self.name, tell, self.model, dict(self.options)) else EXIT_FAILURE


_MARKS = {"holds": "✓", "fails": "✖", "skipped": "-"}


def shown() -> list[KindShape]:
    """Every kind that is registered; one that does not load says why."""
    from sessions.stations import kinds

    return [_shape(name, found.package) for name, found in sorted(kinds.found().items())]


def _shape(name: str, package: str) -> KindShape:
    from sessions.stations import kinds
    from sessions.stations.contract import options_of

    try:
        kind = kinds.load(name)
        usable = kind.usable(os.environ)
        return KindShape(
            name=name,
            title=kind.title,
            usable=usable.ok,
            version=usable.version,
            tried_with=str(getattr(kind, "tried_with", "")),
            reason=usable.reason,
            cure=usable.cure,
            abilities=tuple(sorted(kind.abilities)),
            options=options_of(kind),
            contract=kind.contract,
            package=package,
        )
    except FactoryError as error:
        return KindShape(name=name, reason=error.message, cure=error.cure, package=package)
    except Exception as error:  # it is another package's code: whatever it raises is its own trouble
        said = f"it cannot be asked ({type(error).__name__}: {error})"
        return KindShape(name=name, reason=said, cure="bring its package in order, or remove it", package=package)


def _state(shape: KindShape) -> str:
    if shape.usable:
        return f"yes ({shape.version})" if shape.version else "yes"
    return "no"
