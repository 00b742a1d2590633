"""What a rank says: values. Durations are seconds, times seconds since 1970, texts harmless and ready to be shown."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Why(StrEnum):
    """Why a station is named as slow. All but `PACE` hold without anything to compare it with."""

    LOOP = "loop"
    THRASH = "thrash"
    STALL = "stall"
    PACE = "pace"
    """It settles far less than others of its role with tasks of like size."""


class Not(StrEnum):
    """Why a station is not ranked."""

    ELSEWHERE = "elsewhere"
    """It works outside the repository."""
    OVER = "over"
    """It was stopped, killed or lost."""
    IDLE = "idle"
    PERSON = "person"
    MACHINE = "machine"
    """It waits for a provider, or rests."""
    FAILED = "failed"
    TOOL = "tool"
    """A single use of a tool goes on for long."""
    SILENT = "silent"
    """Its model thinks, or it is about to stall."""
    CHILD = "child"
    """A station that works for it works."""
    EARLY = "early"
    """It has just begun, or just begun its task."""
    GONE = "gone"
    """Nothing says that anybody is still there."""
    UNKNOWN = "unknown"


class Figure(msgspec.Struct, frozen=True, omit_defaults=True):
    """A figure of a station."""

    key: str
    """By which programs know it."""
    what: str
    """What it counts, in a few words."""
    value: float | None
    """None where it is not known, which is never 0."""
    unit: str = ""
    """`s`, `$`, `tokens`, or "" for a number of things."""
    age: float | None = None
    """Seconds since it last changed; None where that is not known, or it never did."""
    median: float | None = None
    """Of those that it is compared with."""


class Reason(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why a station is slow."""

    why: Why
    words: str
    since: float
    """Since when it is so."""
    lost: float
    """Seconds that it cost so far."""


class Cohort(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whom a station is compared with: others of its role, with tasks of like size."""

    role: str
    size: str
    """How large their tasks are, in words."""
    n: int
    median: float | None = None
    """Charged seconds for one settled change, as the median of them has it; None where there are too few."""
    dollars: float | None = None
    """Dollars for one settled change, likewise, of those of which they are known."""


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """A ranked station."""

    station: str
    slow: bool
    words: str
    """All that matters in a line: the reason, the margin and what it would free; or how it stands to the others."""
    reasons: tuple[Reason, ...] = ()
    """The weightiest first; none where it is not slow."""
    lost: float = 0.0
    """Seconds that were lost with it; those that are slow stand by this."""
    margin: float | None = None
    """How many times the median of its cohort it takes for a settled change; None without a verdict."""
    frees: float | None = None
    """Dollars in an hour that it would free; None where that is not known."""
    figures: tuple[Figure, ...] = ()
    cohort: Cohort | None = None
    unknown: tuple[str, ...] = ()
    """What is not known that the verdict could rest on, in words."""
    task: str = ""
    hedged: bool = False
    """Its task was taken from a slow station once already, which is done once only: it is not named again."""


class Excused(msgspec.Struct, frozen=True, omit_defaults=True):
    """A station that is not ranked."""

    station: str
    why: Not
    words: str
    since: float = 0.0
    """Since when, where that is known."""


class Ranking(msgspec.Struct, frozen=True, omit_defaults=True):
    """All stations as of a time, each in one of the three."""

    time: float
    words: str
    """The verdict in a line: which is the slowest, or that nothing is clearly slow."""
    slow: tuple[Entry, ...] = ()
    """The slowest first."""
    others: tuple[Entry, ...] = ()
    """Ranked and not slow, those first that come nearest to it."""
    unranked: tuple[Excused, ...] = ()

    @property
    def slowest(self) -> Entry | None:
        """The slowest station; None where nothing is clearly slow."""
        return self.slow[0] if self.slow else None
