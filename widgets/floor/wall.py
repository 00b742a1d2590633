"""The wall: one widget that draws every pane and sends only the cells that changed.

Panes are drawn into lines (`widgets.floor.card`) and kept as drawn; a tick compares the new lines with those and
refreshes the spans that differ. A budget of bytes a second bounds what a busy floor may send: what needs attention and
what is under the cursor goes first, the rest takes turns.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import chain, compress
from operator import is_not
from time import monotonic
from typing import ClassVar

from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from sessions.views.floor.arrange import Group
from sessions.views.floor.panes import Pane
from widgets.draw.cells import Line, changes, pad
from widgets.draw.look import Look
from widgets.floor.card import HEIGHTS, branch_card, card, clock_of
from widgets.floor.grid import Grid, shape
from widgets.floor.rows import Measure, Widths, group_heading, measured, widths_of
from widgets.floor.turns import Drawn, due
from widgets.parts.guard import Guarded

SPAN_BYTES = 26
"""What a changed span costs beside its cells: cursor movement and colours."""


class Wall(Guarded, ScrollView, inherit_bindings=False, can_focus=True):
    """Shows groups of panes. The cursor is on a pane, not on a place: it stays with it wherever it goes."""

    DEFAULT_CSS: ClassVar[str] = """
    Wall { overflow-x: hidden; overflow-y: scroll; scrollbar-size: 0 0; height: 1fr; }
    """

    class CursorMoved(Message):
        """The cursor is on another pane; `key` is empty when there is none."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    class Opened(Message):
        """The pane under the cursor was clicked again: the operator wants in."""

    def __init__(self, look: Look, *, budget: int = 36_000, clock: Callable[[], float] = monotonic) -> None:
        super().__init__()
        self._look = look
        self._clock = clock
        self.budget = budget
        """Bytes a second for panes that are neither under the cursor nor of a new status."""
        self.turn_s = 0.0
        """Seconds between two drawings of such a pane, at least."""
        self._groups: Sequence[Group] = ()
        self._panes: list[Pane] = []
        self._slots: dict[str, int] = {}
        self._empty: list[Line] = []
        self._tail: Line = ()
        self._now = 0.0
        self._zoom = 0
        self._grid = Grid((), False, 1, 0, 1, 0)
        self._laid_out = Size(0, 0)
        self._drawn: dict[int, Drawn] = {}
        self._strips: dict[int, Strip] = {}
        self._spent_at = 0.0
        self._cursor = ""
        self._marks: frozenset[str] = frozenset()
        self._measure_of = Measure()
        self.widths = Widths()
        """What columns need. They only grow until panes are sorted, come or go, or the wall has another size."""
        self.cells_sent = 0
        """Cells refreshed so far, for measurements."""

    # What it is told

    @property
    def look(self) -> Look:
        return self._look

    @look.setter
    def look(self, look: Look) -> None:
        self._look = look
        self._strips.clear()
        self.refresh()

    @property
    def zoom(self) -> int:
        return self._zoom

    @zoom.setter
    def zoom(self, zoom: int) -> None:
        zoom = max(0, min(zoom, len(HEIGHTS) - 1))
        if zoom != self._zoom:
            self._zoom = zoom
            self._lay_out()
            self._follow()

    def show(
        self,
        groups: Sequence[Group],
        now: float,
        empty: Sequence[Line] = (),
        cursor_first: bool = False,
        tail: Line = (),
    ) -> None:
        """Draw these panes as of `now`; `empty` is drawn when there are none, and `tail` below the last one.

        With `cursor_first` the cursor goes to the first pane whichever that is: nobody has moved it yet.
        """
        before, self._groups, self._now = self._groups, groups, now
        known, self._panes = self._panes, [*chain.from_iterable(group.panes for group in groups)]
        others = [*compress(zip(known, self._panes, strict=False), map(is_not, known, self._panes))]
        same = len(known) == len(self._panes) and all(old.key == new.key for old, new in others)
        self._fit_columns(others if same and self._laid_out == self.size else None)
        if not same:
            self._slots = {pane.key: slot for slot, pane in enumerate(self._panes)}
        tail_came, self._tail = (tail != self._tail), tail
        moved = not same or [*map(_size, before)] != [*map(_size, groups)]
        if self._laid_out != self.size or (moved and [*map(_outline, before)] != [*map(_outline, groups)]):
            self._lay_out()
        elif tail_came:
            self._measure()
            self._forget((self._tail_at,))
            self.refresh(Region(0, self._tail_at - self.scroll_offset.y, self.size.width, 1))
        if not self._panes and list(empty) != self._empty:
            self._empty = list(empty)
            self.refresh()
        if self._cursor not in self._slots or cursor_first:
            self._set_cursor(self._panes[0].key if self._panes else "")
        self._draw_due()

    def _fit_columns(self, changed: Sequence[tuple[Pane, Pane]] | None) -> None:
        """Measure panes that were `changed`, or all; where columns get other widths all is drawn again."""
        if changed is None:
            widths = self._measure_of.widths(self._panes)
        else:
            widths = widths_of((new for old, new in changed if measured(old) != measured(new)), self.widths)
        if widths != self.widths:
            self.widths = widths
            self._drawn.clear()
            self._strips.clear()
            self.refresh()

    @property
    def cursor(self) -> Pane | None:
        """The pane under the cursor."""
        slot = self._slots.get(self._cursor)
        return None if slot is None else self._panes[slot]

    @property
    def cursor_slot(self) -> int:
        """The place of the cursor among all panes, from 0; -1 without panes."""
        return self._slots.get(self._cursor, -1)

    def go_to(self, key: str) -> None:
        """Put the cursor on a pane and bring it into view."""
        if key in self._slots:
            self._set_cursor(key)
            self._follow()

    def move(self, way: str) -> None:
        """Move the cursor: up, down, left, right, pageup, pagedown, home, end."""
        if self._panes:
            slot = self._grid.move(self._slots.get(self._cursor, 0), way, self.size.height)
            self.go_to(self._panes[slot].key)

    def __contains__(self, key: str) -> bool:
        return key in self._slots

    def show_marks(self, marks: Collection[str]) -> None:
        """Mark the panes with these keys, and no others."""
        changed, self._marks = self._marks ^ set(marks), frozenset(marks)
        self._redraw([self._slots[key] for key in changed if key in self._slots])

    def step(self) -> None:
        """Put the cursor on the next pane, if there is one."""
        slot = self.cursor_slot + 1
        if 0 < slot < len(self._panes):
            self.go_to(self._panes[slot].key)

    # How it lies

    def _lay_out(self) -> None:
        """Find places for the panes. Where only panes have come or gone at the end, nothing else is drawn again."""
        size, old = self.size, self._grid
        self._laid_out = size
        counts = [len(group.panes) for group in self._groups]
        headings = any(group.title for group in self._groups)
        columns, height = shape(self._zoom, size.width), HEIGHTS[self._zoom]
        rows = sum(-(-count // columns) for count in counts) + headings * len(counts)
        gap = 1 if self._zoom == 2 or (self._zoom == 1 and rows * (height + 1) - 1 <= size.height) else 0
        flat = [sum(not pane.station for pane in group.panes) for group in self._groups] if self._zoom else []
        self._grid = Grid(counts, headings, columns, size.width, height, gap, flat)
        self._measure()
        if headings or not counts or not old.slots or not self._grid.like(old):
            self._drawn.clear()
            self._strips.clear()
            self.refresh()
            return
        for slot in range(self._grid.slots, old.slots):
            self._drawn.pop(slot, None)
            x, y = old.place(slot)
            self._forget(range(y, y + height))
            self.refresh(Region(x, y - self.scroll_offset.y, old.card_cells, height))
        if self._tail:
            self._forget((old.height + 1, self._tail_at))
            self.refresh()

    @property
    def _tail_at(self) -> int:
        """The line below the last pane, a blank one between them."""
        return self._grid.height + 1

    def _measure(self) -> None:
        """How far it can scroll: to the first row from which on everything is seen.

        Set without a layout of the screen: the wall's own size does not depend on it.
        """
        size = self.size
        bottom = self._grid.height + 2 * bool(self._tail)
        height = self._grid.top_for(bottom, size.height) + size.height if bottom > size.height else bottom
        self.set_reactive(Wall.virtual_size, Size(size.width, height))
        if self.scroll_offset.y > self.max_scroll_y:
            self.scroll_to(y=self.max_scroll_y, animate=False)

    def on_resize(self) -> None:
        if self._laid_out != self.size:
            self._lay_out()
        self._follow()

    def _follow(self) -> None:
        slot = self._slots.get(self._cursor)
        if slot is None:
            return
        row = self._grid.row_of(slot)
        top, height = self.scroll_offset.y, self.size.height
        first = 0 if slot < self._grid.columns else row.y
        bottom = row.y + row.height
        if slot == self._grid.slots - 1 and self._tail:
            bottom = self._tail_at + 1
        if first < top:
            self.scroll_to(y=first, animate=False)
        elif bottom > top + height:
            self.scroll_to(y=min(row.y, self._grid.top_for(bottom, height)), animate=False)

    def _set_cursor(self, key: str) -> None:
        if key == self._cursor:
            return
        slots = [self._slots[k] for k in (self._cursor, key) if k in self._slots]
        self._cursor = key
        self._redraw(slots)
        self.post_message(self.CursorMoved(key))

    # How it is drawn

    def _visible(self) -> range:
        return self._grid.visible(self.scroll_offset.y, self.size.height)

    def _draw_due(self) -> None:
        """Draw the visible panes that changed: the urgent ones now, the others in turn within the budget."""
        moment = self._clock()
        urgent, waiting = due(self._visible(), self._panes, self._drawn, self._cursor, self._now, moment, self.turn_s)
        self._redraw(urgent)
        room = self.budget * min(1.0, moment - self._spent_at) if self._spent_at else float(self.budget)
        self._spent_at = moment
        for slot in waiting:
            if room <= 0:
                break
            room -= self._redraw([slot])

    def _redraw(self, slots: Iterable[int]) -> int:
        """Draw these panes; returns about how many bytes that sends."""
        top, height = self.scroll_offset.y, self.size.height
        regions: list[Region] = []
        for slot in slots:
            old = self._drawn.get(slot)
            new = self._draw(slot)
            x, y = self._grid.place(slot)
            if old is None:
                regions.append(Region(x, y - top, self._grid.row_of(slot).cells, len(new.lines)))
                self._forget(range(y, y + len(new.lines)))
                continue
            for i, (before, after) in enumerate(zip(old.lines, new.lines, strict=True)):
                spans = changes(before, after)
                if spans:
                    self._forget((y + i,))
                    regions.extend(Region(x + start, y - top + i, length, 1) for start, length in spans)
        seen = [region for region in regions if region.y < height and region.bottom > 0]
        if seen:
            self.refresh(*seen)
        area = sum(region.area for region in seen)
        self.cells_sent += area
        return area + SPAN_BYTES * len(seen)

    def _forget(self, lines: Iterable[int]) -> None:
        for y in lines:
            self._strips.pop(y, None)

    def _draw(self, slot: int) -> Drawn:
        pane = self._panes[slot]
        cursor = pane.key == self._cursor
        row = self._grid.row_of(slot)
        if self._zoom and row.height == 1:
            lines = branch_card(pane, row.cells, self._now, cursor, self.widths)
        else:
            marked = pane.key in self._marks
            lines = card(pane, row.cells, self._zoom, self._now, cursor, self.widths, marked=marked)
        drawn = Drawn(pane, cursor, clock_of(pane, self._now), self._clock(), lines)
        self._drawn[slot] = drawn
        return drawn

    def render_line(self, y: int) -> Strip:
        cells = self.size.width
        if not self._panes:
            return self._empty_line(y, cells)
        y += self.scroll_offset.y
        strip = self._strips.get(y)
        if strip is None:
            strip = self._strips[y] = self._look.strip(self._line(y, cells), cells)
        return strip

    def _line(self, y: int, cells: int) -> Line:
        row = self._grid.row_at(y)
        if row is None:
            return self._tail if y == self._tail_at else ()
        if not row.count:
            group = self._groups[row.group]
            return group_heading(group.title, len(group.panes), cells)
        spans: list[tuple[str, str]] = []
        for slot in range(row.first, row.first + row.count):
            spans.extend((self._drawn.get(slot) or self._draw(slot)).lines[y - row.y])
        return tuple(spans)

    def _empty_line(self, y: int, cells: int) -> Strip:
        """The words of an empty wall, a third of the way down."""
        at = y - max(0, (self.size.height - len(self._empty)) // 3)
        line = self._empty[at] if 0 <= at < len(self._empty) else ()
        return self._look.strip(pad(line, cells, "text"), cells)

    # What is done to it with the mouse

    def on_click(self, event: events.Click) -> None:
        slot = self._grid.slot_at(event.x, event.y + self.scroll_offset.y)
        if slot is None or slot >= len(self._panes):
            return
        key = self._panes[slot].key
        if key == self._cursor and event.chain >= 2:
            self.post_message(self.Opened())
        else:
            self._set_cursor(key)


def _size(group: Group) -> tuple[str, int]:
    return group.title, len(group.panes)


def _outline(group: Group) -> tuple[str, int, int]:
    """What decides where a group's panes lie."""
    return group.title, len(group.panes), sum(not pane.station for pane in group.panes)
