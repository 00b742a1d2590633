"""Floors whose branches collide in a planned way, for the tests of the conflicts screen."""

from __future__ import annotations

import random
from collections.abc import Sequence

from sessions.floor import events as ev
from sessions.floor.conflicts import FileConflict, Outcome
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import FloorState
from tests.support.console import NOW, factory_state

FILES = (
    "src/proxy/pool.py", "src/proxy/retry.py", "src/auth/session.py", "src/queue/worker.py", "docs/operations.md",
    "pyproject.toml", "src/billing/schema.py", "tests/proxy/test_pool.py",
)  # fmt: skip
AREAS = ("src/proxy/", "src/auth/", "docs/", "src/billing/", "", "src/queue/")
KINDS = ("content", "content", "content", "modify/delete", "add/add", "rename/delete")


def compared(state: FloorState, names: Sequence[str], now: float = NOW) -> list[ev.Event]:
    """All of these branches were compared."""
    return [
        ev.BranchCompared(
            time=now - 5,
            source="git",
            branch=name,
            head=state.branches[name].head,
            tree=f"{i:040x}",
            area=AREAS[i % len(AREAS)],
        )
        for i, name in enumerate(names)
    ]


def clash(a: str, b: str = "", *files: FileConflict, time: float = NOW - 7_800, cause: str = "") -> ev.VerdictReached:
    """Two branches collide in these files; in one line of `src/proxy/pool.py` unless told."""
    a, b = sorted((a, b)) if b else (a, b)
    return ev.VerdictReached(
        time=time, source="git", a=a, b=b, outcome=Outcome.CONFLICT,
        files=files or (FileConflict(FILES[0], "content", 1),),
        shared=len(files), cause=cause or a,
    )  # fmt: skip


def touching(a: str, b: str, shared: int = 1) -> ev.VerdictReached:
    """Two branches merge, and changed the same file."""
    a, b = sorted((a, b)) if b else (a, b)
    return ev.VerdictReached(time=NOW - 900, source="git", a=a, b=b, outcome=Outcome.CLEAN, shared=shared)


def unknown(a: str, b: str, reason: str) -> ev.VerdictReached:
    """A pair that git could not try."""
    a, b = sorted((a, b)) if b else (a, b)
    return ev.VerdictReached(time=NOW - 900, source="git", a=a, b=b, outcome=Outcome.UNKNOWN, reason=reason)


def open_names(state: FloorState) -> list[str]:
    """The branches that have a row."""
    return [name for name in state.branches if name != state.base]


def collisions(state: FloorState, seed: int = 3, every: int = 0) -> list[ev.Event]:
    """Clusters of branches that collide, some that only touch the same file, one pair that is unknown."""
    rng = random.Random(seed)
    names = open_names(state)
    groups = {name: rng.randrange(max(3, len(names) // 6)) for name in names}
    found: list[ev.Event] = list(compared(state, names[: len(names) - every] if every else names))
    for i, a in enumerate(names):
        if rng.random() < 0.08:
            found.append(clash(a, "", _file(rng), time=NOW - rng.uniform(60, 20_000)))
        for b in names[i + 1 :]:
            chance = 0.6 if groups[a] == groups[b] else 0.04
            if rng.random() < chance:
                files = {(file := _file(rng)).path: file for _ in range(rng.choice((1, 1, 2, 3)))}.values()
                found.append(clash(a, b, *files, time=NOW - rng.uniform(60, 20_000), cause=rng.choice((a, b))))
            elif rng.random() < 0.1:
                found.append(touching(a, b, rng.randrange(1, 4)))
    if len(names) > 4:
        found.append(unknown(names[1], names[4], "submodule vendor/lib is missing"))
    return found


def _file(rng: random.Random) -> FileConflict:
    return FileConflict(rng.choice(FILES), rng.choice(KINDS), rng.choice((1, 3, 6, 14, 22, 40, 75, 160)))


def conflict_state(stations: int = 31, branches: int = 48, seed: int = 3, every: int = 0) -> FloorState:
    """The factory of the other tests, with conflicts; the last `every` branches are still being compared."""
    state = factory_state(stations, branches)
    return fold_all(state, collisions(state, seed, every))
