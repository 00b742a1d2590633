"""Measures agents in terminals: what they cost while nobody looks, and how it feels to be at one.

Supervisor, keeper, stations and the attached terminal are real; the stations are commands in their own boundaries.
"""

from __future__ import annotations

import os
import pty
import select
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sessions.floor.commands import StartStation
from sessions.floor.scope import Mode
from sessions.operator import command
from sessions.place import Place, place_of
from sessions.stations.keeping.starting import lock_of
from sessions.stations.keeping.values import Size
from sessions.supervisor import process
from sessions.supervisor.process import Options
from sessions.supervisor.wire.line import Line
from sessions.supervisor.wire.terminal import TerminalLine
from tests import ROOT
from tests.bench.figure import Figure, percentile
from tests.bench.idle import spent
from tests.bench.live import at_home
from tests.bench.probe import Terminal
from tests.support.branches.git import TestRepository
from tests.support.supervisor import ended

STATIONS, FEW = 40, 6
RATE = 20
"""Lines of a kilobyte a second of each."""
KEYS, FEW_KEYS = 400, 100
SETTLED_S = 3.0
PATIENCE_S = 60.0
QUIET = "import signal; print('ready', flush=True); signal.pause()"
PRINTS = f"import time\nwhile True: print('x' * 998, flush=True); time.sleep({1 / RATE})"
ECHOES = "import os, tty; tty.setraw(0); os.write(1, b'ready')\nwhile True: os.write(1, os.read(0, 100))"


def figures(quick: bool) -> Iterator[Figure]:
    """All of them."""
    count, seconds = (FEW, 5.0) if quick else (STATIONS, 20.0)
    with tempfile.TemporaryDirectory(prefix="ft-terminals-", dir="/tmp") as name, at_home(Path(name)):
        repository = TestRepository(Path(name, "repo"))
        repository.commit({"README": "hello\n"}, "first")
        place = place_of(repository.path)
        process.start(repository.path, Options(idle_minutes=10.0))
        try:
            yield from _quiet(place, count, seconds)
            yield from _noisy(place, count, seconds)
            yield from _attached(place, FEW_KEYS if quick else KEYS)
        finally:
            process.stop(repository.path)
            _end_keeper(place)


def _start(place: Place, name: str, code: str) -> None:
    line = Line(place.socket, lambda _: None)
    try:
        words = f"{sys.executable} -I -S -c {_quoted(code)}"
        wish = StartStation("command", name=name, mode=Mode.FULL, options=(("command", words),))
        reply = line.obey(command(wish))
        assert reply.ok, reply
    finally:
        line.close()


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _quiet(place: Place, count: int, seconds: float) -> Iterator[Figure]:
    for number in range(count):
        _start(place, f"quiet{number}", QUIET)
    processes = _both(place)
    time.sleep(SETTLED_S)
    before = spent(processes[1])
    time.sleep(seconds)
    used = spent(processes[1]) - before
    yield Figure(f"wake-ups of the keeper, {count} silent terminals", used.wakes, "", 0, note=f"in {seconds:.0f} s")


def _noisy(place: Place, count: int, seconds: float) -> Iterator[Figure]:
    for number in range(count):
        _start(place, f"noisy{number}", PRINTS)
    time.sleep(SETTLED_S)
    processes = _both(place)
    before = spent(*processes)
    time.sleep(seconds)
    used = spent(*processes) - before
    what = f"CPU of supervisor and keeper, {count} terminals printing {RATE} kB/s each, nobody looking"
    yield Figure(what, 100 * used.cpu_s / seconds, "%", 10.0)
    resident = int(Path(f"/proc/{processes[1]}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    yield Figure("memory of the keeper then", resident, "MB", note=f"{2 * count} terminals")


def _attached(place: Place, keys: int) -> Iterator[Figure]:
    _start(place, "echo", ECHOES)
    firsts = []
    for _ in range(20):
        begun = time.perf_counter()
        line = TerminalLine(place.socket, "echo", Size(100, 30), looks=False)
        while not line.hear():
            pass
        firsts.append(1_000 * (time.perf_counter() - begun))
        line.close()
    yield Figure("attach to the first byte, p99", percentile(firsts, 99), "ms", 100.0, note="beside the noise")
    with _plain() as (typing, reading):
        plain = _round_trips(typing, reading, keys)
    with _here(place) as terminal:
        through = _round_trips(terminal.descriptor, terminal.descriptor, keys)
    more = percentile(through, 99) - percentile(plain, 99)
    what = "a key through attach and back, p99 above a plain terminal's"
    yield Figure(
        what, more, "ms", 15.0, note=f"median {percentile(through, 50):.2f} against {percentile(plain, 50):.2f}"
    )


@contextmanager
def _plain() -> Iterator[tuple[int, int]]:
    """The same program in a terminal with nothing between."""
    pid, descriptor = pty.fork()
    if not pid:
        os.execv(sys.executable, [sys.executable, "-I", "-S", "-c", ECHOES])
    try:
        _until(descriptor, b"ready")
        yield descriptor, descriptor
    finally:
        os.close(descriptor)
        os.waitpid(pid, 0)


@contextmanager
def _here(place: Place) -> Iterator[Terminal]:
    """The command line's own `attach`, in a terminal."""
    words = [sys.executable, "-m", "console", "attach", "echo", "--repo", str(place.repo)]
    with Terminal(words, 100, 30, {"PYTHONPATH": str(ROOT)}) as terminal:
        terminal.until(lambda text: "ready" in text, PATIENCE_S)
        terminal.settle()
        yield terminal


def _round_trips(typing: int, reading: int, keys: int) -> list[float]:
    """Milliseconds from a key to its echo."""
    found = []
    for number in range(keys):
        key = b"%c" % (0x61 + number % 26)
        begun = time.perf_counter()
        os.write(typing, key)
        _until(reading, key)
        found.append(1_000 * (time.perf_counter() - begun))
        time.sleep(0.005)
    return found


def _until(descriptor: int, word: bytes) -> None:
    seen = b""
    while word not in seen:
        assert select.select([descriptor], [], [], PATIENCE_S)[0], f"{word!r} never came"
        seen += os.read(descriptor, 1 << 16)


def _both(place: Place) -> tuple[int, int]:
    """The process numbers of supervisor and keeper."""
    supervisor = process.running(place.repo)
    assert supervisor
    return supervisor, int(lock_of(place.state_dir).read_text())


def _end_keeper(place: Place) -> None:
    pid = int(lock_of(place.state_dir).read_text())
    os.kill(pid, signal.SIGTERM)
    assert ended(pid)
