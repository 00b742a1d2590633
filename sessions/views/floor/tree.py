"""Stations as a tree: each behind the one that it works for. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from sessions.views.floor.panes import Pane


def in_tree(panes: Sequence[Pane]) -> list[Pane]:
    """These panes, each behind the one that it works for, where that is among them, and with its depth below it."""
    by = {pane.station: pane for pane in panes if pane.station}
    below: dict[str, list[Pane]] = {}
    for pane in panes:
        parent = pane.ours.parent if pane.ours is not None else ""
        below.setdefault(parent if parent in by and parent != pane.station else "", []).append(pane)
    found: list[Pane] = []
    todo = [(pane, 0) for pane in reversed(below.pop("", []))]
    while todo:
        pane, depth = todo.pop()
        found.append(pane if pane.depth == depth else replace(pane, depth=depth))
        todo += [(each, depth + 1) for each in reversed(below.pop(pane.station, []) if pane.station else [])]
    # Who works for one another in a circle, which only a damaged journal says, stands behind all others.
    return [*found, *(pane for rest in below.values() for pane in rest)]
