"""Measures a live floor on which nothing happens: the real supervisor, and the real console in a pseudo-terminal."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from sessions.supervisor import process
from sessions.supervisor.process import Options
from tests.bench.figure import Figure
from tests.bench.live import at_home, console, repository
from tests.bench.probe import Terminal

STATIONS = 50
AGE_S = 3_600.0
"""So long ago the agents said their last word: ages are minutes, and nothing is left in the rates."""
PATIENCE_S = 60.0
QUIET_S = 65.0
"""After the last thing that the floor tells of, even its own age stands still until the next full minute."""
APART_S = 2.0
"""So far from a full minute ages do not change."""
SAYINGS = 20
"""Answers in every transcript."""


class Spent(msgspec.Struct, frozen=True):
    """What processes have spent up to a moment."""

    wakes: int
    """Times that one of their threads went to sleep and woke."""
    cpu_s: float

    def __sub__(self, other: Spent) -> Spent:
        return Spent(self.wakes - other.wakes, self.cpu_s - other.cpu_s)


def spent(*processes: int) -> Spent:
    """What these processes have spent, from the kernel's own count of every thread (see proc(5))."""
    wakes, nanoseconds = 0, 0
    for pid in processes:
        for thread in Path(f"/proc/{pid}/task").iterdir():
            status = dict(
                line.split(":\t", 1) for line in (thread / "status").read_text().splitlines() if ":\t" in line
            )
            wakes += int(status["voluntary_ctxt_switches"])
            nanoseconds += int((thread / "schedstat").read_text().split()[0])
    return Spent(wakes, nanoseconds / 1e9)


class LiveFloor(msgspec.Struct, frozen=True):
    """A console on a live floor, and its supervisor."""

    terminal: Terminal
    supervisor: int
    """Its process id."""

    @property
    def spent(self) -> Spent:
        return spent(self.terminal.pid, self.supervisor)

    def rest(self, seconds: float) -> None:
        """Let so many seconds pass without a key. Only what comes wakes the one who reads."""
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            self.terminal.read(left, draw=False)


@contextmanager
def live_floor(directory: Path, stations: int = STATIONS) -> Iterator[LiveFloor]:
    """A repository with a worktree and an idle agent for every station, and a console that shows them all."""
    with at_home(directory) as home:
        repo, trees = repository(directory, stations)
        for number, tree in enumerate(trees):
            transcript(home, tree, number)
        try:
            process.start(repo.path, Options(idle_minutes=5.0))
            with console(repo.path) as terminal:
                terminal.until(lambda text: f"1/{stations}" in text, PATIENCE_S)
                supervisor = process.running(repo.path)
                assert supervisor
                yield LiveFloor(terminal, supervisor)
        finally:
            process.stop(repo.path)


def transcript(home: Path, tree: Path, number: int) -> None:
    """What an agent wrote that works in a worktree, and finished its turn some time ago."""
    session = f"11111111-2222-4333-8444-{number:012}"
    path = home / ".claude" / "projects" / str(tree).replace("/", "-") / f"{session}.jsonl"
    path.parent.mkdir(parents=True)
    last = time.time() - AGE_S - number
    path.write_bytes(b"".join(answer(tree, session, step, last - 60 * step) for step in range(SAYINGS, 0, -1)))


def answer(tree: Path, session: str, step: int, when: float) -> bytes:
    """A line of a transcript."""
    line = {
        "type": "assistant",
        "uuid": f"00000000-0000-4000-8000-{step:012}",
        "sessionId": session,
        "timestamp": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(when)),
        "cwd": str(tree),
        "gitBranch": f"work/{tree.name}",
        "version": "2.1.0",
        "requestId": f"req_{session}_{step}",
        "message": {
            "id": f"msg_{session}_{step}",
            "role": "assistant",
            "model": "claude-opus-4-1-20250805",
            "content": [{"type": "text", "text": f"step {step} is done"}],
            "stop_reason": "end_turn",
            "usage": {"input_tokens": 1_000, "output_tokens": 100},
        },
    }
    return msgspec.json.encode(line) + b"\n"


def figures(directory: Path, seconds: float) -> Iterator[Figure]:
    """Wake-ups, CPU and bytes of console and supervisor together, between two full minutes and across one."""
    with live_floor(directory) as floor:
        floor.rest(QUIET_S)
        crosses = time.time() % 60 > 60 - seconds - 3 * APART_S
        floor.rest((-time.time() - APART_S) % 60 if crosses else 0)
        floor.rest(2 * APART_S)
        what = f"{STATIONS} quiet panes, live, console and supervisor"
        before, received = floor.spent, floor.terminal.received
        floor.rest(seconds)
        used = floor.spent - before
        yield Figure(f"wake-ups, {what}", used.wakes / seconds, "/s", 2)
        yield Figure(f"CPU, {what}", 100 * used.cpu_s / seconds, "%", 0.1)
        yield Figure(f"bytes to the terminal, {what}", (floor.terminal.received - received) / seconds, "B/s", 0)
        before, received = floor.spent, floor.terminal.received
        floor.rest(60)
        yield Figure(f"CPU across a full minute, {what}", 100 * (floor.spent - before).cpu_s / 60, "%", 0.1)
        yield Figure("bytes a full minute takes, when all ages change", floor.terminal.received - received, "B")
