"""The operator's clock: how far it is from UTC, and when that changes with the seasons."""

from __future__ import annotations

import time

_DAY_S = 86_400
_YEAR_S = 365 * _DAY_S
_BACK_S, _AHEAD_S = 3 * _YEAR_S, _YEAR_S
_STEP_S = 5 * _DAY_S
"""No zone changes its offset twice within so short a time."""


def offsets(now: float) -> tuple[tuple[float, int], ...]:
    """Seconds east of UTC, and from when on: three years back, for sessions found on disk, and one ahead."""
    at = int(now) - _BACK_S
    found = [(float(at), utc_offset(at))]
    while at < now + _AHEAD_S:
        if utc_offset(at + _STEP_S) != found[-1][1]:
            since = _change(at, at + _STEP_S)
            found.append((float(since), utc_offset(since)))
        at += _STEP_S
    return tuple(found)


def utc_offset(moment: float) -> int:
    """Seconds that this machine's clock is ahead of UTC at a time."""
    return time.localtime(moment).tm_gmtoff


def _change(before: int, after: int) -> int:
    """The first second of the offset that holds at `after` and not yet at `before`."""
    while after - before > 1:
        middle = (before + after) // 2
        if utc_offset(middle) == utc_offset(after):
            after = middle
        else:
            before = middle
    return after
