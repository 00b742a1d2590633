"""Foreign JSON read tolerantly: what is missing or of another type reads as nothing."""

from __future__ import annotations

from collections.abc import Mapping

Fields = Mapping[str, object]

MOST = 1 << 53
"""Beyond this a count is damage."""


def fields(value: object, *path: str) -> dict[str, object]:
    """The object at `path` below a value; empty where there is none."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def listed(value: object) -> list[dict[str, object]]:
    """The objects in a list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def text(value: object) -> str:
    return value if isinstance(value, str) else ""


def first_text(of: Fields, *names: str) -> str:
    """The first of these fields that holds a text which is not empty."""
    return next((found for name in names if (found := text(of.get(name)))), "")


def count(of: Fields, *names: str) -> int:
    """The first of these fields that holds a count."""
    for name in names:
        value = of.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < MOST:
            return int(value)
    return 0


def amount(value: object) -> float | None:
    """A sum of money, or None."""
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < MOST:
        return float(value)
    return None
