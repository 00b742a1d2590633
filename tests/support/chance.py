"""How many examples a test of chance is given."""

from __future__ import annotations

from hypothesis import settings


def of_hundred(examples: int) -> int:
    """So many where others are given a hundred: for examples that take long, or that meet what they look for seldom."""
    return max(1, settings().max_examples * examples // 100)
