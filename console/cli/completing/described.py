"""The commands as a shell needs to know them: options, words, and kinds of things that are completed."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from functools import partial

import msgspec

from console.cli.words import Parser

STATIONS, AGENTS, TASKS = "stations", "agents", "tasks"
"""What a shell's completions ask `completions` for."""
ASKED = (STATIONS, AGENTS, TASKS)
FILES, DIRECTORIES, BRANCHES, REFS = "files", "directories", "branches", "kept"
KINDS = {
    "DIR": DIRECTORIES,
    "FILE": FILES,
    "PATH": FILES,
    "FILE|RUN": FILES,
    "BRANCH": BRANCHES,
    "REF": BRANCHES,
    "GLOB": BRANCHES,
    "PAIR": BRANCHES,
    "STATION": STATIONS,
    "TASK-ID": TASKS,
    "AGENT": AGENTS,
    "KEPT": REFS,
}
"""What is completed, by the placeholder in the help."""
RUNS = ("last", "journal")
HEADS = "for-each-ref --format='%(refname:short)' refs/heads"
"""What git lists all local branches with."""
KEPT = "for-each-ref --format='%(refname:lstrip=3)' refs/factory-tui/kept"
"""What git lists the kept work of stations with."""


class Value(msgspec.Struct, frozen=True):
    """What stands after an option, or for itself: words of ours, and things of a kind; without both, free text."""

    words: tuple[str, ...] = ()
    kind: str = ""


class Option(msgspec.Struct, frozen=True):
    """An option of a command, as a shell needs to know it."""

    names: tuple[str, ...]
    help: str
    value: Value | None = None


class Command(msgspec.Struct, frozen=True):
    """A command; "" is the program without one."""

    name: str
    help: str
    options: tuple[Option, ...]
    value: Value | None = None


def commands(parser: Parser) -> Iterator[Command]:
    """The program without a command, then every command."""
    yield _command("", "", parser)
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            helps = {choice.dest: choice.help or "" for choice in action._choices_actions}
            yield from (_command(name, helps[name], sub) for name, sub in action.choices.items())


def _command(name: str, text: str, parser: argparse.ArgumentParser) -> Command:
    options: list[Option] = []
    value = None
    for action in parser._actions:
        if action.option_strings:
            options.append(_option(action))
            if action.nargs == "+":  # its second word stands where one of the command's own would
                value = _value(action)
        elif isinstance(action, argparse._SubParsersAction) and name:
            for sub in map(partial(_command, name, text), action.choices.values()):
                options += (option for option in sub.options if option not in options)
                value = _besides(value, sub.value or Value())
            value = _besides(value, Value(tuple(action.choices)))
        elif not isinstance(action, argparse._SubParsersAction):
            value = _besides(value, _value(action))
    return Command(name, plain(text), tuple(options), value)


def _besides(one: Value | None, other: Value) -> Value:
    """What may stand for a command itself: the words of all its places, and the last kind of things of them."""
    return other if one is None else Value(tuple(dict.fromkeys((*one.words, *other.words))), other.kind or one.kind)


def _option(action: argparse.Action) -> Option:
    value = None if action.nargs == 0 else _value(action)
    return Option(tuple(action.option_strings), plain((action.help or "").replace("%%", "%")), value)


def _value(action: argparse.Action) -> Value:
    shown = str(action.metavar)
    words = (
        RUNS
        if shown == "FILE|RUN"
        else (str(choice) for choice in action.choices or () if choice and choice not in ASKED)
    )
    return Value(tuple(words), KINDS.get(shown, ""))


def plain(text: str) -> str:
    """Help without what a shell's quotes or zsh's specs would read as their own."""
    return re.sub(r"[^\w ,.;()<>/-]", " ", text)
