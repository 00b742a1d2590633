"""Colours that can be read: the contrast of two colours as WCAG 2 counts it, and the nearest one that has enough."""

from __future__ import annotations

from functools import lru_cache

from rich.color import Color, blend_rgb
from rich.color_triplet import ColorTriplet

READABLE = 4.5
"""What WCAG asks of words (AA)."""
_STEPS = 16


def luminance(colour: ColorTriplet) -> float:
    """How bright it is, 0 to 1, to eyes."""
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour.normalized)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: ColorTriplet, other: ColorTriplet) -> float:
    """1 for the same, 21 for black and white."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@lru_cache(maxsize=1024)
def readable(colour: str, ground: str, towards: str) -> str:
    """`colour`, moved towards another one as far as it takes to be read on `ground`; all are `#rrggbb`.

    Colours of another form are the terminal's own: nobody knows how they look, and they stay.
    """
    if not all(name.startswith("#") for name in (colour, ground, towards)):
        return colour
    begin, back, end = (Color.parse(name).get_truecolor() for name in (colour, ground, towards))
    for step in range(_STEPS + 1):
        moved = blend_rgb(begin, end, step / _STEPS)
        if contrast(moved, back) >= READABLE:
            return moved.hex
    return towards
