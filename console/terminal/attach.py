"""The operator's terminal at an agent's: what is typed goes there, what the agent draws comes here, until one key."""

from __future__ import annotations

import os
import re
import select
import signal
import termios
import time
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

import msgspec

from console.terminal.asking import RESTORE_TITLE, SAVE_TITLE, title
from sessions.errors import FactoryError
from sessions.stations.keeping.looking.again import LEAVE
from sessions.stations.keeping.values import Size
from sessions.supervisor.wire.terminal import TerminalLine

READ = 1 << 16
ASKED = re.compile(rb"\x1b\[(?:[>=]?0?c|\??[56]n|>0?q|\?u|[?\d;]*\$p)|\x1b\](?:4;\d+|1[012]);\?")
"""What a terminal answers by typing."""
FENCE, FENCED = b"\x1b[5n", b"\x1b[0n"
"""A question that every terminal answers, after all that it was asked before."""
FENCE_S = 0.3
"""For the answers to come back over a slow line before what is typed is the console's again."""
ASKED_S = 5.0
"""After so long nothing that was asked is still on its way."""
PASTE = rb"\x1b\[20(?P<paste>[01])~"
"""Where what is pasted begins and ends, if the agent has the terminal say so."""
PASTE_S = 1.0
"""After so long without a byte a paste is over, whether its end came or not."""


class Ending(msgspec.Struct, frozen=True):
    """What ended a stay at a terminal, and the cure; nothing where the operator left it by the key."""

    reason: str = ""
    cure: str = ""

    def __str__(self) -> str:
        return f"{self.reason}: {self.cure}" if self.cure else self.reason


def attach(
    path: Path,
    station: str,
    key: bytes,
    looks: bool = False,
    stdin: int = 0,
    stdout: int = 1,
) -> Ending:
    """Be attached to a station until `key` is typed; returns what ended it. Raises `FactoryError` before.

    The terminal is all the agent's: only its title says which key comes back, until the agent gives it another one.
    The terminal is afterwards in the modes it was in, with the cursor on its last line; a signal that was to end this
    process does so then.
    """
    with _watching() as news:
        line = TerminalLine(path, station, size_of(stdout), looks)
        try:
            with _raw(stdin):
                here = _Here(line, detaching(key), news.descriptor, stdin, stdout)
                try:
                    here.entitle(f"{station}: {key_of(key)} comes back")
                    return here.run(news.take)
                finally:
                    here.leave()
        finally:
            line.close()


def size_of(terminal: int) -> Size:
    """Of a terminal, in cells."""
    try:
        found = os.get_terminal_size(terminal)
    except OSError as error:
        raise FactoryError("this is no terminal", "run it in one") from error
    return Size(max(found.columns, 1), max(found.lines, 1))


def detaching(key: bytes) -> re.Pattern[bytes]:
    """All that a terminal may send for a control key, whichever way the agent has set its keys."""
    letter = key[0] + 0x40
    codes = b"|".join(b"%d" % code for code in {letter, ord(chr(letter).lower())})
    return re.compile(
        re.escape(key)
        + rb"|\x1b\[(?:"
        + codes
        + rb")(?::\d*)*;(?:5|69|133|197)(?::1)?u|\x1b\[27;5;(?:"
        + codes
        + rb")~"
    )


class Typed:
    """Finds the key that detaches in what is typed.

    In what is pasted it is a letter like others: the rest would be typed to whoever has the terminal then.
    """

    def __init__(self, key: re.Pattern[bytes]) -> None:
        self._tokens = re.compile(PASTE + b"|" + key.pattern)
        self._end, self._pasting, self._last = b"", False, 0.0

    def take(self, data: bytes, now: float) -> tuple[bytes, bool]:
        """What of it is for the agent, and whether the key came after that."""
        self._pasting = self._pasting and now - self._last <= PASTE_S
        self._last, seen, text = now, len(self._end), self._end + data
        for found in self._tokens.finditer(text):
            if found.end() <= seen:
                continue
            if found["paste"]:
                self._pasting = found["paste"] == b"0"
            elif not self._pasting:
                return text[seen : max(seen, found.start())], True
        self._end = text[-5:]  # of a mark that comes in two parts
        return data, False


def key_of(key: bytes) -> str:
    """What people call a control key."""
    return f"ctrl+{chr(key[0] + 0x40).lower()}"


class _Here:
    """One stay at an agent's terminal."""

    def __init__(self, line: TerminalLine, key: re.Pattern[bytes], news: int, stdin: int, stdout: int) -> None:
        self._line, self._keys, self._news = line, Typed(key), news
        self._stdin, self._stdout = stdin, stdout
        self._asked = 0.0

    def entitle(self, text: str) -> None:
        """Name the window, with the title that it has put aside."""
        self._write((SAVE_TITLE + title(text)).encode())

    def run(self, take: Callable[[], bool]) -> Ending:
        """Until the key, a signal, or the end of either; what it was."""
        while True:
            ready, _, _ = select.select([self._stdin, self._line.fileno(), self._news], [], [])
            if self._news in ready:
                if take():
                    return Ending("ended by a signal")
                self._line.resize(size_of(self._stdout))
            try:
                if self._line.fileno() in ready:
                    heard = self._line.hear()
                    if heard is None:
                        return Ending("its program has ended")
                    for data in heard:
                        self._write(data)
                if self._stdin in ready and self._typed():
                    return Ending()
            except FactoryError as error:
                return Ending(error.message, error.cure)

    def leave(self) -> None:
        """Leave the terminal as it was, and nothing of what it answers to the agent for whoever reads it next."""
        with suppress(OSError):
            self._write(LEAVE + RESTORE_TITLE.encode())
            if time.monotonic() - self._asked < ASKED_S:
                self._write(FENCE)
                self._swallow()
            lines = size_of(self._stdout).lines
            self._write(b"\x1b[%d;1H\r\n" % lines)
            termios.tcflush(self._stdin, termios.TCIFLUSH)

    def _typed(self) -> bool:
        """Hand on what was typed; whether it was the key that detaches."""
        try:
            data = os.read(self._stdin, READ)
        except OSError:
            data = b""
        if not data:
            return True  # the terminal has gone
        typed, detaches = self._keys.take(data, time.monotonic())
        if typed:
            self._line.type(typed)
        return detaches

    def _write(self, data: bytes) -> None:
        if ASKED.search(data):
            self._asked = time.monotonic()
        view = memoryview(data)
        while view:
            view = view[os.write(self._stdout, view) :]

    def _swallow(self) -> None:
        until, heard = time.monotonic() + FENCE_S, b""
        while FENCED not in heard and (left := until - time.monotonic()) > 0:
            if not select.select([self._stdin], [], [], left)[0] or not (more := os.read(self._stdin, READ)):
                return
            heard = heard[-len(FENCED) :] + more


@contextmanager
def _raw(terminal: int) -> Iterator[None]:
    """Every key comes as it is, Ctrl-C too."""
    try:
        before = termios.tcgetattr(terminal)
    except termios.error as error:
        raise FactoryError("this is no terminal", "run it in one") from error
    try:
        tty.setraw(terminal, termios.TCSADRAIN)
        yield
    finally:
        with suppress(termios.error):
            termios.tcsetattr(terminal, termios.TCSADRAIN, before)


class _News:
    """Signals, as bytes that can be waited for."""

    def __init__(self) -> None:
        self.descriptor, self._writing = os.pipe()
        self.ending = 0
        """The signal that is to end this process."""

    def hear(self, number: int, _: FrameType | None) -> None:
        if number != signal.SIGWINCH:
            self.ending = number
        os.write(self._writing, b".")

    def take(self) -> bool:
        """Whether this is to end; else the terminal has another size."""
        os.read(self.descriptor, READ)
        return bool(self.ending)

    def close(self) -> None:
        os.close(self.descriptor)
        os.close(self._writing)


@contextmanager
def _watching() -> Iterator[_News]:
    """Be told of another size, and of what would end this process in the middle; the latter happens afterwards."""
    news = _News()
    numbers = (signal.SIGWINCH, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, news.hear) for number in numbers}
    try:
        yield news
    finally:
        for number, handler in before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)
        news.close()
        if news.ending:
            os.kill(os.getpid(), news.ending)
