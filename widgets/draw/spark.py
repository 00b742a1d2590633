"""Small drawings in a line of text: a sparkline for a rate, a bar for a share."""

from __future__ import annotations

from collections.abc import Sequence

from widgets.draw.glyphs import LEVELS, THICK, THIN


def spark(values: Sequence[float], top: float = 0.0) -> str:
    """One block a value, scaled to the greatest value or to `top`; nothing is drawn as nothing."""
    most = max(top, max(values, default=0.0))
    if most <= 0:
        return " " * len(values)
    steps = len(LEVELS)
    return "".join(LEVELS[min(steps - 1, int(value / most * steps))] if value > 0 else " " for value in values)


def bar(share: float, cells: int) -> tuple[str, str]:
    """The full and the empty part of a bar; something is never drawn as nothing, nor not quite all as all."""
    filled = round(max(0.0, min(1.0, share)) * cells)
    if share > 0 and not filled:
        filled = 1
    if share < 1 and filled == cells:
        filled = cells - 1
    return THICK * filled, THIN * (cells - filled)
