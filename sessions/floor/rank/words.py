"""Figures in words, as a person reads them in seconds. Pure."""

from __future__ import annotations


def lasting(seconds: float) -> str:
    """A duration, as ages are written everywhere: `40s`, `12m`, `1h05`, `12h`, `3d`."""
    if seconds < 60:
        return f"{max(0.0, seconds):.0f}s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes}m"
    hours, minutes = divmod(minutes, 60)
    if hours < 10:
        return f"{hours}h{minutes:02d}" if minutes else f"{hours}h"
    return f"{hours}h" if hours < 48 else f"{round(hours / 24)}d"


def in_dollars(amount: float) -> str:
    """`$9`, `$0.40`."""
    return f"${amount:,.0f}" if amount >= 9.5 else f"${amount:.2f}"


def times(count: int) -> str:
    """`3 ×`."""
    return f"{count:,} ×"


def many(role: str) -> str:
    """Stations of a role: `testers`, or `stations that test`, which no role sounds wrong in."""
    return f"{role} stations"


def shortened(text: str, most: int = 60) -> str:
    """A text that was cleaned, cut where it is too long for a line."""
    return text if len(text) <= most else text[: most - 1] + "…"
