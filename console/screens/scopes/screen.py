"""The scopes: who may write where, what was touched, and where scopes meet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import ClassVar

from textual.binding import BindingType

from console.actions.action import ScreenSpec
from console.copies import Copy
from console.screens.base import bindings
from console.screens.scopes.actions import SPEC, ScopesSituation
from console.screens.scopes.changing import ChangingScreen
from sessions.paths import PROGRAM
from sessions.text import clean
from sessions.views.hands import Hands
from sessions.views.scopes.spots import Why, after
from widgets.draw.cells import Span
from widgets.parts.footer import Footer
from widgets.parts.panel import Bar

MOST_NEW = 20_000
"""Rows more with which no further level is unfolded at once."""
_SAID = {
    Why.OVERLAP: "stations that do not work for one another may write the same here",
    Why.GAP: "no station may write here",
    Why.OUTSIDE: "a station tried to write here, outside of its scope",
    Why.ASKED: "a station asks to write here",
}


class ScopesScreen(ChangingScreen):
    """The scene with its keys."""

    SPEC: ClassVar[ScreenSpec] = SPEC
    CSS_PATH = "screen.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(SPEC)]

    # What it says of itself

    def situation(self) -> ScopesSituation:
        here = self.at_hand()
        seen = self.factory.link.state.stations.get(here)
        return ScopesSituation(
            places=max(0, len(self.rows) - 1),
            spots=len(self.making.spots) or bool(self.pattern),
            writers=len(self.stations_here()),
            mine=len(self.writers()),
            rules=len(self.making.prevention.rules),
            pairs=self.making.prevention.pairs,
            at_hand=bool(here),
            branched=seen is not None and seen.branch in self.factory.link.state.branches,
        )

    def hands(self) -> Hands:
        here = self.at_hand()
        return Hands(self.factory.link.state, (here,) if here else (), nobody="no station may write here")

    def sees_whole(self, station: str) -> bool:
        """Nothing of what it asks is here."""
        return False

    def copies(self) -> list[Copy]:
        place = [Copy("p", "path", self.place)] if self.place else []
        seen = self.factory.link.state.stations.get(self.at_hand())
        directory = [Copy("d", "directory", seen.directory)] if seen is not None and seen.directory else []
        return [*place, *directory, Copy("e", "command that prints all as presets", f"{PROGRAM} scope --export")]

    def right(self) -> list[Span]:
        if self.ground is None or not self.wide:  # the bar tells of the same, and keys need the room
            return []
        spots = len(self.making.spots)
        return [(f"{spots:,} place{'s' * (spots != 1)} to look at", "faint on bar")] if spots else []

    def palette_jumps(self) -> Iterator[tuple[str, Callable[[], object]]]:
        for row in self.rows[:500]:
            yield f"place {clean(row.path, 200) or 'the whole tree'}", partial(self.go_to, row.path)

    def restyle(self) -> None:
        for widget in (self.query_one(Bar), self.view, self.panel, self.query_one(Footer)):
            widget.look = self.look

    def draw_header(self) -> None:
        if self.ready:
            self.draw_bar()

    # Moving about

    def on_picker_picked(self) -> None:
        """A hand selected another row; what keys select is known at once, so that the next key is for that."""
        path = self.rows[self.view.cursor].path if self.rows else ""
        if path != self.place:
            self.place = path
            self.panel.to_start()
            self.draw_detail()
            self.draw_footer()

    def on_picker_opened(self) -> None:
        self.action_open()

    def action_open(self) -> None:
        if self.place.endswith("/"):
            self.unfolded ^= {self.place}
            self.draw()

    def action_move(self, way: str) -> None:
        tree, page = self.view, max(1, self.view.rows - 1)
        if way == "home":
            tree.to_start()
        elif way == "end":
            tree.follow()
        elif way in ("left", "right"):
            self._in_or_out(way == "right")
        else:
            tree.move({"up": -1, "down": 1, "pageup": -page, "pagedown": page}.get(way, 0))
        self.on_picker_picked()

    def _in_or_out(self, opens: bool) -> None:
        """Unfold the directory, and go into it where it is so; or fold it, and out of it."""
        row = self.rows[self.view.cursor] if self.rows else None
        if row is None:
            return
        if row.path.endswith("/") and row.open is not opens:
            self.action_open()
        elif not opens:
            above = row.path.rstrip("/")
            self.go_to(above[: above.rfind("/") + 1])
        elif row.open:
            self.view.move(1)

    def action_scroll(self, lines: int) -> None:
        self.panel.scroll(lines)

    def action_choose(self, step: int) -> None:
        """Have another station of this place at hand."""
        here = self.stations_here()
        if here:
            self.chosen = here[(here.index(self.at_hand()) + step) % len(here)]
            self.draw_detail()

    def action_level(self, step: int) -> None:
        """Unfold all by one level more, or less."""
        ground = self.ground
        if ground is None:
            return
        deepest = max((path.count("/") for path in self.unfolded), default=0)
        if step < 0:
            self.unfolded = frozenset(path for path in self.unfolded if path.count("/") < deepest)
        else:
            folded = {row.path for row in self.rows if row.path.endswith("/") and not row.open}
            shallow = min((path.count("/") for path in folded), default=0)
            more = {path for path in folded if path.count("/") == shallow}
            new = sum(len(ground.children(path)) for path in more)
            if new > MOST_NEW:
                self.say(f"that would be {new:,} rows more: enter unfolds one directory")
                return
            self.unfolded |= more
        self.draw()

    def action_next(self, step: int) -> None:
        if self.pattern:
            self._find(step, again=True)
            return
        spot = after(self.making.spots, self.place, step)
        if spot is not None:
            self.go_to(spot.path)
            self.say(_SAID[spot.why])

    def look_for(self, text: str) -> None:
        if text:
            self._find(1, again=False)

    def _find(self, step: int, again: bool) -> None:
        assert self.ground is not None
        found = self.ground.find(self.pattern, self.place, step, again)
        if found is None:
            self.say(f"no path contains “{self.pattern[:40]}”")
            self.pattern = ""
        else:
            self.go_to(found)

    def action_back(self) -> None:
        if self.pattern:
            self.drop_search()
            self.say("the search is over: n goes to overlaps, gaps and attempts outside again")
        else:
            self.dismiss()
