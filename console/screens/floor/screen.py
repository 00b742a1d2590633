"""The floor: every station and branch on one wall, the factory's figures above, the keys below."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import ClassVar

from textual.binding import BindingType

from console.actions.action import ScreenSpec
from console.actions.hands import BEFORE_KNOWN
from console.actions.registry import BY_ID
from console.copies import Copy, of_branch, of_station
from console.screens.base import bindings
from console.screens.floor import menus
from console.screens.floor.actions import SPEC, FloorSituation
from console.screens.floor.before import WAITING
from console.screens.floor.choosing import ChoosingFloor
from console.screens.floor.scene import roomy
from sessions.floor.branches.shown import own_branch
from sessions.floor.commands import CancelScan
from sessions.floor.ours.family import below
from sessions.text import clean
from sessions.views.floor.arrange import LOUD, attention
from sessions.views.floor.panes import Pane
from sessions.views.hands import FREE, NOTHING, Hands
from widgets.draw.cells import Span
from widgets.floor.card import HEIGHTS
from widgets.floor.preview import Preview, shows_whole


class FloorScreen(ChoosingFloor):
    """What the keys do on the floor."""

    SPEC: ClassVar[ScreenSpec] = SPEC
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(SPEC)]

    def __init__(self) -> None:
        super().__init__()
        self._coming = ("", 0.0)
        """The pane that the cursor goes to as soon as it is there, unless a key is pressed before; since which key."""

    async def act(self, action_id: str) -> None:
        """Do it; or as soon as the present is known, where what was shown last is not enough for it."""
        waits = action_id in WAITING and self.factory.link.last is not None
        self._awaited.wants(action_id if waits else "", self._under_cursor())
        if not waits and action_id in BEFORE_KNOWN and self.factory.link.last is not None:
            self.say(f"{BY_ID[action_id].title}: not before the floor is the present")
            if BY_ID[action_id].writes:
                self.hear_nothing()
        elif waits:
            self.say(f"{BY_ID[action_id].title}: as soon as the floor is the present")
        else:
            await super().act(action_id)

    # What it says of itself

    def situation(self) -> FloorSituation:
        return FloorSituation(
            at_hand=self.wall.cursor is not None,
            panes=self.floor.every if self.floor else 0,
            branched=bool(self._branch_at_hand()),
            narrow=self.view.choice.changed or bool(self.factory.marks),
            scanning=self.scanning,
        )

    def right(self) -> list[Span]:
        if not self.floor or not self.floor.every:
            return []
        return [*self._marked(), *menus.chosen(self.view.choice, self.floor, self.wall.cursor_slot)]

    def hands(self) -> Hands:
        state, marks, pane = self.factory.link.state, self._present_marks(), self.wall.cursor
        stations = tuple(key.removeprefix("station:") for key in marks)
        if not marks and pane is not None and pane.station:
            stations = (pane.station,)
        families = self.view.choice.families
        folded = [child for station in stations if station in families for child in below(state, station)]
        return Hands(
            state,
            stations,
            bool(marks),
            tuple(child for child in folded if child not in stations),
            whole=True,
            nobody=NOTHING if pane is None else FREE,
        )

    def palette_jumps(self) -> Iterator[tuple[str, Callable[[], object]]]:
        if self.floor:
            for group in self.floor.groups:
                for pane in group.panes:
                    kind = "station" if pane.station else "branch"
                    yield f"{kind} {pane.name}", partial(self.wall.go_to, pane.key)
            for pane in self.floor.folded:
                yield (
                    f"station {pane.name} ({'elsewhere' if pane.elsewhere else 'idle for long'})",
                    partial(self._unfold_to, pane.key),
                )

        if self.factory.link.state.tasks:
            from console.screens.tasks.offers import task_jumps

            yield from task_jumps(self)

    def _unfold_to(self, key: str) -> None:
        self.view.choose(unfolded=True)
        self.draw()
        self.wall.go_to(key)

    def copies(self) -> list[Copy]:
        pane, state = self.wall.cursor, self.factory.link.state
        if pane is None:
            return []
        if station := state.stations.get(pane.station):
            return of_station(station)
        branch = state.branches.get(pane.key.removeprefix("branch:"))
        return of_branch(branch) if branch else []

    def sees_whole(self, station: str) -> bool:
        asked, preview = self._asked_of(self.wall.cursor) if self.wall.cursor else None, self.query_one(Preview)
        return asked is None or shows_whole(asked, self.size.width, preview.size.height)

    def go_to_station(self, name: str) -> None:
        key = "station:" + name
        if key not in self.wall and (families := self.view.choice.families):
            above = {each for each in families if name in below(self.factory.link.state, each)}
            self.view.choose(families=families - above)
            self.draw()
        self.wall.go_to(key)
        self._coming = ("" if key in self.wall else key, self.last_key)

    def draw(self) -> None:
        super().draw()
        key, when = self._coming
        if key and (when != self.last_key or key in self.wall):
            self._coming = ("", 0.0)
            if when == self.last_key:
                self.wall.go_to(key)

    # Actions

    def action_move(self, way: str) -> None:
        self.wall.move(way)

    def action_zoom(self, step: int) -> None:
        """One step in or out; at either end it stops and says so."""
        zoom = self.wall.zoom + step
        if not 0 <= zoom < len(HEIGHTS):
            self.say("these are the largest cards" if step > 0 else "this is the smallest: a line a station")
            return
        self.zoomed = True
        self.wall.zoom = zoom
        self.factory.memory.keep(**{"zoom" if roomy(self.size) else "zoom_small": zoom})
        self.draw()

    def action_preview(self) -> None:
        """Show or hide the preview."""
        self.previewed = not self.previewed
        if not self.query_one(Preview).fit(self.size.height, self.previewed) and self.previewed:
            self.say("there is no room for a preview on this screen")

    def action_family(self) -> None:
        """Fold those that work for the station under the cursor, or for whom it works; or unfold them."""
        state, stations = self.factory.link.state, self.hands().stations
        folded = self.view.choice.families
        for station in stations:
            has = any(child.parent == station for child in state.stations.values())
            head = station if has or station in folded else state.stations[station].parent
            folded ^= {head} if head else frozenset()
        self.view.choose(families=folded)
        self.draw()
        if stations and "station:" + stations[0] not in self.wall:
            self.wall.go_to("station:" + state.stations[stations[0]].parent)

    def action_next_loud(self) -> None:
        """Go round the panes that need somebody."""
        panes: list[Pane] = [pane for group in self.floor.groups for pane in group.panes] if self.floor else []
        start = self.wall.cursor_slot + 1
        for pane in [*panes[start:], *panes[:start]]:
            if attention(pane) <= LOUD:
                self.wall.go_to(pane.key)
                return
        self.say("nothing shown needs you" if self.view.choice.narrow else "nothing needs you")

    async def action_cancel_scan(self) -> None:
        reply = await self.factory.link.send(CancelScan())
        self.say("reading stops" if reply.ok else clean(f"{reply.reason}  {reply.cure}"))

    async def action_open(self) -> None:
        pane = self.wall.cursor
        if pane and pane.ours is not None and pane.ours.questions:
            await self.factory.open_question(pane.station)
        elif pane and pane.station:
            await self.factory.open_station(pane.station)
        elif pane:
            await self.factory.open_branch(pane.key.removeprefix("branch:"))

    async def action_work(self) -> None:
        """Go into the branch that the station under the cursor works on."""
        if branch := self._branch_at_hand():
            await self.factory.open_branch(branch)

    def _branch_at_hand(self) -> str:
        pane, state = self.wall.cursor, self.factory.link.state
        if pane is None:
            return ""
        if not pane.station:
            return pane.key.removeprefix("branch:")
        branch = own_branch(state, state.stations.get(pane.station))
        return branch.name if branch is not None else ""

    def on_wall_opened(self) -> None:
        self.begin(lambda: self.act("floor.open"), exclusive=True)
