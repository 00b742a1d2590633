"""How the tree of the scopes comes about: the files are asked for, and all is counted on a thread."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from time import monotonic

from console.links.link import Link
from sessions.asking.asked import UnheardError
from sessions.asking.station_questions import TreePart, TreePaths
from sessions.errors import FactoryError
from sessions.floor.scopes.paths import Paths
from sessions.floor.state import FloorState
from sessions.text import clean
from sessions.views.scopes.ground import NO_TREE, Ground
from sessions.views.scopes.prevent import Prevention, prevention
from sessions.views.scopes.spots import Spot, spots

EASE = 8.0
"""What took long to make is made again only after so many times as long."""


class Making:
    """Has the tree made, and made again when what it is made of is another."""

    def __init__(self) -> None:
        self.ground: Ground | None = None
        self.spots: Sequence[Spot] = ()
        self.prevention = Prevention()
        self.trouble = ""
        """Why the files of the repository are not known."""
        self._tree = NO_TREE
        self._tree_of: str | None = None
        """The commit of the base whose files are known."""
        self._unheard = False
        """Nobody answered when they were asked for."""
        self._made_of: tuple[object, ...] = ()
        self._made_at = self._took = 0.0
        self.busy = False

    def due_s(self, state: FloorState) -> float | None:
        """Seconds until it is to be made again; None while it is as it should be, or under way."""
        if self.busy or not self._is_old(state):
            return None
        return max(0.0, self._made_at + EASE * self._took - monotonic()) if self.ground is not None else 0.0

    def _is_old(self, state: FloorState) -> bool:
        now = _sources(state)
        alike = len(now) == len(self._made_of) and all(a is b for a, b in zip(now, self._made_of, strict=True))
        return self.ground is None or not alike or state.base_head != self._tree_of

    async def make(self, link: Link) -> None:
        """Make it of what the link shows now."""
        self.busy = True
        try:
            if link.state.base_head != self._tree_of or self._unheard:
                self._tree_of = link.state.base_head
                await self._ask(link)
            state = link.state
            begun = monotonic()
            ground, found, prevented = await asyncio.to_thread(_made, state, self._tree, self.ground)
            self._made_of = _sources(state)
            self._made_at = monotonic()
            self._took = self._made_at - begun
            self.ground, self.spots, self.prevention = ground, found, prevented
        finally:
            self.busy = False

    async def _ask(self, link: Link) -> None:
        parts: list[TreePart] = []
        self._unheard = False
        try:
            await link.ask(TreePaths(""), parts.append).told()
        except UnheardError:  # what was known stays, and it is asked again when there is something to make anew
            self._unheard = True
            return
        except FactoryError as error:
            self._tree, self.trouble = NO_TREE, clean(error.message, 200)
            return
        paths = (path for part in parts for path in part.paths)
        self._tree = await asyncio.to_thread(Paths, paths, any(part.more for part in parts))
        self.trouble = ""


def _made(state: FloorState, tree: Paths, before: Ground | None) -> tuple[Ground, Sequence[Spot], Prevention]:
    ground = Ground(state, tree, before)
    return ground, spots(ground), prevention(state, ground.known)


def _sources(state: FloorState) -> tuple[object, ...]:
    """What the tree is made of: it is the same as long as these are the same objects."""
    found: list[object] = [state.verdicts]
    for own in state.owned.values():
        found += (own.scope, own.life, own.outside, own.wanted, own.questions, own.next_start)
    for station in state.stations.values():
        found += (station.files, station.called)
    return (*found, len(state.owned), len(state.stations))
