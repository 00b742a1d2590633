"""A question of an agent as it is looked at: what it would touch, and its text, of which a difference is told. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import msgspec

from sessions.floor.branches.contents import LineKind, PatchLine
from sessions.floor.ours.owned import Owned, Question
from sessions.floor.patterns import PatternError, matches
from sessions.text import clean, clean_lines

MOST_CHARS = 64_000
BLANKS = 3
"""Blank lines in a row that are shown; more are counted, lest they push what matters out of sight."""
_HUNK = re.compile(r"@@ -(\d{1,9})(?:,\d{1,9})? \+(\d{1,9})(?:,\d{1,9})? @@")


class Touched(msgspec.Struct, frozen=True):
    """A path that would be written."""

    path: str
    """As it is shown: relative to the work tree where it lies in it."""
    inside: bool
    """The scope allows it."""
    why: str = ""
    """What it is outside of."""


def touched(known: Owned, question: Question) -> list[Touched]:
    """Every path that it names, with whether the station's scope allows it."""
    return [_touch(known, path) for path in question.paths]


def _touch(known: Owned, path: str) -> Touched:
    place = known.directory.rstrip("/") + "/"
    own = path[len(place) :] if known.directory and path.startswith(place) else path
    if own.startswith("/"):
        return Touched(clean(own, 400), inside=False, why="outside its work tree")
    try:
        inside = matches(known.scope.write, own)
    except PatternError:
        inside = False
    return Touched(clean(own, 400), inside, "" if inside else "outside its scope")


def outside(known: Owned, question: Question) -> int:
    """How many of its paths the scope does not allow."""
    return sum(not each.inside for each in touched(known, question))


def text_lines(question: Question, directory: str = "") -> list[PatchLine]:
    """Its text line by line, each harmless; where it is a difference, what goes and what comes is told.

    Files of a difference are named relative to the station's `directory`, where they lie in it.
    """
    lines = clean_lines(question.text, MOST_CHARS)
    while lines and not lines[-1].strip():
        lines.pop()
    if not _is_difference(lines):
        return [PatchLine(LineKind.CONTEXT, line) for line in _without_gaps(lines)]
    place = directory.rstrip("/") + "/"
    return [*_difference([line.removeprefix(place) if directory else line for line in lines])]


def _is_difference(lines: list[str]) -> bool:
    if any(_HUNK.match(line) for line in lines):
        return True
    signed = sum(line[:1] in ("+", "-") for line in lines[1:])
    return len(lines) > 1 and signed == len(lines) - 1


def _difference(lines: list[str]) -> Iterator[PatchLine]:
    old = new = 0
    hunks = any(_HUNK.match(line) for line in lines)
    within = not hunks
    for number, line in enumerate(lines):
        if found := _HUNK.match(line):
            old, new, within = int(found[1]), int(found[2]), True
            yield PatchLine(LineKind.HUNK, line)
        elif within and line[:1] == "+":
            yield PatchLine(LineKind.ADDED, line[1:], 0, new)
            new += bool(new)
        elif within and line[:1] == "-":
            yield PatchLine(LineKind.REMOVED, line[1:], old, 0)
            old += bool(old)
        elif within and line[:1] == " " and number:
            yield PatchLine(LineKind.CONTEXT, line[1:], old, new)
            old, new = old + bool(old), new + bool(new)
        else:
            within = within and (not hunks or not line)
            yield PatchLine(LineKind.WORDS, line)


def _without_gaps(lines: list[str]) -> Iterator[str]:
    blank = 0
    for line in lines:
        if line.strip():
            yield from [""] * blank if blank <= BLANKS else ["", f"({blank:,} blank lines)", ""]
            blank = 0
            yield line
        else:
            blank += 1


def in_order(owned: Mapping[str, Owned]) -> list[tuple[str, str]]:
    """Stations with their questions, those that wait longest first."""
    asked = [
        (question.asked, station, question.id)
        for station, known in owned.items()
        for question in known.questions.values()
    ]
    return [(station, question) for _, station, question in sorted(asked)]
