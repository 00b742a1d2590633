"""Where the entries of a conversation lie: a few bytes each, in the order in which they are read."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence

import msgspec

from sessions.observe.conversation.entries import Entry

OPEN_CALLS = 256
MAX_BLOCKS = 0xFFFF


class Mark(msgspec.Struct, frozen=True, gc=False):
    """One entry of a line, as the index needs it."""

    call: str = ""
    result: bool = False
    """It is the result of `call`, else its beginning."""


class Dialect(msgspec.Struct, frozen=True):
    """How an agent writes a conversation. Both take one line and never raise."""

    marks: Callable[[bytes], list[Mark]]
    """What entries the line holds; called for every line, so it must be quick."""
    entries: Callable[[bytes], list[Entry]]
    """The same entries, decoded."""


class Index:
    """For each entry the place of its line (an offset, a row's number), the line's size, and which block it is."""

    def __init__(self) -> None:
        self.places, self.sizes, self.blocks = array("Q"), array("Q"), array("H")
        self.touched = 0
        """The first place at which something was put since this was set."""
        self._calls: dict[str, int] = {}
        """Where calls without a result stand."""

    def __len__(self) -> int:
        return len(self.places)

    def add(self, place: int, size: int, marks: Sequence[Mark]) -> None:
        """Note the entries of a line. A result goes right behind its call, which lies near the end."""
        for block, mark in enumerate(marks[:MAX_BLOCKS]):
            if mark.call and mark.result:
                self._insert(self._calls.pop(mark.call, len(self) - 1) + 1, place, size, block)
                continue
            self._insert(len(self), place, size, block)
            if mark.call:
                if len(self._calls) >= OPEN_CALLS:
                    del self._calls[next(iter(self._calls))]
                self._calls[mark.call] = len(self) - 1

    def _insert(self, at: int, place: int, size: int, block: int) -> None:
        self.touched = min(self.touched, at)
        self.places.insert(at, place)
        self.sizes.insert(at, size)
        self.blocks.insert(at, block)
        if at < len(self) - 1:
            for call, stands in self._calls.items():
                if stands >= at:
                    self._calls[call] = stands + 1
