"""Commands of a shell: with a limit, their output bounded, and nothing left of them when they end."""

from __future__ import annotations

import contextlib
import os
import re
import select
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from typing import Any

HEAD, TAIL = 16_000, 44_000
"""Bytes of the output that are kept, of its beginning and of its end."""
PACE_S = 0.5
"""Between two words of what a command prints; also how often it is looked at where its end cannot be waited for."""
LAST_WORDS_S = 0.05
"""What a command that has ended printed is there by then; what it left behind does not hold anybody up."""
MOST_LAST_WORDS_S = 1.0
"""Nor does what it left behind where no signal to its group reaches, and which prints on."""

Ask = dict[str, Any]
Answer = dict[str, Any]
Tell = Callable[[str, str], None]


class Commands:
    """Runs commands in one directory; `tell` is told what they print, now and then."""

    def __init__(self, root: str, tell: Tell) -> None:
        self._root, self._tell = root, tell
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._stopped: set[str] = set()
        self._lock = threading.Lock()

    def run(self, ask: Ask) -> Answer:
        """Run a command of a shell. What it leaves running ends with it."""
        limit = min(max(float(ask.get("timeout") or 120), 0.1), 3_600)
        child = subprocess.Popen(
            ["/bin/sh", "-c", ask.get("command", "")],
            cwd=self._root,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        assert child.stdout is not None
        with self._lock:
            self._running[ask["id"]] = child
            if ask["id"] in self._stopped:
                _end(child)
        output = Output(lambda text: self._tell(ask["id"], text))
        printing, end = child.stdout.fileno(), _end_of(child)
        watched = {printing, end} - {-1}
        deadline, over, late = time.monotonic() + limit, False, False
        while True:
            left = max(0.0, deadline - time.monotonic())
            ready, _, _ = select.select(watched, [], [], LAST_WORDS_S if over else PACE_S if end < 0 else left)
            data = os.read(printing, 1 << 16) if printing in ready else b""
            output.add(data)
            if printing in ready and not data:
                watched.discard(printing)  # it has closed it, and may run on
            if over:
                if not data or time.monotonic() > deadline:
                    break
                continue
            # It is looked at without being taken up: as long as it is not, nobody else can bear its number.
            over = os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
            late = not over and time.monotonic() >= deadline
            if over or late:
                over = True
                _end(child)
                watched.discard(end)
                deadline = time.monotonic() + MOST_LAST_WORDS_S
        if end >= 0:
            os.close(end)
        with self._lock:
            del self._running[ask["id"]]
        child.stdout.close()
        code = child.wait()
        text = output.text()
        if late:
            text += f"\n[ended after {limit:g} s: give a longer timeout, or run it in parts]"
        elif code:
            text += f"\n[exit code {code}]"
        return {"ok": code == 0, "text": text.lstrip("\n") or "[no output]", "denied": output.denied()}

    def stop(self, asked: str) -> None:
        with self._lock:
            self._stopped.add(asked)
            if child := self._running.get(asked):
                _end(child)

    def end(self) -> None:
        with self._lock:
            for child in self._running.values():
                _end(child)


class Output:
    """What a command prints: its head and its tail, and told of now and then."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self.head, self.tail, self.length, self.said = b"", b"", 0, 0.0

    def add(self, data: bytes) -> None:
        if not data:
            return
        self.length += len(data)
        room = HEAD - len(self.head)
        self.head += data[:room]
        self.tail = (self.tail + data[room:] if room < len(data) else self.tail)[-TAIL:]
        if time.monotonic() - self.said >= PACE_S:
            self.said = time.monotonic()
            self._tell(data[-2_000:].decode("utf-8", "replace"))

    def text(self) -> str:
        left = self.length - len(self.head) - len(self.tail)
        between = f"\n… {left} bytes …\n".encode() if left > 0 else b""
        return (self.head + between + self.tail).decode("utf-8", "replace").rstrip()

    def denied(self) -> list[str]:
        """The paths of which the command says that the kernel did not let it write them."""
        text = (self.head + b"\n" + self.tail).decode("utf-8", "replace")
        found = re.findall(r"['\"`:\s]?([^\s'\"`:]+)['\"`]?: Read-only file system", text)
        found += re.findall(r"Read-only file system: ['\"]?([^\s'\"`]+)", text)
        return list(dict.fromkeys(path for path in found if path))[:20]


def _end_of(child: subprocess.Popen[bytes]) -> int:
    """A descriptor that can be read as soon as the command has ended; -1 where the kernel has none."""
    try:
        return os.pidfd_open(child.pid)
    except (AttributeError, OSError):
        return -1


def _end(child: subprocess.Popen[bytes]) -> None:
    """End a command that was not taken up yet, and all in its group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
