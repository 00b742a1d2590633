"""The area in which a branch works: the directory that holds most of what it changed. Derived, not assigned. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence


def area_of(paths: Iterable[str]) -> str:
    """The deepest directory, with a / at its end, that holds at least half of the paths; "" when none does.

    Of two that hold half each it is the first by name.
    """
    found: Counter[str] = Counter()
    total = 0
    for path in set(paths):
        total += 1
        found.update(directories(path))
    holding = [directory for directory, count in found.items() if 2 * count >= total]
    return min(holding, key=lambda directory: (-directory.count("/"), -found[directory], directory), default="")


def directories(path: str) -> Sequence[str]:
    """The directories above a path, each with a / at its end, the nearest first; the root is not one of them."""
    parts = path.rstrip("/").split("/")[:-1]
    return ["/".join(parts[:length]) + "/" for length in range(len(parts), 0, -1)]


def within(area: str, place: str) -> bool:
    """Whether an area is a place or lies in it; both are directories with a / at their end."""
    return bool(place) and area.startswith(place)
