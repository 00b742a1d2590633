"""How words of the command line are read: one clear message for a wrong one, and the types of values."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Sequence
from math import isfinite
from pathlib import Path
from typing import Any, NoReturn

from console.options import THEMES
from sessions.errors import UsageError
from sessions.text import clean

LAST = 2**63 - 1
"""The largest number that an event can have: SQLite counts in 64 bits."""
MOMENT = "12:04, '2026-11-21 12:04', 2026-11-21, today, 2h (ago), +5m, 50%%, start, end, or seconds since 1970"
"""How times are written, for help."""
TIMES = ("--at", "--since", "--until", "--before")
"""Options that take a time."""


class Parser(argparse.ArgumentParser):
    """Words must be written out (an abbreviation may mean something else tomorrow); what is not given is absent."""

    def __init__(self, prog: str | None = None, description: str | None = None, epilog: str | None = None) -> None:
        super().__init__(
            prog=prog,
            description=description,
            epilog=epilog,
            argument_default=argparse.SUPPRESS,
            allow_abbrev=False,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )

    def repository(self) -> argparse._ArgumentGroup:
        """Add the word that names a repository; returns its group."""
        where = self.add_argument_group("where")
        where.add_argument(
            "--repo", type=path, metavar="DIR", help="repository to look at (default: the one around you)"
        )
        return where

    def place(self) -> None:
        """Add the words that say what a floor is made of."""
        where = self.repository()
        where.add_argument("--base", type=filled, metavar="BRANCH", help="branch that the others are measured against")
        where.add_argument(
            "--sessions",
            type=path,
            action="append",
            metavar="DIR",
            help="a further place to look for transcripts (again)",
        )

    def look(self) -> None:
        """Add the words that say how the screens look."""
        look = self.add_argument_group("look")
        look.add_argument("--theme", choices=THEMES, metavar="NAME", help=f"colour theme: {', '.join(THEMES)}")
        look.add_argument("--ascii", action="store_true", help="draw with ASCII only")
        look.add_argument("--slow-link", action="store_true", help="send fewer and smaller frames")

    def stations(self) -> None:
        """Add the words that name stations, at least one."""
        self.add_argument("stations", type=filled, nargs="+", metavar="STATION", help="names or ids")

    def json(self) -> None:
        """Add the word for an answer that programs read."""
        self.add_argument("--json", action="store_true", help="for programs")

    def error(self, message: str) -> NoReturn:
        raise UsageError(clean(message, 500), f"see {self.prog} --help")

    def parse_known_args(  # type: ignore[override]  # its overloads say no more than this
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """Words that nothing takes are told by the command that they were given to."""
        known, extra = super().parse_known_args(args, namespace)
        if extra:
            word = extra[0].partition("=")[0]
            options = [name for action in self._actions for name in action.option_strings]
            if word.startswith("-"):
                raise UsageError(f"there is no option {clean(word, 80)}", self._cure(word, options))
            raise UsageError(f"{clean(word, 80)!r} is a word too many", self._cure())
        return known, extra

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """Like argparse, but names what was probably meant, and everything only where that is short."""
        if action.choices is None or value in action.choices:
            return
        words = [str(choice) for choice in action.choices if choice]
        if isinstance(action, argparse._SubParsersAction):
            raise UsageError(f"there is no command {clean(value, 80)!r}", self._cure(value, words))
        name = "/".join(action.option_strings)
        cure = _meant(value, words) or f"it takes {', '.join(words)}"
        raise UsageError(f"{name} {clean(value, 80)!r} is unknown".lstrip(), cure)

    def _cure(self, word: str = "", words: Iterable[str] = ()) -> str:
        return _meant(word, words) or f"see {self.prog} --help"


def _meant(word: str, words: Iterable[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(word, words, 1)
    return f"did you mean {near[0]}?" if near else ""


def filled(text: str) -> str:
    """Any text but an empty one."""
    if not text:  # a script's variable without a value: what it stands for would be another thing
        raise argparse.ArgumentTypeError("this is empty")
    return text


def path(text: str) -> Path:
    """A path, which need not exist."""
    return Path(filled(text))


def whole(low: int, high: int) -> Callable[[str], int]:
    """Whole numbers from `low` to `high`."""

    def number(text: str) -> int:
        if not text.isascii() or not text.isdecimal() or not low <= int(text[:20]) <= high:
            raise argparse.ArgumentTypeError(f"{text!r} is no whole number from {low} to {high}")
        return int(text)

    return number


def rate(text: str) -> float:
    """Events per second."""
    try:
        rate = float(text)
    except ValueError:
        rate = 0.0
    if not isfinite(rate) or not 0.0 < rate <= 1e5:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of events per second above 0 and up to 100000")
    return rate
