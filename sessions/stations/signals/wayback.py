"""The way back to somebody who waits for an answer: the kernel tells when nobody does any more."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import struct
import termios
from collections.abc import Callable

LONGEST = 32 << 10
"""Bytes of an answer; a FIFO takes twice as much at once."""


class WayBack:
    """The writing end of a FIFO, watched for the end of its reader."""

    def __init__(self, handle: int, gone: Callable[[], None]) -> None:
        """`gone` is called, once, when whoever waited has taken the answer, or waits no longer."""
        self._handle, self._gone = handle, gone
        self._loop = asyncio.get_running_loop()
        self._open = True
        self.over = asyncio.Event()
        """Nobody waits any more."""
        self.taken = False
        """What was answered was read to its end."""
        self.answered = self._unread() > 0
        """Something was said to it, perhaps by the supervisor before this one."""
        self._loop.add_reader(handle, self._ended)

    def answer(self, printed: bytes) -> bool:
        """Say what shall be printed there; false when it cannot be said, or was said before."""
        if not self._open or self.answered:
            return False
        line = json.dumps({"print": printed[:LONGEST].decode("utf-8", "replace")}).encode() + b"\n"
        try:
            self.answered = os.write(self._handle, line) == len(line)
        except OSError:
            return False
        return self.answered

    def close(self) -> None:
        """Watch no more. Whoever waits goes on waiting."""
        if self._open:
            self._open = False
            self._loop.remove_reader(self._handle)
            os.close(self._handle)

    def _ended(self) -> None:
        self.taken = self.answered and not self._unread()
        self.close()
        self.over.set()
        self._gone()

    def _unread(self) -> int:
        return int(struct.unpack("i", fcntl.ioctl(self._handle, termios.FIONREAD, b"\0" * 4))[0])
