"""Textual's driver for a terminal, with a thread for the keys that sleeps until there are some.

Textual's own (8.2.8) wakes ten times a second, to see whether it is to end and whether an escape stays alone.
"""

from __future__ import annotations

import os
import select
import threading
from codecs import getincrementaldecoder
from collections.abc import Iterable
from contextlib import suppress

from textual import constants
from textual._parser import ParseError
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

_READ = 4_096
_UNSURE = 3
"""After so many silent escape delays in a row, nothing typed can be unfinished."""


class _Ending(threading.Event):
    """An event that a thread can wait for beside a file: its descriptor is readable while it is set."""

    def __init__(self) -> None:
        super().__init__()
        self.descriptor, self._writing = os.pipe()

    def set(self) -> None:
        if not self.is_set():
            os.write(self._writing, b".")
        super().set()

    def clear(self) -> None:
        if self.is_set():
            os.read(self.descriptor, 1)
        super().clear()


class QuietDriver(LinuxDriver):
    """The driver for Linux and macOS."""

    def __init__(
        self, app: App[object], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._ending = _Ending()
        self.exit_event = self._ending

    def _get_terminal_size(self) -> tuple[int, int]:
        """Of a terminal that has none (0x0, as of a recorder or a container) the size that is drawn for.

        Textual takes another one there, and lays all out for the one and the other in turn without end.
        """
        with suppress(OSError):
            if not all(os.get_terminal_size(self.fileno)):
                return self._app.console.size
        return super()._get_terminal_size()

    def run_input_thread(self) -> None:
        """Hand on what is typed until the end."""
        parser = XTermParser(self._debug)
        decode = getincrementaldecoder("utf-8")().decode
        silent = _UNSURE
        while not self.exit_event.is_set():
            # What may be the begin of a key needs an answer before long; otherwise there is all the time in the world.
            ready = self._wait(None if silent >= _UNSURE else constants.ESCAPE_DELAY)
            silent = 0 if ready else silent + 1
            if ready:
                typed = os.read(self.fileno, _READ)
                if not typed:
                    break  # the terminal has gone
                self._hand_on(parser.feed(text) if (text := decode(typed)) else ())
            self._hand_on(parser.tick())
        with suppress(EOFError, ParseError):
            list(parser.feed(""))

    def _wait(self, seconds: float | None) -> bool:
        """Whether something was typed within so many seconds, and before the end."""
        ready, _, _ = select.select([self.fileno, self._ending.descriptor], [], [], seconds)
        return self.fileno in ready and self._ending.descriptor not in ready

    def _hand_on(self, messages: Iterable[Message]) -> None:
        for message in messages:
            self.process_message(message)
