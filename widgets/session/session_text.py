"""The text of a session as entries and the lines they take, read and wrapped only where somebody looks."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

import msgspec

from widgets.draw.cells import Line
from widgets.session.passages import NOTE, Column, Entry, asks, folds, passage
from widgets.session.window import Window

KEPT = 300
"""Entries kept decoded, and entries kept drawn: a tall screen and a page each side."""
UNTIMED = 50
"""How far back to look for the time of an entry that has none."""

T = TypeVar("T")


class Source(Protocol):
    """Entries of a session, oldest first; see `sessions.observe.conversation.entries.Conversation`."""

    def __len__(self) -> int: ...

    def entry(self, i: int) -> Entry: ...


class Gone(msgspec.Struct, frozen=True):
    """In place of an entry that its source has lost since it was counted."""

    kind: str = NOTE
    time: float = 0.0
    title: str = "this part of the session is gone"
    lines: Sequence[str] = ()
    failed: bool = False
    call: str = ""
    tool: str = ""
    added: int = 0
    removed: int = 0


class SessionText:
    """Entries of a source up to a moment, folded or opened, as passages in a column."""

    def __init__(self) -> None:
        self.count = 0
        """Entries that can be seen: those up to the moment."""
        self.column = Column(80)
        self.window = Window(lambda: self.count, lambda i: len(self.passage(i)))
        self._source: Source | None = None
        self._limit: float | None = None
        self._entries: OrderedDict[int, Entry] = OrderedDict()
        self._passages: OrderedDict[int, list[Line]] = OrderedDict()
        self._opened: set[str | int] = set()

    @property
    def decoded(self) -> int:
        """Entries held decoded; bounded however long the session is."""
        return len(self._entries)

    def take(self, source: Source, keep_opened: bool) -> None:
        """Read from this source from now on."""
        self._source = source
        if not keep_opened:
            self._opened.clear()

    def reread(self) -> None:
        """The source has other entries than before."""
        self._entries.clear()
        self._passages.clear()
        self._recount()

    def set_column(self, column: Column) -> None:
        self.column = column
        self._passages.clear()

    def set_limit(self, moment: float | None) -> bool:
        """Leave out entries later than `moment` (None: none); True when that changes what can be seen."""
        if moment == self._limit:
            return False
        before, self._limit = self.count, moment
        self._recount()
        # The last entry looks different with and without the one behind it.
        self._passages.pop(min(before, self.count) - 1, None)
        return self.count != before

    def held(self, i: int) -> Entry | None:
        """Entry `i` if it is decoded already."""
        return self._entries.get(i)

    def entry(self, i: int) -> Entry:
        return _kept(self._entries, i, self._read)

    def passage(self, i: int) -> list[Line]:
        """The lines that entry `i` takes; none when it is shown as a part of the one before."""
        return _kept(self._passages, i, self._write)

    def folds(self, i: int) -> bool:
        """Whether opening entry `i` shows more of it."""
        return folds(self.entry(i), self._neighbour(i + 1))

    def is_opened(self, i: int) -> bool:
        """Whether all of entry `i` is shown: what was opened, and a question that stands until it is folded."""
        return (self._key(i) in self._opened) != asks(self.entry(i), self._neighbour(i + 1))

    def toggle(self, i: int) -> None:
        """Open the entry, or fold it."""
        self._opened.symmetric_difference_update({self._key(i)})
        self._passages.pop(i, None)

    def beside(self, i: int, step: int) -> int:
        """The entry `step` further that takes lines of its own, or else the next one that way; `i` when none does."""
        at = i + step
        while 0 <= at < self.count:
            if self.passage(at):
                return at
            at += 1 if step > 0 else -1
        return i

    def last(self) -> int:
        """The last entry that takes lines of its own."""
        return self.beside(self.count, -1) if self.count else 0

    def find_again(self, entry: Entry, near: int) -> int:
        """Where an entry is now that was at `near`: results that came in before it move it down."""
        within = range(near, min(self.count, near + UNTIMED))
        return next((i for i in within if self.entry(i) == entry), near)

    def _read(self, i: int) -> Entry:
        assert self._source is not None
        try:
            return self._source.entry(i)
        except IndexError:
            return Gone()

    def _write(self, i: int) -> list[Line]:
        return passage(self.entry(i), self._neighbour(i - 1), self._neighbour(i + 1), self.is_opened(i), self.column)

    def _neighbour(self, i: int) -> Entry | None:
        return self.entry(i) if 0 <= i < self.count else None

    def _key(self, i: int) -> str | int:
        """What an opened entry is remembered by: a use of a tool by its id, since others may come in before it."""
        return self.entry(i).call or i

    def _recount(self) -> None:
        self.count = 0 if self._source is None else len(self._source)
        if self._limit is None:
            return
        low, high = 0, self.count
        while low < high:
            middle = (low + high) // 2
            if self._time(middle) <= self._limit:
                low = middle + 1
            else:
                high = middle
        self.count = low

    def _time(self, i: int) -> float:
        """The time of entry `i`, or of the nearest before it that has one."""
        before = range(i, max(-1, i - UNTIMED), -1)
        return next((time for at in before if (time := self.entry(at).time)), 0.0)


def _kept(cache: OrderedDict[int, T], i: int, make: Callable[[int], T]) -> T:
    """Entry `i` of a cache that keeps the `KEPT` used last."""
    value = cache.get(i)
    if value is None:
        value = cache[i] = make(i)
        while len(cache) > KEPT:
            cache.popitem(last=False)
    else:
        cache.move_to_end(i)
    return value
