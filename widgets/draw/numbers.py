"""Figures as the screen writes them: three significant digits, a unit, fixed width, and a mark for doubt."""

from __future__ import annotations

from sessions.floor.tokens import Certainty
from sessions.floor.zone import Zone
from widgets.draw.glyphs import AT_LEAST, ESTIMATED, REPORTED, UNPRICED

_UNITS = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
MARKS = {
    Certainty.EXACT: "",
    Certainty.REPORTED: REPORTED,
    Certainty.ESTIMATED: ESTIMATED,
    Certainty.UNDERCOUNTED: AT_LEAST,
}


def count(number: float) -> str:
    """`999`, `1.20k`, `3.41M`, `212M`: at most five characters up to 999T."""
    if abs(number) < 999.5:
        return str(round(number))
    for size, unit in _UNITS:
        # 999.5 of the unit below already reads as one of this unit.
        if abs(number) >= size * 0.9995:
            return _three(number / size) + unit
    return str(round(number))


def rate(per_second: float) -> str:
    """Tokens per second: `0/s`, `900/s`, `1.20k/s`; at most seven characters."""
    if 0 < per_second < 0.5:
        return "<1/s"
    return count(per_second) + "/s"


def money(dollars: float | None) -> str:
    """Dollars: `$0.04`, `$4.12`, `$41.2`, `$1,412`, `$14.1k`; an unknown price is `—`, never 0."""
    if dollars is None:
        return UNPRICED
    if dollars < 0.005:
        return "<1¢" if dollars > 0 else "$0"
    if dollars < 999.5:
        return "$" + _three(dollars)
    return f"${dollars:,.0f}" if dollars < 9_999.5 else "$" + count(dollars)


def percent(share: float) -> str:
    """A share as `0%` to `999%`; one that is not quite everything never reads `100%`."""
    if share <= 0:
        return "0%"
    if 0.99 < share < 1:
        return "99%"
    if share < 0.01:
        return "<1%"
    return f"{min(999, round(share * 100))}%"


def age(since: float, now: float) -> str:
    """How long ago: `5s`, `3m`, `2h10`, `3d`; `` when unknown. See `age_s` for its steps."""
    return _span(age_s(since, now)) if since > 0 else ""


def exact_age(since: float, now: float) -> str:
    """The same to the second and the full minute, where one age alone moves."""
    return _span(max(0, int(now - since))) if since > 0 else ""


def _span(seconds: int) -> str:
    if seconds < 60:
        return f"{seconds}s"
    minutes = seconds // 60
    if minutes < 60:
        return f"{minutes}m"
    hours = minutes // 60
    if hours < 10:
        return f"{hours}h{minutes % 60:02d}"
    if hours < 48:
        return f"{hours}h"
    days = hours // 24
    return f"{days}d" if days < 1000 else f"{days // 365}y"


def ago(since: float, now: float) -> str:
    """`3m ago`; nothing when it is not known since when."""
    return f"{age(since, now)} ago" if since > 0 else ""


def age_s(since: float, now: float) -> int:
    """Whole seconds since, in steps that keep a screen quiet.

    Single seconds to ten, fives to a minute; from then on the clock moves only at full minutes. All ages of a screen
    change together, and nothing is sent in between.
    """
    seconds = max(0, int(now) - int(since))
    if seconds < 10:
        return seconds
    if seconds < 60:
        return seconds // 5 * 5
    return max(60, int(now // 60 * 60 - since))


def age_clock(since: float, now: float) -> int:
    """A number that changes when `age(since, now)` may change, and seldom otherwise."""
    return int(now) if now - since < 61 else -int(now // 60)


def _three(number: float) -> str:
    """Three significant digits of a number below 1000."""
    if number < 9.995:
        return f"{number:.2f}"
    return f"{number:.1f}" if number < 99.95 else f"{number:.0f}"


def clock(time: float, zone: Zone) -> str:
    """`12:04:31` on the operator's clock."""
    shown = zone.local(time)
    return f"{shown:%H:%M:%S}" if shown else "--:--:--"
