"""Reads the complete lines of a file that grows, in large blocks, from where the last reading stopped."""

from __future__ import annotations

import os
from collections.abc import Iterator
from enum import Enum

import msgspec

BLOCK = 256 << 10
"""What is read at once: large enough that reading costs nothing, and small enough that a block is still in the
processor's cache when its lines are looked at."""
LONGEST = 64 << 20
"""A line beyond this many bytes is counted and skipped, not held in memory."""
_WITNESS = 32


class Position(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """Where reading stopped, and how the file looked then."""

    inode: int = 0
    size: int = 0
    mtime_ns: int = 0
    offset: int = 0
    """Everything before it was read as complete lines."""
    scanned: int = 0
    """No line ends between `offset` and here: a torn line that grows is not searched again and again."""
    witness: bytes = b""
    """The last bytes before `offset`: if they differ, the file was written anew."""


class Change(Enum):
    """What happened to a file since a position was taken."""

    NONE = "unchanged"
    GROWN = "grown"
    TRUNCATED = "truncated file"
    ROTATED = "rotated file"
    REWRITTEN = "rewritten file"


class Piece(msgspec.Struct, frozen=True):
    """Complete lines without their ends. They begin at byte `offset`."""

    lines: list[bytes]
    offset: int
    too_long: int = 0
    """Lines before these that were too long to be read."""


def change(position: Position, stat: os.stat_result) -> Change:
    """What the file system alone tells; `Tail` also compares the bytes before the position."""
    if stat.st_ino == position.inode and stat.st_size == position.size and stat.st_mtime_ns == position.mtime_ns:
        return Change.NONE
    if not position.inode:
        return Change.GROWN
    if stat.st_ino != position.inode:
        return Change.ROTATED
    return Change.TRUNCATED if stat.st_size < max(position.offset, position.scanned) else Change.GROWN


class Lines:
    """Cuts blocks of bytes into lines. `offset` is where the first line begins that has not ended yet."""

    def __init__(self, offset: int, longest: int) -> None:
        self.offset = self._at = offset
        self._longest = longest
        self._held: list[bytes] = []
        self._length = 0

    def take(self, data: bytes) -> Piece | None:
        """The lines that end in the next block; None when none does."""
        self._at += len(data)
        lines, rest = _split(data)
        if not lines:
            self._length += len(data)
            self._held = [*self._held, data] if self._length <= self._longest else []
            return None
        begin, too_long = self.offset, 0
        if self._length:
            self._length += len(lines[0])
            if self._length > self._longest:
                begin, too_long = begin + self._length + 1, 1
                del lines[0]
            else:
                lines[0] = b"".join((*self._held, lines[0]))
        self.offset = self._at - len(rest)
        self._held, self._length = ([rest] if rest else []), len(rest)
        return Piece(lines, begin, too_long)

    def rest(self) -> Piece | None:
        """What stands behind the last line's end, as a line of its own; None when that is nothing."""
        last = b"".join(self._held)
        return Piece([last], self.offset) if last else None


class Tail:
    """One reading of an open file. After each piece, `position` says where to go on."""

    def __init__(self, fd: int, position: Position, longest: int = LONGEST, block: int = BLOCK) -> None:
        stat = os.fstat(fd)
        self.change = change(position, stat)
        if self.change is Change.GROWN and position.offset and self._witness(fd, position.offset) != position.witness:
            self.change = Change.REWRITTEN
        afresh = self.change not in (Change.NONE, Change.GROWN)
        self._offset = 0 if afresh else position.offset
        self._scanned = 0 if afresh else position.scanned
        self._fd, self._stat, self._longest = fd, stat, longest
        self._block = min(block, max(1, longest))

    @property
    def afresh(self) -> bool:
        """The file is another one than before: it is read from its beginning."""
        return self.change in (Change.TRUNCATED, Change.ROTATED, Change.REWRITTEN)

    @property
    def offset(self) -> int:
        return self._offset

    def position(self, done: bool) -> Position:
        """Where to go on. With `done` the file as it was at opening is finished with, and need not be opened again."""
        stat = self._stat
        size, mtime = (stat.st_size, stat.st_mtime_ns) if done else (-1, 0)
        witness = self._witness(self._fd, self._offset)
        return Position(stat.st_ino, size, mtime, self._offset, max(self._scanned, self._offset), witness)

    def pieces(self) -> Iterator[Piece]:
        """The complete lines up to the end of the file, about a block at a time. The torn last line stays unread."""
        if self._scanned > self._offset:
            end = self._line_end()
            if end is None:
                return
            if end - self._offset > self._longest:
                self._offset = end + 1
                yield Piece([], self._offset, 1)
        lines = Lines(self._offset, self._longest)
        at = self._offset
        while data := os.pread(self._fd, self._block, at):
            at += len(data)
            piece = lines.take(data)
            if piece is not None:
                self._offset = lines.offset
                yield piece
        self._scanned = at

    def rest(self) -> Piece | None:
        """What stands behind the last line's end, where that is a whole line whose end was not written, or not yet.

        Only a whole object is one: of a torn one the last brace is missing.
        """
        begin, end = self._offset, self._scanned
        if not 0 < end - begin <= self._longest or os.pread(self._fd, 1, end - 1) != b"}":
            return None
        line = os.pread(self._fd, end - begin, begin)
        if not is_object(line):
            return None
        self._offset = begin + len(line)
        return Piece([line], begin)

    def _line_end(self) -> int | None:
        while data := os.pread(self._fd, self._block, self._scanned):
            found = data.find(b"\n")
            if found >= 0:
                return self._scanned + found
            self._scanned += len(data)
        return None

    @staticmethod
    def _witness(fd: int, offset: int) -> bytes:
        start = max(0, offset - _WITNESS)
        return os.pread(fd, offset - start, start) if offset else b""


def is_object(line: bytes) -> bool:
    """Whether bytes are one whole JSON object."""
    try:
        msgspec.json.decode(line, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True


def _split(data: bytes) -> tuple[list[bytes], bytes]:
    """The lines that end in `data`, and what is left. `find` asks the C library, which beats the loop of `split`."""
    lines: list[bytes] = []
    start, find = 0, data.find
    while (end := find(b"\n", start)) >= 0:
        lines.append(data[start:end])
        start = end + 1
    return lines, data[start:]
