"""How fast tokens and dollars flow: ten minutes of five-second buckets."""

from __future__ import annotations

from collections import deque

import msgspec

BUCKET_S = 5
WINDOW_S = 600
"""The longest span that a rate can be taken over."""
BUCKETS = WINDOW_S // BUCKET_S + 1
"""One more than the window: the window seldom begins where a bucket does."""
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
        """The pace after `tokens` and `dollars` were used at `time` (seconds since 1970).

        What is older than the oldest bucket that is kept changes nothing.
        """
        draft = PaceDraft(self)
        draft.add(time, tokens, dollars)
        return draft.freeze()

    def tokens_per_s(self, now: float, window_s: int = NOW_S) -> float:
        """Mean tokens per second over the `window_s` seconds (at most WINDOW_S) before `now`."""
        return self._sum(self.tokens, now, window_s) / window_s

    def dollars_per_h(self, now: float, window_s: int = WINDOW_S) -> float:
        """Mean dollars per hour over the `window_s` seconds (at most WINDOW_S) before `now`."""
        return self._sum(self.dollars, now, window_s) * 3600 / window_s

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

    def together(self, other: Pace) -> Pace:
        """What was used by two of them."""
        last = max(self.last, other.last)
        tokens, dollars = [0] * BUCKETS, [0.0] * BUCKETS
        for pace in (self, other):
            for back, (count, cost) in enumerate(zip(reversed(pace.tokens), reversed(pace.dollars), strict=False)):
                if (at := BUCKETS - 1 - (last - pace.last) - back) >= 0:
                    tokens[at] += count
                    dollars[at] += cost
        return Pace(last, tuple(tokens), tuple(dollars)) if last else Pace()

    def ended(self, time: float) -> bool:
        """Whether all of its buckets have begun by then."""
        return self.last <= time // BUCKET_S

    def _sum(self, values: tuple[int, ...] | tuple[float, ...], now: float, window_s: int) -> float:
        """What was used in the window; of the bucket in which it begins, the part that lies in it."""
        begin, end = (now - window_s) / BUCKET_S, int(now // BUCKET_S)
        first = self.last - len(values) + 1
        oldest = int(begin // 1)
        inner = values[max(0, oldest + 1 - first) : max(0, end + 1 - first)]
        partial = values[oldest - first] * (oldest + 1 - begin) if 0 <= oldest - first < len(values) else 0.0
        return sum(inner) + partial


class PaceDraft:
    """A pace under construction, for folding many events: it never leaves the fold."""

    __slots__ = ("_dollars", "_last", "_tokens")

    def __init__(self, pace: Pace) -> None:
        self._last = pace.last
        if len(pace.tokens) != len(pace.dollars):
            pace = Pace()  # from a file that was tampered with
        self._tokens = deque(pace.tokens, BUCKETS)
        self._dollars = deque(pace.dollars, BUCKETS)

    def add(self, time: float, tokens: int, dollars: float) -> None:
        """As `Pace.add`."""
        bucket = int(time // BUCKET_S)
        ahead = bucket - self._last
        if ahead > 0:
            if ahead >= BUCKETS:
                self._tokens.clear()
                self._dollars.clear()
            else:
                self._tokens.extend((0,) * (ahead - 1))
                self._dollars.extend((0.0,) * (ahead - 1))
            self._tokens.append(tokens)
            self._dollars.append(dollars)
            self._last = bucket
        elif -ahead < BUCKETS and self._last:
            missing = 1 - ahead - len(self._tokens)
            self._tokens.extendleft((0,) * missing)
            self._dollars.extendleft((0.0,) * missing)
            self._tokens[ahead - 1] += tokens
            self._dollars[ahead - 1] += dollars

    def set_back(self, time: float) -> None:
        """Forget it where it goes beyond `time`: nothing could be added to it until then."""
        if self._last > time // BUCKET_S:
            self._tokens.clear()
            self._dollars.clear()
            self._last = 0

    def freeze(self) -> Pace:
        """The pace as it is now."""
        return Pace(self._last, tuple(self._tokens), tuple(self._dollars))
