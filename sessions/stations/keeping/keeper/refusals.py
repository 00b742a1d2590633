"""Notices in what a program writes that it was refused something: the kernel tells nobody but the program itself.

The lines around are told and not understood here, to supervisors alone. Most output is looked through by a few searches
for fixed bytes.
"""

from __future__ import annotations

import time

from sessions.stations.keeping.keeper.ring import Ring

SIGNS = (
    b"ead-only file system",
    b"ermission denied",
    b"EROFS",
    b"EACCES",
    b"Errno 30",
    b"os error 30",
    b"resource busy",
)
LONGEST = max(map(len, SIGNS))
MOST = 8_192
"""Bytes that are told at once: the last."""
AT_ONCE = 8
"""Times that something is told without a pause; then once in a second, and what comes between is told with the next."""


class Refusals:
    """Of one program."""

    __slots__ = ("_at", "_from", "_left", "_tail", "_waits")

    def __init__(self) -> None:
        self._from = 0
        """The place in its output up to which was told."""
        self._tail = b""
        """A sign may be cut in two."""
        self._waits = False
        """There is one in a line that is not whole yet."""
        self._left, self._at = float(AT_ONCE), time.monotonic()

    def take(self, ring: Ring, data: bytes) -> bytes:
        """Whole lines with a refusal in them, after `data` was put into the ring; mostly none."""
        seen = self._tail + data
        self._tail = seen[1 - LONGEST :]
        self._waits = self._waits or any(sign in seen for sign in SIGNS)
        if not self._waits or b"\n" not in data:
            return b""
        at, text = ring.take(max(self._from, ring.end - MOST), MOST)
        whole = text[: text.rfind(b"\n") + 1]
        if not any(sign in whole for sign in SIGNS) or not self._may():
            return b""
        self._waits = any(sign in text[len(whole) :] for sign in SIGNS)
        self._from = at + len(whole)
        return whole

    def _may(self) -> bool:
        now = time.monotonic()
        self._left, self._at = min(float(AT_ONCE), self._left + now - self._at), now
        if self._left < 1:
            return False
        self._left -= 1
        return True
