"""`triage`: what needs a person, a word for each of what can be done about it."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from console.cli.command import Command
from console.cli.commands.tasks.task import What
from console.cli.imports import importing
from console.cli.words import Parser

WHATS = {
    "list": What("looking", "List", "list what needs a person, the most urgent first; this is the default"),
    "show": What("looking", "Show", "show all that is known of cases, and what can be done about them"),
    "settle": What("settling", "Settle", "do something about a case, or about all that are alike"),
    "expect": What("settling", "Expect", "have cases of a kind not shown for a station, or shown again"),
}


class Triage(Command, frozen=True, kw_only=True):
    """Look at the queue of cases, or settle some: a struct of its own for each."""

    what: str = ""

    @classmethod
    def words(cls, parser: Parser) -> None:
        whats = parser.add_subparsers(dest="what", metavar="WHAT", parser_class=Parser)
        for name, what in WHATS.items():
            added = whats.add_parser(name, help=what.help, description=what.help[0].upper() + what.help[1:] + ".")
            _struct(what).words(added)
        _struct(WHATS["list"]).words(parser)

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Command:  # type: ignore[override]  # it is one of several
        return _struct(WHATS[given.get("what") or "list"]).of(given)


def _struct(what: What) -> type[Command]:
    with importing():
        struct: type[Command] = getattr(import_module(f"console.cli.commands.triage.{what.module}"), what.struct)
    return struct
