"""The base of screens that are a list: what is under the cursor is told beside it, or below it where that has no room.

A subclass says in `make_rows` what there is, in `key_of` what tells one row from another, and draws one with
`row_line` and what is told of it with `told`. All else is here: a list of thousands of which only the rows in view are
made; a cursor that stays on the same row, and on the same line of the screen, when others come or go; `/`; marks; the
keys that do something to the stations at hand. Nothing is drawn but on news. Its registry entries come from
`console.actions.listed.listed_actions`, and its spec has `at_hand=True, hands=True, beside=True`:

    class TasksScreen(ListedScreen[Task]):
        SPEC = SPEC
        BINDINGS = [*bindings(SPEC)]

        def make_rows(self, state, now): return list(state.tasks.values())
        def key_of(self, row): return row.id
        def searched(self, row): return row.spec.title
        def stations_of(self, row): return (row.station,) if row.station else ()
        def row_line(self, row, cells, ground, marked): ...
        def told(self, row, cells, rows): ...

What a key of a subclass has changed on this screen alone (another tab, something that was hidden at once) is drawn by
`draw()`, which keys may call; `row` is what is under the cursor, `meant` what a key is for: what is marked, or else
that.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Container

from console.screens.listed.rows import ListedRows, R
from console.screens.station.bar import link_spans
from widgets.draw.cells import Line
from widgets.draw.wrap import wrap
from widgets.parts.footer import Footer
from widgets.parts.panel import Bar, Panel
from widgets.parts.picker import Picker
from widgets.parts.prompt import Typing

WIDE = 110
"""From this width on what is told of a row stands beside the list; below, under it."""


class ListedScreen(ListedRows[R]):
    """A bar, a list, what is told of the row under the cursor, and the footer. See the module."""

    DEFAULT_CSS: ClassVar[str] = """
    ListedScreen > #bar { height: 1; dock: top; }
    ListedScreen > #body { height: 1fr; layout: horizontal; }
    ListedScreen #list { width: 1fr; height: 1fr; }
    ListedScreen #told { width: 1fr; height: 1fr; }
    """
    LIST_TITLE: ClassVar[str] = "list"
    TOLD_TITLE: ClassVar[str] = "details"
    NEWS_ABOVE: ClassVar[bool] = True
    """Who works a list off needs its keys, whatever is new."""
    LIST_SHARE: ClassVar[tuple[str, str]] = ("55%", "40%")
    """The part of the width that the list has where both stand beside each other, and of the height where not."""

    def __init__(self) -> None:
        super().__init__()
        self._typing: Typing | None = None
        self._told_of = ""
        """The key of the row of which is told beside the list."""

    # Its parts

    def compose(self) -> ComposeResult:
        yield Bar(self.look, id="bar")
        with Container(id="body"):
            yield Picker(self.look, self.LIST_TITLE, id="list")
            yield Panel(self.look, self.TOLD_TITLE, id="told")
        yield Footer(self.look)

    @property
    def wide(self) -> bool:
        return self.size.width >= WIDE

    def on_mount(self) -> None:
        self._arrange()
        self.set_focus(self.listing)

    def on_resize(self, event: events.Resize) -> None:
        self._arrange()
        self.call_after_refresh(self.draw)

    def _arrange(self) -> None:
        """Beside each other where there is room, else under each other."""
        wide = self.app.size.width >= WIDE
        self.query_one("#body").styles.layout = "horizontal" if wide else "vertical"
        listed = self.listing.styles
        listed.width, listed.height = (self.LIST_SHARE[0], "1fr") if wide else ("1fr", self.LIST_SHARE[1])

    def restyle(self) -> None:
        for widget in (self.query_one(Bar), self.listing, self.panel, self.query_one(Footer)):
            widget.look = self.look
        self.draw()

    # Sampling

    def draw_news(self) -> None:
        if self.is_news(self.beat(), *self.looked_at()):
            self.draw()

    def draw(self) -> None:
        """Draw it as it is now; rows that came or went leave the cursor where it is."""
        if not self.lives or not self.size:
            return
        link = self.factory.link
        before, at = self.shown, self.listing.cursor
        self.rows = self.make_rows(link.state, link.now())
        if self.marks:
            self.marks &= {self.key_of(row) for row in self.rows}
        wanted = self.search.casefold()
        self.shown = [row for row in self.rows if wanted in self.searched(row).casefold()] if wanted else self.rows
        self._show_list(_cursor([*map(self.key_of, before)], at, [*map(self.key_of, self.shown)]))
        self._draw_told()
        self.draw_header()
        self.draw_footer()

    def _show_list(self, cursor: int) -> None:
        shown, marks = self.shown, self.marks

        def line(i: int, cells: int, ground: str) -> Line:
            return self.row_line(shown[i], cells, ground, self.key_of(shown[i]) in marks)

        found = f"{len(shown):,} of {len(self.rows):,} with “{self.search[:20]}”" if self.search else ""
        note = ", ".join(filter(None, (self.list_note(), f"{len(marks)} marked" if marks else "", found)))
        said = (f"“{self.search[:40]}” is in none of them", "esc shows them all") if self.search else self.nothing()
        room = max(8, (self.listing.size.width or 80) - 4)
        empty: list[Line] = [(), *(((f"  {row}", "soft"),) for text in said for row in wrap(text, room))]
        self.listing.set_rows(len(shown), line, note, empty, cursor, still=True)

    def _draw_told(self) -> None:
        row = self.row
        if row is None:
            self._told_of = ""
            self.panel.clear()
            return
        if (key := self.key_of(row)) != self._told_of:
            self._told_of = key
            self.panel.begin_anew()
        self.panel.set_body(partial(self.told, row), note=self.told_note(row))

    def draw_header(self) -> None:
        if not self.lives:  # news come at any time
            return
        link, bar = self.factory.link, self.query_one(Bar)
        names, chosen = self.tabs()
        spans = link_spans(link, link.now(), max(30, self.size.width // 3))
        # Two blanks before it: where the head is cut, it ends there.
        right = [("  ", "text on bar"), *spans, (" ", "text on bar")] if spans else [(" ", "text on bar")]
        head = [*self.head(), *(right if names and spans else [])]
        bar.set_bar(head, right, names, chosen, self.counters())

    # Keys

    def on_picker_picked(self) -> None:
        if self.lives:
            self._draw_told()
            self.draw_footer()

    def on_picker_opened(self) -> None:
        self.begin(lambda: self.act(f"{self.SPEC.name}.open"), exclusive=True)

    async def action_open(self) -> None:
        if self.row is not None:
            await self.open_row(self.row)

    async def action_work(self) -> None:
        """Go into the branch of the station at hand."""
        if branch := self._branch():
            await self.factory.open_branch(branch)

    def action_move(self, way: str) -> None:
        """Move in the panel that has the focus."""
        panel = self.panel if self.focused is self.panel else self.listing
        page = max(1, panel.rows - 1)
        if way in ("home", "end"):
            panel.to_start() if way == "home" else panel.follow()
        elif way in ("pageup", "pagedown"):
            panel.scroll(page if way == "pagedown" else -page)
        else:
            panel.move(1 if way == "down" else -1)
        if panel is self.listing:
            self.on_picker_picked()  # a key that follows finds what it is for

    def action_panel(self) -> None:
        """Go from the list into what is told beside it, and back."""
        self.set_focus(self.listing if self.focused is self.panel else self.panel)

    def action_mark(self) -> None:
        """Mark the row under the cursor, or take its mark away, and go on to the next."""
        if self.row is not None:
            self.marks ^= {self.key_of(self.row)}
            self._show_list(self.listing.cursor)
            self.action_move("down")

    def action_mark_all(self) -> None:
        """Mark all that are shown; where all of them are, take their marks away."""
        shown = {self.key_of(row) for row in self.shown}
        self.marks = self.marks - shown if shown <= self.marks else self.marks | shown
        self._show_list(self.listing.cursor)

    def action_unmark(self) -> None:
        self.marks.clear()
        self._show_list(self.listing.cursor)

    def action_back(self) -> None:
        """Out of what is told, then of the search, then of the marks, then of the screen."""
        if self.focused is self.panel:
            self.set_focus(self.listing)
        elif self.search:
            self._look_for("")
        elif self.marks:
            self.action_unmark()
        else:
            self.dismiss()

    # Searching

    def action_search(self) -> None:
        self._typing = Typing("/", self.search)

    def question(self) -> Line:
        if self._typing is None:
            return ()
        return self._typing.line(self.size.width, f"{len(self.shown):,} of {len(self.rows):,}")

    async def answer(self, key: str, character: str | None) -> bool:
        typing = self._typing
        if typing is None:
            return False
        if key in ("up", "down", "pageup", "pagedown"):
            return False
        if key in ("enter", "escape"):
            self._typing = None
            self._look_for(typing.text.strip() if key == "enter" else "")
        elif typing.type(key, character):
            self._look_for(typing.text)
        return True

    def answer_paste(self, text: str) -> None:
        if self._typing is not None:
            self._typing.paste(text)
            self._look_for(self._typing.text)

    def _look_for(self, text: str) -> None:
        self.search = text
        self.draw()


def _cursor(before: Sequence[str], at: int, after: Sequence[str]) -> int:
    """Where the cursor goes on: the same row; where that is gone, the nearest after it that is there, or before it."""
    places = {key: place for place, key in enumerate(after)}
    for key in (*before[at:], *reversed(before[:at])):
        if key in places:
            return places[key]
    return 0
