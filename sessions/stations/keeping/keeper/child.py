"""One program that the keeper started, with its terminal and what became of it."""

from __future__ import annotations

import contextlib
import os
import signal
import time

from sessions.stations.keeping import cgroups, processes
from sessions.stations.keeping.keeper import spawn
from sessions.stations.keeping.keeper.answers import LONGEST, answers
from sessions.stations.keeping.keeper.framing import CHUNK, Words
from sessions.stations.keeping.keeper.refusals import Refusals
from sessions.stations.keeping.keeper.ring import Ring
from sessions.stations.keeping.marks import MARK, STATION, Mark, mark_of

RING = 1 << 20
"""Bytes of output that are kept, unless a start says otherwise."""
MOST_RING = 64 << 20
MOST_TYPED = 4 << 20
"""Bytes that wait for a program that does not read what is typed."""
READS = 16
"""Chunks of one terminal in a row, before others have their turn."""
FULL = 4_000
"""A terminal that gives as much at once may hold its program up: it is read again without delay."""


class Child:
    """It lives from its start until it is forgotten."""

    def __init__(self, name: str, plan: spawn.Plan, pid: int, telling: int, ring: int, answering: bool) -> None:
        self.name, self.pid, self.telling = name, pid, telling
        self.argv, self.cwd, self.group = plan.argv, plan.cwd, plan.group
        self.mark: Mark | None = mark_of(plan.environment.get(STATION, ""), plan.environment.get(MARK, ""))
        self.started = processes.started(pid)
        self.since = time.time()
        self.master = plan.master
        self.terminal = plan.master >= 0
        self.columns = self.lines = 0
        self.watched = 0
        """For what its terminal is watched (see epoll_ctl(2))."""
        self.ring = Ring(ring)
        self.typed = bytearray()
        """What was typed and the terminal has not taken yet."""
        self.once, self.parts, self.once_at = "", 0, 0.0
        """What was typed last that counts once: its name, how many parts of it were typed, and when the last."""
        self.answering = answering
        """The keeper answers for the terminal where nobody else does."""
        self.failed: tuple[str, int] | None = None
        """Where the start failed."""
        self.status: int | None = None
        """How it ended, as the kernel tells it."""
        self.over = 0.0
        self.deadline: float | None = None
        """When what is left of it is killed, on the clock that never goes back."""
        self.refusals: Refusals | None = None
        """What it says that it was refused is noticed."""
        self.refused = b""
        """What it said so and nobody was told yet."""
        self._tail = b""

    @property
    def told(self) -> Words:
        """All that is said of it; not its environment, which holds secrets."""
        return {
            "id": self.name,
            "pid": self.pid,
            "started": self.started,
            "argv": self.argv,
            "cwd": self.cwd,
            "station": self.mark.station if self.mark else "",
            "mark": str(self.mark) if self.mark else "",
            "group": self.group,
            "since": self.since,
            "terminal": self.terminal,
            "columns": self.columns,
            "lines": self.lines,
            "first": self.ring.first,
            "end": self.ring.end,
            "exit": self.exit,
            "once": self.once,
            "parts": self.parts,
            "once_at": self.once_at,
        }

    @property
    def exit(self) -> Words | None:
        """How it ended; None while it runs."""
        if self.status is None:
            return None
        code = os.waitstatus_to_exitcode(self.status)
        return {"code": max(code, 0), "signal": max(-code, 0), "time": self.over}

    def resize(self, columns: int, lines: int) -> None:
        """Give its terminal another size."""
        if self.master >= 0:
            spawn.resize(self.master, columns, lines)
            self.columns, self.lines = columns, lines

    def read(self, answering: bool) -> tuple[bool, bool]:
        """Take in what it wrote: whether there was so much that more may wait, and whether its terminal is closed.

        With `answering` nobody looks who would answer for the terminal.
        """
        greedy = False
        for _ in range(READS):
            try:
                data = os.read(self.master, CHUNK)
            except BlockingIOError:
                return greedy, False
            except OSError:  # EIO: nobody has it open any more
                return False, True
            if not data:
                return False, True
            self.ring.put(data)
            if self.refusals is not None:
                self.refused += self.refusals.take(self.ring, data)
            if answering and self.answering:
                self._answer(data)
            if len(data) < FULL:
                return greedy, False
            greedy = True
        return greedy, False

    def type(self, data: bytes) -> bool:
        """Have something typed; False when too much waits already."""
        if self.master < 0 or self.status is not None or len(self.typed) + len(data) > MOST_TYPED:
            return False
        self.typed += data
        self.push()
        return True

    def has_typed(self, once: str, part: int) -> bool:
        """Whether this part of it was typed already."""
        return once == self.once and part < self.parts

    def note(self, once: str, part: int) -> None:
        """This part of it is typed, with all before it."""
        self.once, self.parts, self.once_at = once, part + 1, time.time()

    def push(self) -> None:
        """Give the terminal what it takes of what was typed."""
        while self.typed and self.master >= 0:
            try:
                del self.typed[: os.write(self.master, self.typed[:CHUNK])]
            except BlockingIOError:
                return
            except OSError:
                self.typed.clear()

    def tree(self) -> list[processes.Process]:
        """All that was started for it and lives, leaves first."""
        root = self.pid if self.status is None else 0
        return processes.tree(root, self.started, self.mark, os.getpid(), self.group)

    def signal(self, number: int, whole: bool) -> int:
        """Signal all that was started for it, or its process group alone; returns how many took it."""
        if whole:
            return sum(processes.send(each, number) for each in self.tree())
        if self.status is not None or self.failed:
            return 0
        # It is our child and not asked for yet: its number, and that of its group, are nobody else's.
        with contextlib.suppress(OSError):
            os.killpg(self.pid, number)
            return 1
        return 0

    def end(self, grace_s: float) -> None:
        """Ask all that was started for it to end, and go on to `kill` after so many seconds."""
        found = self.tree()
        if not found and self.status is not None:
            return
        for number in (signal.SIGTERM, signal.SIGCONT):
            for each in found:
                processes.send(each, number)
        until = time.monotonic() + grace_s
        self.deadline = until if self.deadline is None else min(self.deadline, until)

    def kill(self) -> None:
        """End what is left of it."""
        self.deadline = None
        processes.kill(self.tree)

    def ended(self, status: int) -> None:
        """It has ended; what it had started may go on."""
        self.status, self.over = status, time.time()

    def close(self) -> None:
        """Let go of its terminal: whoever still has it open is told that it hung up."""
        for descriptor in (self.master, self.telling):
            if descriptor >= 0:
                os.close(descriptor)
        self.master = self.telling = -1

    def leave(self) -> None:
        """Nothing of it is left."""
        if self.group:
            cgroups.remove(self.group)

    def _answer(self, data: bytes) -> None:
        seen = self._tail + data
        self.type(answers(seen))
        cut = seen.rfind(b"\x1b", -LONGEST)
        self._tail = seen[cut:] if cut >= 0 and not answers(seen[cut:]) else b""
