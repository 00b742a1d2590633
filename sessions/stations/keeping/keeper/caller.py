"""One client of the keeper: what it is told goes out at its own pace, and nothing of anybody else's waits for it."""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Mapping

from sessions.stations.keeping.keeper.child import Child
from sessions.stations.keeping.keeper.framing import CHUNK, Frames, Words, packed

ROOM = 1 << 18
"""Bytes on their way to a client before output waits in its ring, where the oldest is dropped in the end."""
MOST = 4 << 20
"""Bytes on their way to a client before nothing more is done for it, or heard from it."""


class Look:
    """A client follows the output of a child from a place on."""

    __slots__ = ("answers", "at")

    def __init__(self, at: int, answers: bool) -> None:
        self.at, self.answers = at, answers


class Caller:
    """A connection. Of output it holds a place in a ring for each child that is followed, and no copy."""

    def __init__(self, line: socket.socket) -> None:
        self.line = line
        self.frames = Frames()
        self.greeted = self.supervises = False
        self.heard: deque[tuple[Words, bytes]] = deque()
        """What it asks and was not done yet."""
        self.looks: dict[str, Look] = {}
        self.expects: dict[str, list[object]] = {}
        """Requests that are answered when a child has begun, by its name."""
        self._out = bytearray()

    @property
    def waits(self) -> bool:
        """Something is on its way."""
        return bool(self._out)

    @property
    def full(self) -> bool:
        """It asks and does not listen."""
        return len(self._out) > MOST

    def hear(self) -> list[tuple[Words, bytes]] | None:
        """What it asks; None when it has gone. Raises `FramingError`."""
        try:
            data = self.line.recv(CHUNK)
        except BlockingIOError:
            return []
        except OSError:
            return None
        return self.frames.feed(data) if data else None

    def say(self, words: Words, data: bytes = b"") -> None:
        """Put a frame on its way."""
        self._out += packed(words, data)

    def push(self, children: Mapping[str, Child]) -> bool:
        """Send what it takes, and output of what it follows as long as there is room; False when it has gone."""
        while True:
            more = self._fill(children)
            if not self._out:
                return True
            try:
                sent = self.line.send(self._out)
            except BlockingIOError:
                return True
            except OSError:
                return False
            del self._out[:sent]
            if self._out and not more:
                return True

    def _fill(self, children: Mapping[str, Child]) -> bool:
        """Put output on its way; whether there is any."""
        found = False
        for name, look in self.looks.items():
            child = children.get(name)
            if child is None or look.at >= child.ring.end or len(self._out) >= ROOM:
                continue
            at, data = child.ring.take(look.at, CHUNK)
            self.say({"note": "output", "id": name, "at": at, "lost": at - look.at}, data)
            look.at = at + len(data)
            found = True
        return found
