"""How a form is drawn over the screen below it, and what its scope meets, which is found meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import ClassVar

from msgspec.structs import replace
from textual import events
from textual.app import ComposeResult

from console.actions.action import Situation
from console.screens.base import FactoryScreen
from console.screens.forms.knowing import Knowing
from sessions.floor.scope import Scope
from sessions.views.forms.offers import Offer
from sessions.views.forms.overlap import Overlap, Where, overlap
from sessions.views.hands import Hands
from widgets.draw.cells import Line, Span, cut, line_width, pad, spread
from widgets.draw.glyphs import RULE
from widgets.forms.fields import Text, Words
from widgets.forms.form import GROUND, Drawn, Form, drawn
from widgets.forms.told import offer_lines, overlap_lines, told
from widgets.parts.footer import Footer
from widgets.parts.lined import Lined

ROOMY = 40
"""Rows of a screen from which on a form takes more of them."""
_COVER = 3
"""Rows of the screen below that stay in view, where there are many."""


class DrawnForm(FactoryScreen):
    """Fields, what is said of the one in hand, and what the scope meets. Subclasses say what the fields mean."""

    CSS_PATH = "screen.tcss"
    NEWS_ABOVE: ClassVar[bool] = True
    DOES: ClassVar[str] = ""
    """What `enter` does, in a word."""

    def __init__(self, form: Form, hands: Hands, knowing: Knowing) -> None:
        super().__init__()
        self.form, self.hands, self.knowing = form, hands, knowing
        self.title_word = ""
        self.drawn = Drawn()
        self.trouble = ""
        """What is wrong, and is no single field's."""
        self.complaint = ""
        """Why it was not done; until the next key."""
        self.portions = 0
        """Stops that were made while looking what scopes meet."""
        self._offers: Sequence[Offer] = ()
        self._picked = -1
        self._found: Overlap | None = None
        self._found_for: object = None
        self._sending = False
        self._checked = False
        """What it says of itself is known; a clock may have it drawn before."""
        self._top = 0

    # What subclasses say

    def check(self) -> Scope:
        """Have the form say what is wrong with it; the scope that is written."""
        raise NotImplementedError

    def where(self) -> Where:
        """Who is to have the scope."""
        raise NotImplementedError

    async def learn(self) -> None:
        """Ask for what the form needs to know."""
        raise NotImplementedError

    def offers(self, key: str, typed: str) -> Sequence[Offer]:
        """What can be taken into a field."""
        raise NotImplementedError

    def about(self, cells: int, rows: int) -> list[Line]:
        """What is said of the field in hand, where nothing can be taken into it."""
        return told(self.form.focus.about, cells, rows)

    def not_asked(self) -> str:
        """Of several that are meant, for which it will not be asked for, and why."""
        return ""

    def below(self, cells: int, roomy: bool) -> list[Line]:
        """What is said at the end, before the overlap."""
        return []

    def subtitle(self) -> str:
        """Whom it is about."""
        return ""

    # How it is drawn

    def compose(self) -> ComposeResult:
        yield Lined(self.look, id="form")
        yield Footer(self.look)

    def on_mount(self) -> None:
        self.begin(self.learn, group="learning")

    def on_resize(self, event: events.Resize) -> None:
        self.call_after_refresh(self.changed)

    def present(self) -> Situation:
        return replace(super().present(), hands=self.hands)

    def changed(self) -> None:
        """The form is another, or more is known: say what is wrong, and look what the scope meets."""
        if not self.lives:
            return
        scope, field = self.check(), self.form.focus
        self._checked = True
        self._offers = ()
        if isinstance(field, Words):
            self._offers = self.offers(field.key, field.value)
            field.ghost = self._ghost(field.value)
        self._picked = min(self._picked, len(self._offers) - 1)
        # A scope that cannot be meant meets nobody; one that is refused is shown with whom it meets.
        state = self.factory.link.state
        bounds = [(station, known.scope, known.lives) for station, known in state.owned.items()]
        made_of = (scope.write, self.knowing.tree, state.verdicts, bounds, self.where())
        if not scope.write:
            self._found, self._found_for = None, None
        elif made_of != self._found_for:
            self._found_for = made_of
            self.begin(lambda: self._look(scope), group="overlap", exclusive=True)
        self.draw()

    def _ghost(self, typed: str) -> str:
        """How what was typed goes on: as what is picked, else as the first that begins so."""
        picked = self._offers[self._picked : self._picked + 1] if self._picked >= 0 else self._offers
        value = next((offer.value for offer in picked if offer.value.startswith(typed)), "") if typed else ""
        more = value[len(typed) :]
        return "" if more.startswith(" ") and self._picked < 0 else more  # what is whole asks for nothing more

    async def _look(self, scope: Scope) -> None:
        """Find what the scope meets; keys are taken between the portions of that."""
        steps = overlap(self.factory.link.state, scope, self.where(), self.knowing.tree)
        while True:
            try:
                next(steps)
            except StopIteration as end:
                self._found = end.value
                break
            self.portions += 1
            await asyncio.sleep(0)
        await self.looked(scope)
        self.draw()

    async def looked(self, scope: Scope) -> None:
        """What the scope meets is known now."""

    def draw(self) -> None:
        """Draw the fields, what is said of the one in hand, and what the scope meets; what does not fit is scrolled."""
        if not self.lives or not self.size or not self._checked:
            return
        cells, height = self.size.width, self.size.height
        roomy = height >= ROOMY
        self.drawn = drawn(self.form, cells, 8 if roomy else 3)
        rows = 8 if roomy else 4
        found = offer_lines(self._offers, self._picked, cells, rows) if self._offers else self.about(cells, rows)
        blank: Line = pad((), cells, GROUND)
        why = "what it may write cannot be meant" if not self._found_for else "looking …"
        meets = overlap_lines(self._found, why, cells, 8 if roomy else 5)
        tail = [*found[:rows], *[blank] * (rows - len(found)), *self.below(cells, roomy), *meets]
        if wrong := self.complaint or self.trouble:
            tail = [*told(wrong, cells, 3, "bold failed on bar", "refused"), *tail]
        elif left := self.not_asked():
            tail = [*told(left, cells, 2, "failed on bar", "not of"), *tail]
        body = [*self.drawn.lines, *([blank] * roomy), *tail]
        room = self._fit(len(body), height, roomy) - 1
        start, stop = self.drawn.span_of(self.form.focus)
        self._top = max(0, min(self._top, start, len(body) - room), stop + (rows if len(body) > room else 0) - room)
        self._top = max(0, min(self._top, len(body) - room))
        shown = body[self._top : self._top + room]
        self.query_one("#form", Lined).show([self._above(cells), *shown, *[blank] * (room - len(shown))])
        self.draw_footer()

    def _fit(self, lines: int, height: int, roomy: bool) -> int:
        """Rows of the form. It only grows, so that little is sent again."""
        box = self.query_one("#form", Lined)
        most = max(4, height - 1 - _COVER * roomy)
        known = int(box.styles.height.value) if box.styles.height is not None else 0
        wanted = min(most, max(lines + 1, known))
        if wanted != known:
            box.styles.height = wanted
        return wanted

    def _above(self, cells: int) -> Line:
        counted = self.counters()
        gap: Span = (" ", "text on bar")
        right = [gap, *counted, gap] if counted else []
        head: list[Span] = [(f" {self.title_word} ", "bold accent"), (cut(self.subtitle(), 60) + " ", "bold text")]
        head.append((RULE * max(0, cells - line_width(head) - line_width(right)), "line"))
        return self.factory.telling.line(cells, self.factory.user_keys) or spread(head, right, cells, "line")

    def draw_header(self) -> None:
        self.draw()

    def question(self) -> Line:
        if self._sending:
            return ((f" {self.title_word} ", "bold accent on bar"), ("asking …", "text on bar"))
        if self.complaint:
            return ((" " + self.complaint, "bold failed on bar"),)
        wrong, field = len(self.form.troubles) + bool(self.trouble), self.form.focus
        hint = "←→ choose" if not isinstance(field, Words) else ""
        if isinstance(field, Text):
            hint = "ctrl+j new line"
        elif self._offers:
            hint = "→ takes, ↓ picks" if isinstance(field, Words) and field.ghost else "↓ picks"
        does = f"{wrong} to mend" if wrong else f"enter {'takes' if self._picked >= 0 else self.DOES}"
        between = "   tab next   shift+tab back   " if self.size.width >= 100 else "  tab next  "
        return (
            (f" {does}", "bold failed on bar" if wrong else "bold accent on bar"),
            (between, "soft on bar"),
            ("   ".join(filter(None, (hint, "esc leaves"))), "soft on bar"),
        )

    def restyle(self) -> None:
        for widget in self.query(Lined):
            widget.look = self.look
