"""Who collides with how many, kept from one floor to the next: only what changed is counted again. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import compress
from operator import is_, is_not

from sessions.floor.conflicts import Outcome, Verdict

_NONE: Mapping[str, Verdict] = {}


class Collisions:
    """By branch the partners that it collides with, the base as "", each with the lines that conflict."""

    def __init__(self) -> None:
        self._verdicts = _NONE
        self._partners: dict[str, dict[str, int]] = {}

    def look(self, verdicts: Mapping[str, Verdict]) -> set[str]:
        """Take over these verdicts; the branches whose collisions are others than before."""
        changed: set[str] = set()
        if verdicts is self._verdicts:
            return changed
        for before, after in _changes(self._verdicts, verdicts):
            for verdict in (before, after):
                if verdict is not None and verdict.outcome is Outcome.CONFLICT:
                    changed |= {verdict.a, verdict.b}
                    self._count(verdict.a, verdict.b, verdict.lines if verdict is after else 0)
                    self._count(verdict.b, verdict.a, verdict.lines if verdict is after else 0)
        self._verdicts = verdicts
        return changed - {""}

    def _count(self, branch: str, partner: str, lines: int) -> None:
        if not branch:
            return
        partners = self._partners.setdefault(branch, {})
        if lines:
            partners[partner] = lines
            return
        partners.pop(partner, None)
        if not partners:
            del self._partners[branch]

    @property
    def colliding(self) -> Iterable[str]:
        """All branches that collide with something."""
        return self._partners.keys()

    def of(self, branch: str) -> tuple[int, str]:
        """With how many it collides, and the worst of them: of equals by name the first, the base last."""
        partners = self._partners.get(branch)
        if not partners:
            return 0, ""
        return len(partners), min(partners, key=lambda name: (-partners[name], not name, name))


def counts(verdicts: Mapping[str, Verdict]) -> dict[str, tuple[int, str]]:
    """By branch: with how many others (the base included) it collides, and the worst partner's name ("" the base)."""
    collisions = Collisions()
    collisions.look(verdicts)
    return {branch: collisions.of(branch) for branch in collisions.colliding}


def _changes(
    before: Mapping[str, Verdict], after: Mapping[str, Verdict]
) -> Iterator[tuple[Verdict | None, Verdict | None]]:
    """The verdicts that are not the same objects: as they were, and as they are. There may be very many that are."""
    if len(before) == len(after) and all(map(is_, before, after)):
        # A copy in which some were replaced: told apart without a look at each of them.
        differ = map(is_not, before.values(), after.values())
        yield from compress(zip(before.values(), after.values(), strict=True), list(differ))
        return
    for key, verdict in after.items():
        if (known := before.get(key)) is not verdict:
            yield known, verdict
    for key in before.keys() - after.keys():
        yield before[key], None
