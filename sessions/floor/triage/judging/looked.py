"""What every rule looks at: one station, as it is now; and how what it finds is put into words. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from zlib import crc32

import msgspec
from msgspec.structs import replace

from sessions.floor.identity import Owner
from sessions.floor.ours.owned import Owned
from sessions.floor.progress.signs import SILENT_S
from sessions.floor.scope import Network
from sessions.floor.state import FloorState, Station, name_of
from sessions.floor.triage.case import Case, Cause, Kind
from sessions.floor.triage.causes.programs import NO_NETWORK
from sessions.floor.triage.causes.rule import Found, Rule, Said, cause_of
from sessions.floor.triage.causes.rules import RULES
from sessions.text import clean

LONG_AGO_S = 86_400.0
"""What happened to a station that is only observed, and of which no process is known, is nobody's business after so
long: old transcripts are full of it."""
LINE, TITLE = 160, 100
MOST_LINES = 8
UNKNOWN = Found()
_NUMBERS = re.compile(r"\d{1,20}")


class Looked(msgspec.Struct, frozen=True):
    """One station at one moment."""

    state: FloorState
    station: Station
    owned: Owned | None
    now: float
    rules: tuple[Rule, ...] = RULES
    silent: float = SILENT_S
    """The shortest silence, in seconds, that is a stall."""

    @property
    def name(self) -> str:
        """Its id."""
        return self.station.id

    @property
    def is_recent(self) -> bool:
        """What is known of it is of the present."""
        seen = self.station
        return seen.owner is Owner.OURS or bool(seen.process) or self.now - seen.evidence.since < LONG_AGO_S

    def case(
        self,
        kind: Kind,
        what: str,
        since: float,
        title: str,
        lines: Iterable[str] = (),
        found: Found = UNKNOWN,
        about: str = "",
        group: str = "",
    ) -> Case:
        """A case of it; `what` makes its id."""
        above = [f"works for {name_of(self.state, self.station.parent)}"] if self.station.parent else []
        return Case(
            id=f"{self.name}:{what}",
            kind=kind,
            station=self.name,
            cause=found.cause,
            rule=found.rule,
            title=clean(title, TITLE),
            evidence=evidence((*above, *lines)),
            since=since,
            about=about,
            group=group,
        )

    def cause(self, *said: Said) -> Found:
        """The cause by what was said."""
        found = cause_of(self.rules, said)
        if found.rule == NO_NETWORK and self.owned is not None and self.owned.scope.network is not Network.OPEN:
            return replace(found, cause=Cause.SCOPE)  # whoever has none by its scope finds that nothing is there
        return found


def evidence(lines: Iterable[str]) -> tuple[str, ...]:
    """Lines of evidence, harmless, each once, not too many."""
    cleaned = dict.fromkeys(filter(None, (clean(line, LINE) for line in lines)))
    return tuple(cleaned)[:MOST_LINES]


def millis(time: float) -> str:
    """A moment as a part of an id."""
    return f"{time * 1000:.0f}"


def some(count: int) -> str:
    """A count that grows, in steps: a case is not told anew for each."""
    step = next((step for step in (1_000, 500, 200, 100, 50, 20, 10) if count >= step), count)
    return f"over {step - 1}" if count > step else str(count)


def alike(*parts: str) -> str:
    """The group of all that have these words, whatever the numbers in them."""
    return ":".join(parts[:-1]) + f":{crc32(_NUMBERS.sub('#', parts[-1]).encode(errors='replace')):08x}"


def provider_of(station: Station) -> str:
    """Who answers its model calls, as its model is called, or else its kind."""
    provider, slash, _ = station.model.partition("/")
    return clean(provider if slash else station.kind or "agent", 30)


OF_PROVIDERS = (Cause.AUTH, Cause.RATE_LIMIT, Cause.PROVIDER)


def group_of(looked: Looked, kind: Kind, found: Found, words: str) -> str:
    """What is settled with one key: the same rule, at one provider where it is about that; else the same words."""
    if found.cause is Cause.UNKNOWN:
        return alike(kind.value, "unknown", words)
    place = f":{provider_of(looked.station)}" if found.cause in OF_PROVIDERS else ""
    return f"{kind.value}:{found.cause.value}:{found.rule}{place}"
