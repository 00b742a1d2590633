"""Tells once when a branch begins to collide: what is new between two states, and nothing twice."""

from __future__ import annotations

from sessions.floor.conflicts import conflicts_of
from sessions.floor.state import FloorState
from sessions.views.conflicts.collisions import Collisions
from sessions.views.names import labels

NAMED = 3
"""Branches that are named in one notice."""


class CollisionWatch:
    """Remembers who collides. The first look tells nothing: what was so before is no news.

    A branch counts as beginning only if it was compared before and merged with everything: the first comparison of a
    branch, or of the whole repository, is no news either.
    """

    def __init__(self) -> None:
        self._verdicts: object = None
        self._collisions = Collisions()
        self._free: frozenset[str] = frozenset()
        self._told: set[str] = set()

    def look(self, state: FloorState) -> list[str]:
        """The branches that began to collide since the last look, each once ever."""
        if state.verdicts is self._verdicts:
            return []
        self._verdicts = state.verdicts
        self._collisions.look(state.verdicts)
        colliding = frozenset(self._collisions.colliding)
        began = sorted((self._free & colliding) - self._told)
        # Of two that begin with each other both are told, so neither is news again.
        self._told.update(began)
        self._free = frozenset(state.compared) - colliding
        return began


def notice(state: FloorState, began: list[str]) -> str:
    """What is said of branches that began to collide: with whom the first does, and who else."""
    partners = {name: [other for other, _ in conflicts_of(state.verdicts, name)] for name in began}
    named = [*began, *(other for others in partners.values() for other in others if other)]
    label = dict(zip(named, labels(named), strict=True))
    said: list[str] = []
    done: set[str] = set()
    for name, others in partners.items():
        if name in done:
            continue
        done |= {name, *others}
        worst = label[others[0]] if others and others[0] else "the base"
        more = f" and {len(others) - 1} more" if len(others) > 1 else ""
        said.append(f"{label[name]} now collides with {worst}{more}")
    shown = said[:NAMED]
    if len(said) > NAMED:
        shown.append(f"{len(said) - NAMED} more collide")
    return "; ".join(shown)
