"""What every wish is."""

from __future__ import annotations

import msgspec


class Wish(msgspec.Struct, frozen=True, tag_field="type"):
    """What an operator wants; `sessions.floor.decide.decide` answers it."""


class Errand(Wish, frozen=True):
    """Something to look at or to leave off. It changes no fact, so it is not journaled, and twice does no harm."""
