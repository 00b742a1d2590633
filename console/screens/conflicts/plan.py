"""Works out the landing order for the conflicts screen, in a thread, again whenever verdicts or wishes have changed."""

from __future__ import annotations

import asyncio
from time import monotonic

from console.screens.conflicts.side import Insight
from sessions.floor.state import FloorState
from sessions.landing.plan import Wishes, plan
from sessions.views.conflicts.reasons import costs
from sessions.views.conflicts.view import UNTOLD, Scene, candidates, dropped, moved, pinned

EVERY_S = 1.0
"""While verdicts stream in, the plan is made at most so often; a wish is followed at once."""


class Planner:
    """Holds the wishes and the newest plan."""

    def __init__(self, wishes: Wishes | None) -> None:
        self.wishes = wishes or UNTOLD
        self.insight: Insight | None = None
        self._made_of: tuple[object, ...] = ()
        self._made_for: Wishes | None = None
        self._made_at = 0.0
        self._busy = False
        self._wished = ""

    def claim(self, state: FloorState, scene: Scene) -> bool:
        """Whether the plan should be made now. Who is told so makes it, and nobody else is told so until it is made."""
        if self._busy or not self._due(state, scene):
            return False
        self._busy = True
        return True

    def _due(self, state: FloorState, scene: Scene) -> bool:
        if self._made_for is not None and self._made_for != self.wishes:
            return True
        made_of = (scene.verdicts, state.compared, scene.names)
        same = bool(self._made_of) and all(a is b or a == b for a, b in zip(made_of, self._made_of, strict=True))
        return not same and monotonic() - self._made_at >= EVERY_S

    async def make(self, state: FloorState, scene: Scene) -> str:
        """Make the plan that was claimed; what it says about new wishes, or nothing when there are none."""
        wishes = self.wishes
        try:
            self.insight = await asyncio.to_thread(_insight, state, scene, wishes)
        finally:
            self._busy = False
        wished = self._made_for is not None and wishes != self._made_for
        self._made_of, self._made_for = (scene.verdicts, state.compared, scene.names), wishes
        self._made_at = monotonic()
        found = self.insight.plan
        if not wished:
            return ""
        told = "; ".join(costs(found)) or f"{found.lands} land, as many as without your wishes"
        return f"{self._wished}: {told}" if self._wished else told

    @property
    def landing(self) -> tuple[str, ...]:
        """All names in the order of the plan."""
        if self.insight is None:
            return ()
        found = self.insight.plan
        return (*found.names, *(left.name for left in found.left))

    def wish(self, verb: str, name: str, label: str) -> bool:
        """Pin, drop, earlier or later: take a wish about a branch, or take it back; whether that is another wish."""
        if self.insight is None:
            return False
        before = self.wishes
        match verb:
            case "pin":
                self.wishes = pinned(before, name)
                self._wished = f"{label} {'pinned' if name in self.wishes.pinned else 'no longer pinned'}"
            case "drop":
                self.wishes = dropped(before, name)
                self._wished = f"{label} {'left out' if name in self.wishes.dropped else 'taken back'}"
            case "earlier" | "later":
                self.wishes = moved(before, self.insight.plan, name, -1 if verb == "earlier" else 1)
                self._wished = f"{label} {verb}"
        return self.wishes != before

    def forget(self) -> bool:
        """Take all wishes back; whether there were any."""
        before, self.wishes, self._wished = self.wishes, UNTOLD, "no wishes"
        return before != UNTOLD


def _insight(state: FloorState, scene: Scene, wishes: Wishes) -> Insight:
    return Insight.of(plan(candidates(state, scene.names), scene.verdicts, wishes), scene.verdicts)
