"""The shape of `meters --json`: what scripts may rely on. Pure: what was used in, values out."""

from __future__ import annotations

import msgspec

from sessions.floor.tokens import By, Meter, Used

VERSION = 1
DIGITS = 9
"""Of a dollar, behind the point: a token of the cheapest model is seen, and sums show no binary noise."""


class TokensShape(msgspec.Struct, frozen=True):
    """Tokens by kind; the kinds never overlap, `output` includes thinking."""

    input: int
    cache_write_5m: int
    cache_write_1h: int
    cache_read: int
    output: int


class M(msgspec.Struct, frozen=True, kw_only=True):
    """A meter. `cost_usd` is null when nothing in it has a known price."""

    tokens: TokensShape
    calls: int
    sessions: int
    cost_usd: float | None
    certainty: str


class Group(M, frozen=True, kw_only=True):
    """The part of the total that one station, model, branch or day used; "" is no branch, or an unnamed model."""

    key: str
    elsewhere: bool = False
    """Of stations only: it works outside the repository."""


class Meters(msgspec.Struct, frozen=True, kw_only=True):
    """Answer of `meters --json`. `here` is the total without stations outside the repository.

    What is counted are the calls from `since` on and before `until`; null is no bound.
    """

    version: int = VERSION
    by: str
    since: float | None = None
    until: float | None = None
    total: M
    here: M
    groups: list[Group]


def meter_shape(meter: Meter) -> M:
    tokens = meter.tokens
    return M(
        tokens=TokensShape(
            tokens.input, tokens.cache_write_5m, tokens.cache_write_1h, tokens.cache_read, tokens.output
        ),
        calls=meter.calls,
        sessions=meter.sessions,
        cost_usd=None if meter.cost_usd is None else round(meter.cost_usd, DIGITS),
        certainty=meter.certainty,
    )


def meters(used: Used, by: By, since: float = 0.0, until: float | None = None) -> Meters:
    """What everything used in that time, in groups that add up to the total; dearest first, days in their order."""
    outside = frozenset(used.outside)
    groups = [_group(key, meter, key in outside) for key, meter in used.groups.items()]
    groups.sort(
        key=lambda group: group.key if by is By.DAY else (-(group.cost_usd or 0), -_size(group.tokens), group.key)
    )
    total, here = meter_shape(used.total), meter_shape(used.here)
    return Meters(by=by.value, since=since or None, until=until, total=total, here=here, groups=groups)


def _group(key: str, meter: Meter, elsewhere: bool = False) -> Group:
    m = meter_shape(meter)
    return Group(
        key=key,
        elsewhere=elsewhere,
        tokens=m.tokens,
        calls=m.calls,
        sessions=m.sessions,
        cost_usd=m.cost_usd,
        certainty=m.certainty,
    )


def _size(tokens: TokensShape) -> int:
    return tokens.input + tokens.cache_write_5m + tokens.cache_write_1h + tokens.cache_read + tokens.output
