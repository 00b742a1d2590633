"""A terminal for a program under measurement: it draws what comes, presses keys, and keeps count of time and bytes."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

import msgspec
import pyte

Seen = Callable[[str], bool]
"""A question to the text of the screen."""

READ = 1 << 16
TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")

ANSWERS = (
    (b"\x1b[c", b"\x1b[?62;22c"),
    (b"\x1b[6n", b"\x1b[1;1R"),
    (b"\x1b[?2026$p", b"\x1b[?2026;2$y"),
    (b"\x1b]10;?", b"\x1b]10;rgb:cccc/cccc/cccc\x1b\\"),
    (b"\x1b]11;?", b"\x1b]11;rgb:0000/0000/0000\x1b\\"),
)
"""What a terminal answers when it is asked; without an answer a program may wait."""


class Usage(msgspec.Struct, frozen=True):
    """What a process has used."""

    cpu_s: float
    memory_mb: float
    """Resident, the private and the shared part."""


class Terminal:
    """A pseudo-terminal with a program in it. Use it in a `with` statement; the program is ended at its end."""

    def __init__(
        self, command: Sequence[str], columns: int = 200, lines: int = 60, env: dict[str, str] | None = None
    ) -> None:
        self.screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self.screen)
        self.received = 0
        self.output = bytearray()
        """Everything that the program wrote."""
        self.arrivals: list[tuple[float, int]] = []
        """Seconds since the start of the program, and how long the output was by then."""
        self.exit_code: int | None = None
        self.started = time.perf_counter()
        with warnings.catch_warnings():
            # Python warns of forks beside threads; this child runs nothing before it becomes another program.
            warnings.simplefilter("ignore", DeprecationWarning)
            self.pid, self.descriptor = pty.fork()
        if not self.pid:
            for number in (signal.SIGINT, signal.SIGHUP):  # a job in the background has them ignored, no terminal does
                signal.signal(number, signal.SIG_DFL)
            _become(command, {"TERM": "xterm-256color", "COLORTERM": "truecolor", **(env or {})})
        self._set_size(columns, lines)
        self.modes = termios.tcgetattr(self.descriptor)
        """The terminal's modes before the program has changed any."""

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    @property
    def text(self) -> str:
        """What is on the screen."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def read(self, seconds: float, draw: bool = True) -> bool:
        """Take what comes within `seconds`; false when nothing did. Undrawn output is counted and lost."""
        if self.exit_code is not None or not select.select([self.descriptor], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self.descriptor, READ)
        except OSError:  # the other side is closed
            data = b""
        if not data:
            self._reap()
            return False
        self.received += len(data)
        self.output += data
        self.arrivals.append((time.perf_counter() - self.started, len(self.output)))
        for question, answer in ANSWERS:
            if question in data:
                os.write(self.descriptor, answer)
        if draw:
            self._stream.feed(data)
        return True

    def draw(self, data: bytes) -> None:
        """Draw output that was read without being drawn."""
        self._stream.feed(data)

    def until(self, seen: Seen, timeout: float) -> float:
        """Read until the screen's text satisfies `seen`; returns the seconds it took, raises TimeoutError."""
        begun = time.perf_counter()
        while not seen(self.text):
            self._wait(begun, timeout)
        return time.perf_counter() - begun

    def _wait(self, begun: float, timeout: float) -> None:
        """Wait for something more, or for the end of the program."""
        left = timeout - (time.perf_counter() - begun)
        if self.exit_code is None and left > 0 and (self.read(left) or self.exit_code is not None):
            return
        raise TimeoutError(f"not seen within {timeout} s; the screen was:\n{self.text}")

    def first_seen(self, seen: Seen, quiet: float, timeout: float) -> float:
        """Seconds from the start of the program to the output after which the screen's text satisfies `seen`.

        The output is only kept until nothing came for `quiet` seconds, and drawn then: drawing takes an emulator
        longer than a terminal, and would be measured with the program.
        """
        while time.perf_counter() - self.started < timeout and (self.read(quiet, draw=False) or not self.output):
            pass
        before = 0
        for seconds, length in self.arrivals:
            self._stream.feed(bytes(self.output[before:length]))
            before = length
            if seen(self.text):
                return seconds
        raise TimeoutError(f"not seen within {timeout} s; the screen was:\n{self.text}")

    def until_last_line(self, seen: Seen, timeout: float) -> None:
        """Like `until` for the last line alone, which costs little to look at."""
        begun, bottom = time.perf_counter(), self.screen.lines - 1
        while not seen("".join(self.screen.buffer[bottom][x].data for x in range(self.screen.columns))):
            self._wait(begun, timeout)

    def press(self, keys: str) -> None:
        os.write(self.descriptor, keys.encode())

    def resize(self, columns: int, lines: int) -> None:
        """Change the size of the window; the program is told by a signal."""
        self.screen.resize(lines, columns)
        self._set_size(columns, lines)

    def _set_size(self, columns: int, lines: int) -> None:
        fcntl.ioctl(self.descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def settle(self, quiet: float = 0.2, timeout: float = 3.0) -> None:
        """Read until nothing has come for `quiet` seconds."""
        end = time.perf_counter() + timeout
        while time.perf_counter() < end and self.read(quiet):
            pass

    def watch(self, seconds: float, draw: bool = False) -> tuple[float, float]:
        """Bytes per second and share of a core, over so many seconds without keys."""
        before, received, begun = self.usage(), self.received, time.perf_counter()
        while (spent := time.perf_counter() - begun) < seconds:
            self.read(min(0.05, seconds - spent), draw)
        after, spent = self.usage(), time.perf_counter() - begun
        return (self.received - received) / spent, (after.cpu_s - before.cpu_s) / spent

    def usage(self) -> Usage:
        return usage(self.pid)

    def wait(self, timeout: float) -> int:
        """The exit code of the program, once it has ended by itself."""
        end = time.perf_counter() + timeout
        while self.exit_code is None:
            if time.perf_counter() > end:
                raise TimeoutError(f"the program does not end; the screen was:\n{self.text}")
            self.read(max(0.0, end - time.perf_counter()))
        return self.exit_code

    def end(self) -> None:
        if self.exit_code is None:
            os.kill(self.pid, signal.SIGKILL)
            self._reap()
        os.close(self.descriptor)

    def _reap(self) -> None:
        self.exit_code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def usage(pid: int) -> Usage:
    """CPU and memory of one process, from the kernel's own count (see proc(5))."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    resident = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return Usage((int(fields[11]) + int(fields[12])) / TICKS, resident * PAGE / 1e6)


def _become(command: Sequence[str], env: dict[str, str]) -> None:
    """Turn this forked process into the program; it never returns."""
    # What they say would be believed over the size of this terminal.
    around = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    env = {name: value for name, value in env.items() if name not in ("COLUMNS", "LINES")}
    try:
        os.execvpe(command[0], list(command), around | env)
    finally:
        os._exit(127)
