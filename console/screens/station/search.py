"""Searching a station's conversation: finding in a thread what was typed, or an error, and going there."""

from __future__ import annotations

from console.screens.finding import FindingScreen
from console.screens.station.finding import SessionSearch
from console.screens.station.goal import Goal
from console.screens.station.reading import SessionReading
from sessions.asking.questions import Step
from sessions.errors import FactoryError
from sessions.text import clean
from widgets.session.conversation import ConversationView


class SearchScreen(FindingScreen):
    """A screen with a conversation in which a text, or an error, can be found."""

    def __init__(self, station: str, goal: Goal | None = None) -> None:
        super().__init__()
        self.station = station
        self._goal = goal
        """Where to go as soon as the conversation is read; None once that was done."""
        self._reading = SessionReading(station, goal.session if goal is not None else "")
        self._search = SessionSearch()

    @property
    def view(self) -> ConversationView:
        return self.query_one(ConversationView)

    def on_mount(self) -> None:
        self._reading.changed = self.factory.pulse.stir

    def on_unmount(self) -> None:
        self._search.give_up()
        self._reading.end()

    def _show_panel(self, panel: int) -> None:
        """Go to a panel; 0 is the conversation."""
        raise NotImplementedError

    # Finding it

    def look_for(self, text: str) -> None:
        self.view.mark(text)
        if text:
            self._show_panel(0)
            self._find(-1 if self.view.following else 1, from_cursor=True)

    def _go_to_goal(self) -> None:
        """Go once to where the screen was opened for: what was searched stands there, or near it by now."""
        goal, self._goal = self._goal, None
        if goal is not None and self._reading.reader is not None:
            self.pattern = goal.pattern
            self.view.mark(goal.pattern)
            self.begin(lambda: self._go_to_found(goal.pattern, goal.entry, 1), group="search")

    def _find(self, step: Step, from_cursor: bool = False, failure: bool = False) -> None:
        view = self.view
        start = view.cursor if view.found is None else view.found
        pattern = "" if failure else self.pattern
        first = start if from_cursor else start + step
        self.begin(lambda: self._go_to_found(pattern, first, step), group="search")

    async def _go_to_found(self, pattern: str, start: int, step: Step) -> None:
        """Search, and go to what was found or say that it is not there."""
        reader, count = self._reading.reader, self.view.count
        if reader is None or not count:
            return
        try:
            found = await self._search.look(reader, pattern, start, step, count)
        except FactoryError as error:
            self.say(f"cannot search: {clean(str(error), 80)}")
            return
        what = f"“{pattern[:30]}”" if pattern else "error"
        if found is None or not self.lives:
            return
        if found.entry is None:
            self.say(f"{what} is not in this conversation" if pattern else "no error in this conversation")
            return
        if self._reading.came():
            self.view.grew()
        here = self.view.cursor if self.view.found is None else self.view.found
        self.view.go_to_found(found.entry)
        around = "; there is no other" if found.entry == here else f", on from the {'end' if step < 0 else 'beginning'}"
        self.say(f"{what} in entry {found.entry + 1:,} of {count:,}{around if found.wrapped else ''}")

    # Actions

    def action_match(self, step: Step) -> None:
        self._show_panel(0)
        self._find(step)

    def action_error(self, step: Step) -> None:
        self._show_panel(0)
        self._find(step, failure=True)
