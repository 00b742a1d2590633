"""Who collides with how many, kept from one floor to the next: only what changed is counted again. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sessions.floor.conflicts import Outcome, Verdict
from sessions.floor.lineage import changed

_NONE: Mapping[str, Verdict] = {}


class Collisions:
    """By branch the partners that it collides with, the base as "", each with the lines that conflict."""

    def __init__(self) -> None:
        self._verdicts = _NONE
        self._partners: dict[str, dict[str, int]] = {}

    def look(self, verdicts: Mapping[str, Verdict]) -> set[str]:
        """Take over these verdicts; the branches whose collisions are others than before."""
        others: set[str] = set()
        for key in changed(self._verdicts, verdicts):
            before, after = self._verdicts.get(key), verdicts.get(key)
            for verdict in (before, after):
                if verdict is not None and verdict.outcome is Outcome.CONFLICT:
                    others |= {verdict.a, verdict.b}
                    self._count(verdict.a, verdict.b, verdict.lines if verdict is after else 0)
                    self._count(verdict.b, verdict.a, verdict.lines if verdict is after else 0)
        self._verdicts = verdicts
        return others - {""}

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
