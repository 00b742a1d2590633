"""A station: its conversation, its meters over time, its files and its events, live or as of a moment of a replay."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical

from console.actions.action import ScreenSpec
from console.copies import Copy, of_station
from console.links.link import LinkMode
from console.links.replay import ReplayLink
from console.screens.base import bindings
from console.screens.handed import HandedScreen
from console.screens.station.actions import SPEC, StationSituation
from console.screens.station.bar import link_spans
from console.screens.station.goal import Goal
from console.screens.station.search import SearchScreen
from console.screens.station.side import PANELS, StationSide, side_cells
from sessions.errors import FactoryError
from sessions.floor.branches.shown import own_branch
from sessions.floor.state import FloorState, Station
from sessions.text import EXCERPT, clean
from sessions.views.floor.panes import Pane, station_pane
from sessions.views.hands import Hands
from sessions.views.ours import evidence_of, ours_of
from widgets.draw.cells import Span
from widgets.parts.facts import state_spans
from widgets.parts.footer import Footer
from widgets.parts.panel import Bar, Panel
from widgets.session.conversation import ConversationView

PLOT = PANELS.index("plot") + 1
WIDE = 120
"""From this width on the panels stand beside the conversation; below, one of them is shown at a time."""


class StationScreen(SearchScreen, HandedScreen):
    """Samples the link like the floor does; whatever needs the disk is read by a worker, one at a time."""

    SPEC: ClassVar[ScreenSpec] = SPEC
    CSS_PATH = "screen.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(SPEC)]

    def __init__(self, station: str, goal: Goal | None = None) -> None:
        super().__init__(station, goal)
        self._panel = 0

    def compose(self) -> ComposeResult:
        yield Bar(self.look, id="bar")
        with Horizontal(id="body"):
            yield ConversationView(self.look, id="conversation")
            with Vertical(id="side"):
                yield from self._make_side()
        yield Footer(self.look)

    def _make_side(self) -> ComposeResult:
        self.side = StationSide(self.look)
        yield from self.side.panels

    @property
    def wide(self) -> bool:
        return self.size.width >= WIDE

    def on_mount(self) -> None:
        self.view.say("Reading the session …")

    def on_resize(self, event: events.Resize) -> None:
        self._arrange()
        self.call_after_refresh(self.draw)

    def complete(self) -> bool:
        """It waits for the conversation."""
        return self._reading.reader is not None or self.station not in self.factory.link.state.stations

    # Sampling

    def draw_news(self) -> None:
        if self.is_news(self.beat(), self._speed(), self._reading.age):
            self.draw()

    def newest(self) -> float:
        station = self.factory.link.state.stations.get(self.station)
        if station is None:
            return 0.0
        return max(station.evidence.since, station.evidence.seen, station.activity_time,
                   *(tool.since for tool in station.running.values()))  # fmt: skip

    def _speed(self) -> tuple[int, bool] | None:
        link = self.factory.link
        return (link.player.speed, link.player.playing) if isinstance(link, ReplayLink) else None

    def draw(self) -> None:
        """Draw the station as it is now."""
        if not self.lives or not self.size:
            return
        link = self.factory.link
        state, now = link.state, link.now()
        station = state.stations.get(self.station)
        self.view.show_until(now if link.mode is LinkMode.REPLAY else None, state.zone)
        if station is None:
            self._draw_absent(now)
            return
        pane = _pane(state, station, now)
        self._draw_bar(state_spans(pane, now, " on bar"), now)
        cells = side_cells(self.size.width) if self.wide else self.size.width
        if self.side.draw(state, station, pane, self._reading.log, now, cells):
            self._arrange()
            self.call_after_refresh(self.draw)
        self.draw_footer()
        if self._reading.came():
            self.view.grew()
        if self._reading.claim(link, station):
            self.begin(lambda: self._read(state, station), group="reading")

    def _draw_absent(self, now: float) -> None:
        self._draw_bar([(" " + clean(self.station, 80), "bold text on bar")], now)
        self.view.say(
            f"{clean(self.station, 80)} is not on the floor at this moment.",
            "In a replay, go on to when it was opened: p plays, > goes to the next turn. esc goes back.",
        )
        self.side.clear()
        self.draw_footer()

    def _draw_bar(self, head: list[Span], now: float) -> None:
        right = [*link_spans(self.factory.link, now, max(60, self.size.width * 5 // 8)), (" ", "text on bar")]
        names = () if self.wide else ("conversation", *PANELS)
        self.query_one(Bar).set_bar(head, right, names, self._panel, self.counters())

    # Reading

    async def _read(self, state: FloorState, station: Station) -> None:
        """Read on: the station's events, and its session."""
        try:
            news = await self._reading.step(self.factory.link, state, station)
        except FactoryError as error:
            if self.lives:
                self.view.say_trouble(f"cannot read: {clean(str(error), 80)}")
            return
        reader = self._reading.reader
        if news is None or reader is None or not self.lives:
            return
        if news.other:
            source = f"{reader.note}{': ' if reader.reason else ''}{reader.reason}"
            if self._reading.session_of(station) != station.session:
                source += ", of another conversation than its present one"
            self.view.show_source(reader, source, news.same_session, station.directory)
            self.view.say_trouble("")
        elif news.went_back:
            self.view.grew()
        self.view.say(
            "Nothing was said in this session yet.",
            "What the agent says and does appears here by itself.",
            "esc goes back.",
        )
        self.draw()
        self._go_to_goal()

    # What it says of itself

    def situation(self) -> StationSituation:
        return StationSituation(at_hand=True, branched=bool(self._branch()), searched=bool(self.pattern))

    def sees_whole(self, station: str) -> bool:
        """Its panel tells as much of it as fits into a line, and nothing of what it would write."""
        question = self.hands().asked(station)
        if question is None:
            return True
        return self.wide and len(question.text) < EXCERPT // 2 and "\n" not in question.text and not question.paths

    def hands(self) -> Hands:
        return Hands(self.factory.link.state, (self.station,))

    def _branch(self) -> str:
        state = self.factory.link.state
        branch = own_branch(state, state.stations.get(self.station))
        return branch.name if branch is not None else ""

    async def action_work(self) -> None:
        """Show the commits, files and lines of the branch it works on."""
        if branch := self._branch():
            await self.factory.open_branch(branch)

    def copies(self) -> list[Copy]:
        station = self.factory.link.state.stations.get(self.station)
        return of_station(station) if station else []

    def right(self) -> list[Span]:
        """What was searched; and what the bar has no room for beside the panels' names."""
        link = self.factory.link
        found: list[Span] = [(f"“{self.pattern[:20]}”", "bold text on bar")] if self.pattern else []
        told = [] if self.wide else link_spans(link, link.now(), self.size.width // 2 - 2)
        return [*found, *[("  ", "text on bar")][: bool(found and told)], *told]

    def restyle(self) -> None:
        for widget in (self.query_one(Bar), self.view, self.query_one(Footer), *self.query(Panel)):
            widget.look = self.look

    # Panels

    def _arrange(self) -> None:
        """Lay the panels out for the present size; done on resize and on keys, never on a tick."""
        wide, chosen = self.wide, self._panel
        self.view.display = wide or chosen == 0
        side = self.query_one("#side", Vertical)
        side.display = wide or chosen > 0
        side.styles.width = side_cells(self.size.width) if wide else "1fr"
        self.side.arrange(self.size.height - 2, None if wide else chosen - 1)
        if not self.chosen.has_focus:
            self.set_focus(self.chosen, scroll_visible=False)

    def _show_panel(self, panel: int) -> None:
        self._panel = panel
        self.hold()
        self._arrange()
        self.call_after_refresh(self.draw)

    def on_bar_chosen(self, message: Bar.Chosen) -> None:
        self._show_panel(message.index)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """A click focuses a panel: it is then the chosen one."""
        widgets = [self.view, *self.side.panels]
        if event.widget in widgets:
            self._panel = widgets.index(event.widget)

    # Actions

    async def action_back(self) -> None:
        if self.pattern:
            self.drop_search()
        else:
            self.dismiss()

    def action_panel(self, step: int) -> None:
        shown = [0, *(i + 1 for i, panel in enumerate(self.side.panels) if not self.wide or panel.display)]
        at = shown.index(self._panel) if self._panel in shown else 0
        self._show_panel(shown[(at + step) % len(shown)])

    @property
    def chosen(self) -> ConversationView | Panel:
        """What the keys that move are about."""
        return self.side.panels[self._panel - 1] if self._panel else self.view

    def action_fold(self) -> None:
        if self._panel:
            self._show_panel(0)
        else:
            self.view.toggle()

    def action_follow(self) -> None:
        """Whatever panel is chosen: there is one thing to follow."""
        if self._panel:
            self._show_panel(0)
        self.view.follow()

    def action_end(self) -> None:
        self.chosen.follow()

    def action_home(self) -> None:
        self.chosen.to_start()

    def action_move(self, step: int) -> None:
        self.chosen.move(step)

    def action_page(self, step: int) -> None:
        self.chosen.scroll(step * max(1, self.chosen.rows - 2))

    def action_meter(self) -> None:
        self.side.next_meter()
        if not self.wide and self._panel != PLOT:
            self._show_panel(PLOT)
        self.draw()

    def action_transport(self, control: str, *steps: int) -> None:
        """As elsewhere, but that steps are of its own events."""
        link = self.factory.link
        if isinstance(link, ReplayLink):
            getattr(link, control)(*steps, *[self.station] * control.startswith("step"))


def _pane(state: FloorState, station: Station, now: float) -> Pane:
    branch = own_branch(state, station)
    session = state.sessions.get(station.session)
    evidence, ours = evidence_of(state, station, now), ours_of(state, station.id, now)
    return station_pane(station.id, station, branch, session, evidence, state.repo, now, ours=ours)
