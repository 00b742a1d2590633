"""Tokens of model calls, how sure we are of them, and meters that add them up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

import msgspec
from msgspec.structs import replace


class Certainty(StrEnum):
    """Where a figure comes from. Each looks different on the screen."""

    EXACT = "exact"
    """The provider's own usage, final for the call."""
    REPORTED = "reported"
    """The agent's own summary of usage."""
    ESTIMATED = "estimated"
    """Computed from something else than usage."""
    UNDERCOUNTED = "undercounted"
    """The transcript is known to miss some: the truth is at least this (shown with ≥)."""


class Tokens(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Token counts of one or many model calls. The kinds never overlap, so they can be added."""

    input: int = 0
    """Fresh input: neither read from nor written to a cache."""
    cache_write_5m: int = 0
    cache_write_1h: int = 0
    cache_read: int = 0
    output: int = 0
    """Output including thinking."""
    thinking: int = 0
    """The part of `output` that was thinking, where the source says so."""

    @property
    def total(self) -> int:
        """All tokens; thinking is inside output and not counted again."""
        return self.input + self.cache_write_5m + self.cache_write_1h + self.cache_read + self.output

    @property
    def context(self) -> int:
        """What the call had in its context window when it began."""
        return self.input + self.cache_write_5m + self.cache_write_1h + self.cache_read

    def __add__(self, other: Tokens) -> Tokens:
        return Tokens(
            self.input + other.input,
            self.cache_write_5m + other.cache_write_5m,
            self.cache_write_1h + other.cache_write_1h,
            self.cache_read + other.cache_read,
            self.output + other.output,
            self.thinking + other.thinking,
        )

    def most(self, other: Tokens) -> Tokens:
        """The larger number of each kind."""
        return Tokens(
            max(self.input, other.input),
            max(self.cache_write_5m, other.cache_write_5m),
            max(self.cache_write_1h, other.cache_write_1h),
            max(self.cache_read, other.cache_read),
            max(self.output, other.output),
            max(self.thinking, other.thinking),
        )

    def __sub__(self, other: Tokens) -> Tokens:
        return Tokens(
            self.input - other.input,
            self.cache_write_5m - other.cache_write_5m,
            self.cache_write_1h - other.cache_write_1h,
            self.cache_read - other.cache_read,
            self.output - other.output,
            self.thinking - other.thinking,
        )


class Terms(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """How a model call was served, where that changes its price. Words as the provider writes them."""

    tier: str = ""
    """Service tier: `priority`, `flex`, `batch`, ...; empty or any other word is the standard one."""
    speed: str = ""
    """`fast` where the model's fast mode was used."""
    region: str = ""
    """Where it was computed, `us` or `eu` say, when it was asked to stay there."""
    searches: int = 0
    """Web searches made for it, which are charged beside its tokens."""


STANDARD = Terms()


class Meter(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a station, branch, model, day or the factory has used.

    `calls` counts model calls; of these `reported`, `estimated` and `undercounted` are not exact, and `unpriced`
    have no known price. `cost` is in dollars, over the priced calls only.
    """

    tokens: Tokens = Tokens()
    calls: int = 0
    cost: float = 0.0
    unpriced: int = 0
    reported: int = 0
    estimated: int = 0
    undercounted: int = 0
    sessions: int = 0
    """How many contributed. Which ones these are, each of them knows (see `Counted`)."""

    @property
    def used(self) -> tuple[int, float]:
        """All tokens, and the dollars of those with a price."""
        return self.tokens.total, self.cost

    @property
    def cost_usd(self) -> float | None:
        """Dollars, or None when no call has a known price: an unknown price is never 0."""
        return None if self.calls and self.unpriced >= self.calls else self.cost

    @property
    def certainty(self) -> str:
        """`exact`, `reported`, `estimated` (undercounted is one) or `mixed`."""
        guessed = self.estimated + self.undercounted
        if not self.reported and not guessed:
            return "exact"
        if self.reported == self.calls:
            return "reported"
        return "estimated" if guessed == self.calls else "mixed"

    def minus(self, other: Meter) -> Meter:
        """This meter without the part that `other` holds; whoever contributed to that is left out."""
        return Meter(
            self.tokens - other.tokens,
            self.calls - other.calls,
            self.cost - other.cost,
            self.unpriced - other.unpriced,
            self.reported - other.reported,
            self.estimated - other.estimated,
            self.undercounted - other.undercounted,
            self.sessions - other.sessions,
        )


class Counted(msgspec.Struct, frozen=True, omit_defaults=True):
    """The meters that count a session among theirs, by their names, under the field of the floor that holds them.

    So a meter need not remember sessions. The total counts one that any day counts, `elsewhere` any of its days.
    """

    stations: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    branch_meters: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    elsewhere_days: tuple[str, ...] = ()

    def by(self, place: str, name: str) -> bool:
        """Whether the meter `name` in this field counts it; the totals have no name."""
        if place in _WHOLE:
            return bool(getattr(self, _WHOLE[place]))
        return name in getattr(self, place)

    def plus(self, meters: Iterable[tuple[str, str]]) -> Counted:
        """Counted by these meters as well."""
        added: dict[str, tuple[str, ...]] = {}
        for place, name in meters:
            known = added.get(place, getattr(self, place, ()))
            if place not in _WHOLE and name not in known:
                added[place] = (*known, name)
        return replace(self, **added)


_WHOLE = {"total": "days", "elsewhere": "elsewhere_days"}
"""The fields with a single meter, and the one that divides it into days."""


class By(StrEnum):
    """What meters can be grouped by."""

    STATION = "station"
    MODEL = "model"
    BRANCH = "branch"
    DAY = "day"


class Used(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was used, in groups that add up to the total."""

    total: Meter
    here: Meter
    """Of the stations of this repository."""
    groups: Mapping[str, Meter]
    """By station's id, model, branch or day; without those from which everything was moved to another."""
    outside: tuple[str, ...] = ()
    """Stations of `groups` that work outside the repository."""
