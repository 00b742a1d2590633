"""The search over all conversations: what was typed, and where it stands, the newest conversations first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType

from console.actions.action import ScreenSpec
from console.screens.base import bindings
from console.screens.find.actions import SPEC
from console.screens.find.looking import Looking, Place
from console.screens.listed.screen import ListedScreen
from console.screens.station.goal import Goal
from sessions.floor.state import FloorState, name_of
from sessions.text import clean
from widgets.draw.cells import Line, Span
from widgets.parts.prompt import Typing
from widgets.session.place_lines import place_line, told_lines

TITLE = "find in all conversations"
PATTERN = "find by regular expression"


class FindScreen(ListedScreen[Place]):
    """Asks what to find as it opens; results are drawn as they come."""

    SPEC: ClassVar[ScreenSpec] = SPEC
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(SPEC)]
    LIST_TITLE: ClassVar[str] = "found"
    TOLD_TITLE: ClassVar[str] = "there"

    def __init__(self) -> None:
        super().__init__()
        self.looking = Looking()
        self._regex = False
        """What is typed is a regular expression."""
        self._sought: Typing | None = Typing(TITLE)

    def on_mount(self) -> None:
        self.looking.changed = self.factory.pulse.stir

    def on_unmount(self) -> None:
        self.looking.call_off()

    # What the list is made of

    def make_rows(self, state: FloorState, now: float) -> Sequence[Place]:
        return self.looking.rows

    def key_of(self, row: Place) -> str:
        return row.key

    def stations_of(self, row: Place) -> tuple[str, ...]:
        return (row.station,) if row.station in self.factory.link.state.stations else ()

    def row_line(self, row: Place, cells: int, ground: str, marked: bool) -> Line:
        link = self.factory.link
        name = clean(name_of(link.state, row.station), 80)
        return place_line(row.hit, name, self._marked(row), link.now(), cells, ground, marked)

    def _marked(self, row: Place) -> str:
        """The words that are shown as found."""
        return row.hit.found or self.looking.pattern

    def told(self, row: Place, cells: int, rows: int) -> Sequence[Line]:
        state = self.factory.link.state
        station, session = state.stations.get(row.station), state.sessions.get(row.session)
        where = "the journal's excerpts: the conversation is not here" if row.excerpts else "the transcript"
        facts = (
            ("station", clean(name_of(state, row.station), 80)),
            ("branch", clean(station.branch, 120) if station is not None else ""),
            ("session", clean(row.session, 80) + ("" if session is not None else "  (over)")),
            ("child", f"{clean(row.subagent, 80)}, a sub-agent of it, in a transcript of its own" * bool(row.subagent)),
            ("title", clean(session.title, 200) if session is not None else ""),
            ("entry", f"{row.hit.entry + 1:,}, from {where}"),
        )
        return told_lines(row.hit, facts, self._marked(row), state.zone, cells)

    def searched(self, row: Place) -> str:
        return row.hit.text

    def nothing(self) -> Sequence[str]:
        looking = self.looking
        if not looking.pattern:
            return ("type what to find, in any case", "all conversations are searched, where their transcripts lie")
        if looking.under_way:
            return ("searching …",)
        if looking.trouble:
            return (clean(looking.trouble, 400), "/ searches for something else, esc goes back")
        return (f"“{looking.pattern[:60]}” is in no conversation", "/ searches for something else, esc goes back")

    def head(self) -> Sequence[Span]:
        sought = clean(self.looking.pattern, 40)
        shown = f"  /{sought}/" if self.looking.regex else f"  “{sought}”"
        return [(" find", "bold text on bar"), (shown if sought else "", "text on bar")]

    def list_note(self) -> str:
        return self.looking.told()

    def looked_at(self) -> tuple[object, ...]:
        return (self.looking.age,)

    async def open_row(self, row: Place) -> None:
        goal = Goal(row.session, row.hit.entry, self._marked(row))
        # What a sub-agent wrote stands in no entry of the session's.
        await self.factory.open_station(row.station, goal if not row.subagent else None)

    # What is typed

    def action_search(self) -> None:
        self._sought = Typing(PATTERN if self._regex else TITLE, self.looking.pattern)

    def question(self) -> Line:
        if self._sought is None:
            return ()
        hint = f"enter searches   ctrl+r {'words' if self._regex else 'regex'}   esc back"
        return self._sought.line(self.size.width, "", hint)

    async def answer(self, key: str, character: str | None) -> bool:
        typing = self._sought
        if typing is None:
            return False
        if key == "enter":
            if typing.text.strip():
                self._sought = None
                self.looking.begin(self.factory.link, typing.text.strip(), self._regex)
        elif key == "ctrl+r":
            self._regex = not self._regex
            typing.title = PATTERN if self._regex else TITLE
        elif key == "escape":
            self._sought = None
            if not self.looking.pattern:
                self.dismiss()
                return True
        else:
            typing.type(key, character)
        self.draw()
        return True

    def answer_paste(self, text: str) -> None:
        if self._sought is not None:
            self._sought.paste(text)
            self.draw_footer()

    def action_back(self) -> None:
        if self.looking.under_way:
            self.looking.call_off()
            self.draw()
        else:
            super().action_back()
