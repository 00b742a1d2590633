"""Measures signals: whether each counts exactly once, how soon, what the hook costs, and that waiting costs nothing.

`python -m tests.bench.stations.signals DIRECTORY [COUNT]` waits with a question open in every station, or sends.
"""

from __future__ import annotations

import asyncio
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

from sessions.floor.events import SignalRaised
from sessions.journal.reader import JournalReader
from sessions.journal.writer import Journal
from sessions.stations.signals import hook, plain
from sessions.stations.signals.outbox import Outbox
from sessions.supervisor.recorder import Recorder
from tests import ROOT
from tests.bench.figure import Figure, percentile

STATIONS = 40
RATE = 600
"""Signals a second of all stations, for the figure of how soon."""
PAUSE_S = 0.001
"""Between two signals while supervisors are killed."""


def figures(quick: bool) -> Iterator[Figure]:
    """Every figure about signals; `quick` sends a tenth, and waits shorter."""
    with tempfile.TemporaryDirectory(prefix="factory-tui-bench-") as name:
        root = Path(name)
        sent = 1_000 if quick else 10_000
        counted, kills = killed(_house(root / "killed"), sent)
        once = sum(1 for times in counted.values() if times == 1)
        note = f"{kills} supervisors killed"
        yield Figure(f"{sent:,} signals counted exactly once", 100 * once / sent, "%", 100, True, note)
        yield Figure("signals counted twice, or out of order", _wrong(counted), "", 0)
        waits = asyncio.run(_delays(_house(root / "soon"), 600 if quick else 6_000))
        yield Figure(f"signal to committed fact at {RATE}/s, p99", percentile(waits, 99) * 1e3, "ms", 150)
        yield Figure("processor time of one call of the hook", _call(_house(root / "call"), 20) * 1e3, "ms", 60)
        seconds, cpu, wakes = waiting(_house(root / "wait"), 5 if quick else 60)
        yield Figure(f"{STATIONS} stations waiting for answers, {seconds:.0f} s: CPU", 100 * cpu / seconds, "%", 0.5)
        yield Figure(f"{STATIONS} stations waiting for answers, {seconds:.0f} s: wake-ups", wakes, "", 0)


def killed(root: Path, count: int) -> tuple[Mapping[str, int], int]:
    """How often each signal was counted, and how many supervisors were killed meanwhile.

    A signal that was counted after a later one of its station counts as twice.
    """
    chance = random.Random(11)
    done = threading.Event()

    def send() -> None:
        for number in range(count):
            time.sleep(PAUSE_S)
            hook.send(str(root / "out" / f"s{number % STATIONS}"), "PROGRESS", {"text": str(number)})
        done.set()

    sender = threading.Thread(target=send)
    sender.start()
    kills = 0
    while not done.is_set() or _unread(root):
        argv = [sys.executable, "-m", "tests.support.stations.reader", str(root)]
        process = subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        for _ in range(chance.randrange(1, 12)):
            process.stdout.readline()
            if done.is_set() and not _unread(root):
                break
        process.send_signal(signal.SIGKILL)
        process.communicate()
        kills += 1
    sender.join()
    counted: Counter[str] = Counter()
    last: dict[str, int] = {}
    with closing(JournalReader(root / "journal.db")) as reader:
        for event in reader.events(0, 10 * count):
            if isinstance(event, SignalRaised):
                counted[event.text] += 1 if int(event.text) > last.get(event.station, -1) else 2
                last[event.station] = int(event.text)
    return counted, kills


def _unread(root: Path) -> bool:
    return any(any((root / "out" / f"s{number}").iterdir()) for number in range(STATIONS))


def waiting(root: Path, seconds: float) -> tuple[float, float, int]:
    """A process with a question open in each station: how long it was watched, its CPU seconds, and its wake-ups."""
    argv = [sys.executable, "-m", "tests.bench.stations.signals", str(root)]
    process = subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(1)  # what it still did for the last of them is over
    before, begun = _used(process.pid), time.perf_counter()
    time.sleep(seconds)
    after, took = _used(process.pid), time.perf_counter() - begun
    process.kill()
    process.communicate()
    return took, after[0] - before[0], after[1] - before[1]


async def wait(root: Path) -> None:
    """Wait for answers that nobody gives."""
    threads = [
        threading.Thread(
            target=hook.ask, args=(str(root / "out" / f"s{n}"), "PermissionRequest", {}, 3_600.0), daemon=True
        )
        for n in range(STATIONS)
    ]
    for thread in threads:
        thread.start()
    outbox = Outbox(root / "out", {})
    outbox.follow_all()
    asked = 0
    async for batch in outbox.batches():
        await outbox.settle(batch)
        asked += len(batch.signals)
        if asked == STATIONS:
            # The threads of files end with their work; what is left sleeps in the kernel.
            print("waits", flush=True)


def _used(pid: int) -> tuple[float, int]:
    """CPU seconds of a process, and how often its threads went to sleep."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    cpu = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    lines = [
        line for task in Path(f"/proc/{pid}/task").iterdir() for line in (task / "status").read_text().splitlines()
    ]
    return cpu, sum(int(line.split()[1]) for line in lines if line.startswith("voluntary_ctxt_switches"))


async def _delays(root: Path, count: int) -> list[float]:
    """Seconds from a signal that is sent to its committed fact."""
    journal = await Journal.open(root / "journal.db")
    recorder = Recorder(journal)
    outbox = Outbox(root / "out", {})
    outbox.follow_all()

    argv = [sys.executable, "-m", "tests.bench.stations.signals", str(root), str(count)]
    sender = subprocess.Popen(argv, cwd=ROOT)  # noqa: ASYNC220 - it returns at once
    waits: list[float] = []
    async for batch in outbox.batches():
        await recorder.record([event for each in batch.signals for event in plain.heard(each, "")], batch.marks)
        waits += [time.perf_counter() - float(str(each.payload["text"])) for each in batch.signals]
        await outbox.settle(batch)
        if len(waits) == count:
            break
    sender.wait()
    outbox.close()
    await journal.close()
    return waits


def send(root: Path, count: int) -> None:
    """Send signals that say when they were sent, by a clock that all processes share."""
    begun = time.perf_counter()
    for number in range(count):
        time.sleep(max(0.0, begun + number / RATE - time.perf_counter()))
        hook.send(str(root / "out" / f"s{number % STATIONS}"), "PROGRESS", {"text": str(time.perf_counter())})


def _call(root: Path, calls: int) -> float:
    argv = [sys.executable, "-I", "-S", hook.__file__, "hook", "PROGRESS", "--text", "x"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for _ in range(calls):
        subprocess.run(argv, env={hook.OUTBOX: str(root / "out" / "s0")}, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / calls


def _house(root: Path) -> Path:
    for number in range(STATIONS):
        (root / "out" / f"s{number}").mkdir(mode=0o700, parents=True)
    (root / "out").chmod(0o700)
    return root


def _wrong(counted: Mapping[str, int]) -> int:
    return sum(1 for times in counted.values() if times > 1)


if __name__ == "__main__":
    if len(sys.argv) > 2:
        send(Path(sys.argv[1]), int(sys.argv[2]))
    else:
        asyncio.run(wait(Path(sys.argv[1])))
