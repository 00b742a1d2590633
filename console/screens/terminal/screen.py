"""An agent's terminal, looked at: what it shows, as it changes. Nothing is typed there, and its size stays."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from console.actions.action import ScreenSpec, Situation
from console.copies import Copy, of_station
from console.links.link import LinkMode
from console.screens.base import bindings
from console.screens.handed import HandedScreen
from console.screens.sampled import SampledScreen
from console.screens.station.bar import link_spans
from console.screens.terminal.actions import SPEC
from sessions.asking.asked import Asked, UnheardError
from sessions.asking.questions import FollowTerminal
from sessions.floor.ours.picture import Picture
from sessions.floor.state import name_of
from sessions.text import clean
from sessions.views.hands import Hands
from widgets.draw.cells import Line, Span
from widgets.parts.footer import Footer
from widgets.parts.lined import Lined
from widgets.parts.panel import Bar
from widgets.terminal.lines import picture_lines


class TerminalScreen(SampledScreen, HandedScreen):
    """Follows the terminal as long as it is open; after a lost supervisor it asks the next one."""

    SPEC: ClassVar[ScreenSpec] = SPEC
    CSS_PATH = "screen.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(SPEC)]

    def __init__(self, station: str) -> None:
        super().__init__()
        self.station = station
        self._picture: Picture | None = None
        self._asked: Asked[Picture] | None = None

    def compose(self) -> ComposeResult:
        yield Bar(self.look, id="bar")
        yield Lined(self.look, id="text")
        yield Footer(self.look)

    def on_mount(self) -> None:
        self._ask()

    def on_unmount(self) -> None:
        if self._asked is not None:
            self._asked.cancel()

    def on_resize(self) -> None:
        self.call_after_refresh(self.draw)

    def _ask(self) -> None:
        pulse = self.factory.pulse

        def heard(picture: Picture) -> None:
            """On the link's thread."""
            self._picture = picture
            pulse.stir()

        self._asked = self.factory.link.ask(FollowTerminal(self.station), heard)
        self._asked.then(pulse.stir)

    def hands(self) -> Hands:
        return Hands(self.factory.link.state, (self.station,))

    # Sampling

    def draw_news(self) -> None:
        asked = self._asked
        if asked is not None and isinstance(asked.trouble, UnheardError) and self.factory.link.health.connected:
            self._ask()
        if self.is_news(self.beat(), self._picture, asked is not None and asked.over):
            self.draw()

    def draw(self) -> None:
        """Draw it as it is now."""
        if not self.lives or not self.size:
            return
        self.draw_header()
        box = self.query_one("#text", Lined)
        box.show(self.lines(box.size.width, box.size.height))
        self.draw_footer()

    def lines(self, cells: int, rows: int) -> list[Line]:
        """What it shows, or why nothing."""
        trouble = self._asked.trouble if self._asked is not None else None
        if self._picture is None:
            why = clean(str(trouble), 400) if trouble else "looking"
            return [(), ((f"   {why}", "soft"),)]
        return picture_lines(self._picture, cells, rows)

    def draw_header(self) -> None:
        if not self.lives:
            return
        link = self.factory.link
        head: list[Span] = [(f" {clean(name_of(link.state, self.station), 80)}", "bold text on bar")]
        head.append(("  its terminal", "text on bar"))
        if self._picture is not None:
            head.append((f"  {self._picture.columns}x{self._picture.rows}", "soft on bar"))
        if self._asked is not None and self._asked.over:
            head.append(("  ended", "idle on bar"))
        elif self.present().mode is LinkMode.LIVE:
            head.append((f"  v goes in, {self.factory.options.detach} comes back", "soft on bar"))
        right = [*link_spans(link, link.now(), max(30, self.size.width // 3)), (" ", "text on bar")]
        self.query_one(Bar).set_bar(head, right, (), 0, self.counters())

    def restyle(self) -> None:
        for widget in (self.query_one(Bar), self.query_one("#text", Lined), self.query_one(Footer)):
            widget.look = self.look

    # What it says of itself

    def situation(self) -> Situation:
        return Situation(at_hand=True)

    def copies(self) -> list[Copy]:
        station = self.factory.link.state.stations.get(self.station)
        return of_station(station) if station else []

    # Actions

    async def action_back(self) -> None:
        self.dismiss()

    async def action_open(self) -> None:
        """Go into the station, in place of its terminal."""
        self.dismiss()
        await self.factory.open_station(self.station)
