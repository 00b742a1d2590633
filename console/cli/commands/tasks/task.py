"""`task`: the queue, a word for each of what can be done with it."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, NamedTuple

from console.cli.command import Command
from console.cli.imports import importing
from console.cli.words import Parser


class What(NamedTuple):
    """Something that can be done with tasks: the module of this room, its struct there, and help in a line."""

    module: str
    struct: str
    help: str


WHATS = {
    "add": What("adding", "Add", "put work into the queue: one task, or the tasks of a file"),
    "list": What("looking", "List", "list the tasks, those that are taken next first, each with why it waits"),
    "show": What("looking", "Show", "show all that is known of tasks"),
    "edit": What("changing", "Edit", "change a task by its options, or in $EDITOR"),
    "drop": What("lots", "Drop", "have tasks not done; whoever is at work for one stops, and keeps its work"),
    "hold": What("lots", "Hold", "have nobody take tasks before they are released"),
    "release": What("lots", "Release", "have tasks taken again that are held, were dropped, or failed"),
    "assign": What("changing", "Assign", "have one station alone take a task, or whoever is free"),
    "move": What("changing", "Move", "give a task another place among those of its priority"),
    "split": What("changing", "Split", "have several tasks done in place of one"),
    "accept": What("lots", "Accept", "accept tasks that wait for that, or whose checks failed too often"),
    "reject": What("lots", "Reject", "give tasks back to their stations, with a reason"),
    "enlist": What("lots", "Enlist", "have stations take tasks whenever they are free"),
    "dismiss": What("lots", "Dismiss", "have stations take no more tasks"),
}


class Task(Command, frozen=True, kw_only=True):
    """Do something with the queue: a struct of its own for each."""

    what: str = ""

    @classmethod
    def words(cls, parser: Parser) -> None:
        whats = parser.add_subparsers(dest="what", metavar="WHAT", parser_class=Parser, required=True)
        for name, what in WHATS.items():
            added = whats.add_parser(name, help=what.help, description=what.help[0].upper() + what.help[1:] + ".")
            _struct(what).words(added)

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Command:  # type: ignore[override]  # it is one of several
        return _struct(WHATS[given["what"]]).of(given)


def _struct(what: What) -> type[Command]:
    with importing():
        struct: type[Command] = getattr(import_module(f"console.cli.commands.tasks.{what.module}"), what.struct)
    return struct
