"""What a program wrote last: a bounded number of bytes, each known by its place in all that it ever wrote."""

from __future__ import annotations

import re

MODES = re.compile(rb"\x1b\[\?([0-9;]{1,40})([hl])")
"""Sets or resets modes of the terminal (DECSET, DECRST)."""
CUT = 48
"""Bytes that the longest of these has."""
MOST_MODES = 64


class Ring:
    """The last `room` bytes. What is dropped is counted, and the modes that it set are remembered."""

    __slots__ = ("_bytes", "_edge", "first", "modes", "room")

    def __init__(self, room: int) -> None:
        self.room = room
        self.first = 0
        """The place of the first byte that is still there: so many were dropped."""
        self.modes: dict[int, bool] = {}
        """The modes of the terminal as they were at that place."""
        self._bytes = bytearray()
        self._edge = b""

    @property
    def end(self) -> int:
        """The place of the byte to come."""
        return self.first + len(self._bytes)

    def put(self, data: bytes) -> None:
        """Take in what was written."""
        self._bytes += data
        over = len(self._bytes) - self.room
        if over > 0:
            self._drop(over)

    def take(self, start: int, most: int) -> tuple[int, bytes]:
        """At most so many bytes from a place on, and the place where they really begin: at the first that is there."""
        begin = min(max(start, self.first), self.end)
        at = begin - self.first
        return begin, bytes(self._bytes[at : at + most])

    def _drop(self, count: int) -> None:
        gone = self._edge + bytes(self._bytes[:count])
        del self._bytes[:count]
        self.first += count
        if b"\x1b[?" in gone:
            for found in MODES.finditer(gone):
                for mode in found[1].split(b";"):
                    if mode and (len(self.modes) < MOST_MODES or int(mode) in self.modes):
                        self.modes[int(mode)] = found[2] == b"h"
        # One that was cut in two is looked at again with its rest; one that was seen does no harm twice.
        cut = gone.rfind(b"\x1b", -CUT)
        self._edge = gone[cut:] if cut >= 0 else b""
