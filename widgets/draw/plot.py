"""A meter over time as a plot: buckets that take events one by one, and the lines that draw them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from widgets.draw.cells import Line, fit

BUCKET_S = 5
_BLOCKS = " ▁▂▃▄▅▆▇█"
"""Full blocks too: rows of a plot stand on one another."""


class Series:
    """Amounts over time in buckets of `BUCKET_S` seconds; it holds as many buckets as had any."""

    def __init__(self) -> None:
        self._sums: dict[int, float] = {}

    def copy(self) -> Series:
        other = Series()
        other._sums = dict(self._sums)
        return other

    def __len__(self) -> int:
        return len(self._sums)

    def add(self, time: float, amount: float) -> None:
        bucket = int(time // BUCKET_S)
        self._sums[bucket] = self._sums.get(bucket, 0.0) + amount

    @property
    def span(self) -> tuple[float, float]:
        """From the first bucket's begin to the last one's end, in seconds since 1970; (0, 0) when empty."""
        if not self._sums:
            return 0.0, 0.0
        return min(self._sums) * float(BUCKET_S), (max(self._sums) + 1) * float(BUCKET_S)

    def rates(self, start: float, end: float, slots: int) -> list[float]:
        """Mean amount per second in each of `slots` equal spans from `start` to `end`."""
        rates = [0.0] * slots
        width = (end - start) / slots if slots else 0.0
        if width <= 0:
            return rates
        for bucket, amount in self._sums.items():
            # A bucket wider than a slot is spread over all the slots that it covers.
            first, last = (bucket * BUCKET_S - start) / width, ((bucket + 1) * BUCKET_S - start) / width
            low, high = max(0, int(first)), min(slots - 1, int(last))
            for slot in range(low, high + 1):
                share = min(last, slot + 1.0) - max(first, float(slot))
                if share > 0:
                    rates[slot] += amount * share / (last - first) / width
        return rates


def bars(values: Sequence[float], height: int, top: float) -> list[str]:
    """`values` as columns of blocks, `height` lines from top to bottom; `top` fills a column.

    Any value above zero is visible.
    """
    steps = len(_BLOCKS) - 1
    levels = [
        min(height * steps, max(1, round(value / top * height * steps))) if value > 0 and top > 0 else 0
        for value in values
    ]
    return [
        "".join(_BLOCKS[max(0, min(steps, level - row * steps))] for level in levels)
        for row in range(height - 1, -1, -1)
    ]


SCALE = 10
"""Cells of the scale left of a plot."""


def plot(
    values: Sequence[float], height: int, unit: Callable[[float], str], start: str, end: str, style: str = "flow"
) -> list[Line]:
    """`values` with a scale left of them and the times `start` and `end` below, in `height` lines (at least 2).

    It is `SCALE + len(values)` cells wide.
    """
    rows = max(1, height - 1)
    top = max(values, default=0.0)
    lines: list[Line] = []
    for y, row in enumerate(bars(values, rows, top)):
        label = unit(top) if y == 0 and top > 0 else "0" if y == rows - 1 else ""
        lines.append(((fit(label, SCALE - 1, right=True) + " ", "faint"), (row, style)))
    room = max(0, len(values) - len(end))
    lines.append(((" " * SCALE, "faint"), (fit(start, room) + end, "faint")))
    return lines
