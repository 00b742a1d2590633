"""The keeper's door: clients come, ask and are told, each at its own pace."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import struct
import time
from collections.abc import Callable, Mapping
from functools import partial

from sessions.stations.keeping import processes
from sessions.stations.keeping.keeper import framing
from sessions.stations.keeping.keeper.caller import Caller
from sessions.stations.keeping.keeper.child import Child
from sessions.stations.keeping.keeper.framing import FramingError, Words
from sessions.stations.keeping.keeper.loop import PACE_S, READABLE, WRITABLE, Loop

PEER = struct.Struct("3i")


class RefusedError(Exception):
    """A request cannot be done; `more` goes with the reason."""

    def __init__(self, reason: str, more: Words | None = None) -> None:
        super().__init__(reason)
        self.more = more or {}


class Door:
    """Lets in whoever is this user."""

    def __init__(
        self,
        listener: socket.socket,
        loop: Loop,
        children: Mapping[str, Child],
        say: Callable[[str], None],
        answer: Callable[[Caller, Words, bytes], tuple[Words, bytes]],
        left: Callable[[Caller], None],
    ) -> None:
        """`answer` does what is asked, and raises `RefusedError` or OSError; `left` is told who has gone."""
        self.callers: dict[int, Caller] = {}
        """By descriptor."""
        self._listener, self._loop, self._children = listener, loop, children
        self._say, self._answers, self._left = say, answer, left
        self._spare = os.open(os.devnull, os.O_RDONLY)
        """Given up for a moment when there are no descriptors left, so that whoever knocks is let go."""
        listener.setblocking(False)
        loop.hold(listener.fileno(), self._enter)

    @property
    def supervised(self) -> bool:
        """A supervisor is there."""
        return any(caller.supervises for caller in self.callers.values())

    def _enter(self, _: int) -> None:
        try:
            line, _address = self._listener.accept()
        except OSError as error:
            if error.errno in (errno.EMFILE, errno.ENFILE):
                self._turn_away()
            return
        _pid, uid, _gid = PEER.unpack(line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, PEER.size))
        if uid != os.geteuid():
            self._say(f"user {uid} was not let in")
            line.close()
            return
        line.setblocking(False)
        caller = Caller(line)
        self.callers[line.fileno()] = caller
        caller.say({"keeper": framing.VERSION, "pid": os.getpid(), "started": processes.started(os.getpid())})
        self._loop.hold(line.fileno(), partial(self._serve, caller))
        self.push(caller)

    def _turn_away(self) -> None:
        if self._spare < 0:
            time.sleep(PACE_S)  # the whole system has none left
        else:
            os.close(self._spare)
            self._spare = -1
            with contextlib.suppress(OSError):
                self._listener.accept()[0].close()
        with contextlib.suppress(OSError):
            self._spare = os.open(os.devnull, os.O_RDONLY)

    def _serve(self, caller: Caller, mask: int) -> None:
        if mask & ~WRITABLE:
            try:
                heard = caller.hear()
            except FramingError as error:
                self._say(f"a client was cut off: {error}")
                heard = None
            if heard is None:
                self.leave(caller)
                return
            caller.heard += heard
        self._work(caller)

    def _work(self, caller: Caller) -> None:
        """Do what it asks, as long as there is room for the answers."""
        while True:
            while caller.heard and not caller.full:
                self._answer(caller, *caller.heard.popleft())
            self.push(caller)
            if not caller.heard or caller.full or caller.line.fileno() < 0:
                return

    def _answer(self, caller: Caller, words: Words, data: bytes) -> None:
        number = words.get("ask")
        try:
            answer, raw = self._answers(caller, words, data)
        except RefusedError as error:
            answer, raw = {"error": str(error), **error.more}, b""
        except OSError as error:
            answer, raw = {"error": error.strerror or "it failed", "errno": error.errno or 0}, b""
        if number is not None and answer:
            caller.say({"ask": number, **answer}, raw)

    def push(self, caller: Caller) -> None:
        """Send what waits for it, and be told when it takes more, or nothing more until it does."""
        descriptor = caller.line.fileno()
        if not self._loop.is_held(descriptor):
            return
        if not caller.push(self._children):
            self.leave(caller)
            return
        self._loop.change(descriptor, (0 if caller.full else READABLE) | (WRITABLE if caller.waits else 0))

    def leave(self, caller: Caller) -> None:
        """It has gone, or is cut off."""
        descriptor = caller.line.fileno()
        self._loop.let_go(descriptor)
        del self.callers[descriptor]
        caller.line.close()
        self._left(caller)

    def tell(self, note: Words, data: bytes = b"") -> None:
        """Tell every supervisor of a child, and whoever follows it."""
        for caller in [*self.callers.values()]:
            if caller.supervises or note["id"] in caller.looks:
                caller.say(note, data)
                self.push(caller)
