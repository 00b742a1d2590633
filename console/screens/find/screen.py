"""The search over all conversations: what was typed, and where it stands, the newest conversations first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType

from console.actions.action import ScreenSpec
from console.screens.base import bindings
from console.screens.find.actions import SPEC
from console.screens.find.looking import Looking, Place
from console.screens.listed import ListedScreen
from console.screens.station.goal import Goal
from sessions.floor.state import FloorState, name_of
from sessions.text import clean
from widgets.draw.cells import Line, Span
from widgets.parts.prompt import Typing
from widgets.session.place_lines import place_line, told_lines

TITLE = "find in all conversations"


class FindScreen(ListedScreen[Place]):
    """Asks what to find as it opens; results are drawn as they come."""

    SPEC: ClassVar[ScreenSpec] = SPEC
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(SPEC)]
    LIST_TITLE: ClassVar[str] = "found"
    TOLD_TITLE: ClassVar[str] = "there"

    def __init__(self) -> None:
        super().__init__()
        self.looking = Looking()
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
        return place_line(row.hit, name, self.looking.pattern, link.now(), cells, ground, marked)

    def told(self, row: Place, cells: int, rows: int) -> Sequence[Line]:
        state = self.factory.link.state
        station, session = state.stations.get(row.station), state.sessions.get(row.session)
        where = "the journal's excerpts: the conversation is not here" if row.excerpts else "the transcript"
        facts = (
            ("station", clean(name_of(state, row.station), 80)),
            ("branch", clean(station.branch, 120) if station is not None else ""),
            ("session", clean(row.session, 80) + ("" if session is not None else "  (over)")),
            ("title", clean(session.title, 200) if session is not None else ""),
            ("entry", f"{row.hit.entry + 1:,}, from {where}"),
        )
        return told_lines(row.hit, facts, self.looking.pattern, state.zone, cells)

    def searched(self, row: Place) -> str:
        return row.hit.text

    def nothing(self) -> Sequence[str]:
        looking = self.looking
        if not looking.pattern:
            return ("type what to find, in any case", "all conversations are searched, where their transcripts lie")
        if looking.under_way:
            return ("searching …",)
        return (f"“{looking.pattern[:60]}” is in no conversation", "/ searches for something else, esc goes back")

    def head(self) -> Sequence[Span]:
        sought = self.looking.pattern[:40]
        return [(" find", "bold text on bar"), (f"  “{sought}”" if sought else "", "text on bar")]

    def list_note(self) -> str:
        return self.looking.told()

    def looked_at(self) -> tuple[object, ...]:
        return (self.looking.age,)

    async def open_row(self, row: Place) -> None:
        goal = Goal(row.session, row.hit.entry, self.looking.pattern)
        await self.factory.open_station(row.station, goal)

    # What is typed

    def action_search(self) -> None:
        self._sought = Typing(TITLE, self.looking.pattern)

    def question(self) -> Line:
        return () if self._sought is None else self._sought.line(self.size.width, "", "enter searches   esc back")

    async def answer(self, key: str, character: str | None) -> bool:
        typing = self._sought
        if typing is None:
            return False
        if key == "enter":
            if typing.text.strip():
                self._sought = None
                self.looking.begin(self.factory.link, typing.text.strip())
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
