"""The words that say what a station may touch, and what it may use up."""

from __future__ import annotations

import argparse
from math import isfinite
from typing import ClassVar

from console.cli.command import InRepository
from console.cli.words import Parser, filled, whole
from sessions.floor.scope import Budget, Network, Scope


class Bounded(InRepository, frozen=True, kw_only=True):
    """A command that takes a boundary; None is what was not said of it."""

    changes: ClassVar[bool] = False
    """It changes a boundary that there is: what is not said stays."""
    write: tuple[str, ...] | None = None
    read: tuple[str, ...] | None = None
    tools: tuple[str, ...] | None = None
    network: str | None = None
    hosts: tuple[str, ...] | None = None
    exclusive: bool | None = None
    tokens: int | None = None
    dollars: float | None = None
    minutes: float | None = None
    turns: int | None = None

    def scope(self, known: Scope) -> Scope:
        """`known` with what was said."""
        hosts = known.hosts if self.hosts is None else self.hosts
        network = known.network if self.network is None else Network(self.network)
        if self.hosts and self.network is None and known.network is Network.OFF:
            network = Network.LISTED  # whoever names hosts wants them to be reached
        return Scope(
            write=known.write if self.write is None else self.write,
            read=known.read if self.read is None else self.read,
            tools=known.tools if self.tools is None else self.tools,
            network=network,
            hosts=hosts,
            exclusive=known.exclusive if self.exclusive is None else self.exclusive,
        )

    def budget(self, known: Budget) -> Budget:
        """`known` with what was said."""
        return Budget(
            tokens=known.tokens if self.tokens is None else self.tokens,
            dollars=known.dollars if self.dollars is None else self.dollars,
            seconds=known.seconds if self.minutes is None else self.minutes * 60,
            turns=known.turns if self.turns is None else self.turns,
        )

    @classmethod
    def words(cls, parser: Parser) -> None:
        _words(parser, *(["as it is"] * 2 if cls.changes else ["all", "off"]))
        super().words(parser)

    @property
    def said(self) -> bool:
        """Anything was said."""
        return any(getattr(self, name) is not None for name in Bounded.__struct_fields__ if name != "repo")


def _words(parser: Parser, most: str, least: str) -> None:
    scope = parser.add_argument_group("scope")
    for word, help in (("write", "what it may write, such as 'src/api/**'"), ("read", "what it may read")):
        scope.add_argument(
            f"--{word}", type=filled, action="append", metavar="PATTERN", help=f"{help} (again; default: {most})"
        )
    scope.add_argument(
        "--tools", type=filled, action="append", metavar="NAME", help="a tool that needs no permission (again)"
    )
    scope.add_argument(
        "--network", choices=[*Network], metavar="|".join(Network), help=f"beyond its model (default: {least})"
    )
    scope.add_argument(
        "--host", dest="hosts", type=filled, action="append", metavar="NAME", help="a host that it may reach (again)"
    )
    scope.add_argument(
        "--exclusive", action=argparse.BooleanOptionalAction, help="whether no other station may write there"
    )
    budget = parser.add_argument_group("budget")
    budget.add_argument("--tokens", type=whole(0, 10**15), metavar="N", help="tokens; 0 is no bound, of any of these")
    budget.add_argument("--dollars", type=amount, metavar="N", help="dollars")
    budget.add_argument("--minutes", type=amount, metavar="N", help="minutes of its turns")
    budget.add_argument("--turns", type=whole(0, 10**9), metavar="N", help="requests")


def amount(text: str) -> float:
    """A number of 0 or more."""
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not isfinite(number) or number < 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of 0 or more")
    return number


def option(text: str) -> tuple[str, str]:
    """`name=value`."""
    name, sign, value = text.partition("=")
    if not sign or not name:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value
