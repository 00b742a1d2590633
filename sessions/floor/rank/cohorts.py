"""Whom a station can be compared with: others of the same role that have tasks of like size. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median

import msgspec

from sessions.floor.progress.progress import Progress
from sessions.floor.rank.ranking import Cohort
from sessions.floor.state import FloorState, Station

LEAST = 3
"""With fewer others nothing is said of how fast it is."""
LIKE = 3.0
"""Tasks are of like size when the one is at most so many times as large as the other."""
FRESH_S = 86_400.0
"""Who was last heard of longer ago is not compared with."""
_Sizes = tuple[tuple[str, float], ...]


class Member(msgspec.Struct, frozen=True):
    """A station that others can be compared with."""

    station: str
    role: str
    sizes: _Sizes
    pace: float
    """Charged seconds for one settled change."""
    dollars: float | None = None
    """Dollars for one settled change, of all that it ever settled."""


def role_of(station: Station, progress: Progress) -> str:
    """The role by which it is compared; "" where nothing says what kind of work it does."""
    return station.role or ("any" if progress.task else "")


def sizes_of(state: FloorState, progress: Progress) -> _Sizes:
    """How large its task may become, by what its check and its budget allow; the most telling first."""
    task = state.tasks.get(progress.task)
    if task is None:
        return ()
    check, budget = task.spec.check, task.spec.budget
    found = (
        ("lines", check.most_lines),
        ("files", check.most_files),
        ("tokens", budget.tokens),
        ("dollars", budget.dollars),
        ("seconds", budget.seconds),
    )
    return tuple((unit, float(size)) for unit, size in found if size)


def alike(one: _Sizes, other: _Sizes) -> bool:
    """Whether tasks of these sizes can be compared: of what both are bounded in; or neither is known to be bounded."""
    others = dict(other)
    for unit, size in one:
        if unit in others:
            return max(size, others[unit]) <= LIKE * min(size, others[unit])
    return not one and not other


def cohort_of(station: str, role: str, sizes: _Sizes, members: Iterable[Member]) -> tuple[Cohort, Sequence[float]]:
    """Whom it is compared with, and their paces, the fastest first."""
    like = [each for each in members if each.station != station and each.role == role and alike(sizes, each.sizes)]
    paces = sorted(each.pace for each in like)
    costs = [each.dollars for each in like if each.dollars is not None]
    size = f"up to {sizes[0][1]:,.0f} {sizes[0][0]}" if sizes else "of unknown size"
    return Cohort(role, size, len(like), _median(paces), _median(costs)), paces


def _median(values: list[float]) -> float | None:
    return median(values) if len(values) >= LEAST else None
