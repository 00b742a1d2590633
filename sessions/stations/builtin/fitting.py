"""A conversation that has grown too long for its model, made to fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sessions.stations.builtin.meter import about

KEPT = 8
"""The newest messages, which stay as they are."""
SHORT = 400
"""Characters up to which a result is not worth dropping."""
DROPPED = "[This result was dropped to make room. Use the tool again if you need it.]"


def fitting(messages: Sequence[dict[str, Any]], most: int) -> list[dict[str, Any]]:
    """The messages, where they have more than `most` tokens without old results of tools; 0 is no bound.

    What was said and asked stays, and every use of a tool keeps a result.
    """
    kept = list(messages)
    over = about(kept) - most if most else 0
    for at in range(max(0, len(kept) - KEPT)):
        if over <= 0:
            break
        content = kept[at].get("content")
        if kept[at].get("role") == "tool" and isinstance(content, str) and len(content) > SHORT:
            kept[at] = {**kept[at], "content": DROPPED}
            over -= (len(content) - len(DROPPED)) // 4
    return kept
