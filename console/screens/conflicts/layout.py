"""Where the panels of the conflicts screen lie, for any size of the screen. Pure."""

from __future__ import annotations

from textual.geometry import Region, Size

WIDE = 120
"""From this width on the pair stands beside the matrix; below, one panel is shown at a time."""
ROOMY = 160
"""From this width on the panels beside the matrix are wider."""
ROOM_BELOW = 8
"""Lines that panels need to stand below the matrix."""
ROOM_BESIDE, ROOM_FOR_TWO = 30, 18
"""Lines that a column needs to hold the pair, the order and hot spots, one under the other; or the pair and one."""
MATRIX, PAIR, SPOTS, ORDER = range(4)
"""Numbers of the panels."""
NAMES = ("matrix", "pair", "spots", "order")
FILE = "file"


def lay_out(size: Size, needed: int, chosen: int, reading: bool) -> dict[str, Region]:
    """The panels in view, each with its place in a room of `size`; `needed` lines show all of the matrix.

    `chosen` is always among them, unless a file is read: that takes all the room.
    """
    width, height = size
    if reading:
        return {FILE: size.region}
    if width < WIDE:
        return {NAMES[chosen]: size.region}
    side = 64 if width >= ROOMY else 48
    left = width - side
    beside = Region(left, 0, side, height)
    matrix = Region(0, 0, left, height)
    below = None
    if height - needed >= ROOM_BELOW:
        matrix, below = matrix.split_horizontal(needed)
    if height >= ROOM_BESIDE:
        pair, order = beside.split_horizontal(height // 2)
        if below is None:
            order, below = order.split_horizontal(order.height * 3 // 5)
        return {"matrix": matrix, "pair": pair, "order": order, "spots": below}
    if below is not None:
        spots, order = below.split_vertical(left // 2)
        return {"matrix": matrix, "pair": beside, "spots": spots, "order": order}
    if height >= ROOM_FOR_TWO:
        pair, other = beside.split_horizontal(height // 2)
        return {"matrix": matrix, "pair": pair, "spots" if chosen == SPOTS else "order": other}
    return {NAMES[chosen if chosen in (SPOTS, ORDER) else MATRIX]: matrix, "pair": beside}
