"""`triage`: what needs a person, a word for each of what can be done about it; without one, the queue."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, NamedTuple

from console.cli.command import Command
from console.cli.commands.triage.looking import List
from console.cli.imports import importing
from console.cli.words import Parser


class What(NamedTuple):
    """Something that can be done with the queue: the module of this room, its struct there, and help in a line."""

    module: str
    struct: str
    help: str


WHATS = {
    "list": What("looking", "List", "list what needs you, the most urgent first; so does no word"),
    "show": What("looking", "Show", "show all that is known of cases, and what can be done about them"),
    "settle": What("settling", "Settle", "do something about a case, or about all that are alike"),
    "expect": What("settling", "Expect", "have cases of a kind not shown for stations, or shown again"),
}


class Triage(List, frozen=True, kw_only=True):
    """Look at the queue, or do something with it: a struct of its own for each."""

    what: str = ""

    @classmethod
    def words(cls, parser: Parser) -> None:
        whats = parser.add_subparsers(dest="what", metavar="WHAT", parser_class=Parser)
        for name, what in WHATS.items():
            added = whats.add_parser(name, help=what.help, description=what.help[0].upper() + what.help[1:] + ".")
            _struct(what).words(added)
        super().words(parser)

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Command:  # type: ignore[override]  # it is one of several
        return _struct(WHATS[given["what"]]).of(given) if given.get("what") else super().of(given)


def _struct(what: What) -> type[Command]:
    with importing():
        struct: type[Command] = getattr(import_module(f"console.cli.commands.triage.{what.module}"), what.struct)
    return struct
