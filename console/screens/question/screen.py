"""What an agent asks, in full: the command or difference, what of it leaves the scope, and the keys that answer it."""

from __future__ import annotations

from math import inf
from time import monotonic
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from console.actions.action import ScreenSpec
from console.copies import Copy, of_station
from console.links.link import LinkMode
from console.pulse import NEVER
from console.screens.base import bindings
from console.screens.handed import HandedScreen
from console.screens.question.actions import SPEC, QuestionSituation
from console.screens.sampled import YOUNG_S, SampledScreen
from console.screens.station.bar import link_spans
from sessions.floor.ours.lives import Asks
from sessions.floor.ours.owned import Owned, Question
from sessions.floor.state import Status, name_of
from sessions.text import clean
from sessions.views.hands import ANSWERS, Hands, Verb
from sessions.views.ours import ours_of
from sessions.views.questions import in_order
from widgets.draw.cells import Line, Span
from widgets.draw.glyphs import STATUS
from widgets.draw.numbers import exact_age
from widgets.parts.footer import Footer
from widgets.parts.lined import Lined
from widgets.parts.panel import FAR, Bar
from widgets.question.lines import question_lines

UNSEEN_S = 0.4
"""So long after another question came before the eye, keys that answer were meant for the one before."""


class QuestionScreen(SampledScreen, HandedScreen):
    """Shows one question; once it is answered the next one opens by itself, and after the last it closes."""

    SPEC: ClassVar[ScreenSpec] = SPEC
    CSS_PATH = "screen.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(SPEC)]
    NEWS_ABOVE: ClassVar[bool] = True

    def __init__(self, station: str, hurried: bool = False) -> None:
        """`hurried` is one who was about to answer before all of it was seen."""
        super().__init__()
        self._hurried = hurried
        self.station = station
        self._question = ""
        """The id of the one that is shown."""
        self._last: tuple[Question, Owned] | None = None
        """It as it was seen last: once it is settled it is still there to be read."""
        self._answered = False
        """The operator answered it: what comes next may open by itself."""
        self._opened_at = -inf
        self._top = self._below = 0

    def compose(self) -> ComposeResult:
        yield Bar(self.look, id="bar")
        yield Lined(self.look, id="text")
        yield Footer(self.look)

    def on_mount(self) -> None:
        self._turn_to(self.station, "")
        if self._hurried:
            self.call_after_refresh(self.say, "not all of it was on the screen: look at it, then answer")
        else:
            self._opened_at = -inf  # the operator came for this one

    def on_resize(self) -> None:
        self.call_after_refresh(self.draw)

    # What is asked

    def _asked(self) -> list[tuple[str, str]]:
        return in_order(self.factory.link.state.owned)

    def _known(self) -> tuple[Question, Owned] | None:
        known = self.factory.link.state.owned.get(self.station)
        question = known.questions.get(self._question) if known is not None else None
        return (question, known) if question is not None and known is not None else None

    def _turn_to(self, station: str, question: str) -> None:
        """Show a question of a station, or its oldest one."""
        known = self.factory.link.state.owned.get(station)
        self.station, self._question = station, question or next(iter(known.questions), "") if known else ""
        self._last, self._answered, self._top = self._known(), False, 0
        self._opened_at = monotonic()

    def _go_on(self) -> bool:
        """Open the next question, of this station first; False when nothing else is asked."""
        asked = [pair for pair in self._asked() if pair != (self.station, self._question)]
        following = next((pair for pair in asked if pair[0] == self.station), asked[0] if asked else None)
        if following is None:
            return False
        self._turn_to(*following)
        return True

    def hands(self) -> Hands:
        return Hands(self.factory.link.state, (self.station,), question=self._question)

    # Sampling

    def draw_news(self) -> None:
        if self._answered and self._known() is None and not self._go_on():
            self.dismiss()
            return
        if self.is_news(self.beat(), self._question):
            self.draw()

    def newest(self) -> float:
        known = self._known() or self._last
        return known[0].asked if known is not None else 0.0

    def rest(self) -> float:
        """Seconds until its age is another one, which is told to the full minute of the question itself."""
        link = self.factory.link
        if link.mode is LinkMode.REPLAY:
            return NEVER
        waited = max(0.0, link.now() - self.newest())
        return 1.0 - waited % 1.0 if waited < YOUNG_S else 60.0 - waited % 60.0

    def beat(self) -> int:
        waited = int(self.factory.link.now() - self.newest())
        return waited if waited < YOUNG_S else -(waited // 60)

    def draw(self) -> None:
        """Draw it as it is now."""
        if not self.lives or not self.size:
            return
        self._last = self._known() or self._last
        self._draw_bar()
        text = self.query_one("#text", Lined)
        lines = self.lines(text.size.width)
        # What is new stands in the last line of the text: the keys that answer stay in the footer.
        news = self.factory.telling.line(text.size.width, self.factory.user_keys, self.station)
        rows = text.size.height - bool(news)
        self._below = max(0, len(lines) - rows)
        self._top = max(0, min(self._top, self._below))
        self._below -= self._top
        shown = lines[self._top : self._top + rows]
        text.show([*shown, *[()] * (rows - len(shown)), news] if news else shown)
        self.draw_footer()

    def lines(self, cells: int) -> list[Line]:
        """All that is told of it."""
        link = self.factory.link
        if self._last is None:
            return [(), (("   it asks nothing", "soft"),), (), (("   esc goes back", "faint"),)]
        question, known = self._last
        ours = ours_of(link.state, self.station, link.now())
        assert ours is not None, "what asks is ours"
        told = question_lines(question, known, ours, link.now(), cells)
        if self._known() is None:
            told = [(), (("   it does not ask this any more: it was answered, or went on", "bold text"),), *told]
        return told

    def _draw_bar(self) -> None:
        link = self.factory.link
        asked = self._asked()
        name = clean(name_of(link.state, self.station), 80)
        place = asked.index((self.station, self._question)) + 1 if (self.station, self._question) in asked else 0
        head: list[Span] = [
            (f" {STATUS[Status.NEEDS_ME]} ", "needs_me on bar"),
            (name, "bold text on bar"),
            ("  asks" if self._known() else "  asked", "needs_me on bar"),
        ]
        if self._last is not None:
            tool, since = clean(self._last[0].tool, 40), exact_age(self._last[0].asked, link.now())
            head += [(f"  {tool}" if tool else "", "text on bar"), (f"  {since}", "soft on bar")]
        number = [(f"{place} of {len(asked)}  ", "bold text on bar")] if place and len(asked) > 1 else []
        right = [*number, *link_spans(link, link.now(), max(30, self.size.width // 3)), (" ", "text on bar")]
        self.query_one(Bar).set_bar(head, right, (), 0, self.counters())

    def draw_header(self) -> None:
        self.draw()

    def right(self) -> list[Span]:
        signs = [f"▲ {self._top}"] * bool(self._top) + [f"▼ {self._below} more"] * bool(self._below)
        return [("  ".join(signs), "bold accent on bar")] if signs else []

    def restyle(self) -> None:
        for widget in (self.query_one(Bar), self.query_one("#text", Lined), self.query_one(Footer)):
            widget.look = self.look

    # What it says of itself

    def situation(self) -> QuestionSituation:
        others = sum(pair != (self.station, self._question) for pair in self._asked())
        return QuestionSituation(at_hand=True, others=others)

    def copies(self) -> list[Copy]:
        station = self.factory.link.state.stations.get(self.station)
        return of_station(station) if station else []

    # Actions

    async def action_hand(self, verb: str) -> None:
        it = Verb(verb)
        if it in ANSWERS and monotonic() - self._opened_at < UNSEEN_S:
            self.say("it has just come before your eyes: look at it, then answer")
            return
        await super().action_hand(verb)

    def done(self, verb: Verb, stations: list[str]) -> None:
        words = self._last is not None and self._last[0].asks is Asks.WORDS
        if stations and (verb in ANSWERS or (verb is Verb.PROMPT and words)):
            self._answered = True
            self.factory.pulse.stir()

    async def action_back(self) -> None:
        self.dismiss()

    async def action_open(self) -> None:
        """Go into the station, in place of its question."""
        self.dismiss()
        await self.factory.open_station(self.station)

    def action_next(self, step: int) -> None:
        asked = self._asked()
        here = (self.station, self._question)
        if here in asked:
            self._turn_to(*asked[(asked.index(here) + step) % len(asked)])
        else:
            self._go_on()
        self.draw()

    def action_move(self, step: int) -> None:
        self._top += step
        self.draw()

    def action_page(self, step: int) -> None:
        self.action_move(step * max(1, self.query_one("#text", Lined).size.height - 2))

    def action_home(self) -> None:
        self.action_move(-FAR)

    def action_end(self) -> None:
        self.action_move(FAR)

    def on_mouse_scroll_down(self) -> None:
        self.action_move(3)

    def on_mouse_scroll_up(self) -> None:
        self.action_move(-3)
