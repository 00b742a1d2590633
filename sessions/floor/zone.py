"""The operator's clock: how far from UTC it is at a time, and what it shows then. Pure: its offsets were told."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from operator import itemgetter

import msgspec

_DAY_S = 86_400
_LAST_DAY = 2_932_896
"""Days from 1970 to the end of the year 9999, the last that has a name."""
_since = itemgetter(0)


class Zone(msgspec.Struct, frozen=True):
    """The offsets of `events.FactoryOpened`; without any it is UTC."""

    utc_offset: int = 0
    utc_offsets: tuple[tuple[float, int], ...] = ()

    def offset(self, time: float) -> int:
        """Seconds that the clock is ahead of UTC at `time`."""
        return offset_at(time, self.utc_offset, self.utc_offsets)

    def local(self, time: float) -> datetime | None:
        """What the clock shows at `time`; None for what is no time of a clock."""
        try:
            return datetime.fromtimestamp(time + self.offset(time), UTC)
        except (ValueError, OverflowError, OSError):
            return None

    def time_of(self, shown: float) -> float:
        """When the clock shows this: seconds since 1970 if it were UTC. Of an hour shown twice, one of the two."""
        return shown - self.offset(shown - self.offset(shown))


def offset_at(time: float, utc_offset: int, utc_offsets: Sequence[tuple[float, int]]) -> int:
    """As `Zone.offset`, for what has the offsets without a zone."""
    at = bisect_right(utc_offsets, time, key=_since) if utc_offsets else 0
    return utc_offsets[at - 1][1] if at else utc_offset


def day(time: float, utc_offset: int, utc_offsets: Sequence[tuple[float, int]] = ()) -> str:
    """The operator's day that `time` falls on, as `2026-11-21`; times that are on no day fall on the nearest one.

    The offsets are those of `events.FactoryOpened`.
    """
    return _day_of(int((time + offset_at(time, utc_offset, utc_offsets)) // _DAY_S))


@lru_cache(maxsize=64)
def _day_of(number: int) -> str:
    return datetime.fromtimestamp(min(max(number, 0), _LAST_DAY) * _DAY_S, UTC).strftime("%Y-%m-%d")
