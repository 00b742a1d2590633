"""Measures the journal and recordings: appending, acknowledging, opening, seeking, memory.

`python -m tests.bench.journal RECORDING` measures the reading of one in a process that does nothing else.
"""

from __future__ import annotations

import asyncio
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from statistics import median

import msgspec

from sessions.floor.events import Event
from sessions.journal.reader import JournalReader
from sessions.journal.recording.record import write
from sessions.journal.recording.recording import Recording
from sessions.journal.size import measure
from sessions.journal.writer import Journal
from sessions.simulation import simulate
from tests.bench import door
from tests.bench.figure import Figure

BATCH = 4_000
"""Events of one append: what a scan of transcripts hands over at a time."""
SEEKS = 100


class Reading(msgspec.Struct, frozen=True):
    """How a recording was read; seconds and megabytes."""

    opened: float
    seek_median: float
    seek_worst: float
    density: float
    memory: float


def figures(quick: bool) -> Iterator[Figure]:
    """Every figure about the journal; `quick` writes a tenth."""
    count = 100_000 if quick else 1_000_000
    with tempfile.TemporaryDirectory(prefix="factory-tui-bench-") as name:
        folder = Path(name)
        rate = append_batched(folder / "journal.db", count)
        yield Figure(f"journal append with fold, batches of {BATCH:,}", rate, "events/s", 50_000, more_is_better=True)
        size = measure(folder / "journal.db")
        yield Figure(f"journal of {count:,} events on disk", size.bytes_per_event, "B/event", 100)
        yield from door.figures(folder / "journal.db", count)
        rate = single_commits(folder / "single.db", 300 if quick else 2_000)
        yield Figure("acknowledged single commits, one after another", rate, "commits/s", 500, more_is_better=True)
        rate = concurrent_commits(folder / "group.db", 3_000 if quick else 20_000)
        yield Figure("acknowledged single commits, 32 at a time", rate, "commits/s")
        recording = folder / "run.ftr"
        yield Figure(f"recording {count:,} events, secrets redacted", record(folder / "journal.db", recording), "s")
        yield Figure("size of that recording", recording.stat().st_size / 1e6, "MB")
        reading = read_recording(recording)
        yield Figure(f"opening a recording of {count:,} events", reading.opened * 1e3, "ms", 1_000)
        yield Figure("seek in it, median", reading.seek_median * 1e3, "ms", 150)
        yield Figure(f"seek in it, the slowest of {SEEKS}", reading.seek_worst * 1e3, "ms", 150)
        yield Figure("its timeline", reading.density * 1e3, "ms")
        yield Figure("memory of a process that reads it", reading.memory, "MB", 150)


def append_batched(path: Path, count: int) -> float:
    """Events per second, appended one batch after another to a new journal, folded and synced."""

    async def append() -> float:
        journal = await Journal.open(path)
        events, spent = simulate(1), 0.0
        while batch := list(islice(events, min(BATCH, max(0, count - journal.state.seq)))):
            begin = time.perf_counter()
            await journal.append(batch)
            spent += time.perf_counter() - begin
        await journal.close()
        return count / spent

    return asyncio.run(append())


def single_commits(path: Path, count: int) -> float:
    """Appends of one event per second, each waiting until the one before it is durable."""

    async def append(events: Sequence[Event]) -> float:
        journal = await Journal.open(path)
        begin = time.perf_counter()
        for event in events:
            await journal.append((event,))
        spent = time.perf_counter() - begin
        await journal.close()
        return len(events) / spent

    return asyncio.run(append(list(islice(simulate(1), count))))


def concurrent_commits(path: Path, count: int, tasks: int = 32) -> float:
    """Appends of one event per second by several tasks, each waiting for its own."""

    async def append(events: Sequence[Event]) -> float:
        journal = await Journal.open(path)

        async def one_task(own: Sequence[Event]) -> None:
            for event in own:
                await journal.append((event,))

        begin = time.perf_counter()
        await asyncio.gather(*(one_task(events[task::tasks]) for task in range(tasks)))
        spent = time.perf_counter() - begin
        await journal.close()
        return len(events) / spent

    return asyncio.run(append(list(islice(simulate(1), count))))


def record(journal: Path, target: Path) -> float:
    """Seconds to record a whole journal."""
    reader = JournalReader(journal)
    begin = time.perf_counter()
    write(reader, target, 1, reader.span.last_seq)
    spent = time.perf_counter() - begin
    reader.close()
    return spent


def read_recording(path: Path) -> Reading:
    """How a fresh process reads the recording."""
    command = [sys.executable, "-m", "tests.bench.journal", str(path)]
    return msgspec.json.decode(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout, type=Reading)


def _read(path: Path) -> Reading:
    begin = time.perf_counter()
    recording = Recording(path)
    opened = time.perf_counter() - begin
    chance = random.Random(1)
    seeks = []
    for _ in range(SEEKS):
        seq = chance.randint(0, recording.span.last_seq)
        begin = time.perf_counter()
        recording.state_at(seq)
        seeks.append(time.perf_counter() - begin)
    begin = time.perf_counter()
    recording.density(200)
    density = time.perf_counter() - begin
    recording.close()
    return Reading(opened, median(seeks), max(seeks), density, _peak_mb())


def _peak_mb() -> float:
    """The most memory this process has had resident, in MB."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    # What getrusage says on Linux begins with the memory of the process that started this one.
    return next(int(line.split()[1]) / 1e3 for line in status.read_text().splitlines() if line.startswith("VmHWM:"))


if __name__ == "__main__":
    print(json.dumps(msgspec.to_builtins(_read(Path(sys.argv[1])))))
