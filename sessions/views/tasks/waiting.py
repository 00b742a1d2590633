"""Why nobody works at a task in the queue, in words, and who may. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from sessions.floor.state import FloorState


def waiting(state: FloorState) -> Mapping[str, str]:
    """By task in the queue, why it waits and for whom."""
    return {}
