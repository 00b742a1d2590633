"""The files of a tree, and which of them patterns allow: each file is a bit of a number. Pure.

Files are in the order of their paths, in which all that lie in a directory stand together: for most patterns two looks
into that order say which bits are theirs, and what two scopes have in common is one `&`. Only patterns with stars in
the middle read paths one by one; that can be done in portions (`sift`), beside something that must not wait.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

from sessions.floor.patterns import DEEP, Pattern, expression, parsed, quoted
from sessions.floor.scopes.reach import Kind

PORTION = 2_000
"""Paths that are read one by one before others get a turn: about a millisecond."""
_MOST_KEPT = 256
"""Patterns whose files are remembered."""
_AFTER = chr(ord("/") + 1)
"""The letter after the slash: `src0` comes right behind all that lies in `src/`."""


class Paths:
    """The files of one tree."""

    def __init__(self, paths: Iterable[str] = (), more: bool = False) -> None:
        """`more` says that there are others, which nobody told of."""
        self.all: Sequence[str] = tuple(sorted({path if path.isascii() else _composed(path) for path in paths}))
        self.more = more
        self.read = 0
        """Paths that were read one by one up to now."""
        self._bits: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self.all)

    def mask(self, patterns: Sequence[str]) -> int:
        """The files that patterns allow, as bits. Raises `PatternError`."""
        for _ in self.sift(patterns):
            pass
        mask = 0
        for text in patterns:
            pattern = parsed(text)
            bits = self._bits[_key(pattern)]
            mask = mask & ~bits if pattern.takes_away else mask | bits
        return mask

    def sift(self, patterns: Sequence[str]) -> Iterator[None]:
        """Find out what `mask` then answers at once; a stop after each portion of the work."""
        if len(self._bits) + len(patterns) > _MOST_KEPT:
            self._bits.clear()
        for text in patterns:
            pattern = parsed(text)
            if _key(pattern) not in self._bits:
                yield from self._sift(pattern)

    def first(self, mask: int, most: int) -> list[str]:
        """The first paths of a mask."""
        found: list[str] = []
        while mask and len(found) < most:
            low = mask & -mask
            found.append(self.all[low.bit_length() - 1])
            mask ^= low
        return found

    def complete(self, typed: str, most: int) -> list[str]:
        """Patterns that go on with what was typed: directories, with a slash at their end, and files."""
        minus = "!" * typed.startswith("!")
        head = unicodedata.normalize("NFC", typed.removeprefix("!"))
        if "*" in head or "?" in head:
            return []
        folder = head.rpartition("/")[0]
        above = f"{folder}/" if folder else ""
        found = []
        for name in self._names(above, head[len(above) :]):
            path = above + name
            found.append(minus + (quoted(path[:-1]) + "/" if path.endswith("/") else quoted(path)))
            if len(found) == most:
                break
        return found

    # As a tree (see `reach.Tree`)

    def kind(self, path: str) -> Kind:
        """What lies at a path; directories are known by what lies in them."""
        if not path:
            return Kind.FOLDER
        start, stop = self.span(path)
        if start < stop:
            return Kind.FOLDER
        at = bisect_left(self.all, path)
        return Kind.FILE if self.all[at : at + 1] == (path,) else Kind.NOTHING

    def names(self, folder: str) -> Iterator[str]:
        """What lies in a directory."""
        return (name.removesuffix("/") for name in self.entries(folder))

    def entries(self, folder: str) -> Iterator[str]:
        """The same; the names of directories with a slash at their end."""
        return self._names(f"{folder}/" if folder else "", "")

    def at(self, path: str) -> int:
        """The number of a file, which is that of its bit; -1 of what is none."""
        at = bisect_left(self.all, path)
        return at if self.all[at : at + 1] == (path,) else -1

    # How it is looked up

    def _names(self, above: str, begin: str) -> Iterator[str]:
        """What lies right below, of the names that begin so; directories with a slash at their end."""
        at, head = bisect_left(self.all, above + begin), above + begin
        while at < len(self.all) and self.all[at].startswith(head):
            name, slash, _ = self.all[at][len(above) :].partition("/")
            yield name + slash
            at = bisect_left(self.all, above + name + _AFTER, at) if slash else at + 1

    def span(self, folder: str) -> tuple[int, int]:
        """From where to where the paths in a directory stand."""
        if not folder:
            return 0, len(self.all)
        start = bisect_left(self.all, folder + "/")
        return start, bisect_left(self.all, folder + _AFTER, start)

    def _sift(self, pattern: Pattern) -> Iterator[None]:
        above, rest = pattern.fixed, pattern.segments[len(pattern.fixed) :]
        start, stop = self.span("/".join(above))
        if not rest:
            path = "/".join(above)
            start = bisect_left(self.all, path)
            stop = start + (self.all[start : start + 1] == (path,))
        elif rest != (DEEP,):
            found = bytearray(-(-len(self.all) // 8))
            matches = expression(pattern).fullmatch
            for at in range(start, stop, PORTION):
                for number in range(at, min(at + PORTION, stop)):
                    if matches(self.all[number]):
                        found[number >> 3] |= 1 << (number & 7)
                self.read += min(PORTION, stop - at)
                yield
            self._bits[_key(pattern)] = int.from_bytes(found, "little")
            return
        self._bits[_key(pattern)] = ((1 << (stop - start)) - 1) << start


def _key(pattern: Pattern) -> str:
    return pattern.text.removeprefix("!")


def _composed(path: str) -> str:
    return unicodedata.normalize("NFC", path)
