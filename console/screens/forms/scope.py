"""A boundary for stations of ours: one, or all that are marked."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from console.links.link import Link
from console.screens.forms.fields import field_offers, read, scope_form
from console.screens.forms.form import FormScreen
from console.screens.forms.knowing import Knowing
from sessions.floor.commands import AnyWish, AssignScope, Reply
from sessions.floor.ours.owned import Owned
from sessions.floor.scope import Scope
from sessions.floor.scopes.reach import roots
from sessions.floor.state import name_of
from sessions.text import clean
from sessions.views.forms.offers import Offer, Sources
from sessions.views.forms.overlap import Where
from sessions.views.forms.refusals import scope_refusals
from sessions.views.forms.when import holds_from
from sessions.views.forms.wishes import common_values, scope_wishes
from sessions.views.hands import OBSERVED, Hands
from widgets.draw.cells import Line
from widgets.forms.told import held_lines

DIFFERENT = "each its own"


class ScopeScreen(FormScreen):
    """Assigns a boundary. Of several stations each keeps what nobody touched."""

    DOES = "assigns it"

    def __init__(self, hands: Hands, link: Link) -> None:
        super().__init__(scope_form(), hands, Knowing(link))
        self.title_word = "scope"
        self._link = link
        self._stations = hands.bounded
        self.several = len(self._stations) > 1
        self._unbounded = {
            name_of(link.state, station): OBSERVED if station not in link.state.owned else "it was removed"
            for station in hands.stations
            if station not in self._stations
        }
        self._hopeless: dict[str, str] = {}
        """Of several, those that would be refused, and why: nobody is asked for them."""
        values, self._differ = common_values(link.state.owned, self._stations)
        self.form.fill(values)
        self._wishes: Mapping[str, AssignScope] = {}
        self._asked: Sequence[str] | None = None
        """Patterns that no mount can say, as far as is known."""
        self._asked_for: Sequence[str] = ()
        self._wanted: Sequence[str] = ()
        """The patterns of which that is known, and is to be."""
        self._reaching = False
        self._from = ""
        """From when on what is sent holds."""

    @property
    def _first(self) -> Owned:
        return self._link.state.owned[self._stations[0]]

    async def learn(self) -> None:
        branch = self._first.branch
        await self.knowing.learn_tree(branch)
        self.changed()
        if branch in self._link.state.branches:
            await self.knowing.learn_touched(branch)
            self.changed()
        await self.knowing.learn_kinds()
        self.draw()

    # What it means

    def check(self) -> Scope:
        state = self._link.state
        self.form.hide(set() if self.form.by_key["network"].value == "listed" else {"hosts"})
        written = read(self.form, self._first.directory or state.repo)
        self._stations = tuple(station for station in self._stations if station in state.owned)
        touched = frozenset(self.form.touched)
        self._wishes = scope_wishes(state.owned, self._stations, written, touched)
        found = {station: scope_refusals(state, wish) for station, wish in self._wishes.items()}
        hopeless = {station: troubles for station, troubles in found.items() if troubles}
        if not self.several or len(hopeless) == len(found):
            self._hopeless = {}
            troubles: dict[str, str] = {}
            for station, its in hopeless.items():
                whose = f"{clean(name_of(state, station), 40)}: " * self.several
                for key, words in its.items():
                    troubles.setdefault(key, whose + words)
            self.refuse({**troubles, **written.troubles})
        else:
            self._hopeless = {name_of(state, station): "; ".join(its.values()) for station, its in hopeless.items()}
            self._wishes = {station: wish for station, wish in self._wishes.items() if station not in hopeless}
            self.refuse(written.troubles)
        for key, field in self.form.by_key.items():
            field.note = DIFFERENT if key in self._differ and key not in touched else ""
        return written.scope

    def where(self) -> Where:
        station = self._stations[0] if len(self._stations) == 1 else ""
        parent = self._link.state.stations[station].parent if station in self._link.state.stations else ""
        branch = self._first.branch if station else ""
        return Where(frozenset(self._stations), parent, branch)

    def offers(self, key: str, typed: str) -> Sequence[Offer]:
        sources = Sources(self._stations[0], self._first.branch, self.knowing.touched)
        return field_offers(self._link.state, self.knowing, sources, key, typed)

    def subtitle(self) -> str:
        if len(self._stations) > 1:
            without = len(self._hopeless) + len(self._unbounded)
            return f"of {len(self._stations)} stations" + f", not of {without} that are marked" * bool(without)
        return f"of {clean(name_of(self._link.state, self._stations[0]), 40)}, {self._first.mode.value}"

    # What holds it, and from when on

    def below(self, cells: int, roomy: bool) -> list[Line]:
        if len(self._stations) > 1:
            return held_lines(None, None, True, "each from when its own boundary allows it", cells, 3 if roomy else 2)
        hooked = self._agent_can("permissions", unless_known=True)
        return held_lines(self._first.held, self._asked, hooked, self._when(), cells, 4 if roomy else 3)

    def _agent_can(self, ability: str, unless_known: bool) -> bool:
        """Whether its kind of agent has this ability."""
        station = self._link.state.stations.get(self._stations[0])
        kind = next((it for it in self.knowing.kinds if station is not None and it.name == station.kind), None)
        return unless_known if kind is None else ability in kind.abilities

    def _when(self) -> str:
        """From when on it holds."""
        wish = next(iter(self._wishes.values()))
        return holds_from(self._first, wish.scope, self._agent_can("rebinds", unless_known=False))

    async def looked(self, scope: Scope) -> None:
        """Have it found out what mounts can hold of this scope."""
        self._wanted = scope.write
        if not self._reaching and self._wanted != self._asked_for:
            self._reaching = True
            self.begin(self._reach, group="reach")

    async def _reach(self) -> None:
        """Find it out on a thread, one at a time: of a large tree it takes a third of a second."""
        try:
            while self._wanted != self._asked_for:
                wanted = self._wanted
                self._asked = (await asyncio.to_thread(roots, wanted, self.knowing.tree)).asked
                self._asked_for = wanted
        finally:
            self._reaching = False
        self.draw()

    # Sending

    def wishes(self) -> Mapping[str, AnyWish]:
        self._from = self._when()  # as it is before it is done
        return {name_of(self._link.state, station): wish for station, wish in self._wishes.items()}

    def not_asked(self) -> str:
        return "; ".join(f"{clean(name, 40)}: {reason}" for name, reason in self._hopeless.items())

    def left_out(self) -> Mapping[str, str]:
        return {**self._hopeless, **self._unbounded} if self.several else {}

    def done(self, replies: Mapping[str, Reply]) -> str:
        if self.several:
            return f"{len(replies)} station{'s have' if len(replies) != 1 else ' has'} another boundary"
        return f"{clean(next(iter(replies)), 60)} has another boundary, from {self._from}"
