"""A search over all conversations as a screen sees it: rows that come in, and how far it has got."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import msgspec

from console.links.link import Link, unheard
from sessions.asking.questions import FindEverywhere, Hit, Hits

if TYPE_CHECKING:
    from sessions.asking.asked import Asked


class Place(msgspec.Struct, frozen=True):
    """Where the text was found."""

    station: str
    session: str
    hit: Hit
    excerpts: bool
    subagent: str = ""

    @property
    def key(self) -> str:
        """What tells it from all others."""
        return f"{self.session}#{self.subagent}#{self.hit.entry}"


class Looking:
    """One search at a time. What comes in is taken on a thread of the link's, which then calls `changed`."""

    def __init__(self) -> None:
        self.changed: Callable[[], None] = unheard
        self.pattern = ""
        self.regex = False
        """The pattern is a regular expression."""
        self._lock = threading.Lock()
        self._asked: Asked[Hits] | None = None
        self._rows: list[Place] = []
        self._last = Hits(0, 0)
        self._called_off = False
        self.age = 0
        """Rises with all that comes in."""

    @property
    def rows(self) -> Sequence[Place]:
        """What was found by now, in the order in which it came."""
        with self._lock:
            return tuple(self._rows)

    @property
    def under_way(self) -> bool:
        return self._asked is not None and not self._asked.over

    def begin(self, link: Link, pattern: str, regex: bool = False) -> None:
        """Search for something else."""
        self.call_off()
        with self._lock:
            self.pattern, self._rows, self._last, self._called_off = pattern, [], Hits(0, 0), False
            self.regex = regex
            self.age += 1
        if pattern:
            self._asked = asked = link.ask(
                FindEverywhere(pattern, regex=regex), lambda part: self._take((pattern, regex), part)
            )
            asked.then(self._over)

    def call_off(self) -> None:
        """Let a search that goes on end; what was found stays."""
        if self.under_way and self._asked is not None:
            self._called_off = True
            self._asked.cancel()

    @property
    def trouble(self) -> str:
        """Why nothing can be found, with the cure."""
        trouble = self._asked.trouble if self._asked is not None and not self._called_off else None
        return f"{trouble.message}: {trouble.cure}".removesuffix(": ") if trouble is not None else ""

    def told(self) -> str:
        """How far it has got, in words."""
        searched, every = self._last.searched, self._last.all
        if not self.pattern:
            return ""
        if self.under_way:
            return f"{searched:,} of {every:,} searched" if every else "searching"
        if self._called_off:
            return f"called off after {searched:,} of {every:,}"
        trouble = self._asked.trouble if self._asked is not None else None
        if trouble is not None:
            return "" if self.regex else f"the search broke off: {trouble.message}"
        conversations = f"{every:,} conversation{'s' * (every != 1)}"
        return f"{every - searched:,} older of {conversations} not searched" if searched < every else conversations

    def _take(self, sought: tuple[str, bool], part: Hits) -> None:
        with self._lock:
            if sought != (self.pattern, self.regex):
                return  # it is late
            self._last = part
            self._rows += [Place(part.station, part.session, hit, part.excerpts, part.subagent) for hit in part.hits]
            self.age += 1
        self.changed()

    def _over(self) -> None:
        self.age += 1
        self.changed()
