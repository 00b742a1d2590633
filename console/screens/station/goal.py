"""Where to go in a station's conversations as its screen opens."""

from __future__ import annotations

import msgspec


class Goal(msgspec.Struct, frozen=True):
    """An entry of one of its conversations, be that its present one or not, and what was searched there."""

    session: str
    entry: int
    pattern: str
