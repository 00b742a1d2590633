"""The scopes as they are drawn: the tree, and the place under the cursor. What keys do with it is in `screen`."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import Container

from console.links.link import LinkMode
from console.pulse import NEVER
from console.screens.finding import FindingScreen
from console.screens.scopes.making import Making
from sessions.text import clean
from sessions.views.scopes.detail import Detail, as_of, detail
from sessions.views.scopes.ground import Ground
from sessions.views.scopes.unfolded import Row, fitting, leading_to, rows
from widgets.draw.cells import Line, cut
from widgets.draw.numbers import age_clock
from widgets.floor.topline import trouble_line
from widgets.parts.footer import Footer
from widgets.parts.panel import Bar, Panel
from widgets.scopes.bar_lines import Standing, standing_line
from widgets.scopes.detail_lines import detail_lines, prevention_lines
from widgets.scopes.tree import TreeView
from widgets.scopes.tree_lines import row_line

WIDE = 120
"""From this width on the detail stands beside the tree; below, under it."""


class ScopesScene(FindingScreen):
    """Samples the link like the floor does."""

    CSS_PATH = "screen.tcss"

    def __init__(self) -> None:
        super().__init__()
        self.making = Making()
        self.unfolded: frozenset[str] = frozenset()
        self.rows: Sequence[Row] = ()
        self._numbers: dict[str, int] = {}
        """By path the number of its row."""
        self.place = ""
        """The path of the row under the cursor."""
        self.chosen = ""
        """The station that was chosen of a place; it stays at hand wherever it may write."""
        self.detail: Detail | None = None
        self.ready = False
        """It has its widgets, and they have a size."""
        self._rows_of: tuple[object, ...] = ()
        self._detail_of: tuple[object, ...] = ()

    def compose(self) -> ComposeResult:
        yield Bar(self.look, id="bar")
        with Container(id="body"):
            yield TreeView(self.look, "", id="tree")
            yield Panel(self.look, "place", id="detail")
        yield Footer(self.look)

    @property
    def view(self) -> TreeView:
        return self.query_one(TreeView)

    @property
    def panel(self) -> Panel:
        return self.query_one("#detail", Panel)

    @property
    def ground(self) -> Ground | None:
        return self.making.ground

    @property
    def wide(self) -> bool:
        return self.size.width >= WIDE

    @property
    def roomy(self) -> bool:
        """The detail needs more room than the tree."""
        return False

    def complete(self) -> bool:
        """It waits for the tree."""
        return self.ground is not None

    # Sampling

    def on_resize(self, event: events.Resize) -> None:
        self.lay_out()
        self.call_after_refresh(self._first_look)

    def lay_out(self) -> None:
        """Lay tree and detail out; what is proposed needs more room than what is known."""
        body, height = self.query_one("#body"), max(3, self.size.height - 2)
        body.styles.layout = "horizontal" if self.wide else "vertical"
        self.view.styles.width = "3fr" if self.wide else "1fr"
        self.panel.styles.width = "2fr" if self.wide else "1fr"
        share = height * (3 if self.roomy else 2) // 5
        self.view.styles.height = "1fr" if self.wide else height - share
        self.panel.styles.height = "1fr"
        if not self.view.has_focus:
            self.set_focus(self.view, scroll_visible=False)

    def _first_look(self) -> None:
        if self.lives and self.size:
            self.ready = True
            self._make_anew()
            self.draw()

    def draw_news(self) -> None:
        if not self.ready:
            return
        self._make_anew()
        if self.is_news(self.beat(), self.ground):
            self.draw()

    def _make_anew(self) -> None:
        if self.making.due_s(self.factory.link.state) == 0.0:
            self.making.busy = True
            self.begin(self._make, group="ground")

    async def _make(self) -> None:
        first = self.ground is None
        await self.making.make(self.factory.link)
        if self.lives:
            if first and self.ground is not None:
                self.unfolded = fitting(self.ground, self.view.rows)
            self.draw()
            self.factory.pulse.stir()

    def rest(self) -> float:
        due = self.making.due_s(self.factory.link.state)
        return min(super().rest(), NEVER if due is None else max(0.01, due))

    def newest(self) -> float:
        """Only stations at work are timed here, in their signs."""
        return self.factory.link.state.time

    # Drawing

    def draw(self) -> None:
        """Draw the scopes as they are now."""
        if not self.lives or not self.ready:
            return
        self.draw_bar()
        self._draw_tree()
        self.draw_detail()
        self.draw_footer()

    def draw_bar(self) -> None:
        link, bar, counters = self.factory.link, self.query_one(Bar), self.counters()
        if link.health.trouble:
            bar.set_bar(trouble_line(link.health.trouble, bar.free(counters)), [], (), 0, counters)
            return
        standing = Standing.of(self.ground, self.making.spots, self.making.trouble, link.mode is LinkMode.REPLAY)
        bar.set_bar(standing_line(standing, bar.free(counters)), [], (), 0, counters)

    def _draw_tree(self) -> None:
        ground = self.ground
        if ground is None:
            self.view.set_rows(0, self._row, empty=[((" looking at the repository …", "faint"),)])
            return
        made_of = (ground, self.unfolded)
        if not _same(made_of, self._rows_of):
            self._rows_of, self.rows = made_of, rows(ground, self.unfolded)
            self._numbers = {row.path: number for number, row in enumerate(self.rows)}
        at = self._number(self.place)
        self.place = self.rows[at].path
        self.view.set_rows(len(self.rows), self._row, cursor=at)

    def _number(self, path: str) -> int:
        """The row of a place; where it has none any more, that of the nearest around it."""
        while path not in self._numbers:
            path = path.rstrip("/")
            path = path[: path.rfind("/") + 1]
        return self._numbers[path]

    def _row(self, i: int, cells: int, ground: str) -> Line:
        assert self.ground is not None
        row = self.rows[i]
        return row_line(row, self.ground.node(row.path), cells, ground, bool(self.ground.owners))

    def draw_detail(self) -> None:
        """Draw what is known of the place under the cursor."""
        ground, link = self.ground, self.factory.link
        if ground is None:
            self.panel.clear()
            return
        now = link.now()
        if self.detail is None or not _same((ground, self.place), self._detail_of):
            self._detail_of, self.detail = (ground, self.place), detail(ground, self.place, now)
        found = self.detail = as_of(self.detail, link.state, now)
        at_hand, prevented = self.at_hand(), self.making.prevention
        self.panel.title = clean(self.place, 300) or "the whole tree"
        files = f"{found.node.files:,} file{'s' * (found.node.files != 1)}" if found.node.folder else ""
        self.panel.title = cut(self.panel.title, max(8, self.panel.size.width - len(files) - 8))
        self.panel.set_body(
            lambda cells, _: [
                *(prevention_lines(prevented, link.state, cells) if not self.place else ()),
                *detail_lines(found, now, at_hand, cells, bool(ground.owners)),
            ],
            (found, at_hand, prevented, age_clock(link.state.time, now)),
            files,
        )

    def at_hand(self) -> str:
        """The station that keys are for: the one that was chosen, where it is at this place, else the first there."""
        here = self.stations_here()
        return self.chosen if self.chosen in here else next(iter(here), "")

    def stations_here(self) -> list[str]:
        if self.detail is None:
            return []
        return [writer.station for writer in (*self.detail.writers, *self.detail.others)]

    def go_to(self, path: str) -> None:
        """Put the cursor on a place, unfolding what is around it."""
        self.unfolded |= leading_to(path)
        self.place = path
        self.panel.to_start()
        self.draw()


def _same(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    return len(one) == len(other) and all(a is b or (isinstance(a, str | int | float | frozenset) and a == b)
                                          for a, b in zip(one, other, strict=True))  # fmt: skip
