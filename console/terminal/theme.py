"""The themes, and what of them this terminal can show."""

from __future__ import annotations

import codecs
import locale
from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec.structs import replace

from sessions.errors import UsageError
from widgets.draw.look import Colours, Look

if TYPE_CHECKING:
    from textual.theme import Theme

ALL = 1 << 24
"""Colours of a terminal that shows them all."""

THEMES: dict[str, Colours] = {
    "dark": Colours(
        text="#d5dbe3", soft="#98a4b3", faint="#7f8b99", line="#687483", accent="#c3a6ff",
        working="#6fcf87", waiting="#62aefc", needs_me="#ffb74d", failed="#ff6e6e",
        idle="#8793a1", stale="#8793a1", unknown="#a7afb9", flow="#48805b",
        ground="#0f1317", bar="#1a2129", cursor="#37325a", alarm="#352a1a", fault="#3a2023",
        clean="#1a2129", shared="#2f3d4d", clash_few="#a06a22", clash_some="#e08a2e", clash_many="#ff5d5d",
        pending="#1f3a5c", cross="#37325a", added="#6fcf87", removed="#ff8585", hunk="#62aefc",
    ),
    "light": Colours(
        text="#1b2128", soft="#525d69", faint="#626c76", line="#7e8892", accent="#6a3fc8",
        working="#187a36", waiting="#0a5fbf", needs_me="#9a5700", failed="#c2222d",
        idle="#5c6671", stale="#5c6671", unknown="#4b545e", flow="#7fb08f",
        ground="#fcfcfa", bar="#efeeeb", cursor="#dfd8f6", alarm="#fbe8cd", fault="#fbdcda",
        clean="#efeeeb", shared="#d3dae2", clash_few="#b87a1e", clash_some="#a8480c", clash_many="#b0121e",
        pending="#c3d9f3", cross="#dfd8f6", added="#187a36", removed="#c2222d", hunk="#0a5fbf",
    ),
    # Told apart by red-green blind eyes: bluish green, blue, yellow and vermilion differ in blue and in lightness.
    "colour-blind": Colours(
        text="#dcdfe4", soft="#9ca5b1", faint="#7f8995", line="#6a7480", accent="#e6a3cf",
        working="#15b893", waiting="#6fb1ff", needs_me="#f2e35c", failed="#ff7a33",
        idle="#8b949f", stale="#8b949f", unknown="#aab1ba", flow="#2b7f8f",
        ground="#101317", bar="#1b2027", cursor="#432f4e", alarm="#333017", fault="#3b2417",
        clean="#1b2027", shared="#303a47", clash_few="#7d7838", clash_some="#d0762a", clash_many="#fff08a",
        pending="#1f3a5c", cross="#432f4e", added="#6fb1ff", removed="#ff9a5c", hunk="#aab1ba",
    ),
}  # fmt: skip


def _sixteen(numbers: dict[str, int]) -> Colours:
    return Colours(**{word: f"color({number})" for word, number in numbers.items()})


_DARK = {
    "text": 15, "soft": 7, "faint": 8, "line": 8, "accent": 13,
    "working": 10, "waiting": 14, "needs_me": 11, "failed": 9,
    "idle": 7, "stale": 7, "unknown": 7, "flow": 2,
    "ground": 0, "bar": 0, "cursor": 4, "alarm": 0, "fault": 0,
    "clean": 0, "shared": 8, "clash_few": 3, "clash_some": 11, "clash_many": 9, "pending": 6, "cross": 4,
    "added": 10, "removed": 9, "hunk": 14,
}  # fmt: skip
SIXTEEN: dict[str, Colours] = {
    "dark": _sixteen(_DARK),
    "light": _sixteen({
        "text": 0, "soft": 8, "faint": 8, "line": 8, "accent": 6,
        "working": 2, "waiting": 4, "needs_me": 5, "failed": 1,
        "idle": 8, "stale": 8, "unknown": 8, "flow": 2,
        "ground": 15, "bar": 15, "cursor": 14, "alarm": 15, "fault": 15,
        "clean": 15, "shared": 7, "clash_few": 11, "clash_some": 3, "clash_many": 1, "pending": 12, "cross": 14,
        "added": 2, "removed": 1, "hunk": 4,
    }),
    "colour-blind": _sixteen({
        **_DARK, "working": 6, "waiting": 12, "pending": 5, "clash_some": 9, "clash_many": 15,
        "added": 12, "removed": 11, "hunk": 7,
    }),
}  # fmt: skip
"""The themes for terminals of 16 colours: the nearest of these to the colours above would make green grey."""


_CALM = {
    "soft": "#a8a8a8",
    "faint": "#949494",
    "line": "#6c6c6c",
    "clash_few": "#878700",
    "ground": "#121212",
    "bar": "#262626",
    "clean": "#262626",
    "shared": "#444444",
    "pending": "#005f87",
}
_LOUD = {"alarm": "#5f5f00", "fault": "#5f0000", "cursor": "#5f005f", "cross": "#5f005f", "needs_me": "#ffd75f"}
TWO_HUNDRED: dict[str, Colours] = {
    "dark": replace(THEMES["dark"], **_CALM, **_LOUD),
    "light": replace(
        THEMES["light"],
        accent="#5f00d7",
        working="#005f00",
        faint="#626262",
        line="#808080",
        alarm="#ffffaf",
        shared="#d0d0d0",
        pending="#afd7ff",
    ),
    "colour-blind": replace(THEMES["colour-blind"], **_CALM, **_LOUD),
}
"""The themes for terminals of 256 colours, which is what SSH mostly leaves: the nearest of these to dark grounds are
black, and to most faint ones the same."""


def colours_of(environment: Mapping[str, str]) -> int:
    """How many colours the terminal shows: 16, 256 or 16.7 million."""
    from rich.console import Console

    system = environment.get("TEXTUAL_COLOR_SYSTEM", "auto")
    if system == "auto":
        system = Console(force_terminal=True, _environ=environment).color_system or ""
    return {"standard": 16, "256": 256}.get(system, ALL)


def theme_names() -> list[str]:
    """The themes' names, in the order in which a key goes through them."""
    return list(THEMES)


POOR_FONTS = frozenset({"linux", "vt100", "vt102", "vt220"})
"""Terminals (`TERM`) whose fonts lack most of the screen's signs, whatever the locale."""


def shows_signs(environment: Mapping[str, str]) -> bool:
    """Whether the terminal has the screen's signs in its font, and the locale's encoding can carry them.

    Python takes UTF-8 in the locale C (PEP 538, PEP 540); a terminal whose user asked for C is not known to.
    """
    if environment.get("TERM", "") in POOR_FONTS:
        return False
    asked = environment.get("LC_ALL") or environment.get("LANG")
    if asked in ("C", "POSIX"):
        return False
    try:
        return codecs.lookup(locale.getpreferredencoding(False)).name == "utf-8"
    except LookupError:
        return False


def first_theme(environment: Mapping[str, str]) -> str:
    """Light where the terminal says that its ground is light (`COLORFGBG`), else dark."""
    ground = environment.get("COLORFGBG", "").rpartition(";")[2]
    return "light" if ground in ("7", "15") else "dark"


def make_look(theme: str, *, ascii_only: bool, colour: bool, colours: int = ALL) -> Look:
    """The look of a theme on a terminal of so many `colours`; raises `UsageError` for one that does not exist."""
    if theme not in THEMES:
        raise UsageError(f"there is no theme {theme!r}", "choose one of " + ", ".join(THEMES))
    themes = SIXTEEN if colours <= 16 else TWO_HUNDRED if colours <= 256 else THEMES
    return Look(theme, themes[theme], ascii_only=ascii_only, colour=colour)


def textual_theme(name: str) -> Theme:
    """The same colours for what Textual draws itself, such as the ground of a screen."""
    from textual.theme import Theme

    c = THEMES[name]
    return Theme(
        name=f"factory-{name}",
        primary=c.accent,
        secondary=c.waiting,
        warning=c.needs_me,
        error=c.failed,
        success=c.working,
        accent=c.accent,
        foreground=c.text,
        background=c.ground,
        surface=c.bar,
        panel=c.bar,
        dark=name != "light",
    )
