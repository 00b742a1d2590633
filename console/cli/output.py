"""What headless commands print: harmless lines, aligned tables, and nothing half-written."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from sessions.floor.commands import PERCENT, Progress
from sessions.text import clean

TELL_EVERY_S = 0.2
CELL, WHOLE = 60, 2_000
"""Longest text of a table's cell, and of its last one where no terminal is to hold it."""


def say(line: str = "") -> None:
    """Print a line of our own words. Foreign words in it have been through `clean`."""
    # A terminal that cannot show a character gets a replacement, not a traceback.
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(line.encode(encoding, "replace").decode(encoding) + "\n")


def warn(line: str) -> None:
    """Tell people something beside the output proper."""
    print(f"factory-tui: {clean(line, 2_000)}", file=sys.stderr, flush=True)


def moment(when: float) -> str:
    """A time on the operator's clock."""
    from datetime import datetime

    try:
        return datetime.fromtimestamp(when).strftime("%Y-%m-%d %H:%M:%S")
    except (OverflowError, ValueError, OSError):
        return "?"


def count(number: int, one: str, many: str = "") -> str:
    """A number of things, as in `1 branch` and `2 branches`."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def age(seconds: float) -> str:
    """How long, in one unit."""
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds >= size:
            return f"{seconds / size:.0f}{unit}"
    return f"{seconds:.0f}s"


@contextmanager
def progress() -> Iterator[Callable[[Progress | None], None]]:
    """Shows how far long work has got, on one line of the terminal, which is empty again at its end."""
    shown = sys.stderr.isatty()
    last = 0.0

    def tell(now: Progress | None) -> None:
        nonlocal last
        if shown and now is not None and time.monotonic() - last >= TELL_EVERY_S:
            last = time.monotonic()
            part = f": {now.done:,} of {now.total:,} {now.unit}" if now.total else ""
            if now.unit == PERCENT:
                part = f": {now.done} %"
            if now.since:
                part += f", {' × '.join(clean(name, CELL) for name in now.part)}, {time.time() - now.since:.0f} s"
            print(f"\r\x1b[K{clean(now.what)}{part}  (Ctrl-C stops)", end="", file=sys.stderr, flush=True)

    try:
        yield tell
    finally:
        if last:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], left: int = 1, told: bool = False) -> None:
    """Print aligned columns: the first `left` are text, and the last if it is `told`; all others are numbers.

    Cells may be foreign.
    """
    last = CELL if sys.stdout.isatty() or not (told or left == len(heads)) else WHOLE
    most = [*[CELL] * (len(heads) - 1), last]
    cells = [[clean(cell, longest) for cell, longest in zip(row, most, strict=True)] for row in rows]
    widths = [max(len(line[column]) for line in ([*heads], *cells)) for column in range(len(heads))]
    for line in ([*heads], *cells):
        parts = [
            cell.ljust(width) if column < left or (told and column == len(heads) - 1) else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        say("  ".join(parts).rstrip())
