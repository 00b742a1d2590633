"""What a search found, a line each, as it comes."""

from __future__ import annotations

import sys

import msgspec

from console.cli.output import moment, say
from sessions.asking.questions import Hit, Hits
from sessions.floor.state import FloorState, name_of
from sessions.headless.line import text
from sessions.text import clean

VERSION = 1


class FoundShape(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of a conversation that shows what was searched; `find --json` has a line for each."""

    version: int = VERSION
    station: str
    name: str
    session: str
    entry: int
    """Its number in the conversation, from 0."""
    time: float
    kind: str
    tool: str
    text: str
    excerpts: bool
    """It stands in the journal's excerpts of a conversation that is not here."""
    subagent: str
    """The sub-agent in whose own transcript it stands, where entries are numbered anew; "" for the session's own."""


class Teller:
    """Prints what is found, for programs or for people, and knows how far the search has got."""

    def __init__(self, state: FloorState, as_json: bool) -> None:
        self._state, self._json = state, as_json
        self.found = self.searched = self.all = 0

    def tell(self, part: Hits) -> None:
        """Print what one conversation has, at once: more may take its time."""
        self.searched, self.all = part.searched, part.all
        self.found += len(part.hits)
        for hit in part.hits:
            say(text(self._shape(part, hit)) if self._json else self._line(part, hit))
        if part.more and not self._json:
            say(f"  … and more in this conversation of {self._name(part)}")
        if part.hits:
            sys.stdout.flush()

    def _shape(self, part: Hits, hit: Hit) -> FoundShape:
        return FoundShape(
            station=part.station,
            name=name_of(self._state, part.station),
            session=part.session,
            entry=hit.entry,
            time=hit.time,
            kind=hit.kind.value,
            tool=hit.tool,
            text=hit.text,
            excerpts=part.excerpts,
            subagent=part.subagent,
        )

    def _line(self, part: Hits, hit: Hit) -> str:
        when = moment(hit.time) if hit.time else "?"
        return "  ".join((when, self._name(part), clean(hit.tool or hit.kind.value, 40), clean(hit.text, 400)))

    def _name(self, part: Hits) -> str:
        child = f" ▸ {part.subagent}" if part.subagent else ""
        return clean(name_of(self._state, part.station) + child, 60)
