"""Measures the conflicts screen on 200 branches of which all 19,900 pairs have verdicts: opening it, keys, memory."""

from __future__ import annotations

import random
import re
import sys
import time
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from statistics import median

from sessions.floor.conflicts import FileConflict, Outcome
from sessions.floor.events import BranchChanged, BranchCompared, Event, FactoryOpened, VerdictReached
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY
from sessions.journal.codec import encode_state
from sessions.journal.past.past import EventList
from sessions.journal.recording.record import write
from tests.bench.figure import Figure, percentile
from tests.bench.probe import Terminal

BRANCHES = 200
PATIENCE_S = 60.0
_KEYS = "llllhhhh"
"""These always move the cursor, and never the whole view, which would measure the emulator that reads it."""
_CURSOR = re.compile(r"(\d+)×(\d+)\s+200\s*$")


def figures(directory: Path, quick: bool) -> Iterator[Figure]:
    """Every figure about very many verdicts; `quick` presses fewer keys."""
    events = list(many())
    path = directory / "many.ftr"
    write(EventList(events, "many"), path, 1, len(events), redact=False)
    yield Figure("checkpoint of 200 branches, 19,900 verdicts", len(encode_state(fold_all(EMPTY, events))) / 1e3, "kB")
    with Terminal((sys.executable, "-m", "console", "replay", str(path), "--at", "end")) as terminal:
        terminal.until(lambda text: "work/branch-199" in text, PATIENCE_S)
        terminal.settle()
        begun = time.perf_counter()
        terminal.press("2")
        terminal.until_last_line(lambda line: _CURSOR.search(line) is not None, PATIENCE_S)
        yield Figure("conflicts screen opened on them", (time.perf_counter() - begun) * 1e3, "ms")
        waits = list(_key_waits(terminal, 40 if quick else 200))
        yield Figure("key to changed screen on them, p50", median(waits) * 1e3, "ms")
        yield Figure("key to changed screen on them, p99", percentile(waits, 99) * 1e3, "ms", 80)
        yield Figure("memory of the console on them", terminal.usage().memory_mb, "MB", 150)


def many(seed: int = 1) -> Iterator[Event]:
    """A factory in which every pair of branches collides, or shares a file."""
    chance = random.Random(seed)
    names = [f"work/branch-{number:03}" for number in range(BRANCHES)]
    files = [f"src/m{number % 9}/f{number}.py" for number in range(60)]
    yield FactoryOpened(time=0.0, repo="/repo", name="many", base="main", base_head="0" * 40)
    for number, name in enumerate(names):
        yield BranchChanged(time=1.0, branch=name, head=f"{number:040x}", ahead=1, committed=float(number))
    for number, name in enumerate(names):
        area = f"src/m{number % 9}/"
        yield BranchCompared(time=2.0, branch=name, head=f"{number:040x}", tree=f"{number:040x}", area=area)
    for a, b in combinations(names, 2):
        clash = chance.random() < 0.3
        found = [FileConflict(path, "content", chance.choice((1, 8, 30, 90))) for path in chance.sample(files, 2)]
        outcome, worst = (Outcome.CONFLICT, tuple(found)) if clash else (Outcome.CLEAN, ())
        yield VerdictReached(time=3.0, a=a, b=b, outcome=outcome, files=worst, shared=2)


def _key_waits(terminal: Terminal, keys: int) -> Iterator[float]:
    """Seconds from a key that moves the cursor to the footer that says where it is."""
    chance = random.Random(1)
    for number in range(keys):
        terminal.watch(chance.uniform(0.02, 0.2), draw=True)
        before = terminal.screen.display[-1]
        begun = time.perf_counter()
        terminal.press(_KEYS[number % len(_KEYS)])
        _until_elsewhere(terminal, _place(before))
        yield time.perf_counter() - begun


def _until_elsewhere(terminal: Terminal, before: str) -> None:
    terminal.until_last_line(lambda line: _place(line) not in ("", before), PATIENCE_S)


def _place(line: str) -> str:
    found = _CURSOR.search(line)
    return found[0].strip() if found else ""
