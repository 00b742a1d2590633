"""The floor as it is drawn: the wall that is sampled from the link, the lines above it, the preview below.

What keys do with all of it is in `screen`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from time import monotonic

from textual import events
from textual.app import ComposeResult
from textual.geometry import Size
from textual.widget import Widget

from console.links.link import Link, LinkMode
from console.pulse import NEVER
from console.screens.floor.actions import SPEC
from console.screens.floor.before import Awaited, told_ago
from console.screens.sampled import SampledScreen
from console.terminal.slowlink import Rhythm
from sessions.floor.commands import PERCENT, Progress
from sessions.floor.ours.changes import rebooted
from sessions.floor.ours.lives import Life
from sessions.floor.ours.owned import Owned, Question
from sessions.views.floor.last import last_floor
from sessions.views.floor.panes import Pane
from sessions.views.floor.view import Floor, FloorView
from widgets.draw.cells import Line
from widgets.floor.empty import empty_lines
from widgets.floor.preview import Preview, preview_lines
from widgets.floor.rows import fold_line, heading
from widgets.floor.topline import TopLine, figures, frozen_line, progress_line, rule, stopped_line, trouble_line
from widgets.floor.wall import Wall
from widgets.parts.footer import Footer

ROOMY = (100, 30)
"""From this size on the floor begins with cards instead of lines."""
EASE_S, FIRST_S = 3.0, 0.5
"""Between two pictures of the wall while the past is read in, and before the first one with panes on it."""
KEEP_EVERY_S = 600.0
"""Between two times at which a floor that changes is kept for the next console."""
WATCHED_S = 0.5
"""How often it is looked whether the last floor has stood there for long enough."""
SINCE = Progress("what happened since", 0, 0)


def roomy(size: Size) -> bool:
    return size.width >= ROOMY[0] and size.height >= ROOMY[1]


class FloorScene(SampledScreen):
    """Samples the link and draws what changed. A replay shows the same screen with a timeline `below_wall`."""

    def __init__(self) -> None:
        super().__init__()
        self.view = FloorView()
        self.previewed = True
        """The operator wants the preview, where there is room for it."""
        self.floor: Floor | None = None
        self.zoomed = False
        """The operator chose how large the cards are, which no other size of the screen changes."""
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
        if not self.zoomed:
            known, large = self.factory.memory.known, roomy(size)
            remembered = known.zoom if large else known.zoom_small
            self.wall.zoom = remembered if remembered >= 0 else int(large)

    # Sampling

    def keep_pace(self, rhythm: Rhythm) -> None:
        super().keep_pace(rhythm)
        self.wall.budget, self.wall.turn_s = rhythm.budget, rhythm.turn_s

    def draw_news(self) -> None:
        last = self.factory.link.last
        if not self.is_news(self.beat(), last, told_ago(last)) and not self._owed and self._sorts_in() > 0:
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
        return min(rest, WATCHED_S if self._goes_soon else self._sorts_in())

    def _sorts_in(self) -> float:
        """Seconds after which the wall may sort itself although nothing happens, as in a replay that stands."""
        if self.factory.link.last is not None or self.settling or self.last_key == 0.0:
            return NEVER
        moment = monotonic()
        return self.view.sorts_in(moment, moment - self.last_key)

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
        wall.show_marks(self.factory.marks)
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

    def news_above(self) -> bool:
        """On a small screen, where they would hide the keys in the footer, unless something else must stand there."""
        health = self.factory.link.health
        return not roomy(self.size) and not health.trouble and health.progress is None

    def draw_header(self) -> None:
        if self.lives:
            self._draw_top()

    def _folds(self, floor: Floor, cells: int) -> Line:
        away = sum(pane.elsewhere for pane in floor.folded)
        days = self.factory.options.rest_days
        key = "E" if self.SPEC is SPEC else "f e"
        removed = sum(pane.ours is not None and pane.ours.life is Life.REMOVED for pane in floor.folded)
        return fold_line(away, len(floor.folded) - away - removed, days, floor.branches, cells, key, removed)

    def draw_preview(self) -> None:
        """Show what stands under the cursor."""
        preview = self.query_one(Preview)
        if preview.size.height:
            now = self.factory.link.now()
            pane = self.wall.cursor
            asked = self._asked_of(pane) if pane is not None else None
            preview.show(preview_lines(pane, self.size.width, preview.size.height, now, asked))

    def _asked_of(self, pane: Pane) -> tuple[Question, Owned] | None:
        """The question of it that would be answered here."""
        known = self.factory.link.state.owned.get(pane.station)
        question = next(iter(known.questions.values()), None) if known is not None else None
        return (question, known) if question is not None and known is not None else None

    def _second_line(self, cells: int) -> Line:
        link = self.factory.link
        health, old = link.health, told_ago(link.last)
        if health.trouble:
            return trouble_line(health.trouble, cells, old)
        if health.progress is not None:
            return progress_line(health.progress, cells, "ctrl+x stops" if self.scanning else "", old, link.now())
        if old:
            return progress_line(SINCE, cells, "", old)
        news = self.factory.telling.line(cells, self.factory.user_keys) if self.news_above() else ()
        return news or self._lasting_line(cells)

    def _lasting_line(self, cells: int) -> Line:
        """What is so for long: the floor is frozen, stations wait to be brought back; else the wall's heading."""
        link = self.factory.link
        if link.state.frozen:
            return frozen_line(cells, "P thaws" if link.mode is LinkMode.LIVE else "")
        if lost := len(rebooted(link.state.owned)):
            return stopped_line(lost, cells, "R brings them back" if link.mode is LinkMode.LIVE else "")
        return (
            heading(cells, self.wall.widths) if self.wall.zoom == 0 and self.floor and self.floor.shown else rule(cells)
        )

    def keep(self, link: Link) -> None:
        """Have what was last shown of the present kept for the next console. It also works after the end of the app."""
        if self._present is not None:
            floor, panes, drawn_at = self._present
            health = link.health
            time = link.now() if health.connected and not health.behind else drawn_at
            link.keep(last_floor(floor, panes, time))
            self._kept_at = time

    def restyle(self) -> None:
        for widget in (self.query_one(TopLine), self.wall, self.query_one(Preview), self.query_one(Footer)):
            widget.look = self.look

    def on_wall_cursor_moved(self) -> None:
        self.draw_preview()
        self.draw_footer()
