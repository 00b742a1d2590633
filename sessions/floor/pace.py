"""How fast tokens and dollars flow: ten minutes of five-second buckets."""

from __future__ import annotations

from typing import TypeVar

import msgspec

T = TypeVar("T", int, float)

BUCKET_S = 5
BUCKETS = 120
NOW_S = 15
"""The window of the rate called "now": long enough to hold a call, short enough to feel live."""
FIVE_BILLION_A_DAY = 5e9 / 86_400
"""Tokens per second that make five billion a day."""


class Pace(msgspec.Struct, frozen=True, omit_defaults=True):
    """Tokens and dollars per bucket; `last` is the number of the newest bucket (time // BUCKET_S), 0 when empty."""

    last: int = 0
    tokens: tuple[int, ...] = ()
    """Newest last, at most BUCKETS long."""
    dollars: tuple[float, ...] = ()

    def add(self, time: float, tokens: int, dollars: float) -> Pace:
        """The pace after `tokens` and `dollars` were used at `time` (seconds since 1970)."""
        bucket = int(time // BUCKET_S)
        ahead = bucket - self.last
        if ahead > 0:
            if ahead >= BUCKETS or not self.last:
                return Pace(bucket, (tokens,), (dollars,))
            gap = ahead - 1
            return Pace(
                bucket,
                (*self.tokens, *(0,) * gap, tokens)[-BUCKETS:],
                (*self.dollars, *(0.0,) * gap, dollars)[-BUCKETS:],
            )
        at = len(self.tokens) - 1 + ahead
        if at < 0:
            return self
        counts, costs = list(self.tokens), list(self.dollars)
        counts[at] += tokens
        costs[at] += dollars
        return Pace(self.last, tuple(counts), tuple(costs))

    def tokens_per_s(self, now: float, window_s: int = NOW_S) -> float:
        """Mean tokens per second over the `window_s` seconds before `now`."""
        return sum(_window(self.tokens, self.last, now, window_s)) / window_s

    def dollars_per_h(self, now: float, window_s: int = BUCKET_S * BUCKETS) -> float:
        """Mean dollars per hour over the `window_s` seconds before `now`."""
        return sum(_window(self.dollars, self.last, now, window_s)) * 3600 / window_s

    def spark(self, now: float, points: int, bucket_s: int = 15) -> list[int]:
        """The last `points` spans of `bucket_s` seconds, oldest first, as token sums."""
        per = max(1, bucket_s // BUCKET_S)
        end = int(now // BUCKET_S) // per
        sums = [0] * points
        first = self.last - len(self.tokens) + 1
        for i, count in enumerate(self.tokens):
            at = points - 1 - (end - (first + i) // per)
            if 0 <= at < points:
                sums[at] += count
        return sums


def _window(values: tuple[T, ...], last: int, now: float, window_s: int) -> tuple[T, ...]:
    spans = window_s // BUCKET_S
    missing = int(now // BUCKET_S) - last
    if missing >= spans or missing < 0 - BUCKETS:
        return ()
    stop = len(values) + min(0, missing)
    return values[max(0, len(values) - (spans - missing)) : max(0, stop)]
