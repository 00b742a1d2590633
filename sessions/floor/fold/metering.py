"""Meters under construction: what the fold adds usage to, so that a thousand statements make one new meter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache

from sessions.floor.events import TokensUsed
from sessions.floor.tokens import Certainty, Meter, Tokens
from sessions.floor.zone import offset_at

_DAY_S = 86_400
_LAST_DAY = 2_932_896
"""Days from 1970 to the end of the year 9999, the last that has a name."""


class Tally:
    """A meter that can be added to; it never leaves the fold."""

    __slots__ = (
        "_cache_read",
        "_cache_write_1h",
        "_cache_write_5m",
        "_calls",
        "_cost",
        "_estimated",
        "_input",
        "_new_sessions",
        "_output",
        "_reported",
        "_sessions",
        "_thinking",
        "_undercounted",
        "_unpriced",
    )

    def __init__(self, meter: Meter) -> None:
        tokens = meter.tokens
        self._input, self._output, self._thinking = tokens.input, tokens.output, tokens.thinking
        self._cache_write_5m, self._cache_write_1h = tokens.cache_write_5m, tokens.cache_write_1h
        self._cache_read = tokens.cache_read
        self._calls, self._cost, self._unpriced = meter.calls, meter.cost, meter.unpriced
        self._reported, self._estimated, self._undercounted = meter.reported, meter.estimated, meter.undercounted
        self._sessions = meter.sessions
        self._new_sessions: set[int] = set()

    def add(self, event: TokensUsed, session: int) -> None:
        """Add one statement of usage; `session` is the number of its session, 0 for none."""
        tokens, calls = event.tokens, event.calls
        self._input += tokens.input
        self._cache_write_5m += tokens.cache_write_5m
        self._cache_write_1h += tokens.cache_write_1h
        self._cache_read += tokens.cache_read
        self._output += tokens.output
        self._thinking += tokens.thinking
        self._calls += calls
        if event.cost is None:
            self._unpriced += calls
        else:
            self._cost += event.cost
        certainty = event.certainty
        if certainty is Certainty.REPORTED:
            self._reported += calls
        elif certainty is Certainty.ESTIMATED:
            self._estimated += calls
        elif certainty is Certainty.UNDERCOUNTED:
            self._undercounted += calls
        if event.settled:
            self._undercounted -= 1
        if session and session not in self._sessions:
            self._new_sessions.add(session)

    def freeze(self) -> Meter:
        """The meter as it is now."""
        tokens = Tokens(
            self._input, self._cache_write_5m, self._cache_write_1h, self._cache_read, self._output, self._thinking
        )
        return Meter(
            tokens,
            self._calls,
            self._cost,
            self._unpriced,
            self._reported,
            self._estimated,
            self._undercounted,
            self._sessions.plus(self._new_sessions),
        )


@lru_cache(maxsize=64)
def _day_of(number: int) -> str:
    return datetime.fromtimestamp(min(max(number, 0), _LAST_DAY) * _DAY_S, UTC).strftime("%Y-%m-%d")


def day(time: float, utc_offset: int, utc_offsets: Sequence[tuple[float, int]] = ()) -> str:
    """The operator's day that `time` falls on, as `2026-11-21`; times that are on no day fall on the nearest one.

    The offsets are those of `events.FactoryOpened`.
    """
    return _day_of(int((time + offset_at(time, utc_offset, utc_offsets)) // _DAY_S))
