"""The floor: every station and branch on one wall, the factory's figures above, the keys below."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from time import monotonic
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.geometry import Size
from textual.widget import Widget

from console.actions.action import ScreenSpec
from console.actions.registry import BY_ID
from console.copies import Copy, of_branch, of_station
from console.links.link import Link, LinkMode
from console.screens.base import bindings
from console.screens.floor import menus
from console.screens.floor.actions import SPEC, FloorSituation
from console.screens.floor.before import WAITING, Awaited, told_ago
from console.screens.sampled import SampledScreen
from console.terminal.slowlink import Rhythm
from sessions.floor.branches.shown import own_branch
from sessions.floor.commands import PERCENT, CancelScan, Progress
from sessions.text import clean
from sessions.views.floor.arrange import LOUD, Grouping, SortKey, attention
from sessions.views.floor.last import last_floor
from sessions.views.floor.panes import Pane
from sessions.views.floor.view import Floor, FloorView
from widgets.draw.cells import Line, Span
from widgets.floor.card import HEIGHTS
from widgets.floor.empty import empty_lines
from widgets.floor.preview import Preview, preview_lines
from widgets.floor.rows import fold_line, heading
from widgets.floor.topline import TopLine, figures, progress_line, rule, trouble_line
from widgets.floor.wall import Wall
from widgets.parts.footer import Footer
from widgets.parts.prompt import Menu, Typing

ROOMY = (100, 30)
"""From this size on the floor begins with cards instead of lines."""


EASE_S, FIRST_S = 3.0, 0.5
"""Between two pictures of the wall while the past is read in, and before the first one with panes on it."""
KEEP_EVERY_S = 600.0
"""Between two times at which a floor that changes is kept for the next console."""
WATCHED_S = 0.5
"""How often it is looked whether the last floor has stood there for long enough."""
SINCE = Progress("what happened since", 0, 0)


def _roomy(size: Size) -> bool:
    return size.width >= ROOMY[0] and size.height >= ROOMY[1]


class FloorScreen(SampledScreen):
    """Samples the link and draws what changed. A replay shows the same screen with a timeline `below_wall`."""

    SPEC: ClassVar[ScreenSpec] = SPEC
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(SPEC)]

    def __init__(self) -> None:
        super().__init__()
        self.view = FloorView()
        self.previewed = True
        """The operator wants the preview, where there is room for it."""
        self.floor: Floor | None = None
        self._menu: Menu | None = None
        self._typing: Typing | None = None
        self._zoomed = False
        self.opened = True  # the first screen holds its frames back itself, and by fewer steps
        self._holding = ExitStack()
        """Closed when there is a floor to show: no empty screen is sent before it."""
        self._sizes: list[Size] = []
        self._drawn_at = 0.0
        """When the wall was drawn last, by the monotonic clock."""
        self._owed = False
        """It waits to be drawn."""
        self._awaited = Awaited()
        self._present: tuple[Floor, Sequence[Pane], float] | None = None
        """What was last drawn of the present, all panes, and when that was."""
        self._kept_at = 0.0

    def compose(self) -> ComposeResult:
        yield TopLine(self.look)
        yield Wall(self.look)
        yield from self.below_wall()
        yield Preview(self.look)
        yield Footer(self.look)

    def below_wall(self) -> Iterable[Widget]:
        """Widgets between the wall and the footer: none here."""
        return ()

    @property
    def wall(self) -> Wall:
        return self.query_one(Wall)

    @property
    def scanning(self) -> bool:
        """The supervisor is at work on what may be stopped; what a console waits for as it connects may not."""
        health = self.factory.link.health
        progress = health.progress if health.connected else None
        return progress is not None and progress.unit != PERCENT

    @property
    def settling(self) -> bool:
        """The past is read in: the floor changes all over with every look, and nobody can follow it."""
        return self.scanning or self.factory.link.health.behind

    def on_mount(self) -> None:
        self.view = FloorView(resting_s=self.factory.options.rest_days * 86_400)
        self._holding.enter_context(self.app.batch_update())
        known = self.factory.memory.known
        self.view.choose(order=known.floor_order, grouping=known.floor_grouping)
        self.fit(self.app.size)  # before anything is laid out, so that it is laid out once

    def on_resize(self, event: events.Resize) -> None:
        self.fit(event.size)
        # Several come for one change; of those that matter the last one finds the widgets in their new sizes.
        sizes = [event.size, *(widget.size for widget in self.children)]
        if sizes != self._sizes:
            self._sizes = sizes
            self.draw()
        self._holding.close()

    def fit(self, size: Size) -> None:
        """Choose what suits a screen of this size."""
        self.query_one(Preview).fit(size.height, self.previewed)
        if not self._zoomed:
            roomy, known = _roomy(size), self.factory.memory.known
            remembered = known.zoom if roomy else known.zoom_small
            self.wall.zoom = remembered if remembered >= 0 else int(roomy)

    # Sampling

    def keep_pace(self, rhythm: Rhythm) -> None:
        super().keep_pace(rhythm)
        self.wall.budget = rhythm.budget

    def draw_news(self) -> None:
        last = self.factory.link.last
        if not self.is_news(self.beat(), last, told_ago(last)) and not self._owed:
            return
        self._owed = last is None and self.settling and self._eased() > 0
        if self._owed:
            self._draw_top()
        else:
            self.draw()
        if last is None and (awaited := self._awaited.take(self._under_cursor())):
            self.begin(lambda: self.act(awaited))
        if self._present is not None and self._present[2] >= self._kept_at + KEEP_EVERY_S:
            self.keep(self.factory.link)  # whoever is killed has at least this for the next time

    def rest(self) -> float:
        rest = super().rest()
        if self._owed:
            return min(rest, self._eased())
        return min(rest, WATCHED_S) if self._goes_soon else rest

    @property
    def _goes_soon(self) -> bool:
        """The last floor stands only until what happened since has come in."""
        link = self.factory.link
        return link.last is not None and link.health.connected

    def _eased(self) -> float:
        """Seconds until the wall is drawn again while the past is read in."""
        every = EASE_S if self.floor and self.floor.shown else FIRST_S
        return max(0.0, self._drawn_at + every - monotonic())

    def _under_cursor(self) -> str:
        return "" if self.wall.cursor is None else self.wall.cursor.key

    def draw(self) -> None:
        """Draw the floor as it is now."""
        if not self.lives or not self.size:
            return
        link, wall = self.factory.link, self.wall
        state, health, now = link.state, link.health, link.now()
        untouched = self.last_key == 0.0
        cursor = "" if untouched else self._under_cursor()
        moment = monotonic()
        if link.last is not None:
            floor = link.last.floor(self.view.choice)
        else:
            # While the past comes in nothing changes its place: it is sorted when all of it is there.
            quiet_s = 0.0 if self.settling else moment - self.last_key
            floor = self.view.look(state, now, moment, quiet_s, cursor, untouched and not self.settling)
            if health.connected and not self.settling and floor.every:
                self._present = (floor, self.view.panes, now)
        self.floor = floor
        cells = self.size.width
        empty: list[Line] = []
        if not floor.shown:
            replayed = link.mode is LinkMode.REPLAY
            empty = empty_lines(
                state,
                self.view.choice,
                floor.every,
                self.scanning,
                health.connected,
                cells,
                replay=replayed,
                folded=len(floor.folded),
            )
        wall.show(floor.groups, now, empty, untouched, self._folds(floor, cells))
        self.draw_preview()
        self._draw_top()
        self.draw_footer()
        self._drawn_at = moment

    def _draw_top(self) -> None:
        if self.floor:
            link, cells = self.factory.link, self.size.width
            shown = figures(self.floor.totals, link.now(), link.mode, cells, told_ago(link.last))
            top = [shown, self._second_line(cells)]
            self.query_one(TopLine).show(top)

    def _folds(self, floor: Floor, cells: int) -> Line:
        away = sum(pane.elsewhere for pane in floor.folded)
        days = self.factory.options.rest_days
        key = "E" if self.SPEC is SPEC else "f e"
        return fold_line(away, len(floor.folded) - away, days, floor.branches, cells, key)

    def draw_preview(self) -> None:
        """Show what stands under the cursor."""
        preview = self.query_one(Preview)
        if preview.size.height:
            now = self.factory.link.now()
            preview.show(preview_lines(self.wall.cursor, self.size.width, preview.size.height, now))

    def _second_line(self, cells: int) -> Line:
        link = self.factory.link
        health, old = link.health, told_ago(link.last)
        if health.trouble:
            return trouble_line(health.trouble, cells, old)
        if health.progress is not None:
            return progress_line(health.progress, cells, "x stops" if self.scanning else "", old, link.now())
        if old:
            return progress_line(SINCE, cells, "", old)
        return (
            heading(cells, self.wall.widths) if self.wall.zoom == 0 and self.floor and self.floor.shown else rule(cells)
        )

    async def act(self, action_id: str) -> None:
        """Do it; or as soon as the present is known, where what was shown last is not enough for it."""
        waits = action_id in WAITING and self.factory.link.last is not None
        self._awaited.wants(action_id if waits else "", self._under_cursor())
        if waits:
            self.say(f"{BY_ID[action_id].title}: as soon as the floor is the present")
        else:
            await super().act(action_id)

    def keep(self, link: Link) -> None:
        """Have what was last shown of the present kept for the next console. It also works after the end of the app."""
        if self._present is not None:
            floor, panes, drawn_at = self._present
            health = link.health
            time = link.now() if health.connected and not health.behind else drawn_at
            link.keep(last_floor(floor, panes, time))
            self._kept_at = time

    # What it says of itself

    def situation(self) -> FloorSituation:
        return FloorSituation(
            at_hand=self.wall.cursor is not None,
            panes=self.floor.every if self.floor else 0,
            branched=bool(self._branch_at_hand()),
            narrow=self.view.choice.changed,
            scanning=self.scanning,
        )

    def right(self) -> list[Span]:
        if not self.floor or not self.floor.every:
            return []
        return menus.chosen(self.view.choice, self.floor, self.wall.cursor_slot)

    def question(self) -> Line:
        if self._menu:
            return self._menu.line(self.size.width)
        if self._typing:
            found = self.floor.shown if self.floor else 0
            return self._typing.line(self.size.width, f"{found} pane{'s' * (found != 1)}")
        return ()

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

    def go_to_station(self, name: str) -> None:
        self.wall.go_to("station:" + name)

    def restyle(self) -> None:
        for widget in (self.query_one(TopLine), self.wall, self.query_one(Preview), self.query_one(Footer)):
            widget.look = self.look

    # Keys while a question is open

    async def answer(self, key: str, character: str | None) -> bool:
        if self._typing:
            return self._search_key(key, character)
        if self._menu:
            self._menu_key(character or key)
            return True
        return False

    def answer_paste(self, text: str) -> None:
        if self._typing:
            self._typing.paste(text)
            self._narrow()

    def _search_key(self, key: str, character: str | None) -> bool:
        assert self._typing
        if key in ("up", "down", "pageup", "pagedown"):
            return False
        if key in ("enter", "escape"):
            if key == "escape":
                self._typing.text = ""
            self._narrow()
            self._typing = None
            self.draw_footer()
        elif self._typing.type(key, character):
            self._narrow()
        return True

    def _narrow(self) -> None:
        if self._typing:
            self.view.choose(search=self._typing.text)
            self._draw_chosen()

    def _menu_key(self, key: str) -> None:
        assert self._menu
        chosen = self._menu.chosen(key)
        if chosen is None:
            self._menu = None
        else:
            self._menu = menus.choose(self.view, self._menu, chosen)
            self._remember()
            self._draw_chosen()
        self.draw_footer()

    def _remember(self) -> None:
        """Order and grouping outlive this run; filters do not, since what is hidden is missed."""
        choice, known = self.view.choice, self.factory.memory.known
        before = (known.floor_order or SortKey.ATTENTION, known.floor_grouping or Grouping.NONE)
        if (choice.order, choice.grouping) != before:
            self.factory.memory.keep(order=choice.order.value, grouping=choice.grouping.value)

    def _draw_chosen(self) -> None:
        """Draw what was just chosen, with the cursor in view wherever its pane has gone."""
        self.draw()
        if self.wall.cursor:
            self.wall.go_to(self.wall.cursor.key)

    # Actions

    def action_move(self, way: str) -> None:
        self.wall.move(way)

    def action_zoom(self, step: int) -> None:
        """One step in or out; at either end it stops and says so."""
        zoom = self.wall.zoom + step
        if not 0 <= zoom < len(HEIGHTS):
            self.say("these are the largest cards" if step > 0 else "this is the smallest: a line a station")
            return
        self._zoomed = True
        self.wall.zoom = zoom
        self.factory.memory.keep(**{"zoom" if _roomy(self.size) else "zoom_small": zoom})
        self.draw()

    def action_unfold(self) -> None:
        """Show or fold the stations of other repositories, and those that have been idle for long."""
        before = len(self.floor.folded) if self.floor else 0
        self.view.choose(unfolded=not self.view.choice.unfolded)
        self._draw_chosen()
        folded = len(self.floor.folded) if self.floor else 0
        if not before and not folded:
            self.say("nothing is folded away: every station works here, and none has been idle for long")

    def action_preview(self) -> None:
        """Show or hide the preview."""
        self.previewed = not self.previewed
        if not self.query_one(Preview).fit(self.size.height, self.previewed) and self.previewed:
            self.say("there is no room for a preview on this screen")

    def action_search(self) -> None:
        self._typing = Typing("/", self.view.choice.search)

    def action_filter(self) -> None:
        self._menu = menus.filter_menu(self.view.choice)

    def action_order(self) -> None:
        self._menu = menus.order_menu(self.view.choice)

    def action_group(self) -> None:
        self._menu = menus.group_menu(self.view.choice)

    def action_clear(self) -> None:
        self.view.choose(search="", statuses=frozenset(), every_branch=False, unfolded=False)
        self._draw_chosen()

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
        if pane and pane.station:
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

    def on_wall_cursor_moved(self) -> None:
        self.draw_preview()
        self.draw_footer()
