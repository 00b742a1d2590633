"""What the floor shows is chosen: filters, order, groups and a search, and what is marked."""

from __future__ import annotations

from console.screens.floor import menus
from console.screens.floor.scene import FloorScene
from console.screens.handed import HandedScreen
from sessions.views.floor.arrange import Grouping, SortKey
from sessions.views.floor.marking import Alike, alike, marked
from widgets.draw.cells import Line, Span
from widgets.parts.prompt import Menu, Typing


class ChoosingFloor(FloorScene, HandedScreen):
    """The scene with what it asks about itself."""

    def __init__(self) -> None:
        super().__init__()
        self._menu: Menu | None = None
        self._typing: Typing | None = None

    def question(self) -> Line:
        if self._menu:
            return self._menu.line(self.size.width)
        if self._typing:
            found = self.floor.shown if self.floor else 0
            return self._typing.line(self.size.width, f"{found} pane{'s' * (found != 1)}")
        return ()

    # Keys while a question is open

    async def answer(self, key: str, character: str | None) -> bool:
        if self._typing:
            return self._search_key(key, character)
        if self._menu:
            self._menu_key(character or key)
            return True
        return False

    def answer_paste(self, text: str) -> None:
        if self._typing:
            self._typing.paste(text)
            self._narrow()

    def _search_key(self, key: str, character: str | None) -> bool:
        assert self._typing
        if key in ("up", "down", "pageup", "pagedown"):
            return False
        if key in ("enter", "escape"):
            if key == "escape":
                self._typing.text = ""
            self._narrow()
            self._typing = None
            self.draw_footer()
        elif self._typing.type(key, character):
            self._narrow()
        return True

    def _narrow(self) -> None:
        if self._typing:
            self.view.choose(search=self._typing.text)
            self._draw_chosen()

    def _menu_key(self, key: str) -> None:
        assert self._menu
        chosen = self._menu.chosen(key)
        if chosen is not None and self._menu.title == menus.MARK:
            self._menu = None
            self._mark_alike(menus.MARK_KEYS[chosen.key])
        elif chosen is None:
            self._menu = None
        else:
            self._menu = menus.choose(self.view, self._menu, chosen)
            self._remember()
            self._draw_chosen()
        self.draw_footer()

    def _remember(self) -> None:
        """Order and grouping outlive this run; filters do not, since what is hidden is missed."""
        choice, known = self.view.choice, self.factory.memory.known
        before = (known.floor_order or SortKey.ATTENTION, known.floor_grouping or Grouping.NONE)
        if (choice.order, choice.grouping) != before:
            self.factory.memory.keep(order=choice.order.value, grouping=choice.grouping.value)

    def _draw_chosen(self) -> None:
        """Draw what was just chosen, with the cursor in view wherever its pane has gone."""
        self.draw()
        if self.wall.cursor:
            self.wall.go_to(self.wall.cursor.key)

    # What is shown

    def action_search(self) -> None:
        self._typing = Typing("/", self.view.choice.search)

    def action_filter(self) -> None:
        self._menu = menus.filter_menu(self.view.choice)

    def action_order(self) -> None:
        self._menu = menus.order_menu(self.view.choice)

    def action_group(self) -> None:
        self._menu = menus.group_menu(self.view.choice)

    def action_unfold(self) -> None:
        """Show or fold the stations of other repositories, and those that have been idle for long."""
        before = len(self.floor.folded) if self.floor else 0
        self.view.choose(unfolded=not self.view.choice.unfolded)
        self._draw_chosen()
        folded = len(self.floor.folded) if self.floor else 0
        if not before and not folded:
            self.say("nothing is folded away: every station works here, and none has been idle for long")

    def action_clear(self) -> None:
        """First the marks, then what hides something."""
        if self.factory.marks:
            self.action_unmark()
            return
        self.view.choose(search="", statuses=frozenset(), every_branch=False, unfolded=False)
        self._draw_chosen()

    # What is marked

    def _marked(self) -> list[Span]:
        """How many are marked, and how many of them are not shown."""
        marks = self._present_marks()
        unseen = sum(key not in self.wall for key in marks)
        told = f"{len(marks)} marked" + f", {unseen} not shown" * bool(unseen)
        return [(told, "bold accent on bar"), ("  ", "text on bar")] if marks else []

    def _present_marks(self) -> list[str]:
        """The marks of stations that are on the floor."""
        stations = self.factory.link.state.stations
        return [key for key in sorted(self.factory.marks) if key.removeprefix("station:") in stations]

    def action_mark(self) -> None:
        """Mark the station under the cursor, or take its mark away, and go on to the next."""
        pane = self.wall.cursor
        if pane is None or not pane.station:
            self.say("only stations can be marked: no station works on this branch")
            return
        self.factory.marks ^= {pane.key}
        self.wall.show_marks(self.factory.marks)
        self.wall.step()

    def action_mark_many(self) -> None:
        """Ask which stations to mark together."""
        self._menu = menus.mark_menu(self.floor.groups if self.floor else (), self.wall.cursor, self.factory.marks)

    def _mark_alike(self, what: Alike) -> None:
        found = alike(what, self.floor.groups if self.floor else (), self.wall.cursor, self.factory.marks)
        marks = marked(what, found, self.factory.marks)
        self.factory.marks.clear()
        self.factory.marks.update(marks)
        self.wall.show_marks(marks)

    def action_unmark(self) -> None:
        self.factory.marks.clear()
        self.wall.show_marks(self.factory.marks)
