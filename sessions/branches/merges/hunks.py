"""Reads what collides inside a file from git's own conflict marks: the lines of both sides, and where they stand.

A merge is tried with full object names as its sides, so a mark is told from text that looks like one by its label.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

MOST_ALIGNED = 20_000
"""Lines of a file that are aligned with a side when counting them off does not do."""

Lines = tuple[bytes, ...]


class Hunk(msgspec.Struct, frozen=True):
    """One place where two sides collide. Texts are as they lie in the files, foreign and not cleaned."""

    ours: Lines
    theirs: Lines
    base: Lines = ()
    """What both started from, where git's style of marking tells it."""
    ours_at: int = 0
    """Number of the first line in our side's file, from 1; for no lines, that of the line they would stand before."""
    theirs_at: int = 0

    @property
    def lines(self) -> int:
        """How much collides: the lines of the longer side."""
        return max(len(self.ours), len(self.theirs))


class Marked(msgspec.Struct, frozen=True):
    """A file with marks: `between` are the merged lines before each hunk, and behind the last."""

    hunks: tuple[Hunk, ...]
    between: tuple[Lines, ...]


def split(text: bytes) -> Lines:
    """Lines as git counts them, without their ends."""
    lines = text.split(b"\n")
    if not lines[-1]:
        lines.pop()
    return tuple(lines)


def count(text: bytes, ours: str, theirs: str) -> int:
    """Colliding lines of a file with marks between the commits `ours` and `theirs`: of every hunk the longer side."""
    return sum(hunk.lines for hunk in read(text, ours, theirs).hunks)


def read(text: bytes, ours: str, theirs: str) -> Marked:
    """The hunks of a merged file whose marks name the commits `ours` and `theirs`; the lines have no numbers yet."""
    lines, label = split(text), b" " + ours.encode()
    hunks: list[Hunk] = []
    between: list[Lines] = []
    barren: set[int] = set()
    """Sizes of marks of which no complete hunk is left: a file of nothing but beginnings is not searched for each."""
    at = last = 0
    while at < len(lines):
        size = _begins(lines[at], label)
        found = _hunk(lines, at, size, theirs.encode()) if size and size not in barren else None
        if found:
            hunk, end = found
            between.append(lines[last:at])
            hunks.append(hunk)
            at = last = end
        else:
            barren.add(size)
            at += 1
    between.append(lines[last:])
    return Marked(tuple(hunks), tuple(between))


def _begins(line: bytes, label: bytes) -> int:
    """The size of the mark with this label that begins a hunk in the line; 0 when none does."""
    if not line.startswith(b"<"):
        return 0
    found = line.lstrip(b"<")
    return len(line) - len(found) if found.removesuffix(b"\r") == label or found.startswith(label + b":") else 0


def _hunk(lines: Lines, begin: int, size: int, theirs: bytes) -> tuple[Hunk, int] | None:
    """The hunk that begins at a mark of this size, and the line behind it."""
    finish = b">" * size + b" " + theirs
    middle, before = b"=" * size, b"|" * size
    base = separator = -1
    for at in range(begin + 1, len(lines)):
        line = lines[at].removesuffix(b"\r")
        if separator < 0 and base < 0 and (line == before or line.startswith(before + b" ")):
            base = at
        elif separator < 0 and line == middle:
            separator = at
        elif separator >= 0 and (line == finish or line.startswith(finish + b":")):
            above = base if base >= 0 else separator
            old = lines[base + 1 : separator] if base >= 0 else ()
            return Hunk(lines[begin + 1 : above], lines[separator + 1 : at], old), at + 1
    return None


def placed(marked: Marked, ours: bytes, theirs: bytes) -> tuple[Hunk, ...]:
    """The hunks with the numbers of their lines in the two sides' files."""
    first = locate([hunk.ours for hunk in marked.hunks], marked.between, split(ours))
    second = locate([hunk.theirs for hunk in marked.hunks], marked.between, split(theirs))
    return tuple(
        msgspec.structs.replace(hunk, ours_at=a + 1, theirs_at=b + 1)
        for hunk, a, b in zip(marked.hunks, first, second, strict=True)
    )


def locate(wanted: Sequence[Lines], between: Sequence[Lines], side: Lines) -> list[int]:
    """Where in a side's file each hunk's lines begin, counted from 0.

    What lies between two hunks is the side's own unless the other side changed something there, too; only then is the
    whole file aligned.
    """
    starts: list[int] = []
    at = 0
    for gap, lines in zip(between, wanted, strict=False):
        at += len(gap)
        if side[at - len(gap) : at] != gap or side[at : at + len(lines)] != lines:
            return list(_aligned(wanted, between, side))
        starts.append(at)
        at += len(lines)
    return starts


def _aligned(wanted: Sequence[Lines], between: Sequence[Lines], side: Lines) -> Iterator[int]:
    resolved: list[bytes] = []
    begins = []
    for gap, lines in zip(between, wanted, strict=False):
        resolved += gap
        begins.append(len(resolved))
        resolved += lines
    resolved += between[-1]
    there = _mapping(resolved, side)
    least = 0
    for begin, lines in zip(begins, wanted, strict=True):
        # A hunk without lines stands where the line before it ends.
        guess = there[begin] if lines else (there[begin - 1] + 1 if begin else 0)
        least = _nearest(side, lines, max(guess, least), least)
        yield least
        least += len(lines)


def _mapping(resolved: Sequence[bytes], side: Lines) -> list[int]:
    """For each line of the merged file about where it stands in the side's."""
    there = list(range(len(resolved)))
    if max(len(resolved), len(side)) > MOST_ALIGNED:
        return there
    shift = at = 0
    import difflib  # for the few hunks that are not found by counting lines off

    for block in difflib.SequenceMatcher(None, resolved, side, autojunk=False).get_matching_blocks():
        for index in range(at, block.a):
            there[index] += shift
        shift = block.b - block.a
        for index in range(block.a, block.a + block.size):
            there[index] += shift
        at = block.a + block.size
    return there


def _nearest(side: Lines, lines: Lines, guess: int, least: int) -> int:
    """The place from `least` on, nearest to `guess`, at which the side has these lines; the guess if it has none."""
    if side[guess : guess + len(lines)] == lines:
        return min(guess, len(side))
    places = [at for at in range(least, len(side) - len(lines) + 1) if side[at : at + len(lines)] == lines]
    return min(places, key=lambda at: abs(at - guess), default=min(guess, len(side)))
