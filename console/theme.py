"""The themes, and what of them this terminal can show."""

from __future__ import annotations

import codecs
import locale
from collections.abc import Mapping
from typing import TYPE_CHECKING

from sessions.errors import UsageError
from widgets.look import Colours, Look

if TYPE_CHECKING:
    from textual.theme import Theme

THEMES: dict[str, Colours] = {
    "dark": Colours(
        text="#d5dbe3", soft="#98a4b3", faint="#687483", accent="#c3a6ff",
        working="#6fcf87", waiting="#62aefc", needs_me="#ffb74d", failed="#ff6e6e",
        idle="#8793a1", stale="#8793a1", unknown="#a7afb9", flow="#48805b",
        ground="#0f1317", bar="#1a2129", cursor="#37325a", alarm="#352a1a", fault="#3a2023",
        clean="#1a2129", shared="#2f3d4d", clash_few="#8a5a1c", clash_some="#e08a2e", clash_many="#ff5d5d",
        pending="#1f3a5c", cross="#37325a",
    ),
    "light": Colours(
        text="#1b2128", soft="#525d69", faint="#7e8892", accent="#6a3fc8",
        working="#187a36", waiting="#0a5fbf", needs_me="#9a5700", failed="#c2222d",
        idle="#5c6671", stale="#5c6671", unknown="#4b545e", flow="#7fb08f",
        ground="#fcfcfa", bar="#efeeeb", cursor="#dfd8f6", alarm="#fbe8cd", fault="#fbdcda",
        clean="#efeeeb", shared="#d3dae2", clash_few="#f3c98b", clash_some="#e08a2e", clash_many="#c2222d",
        pending="#c3d9f3", cross="#dfd8f6",
    ),
    # Told apart by red-green blind eyes: bluish green, blue, yellow and vermilion differ in blue and in lightness.
    "colour-blind": Colours(
        text="#dcdfe4", soft="#9ca5b1", faint="#6a7480", accent="#e6a3cf",
        working="#15b893", waiting="#6fb1ff", needs_me="#f2e35c", failed="#ff7a33",
        idle="#8b949f", stale="#8b949f", unknown="#aab1ba", flow="#2b7f8f",
        ground="#101317", bar="#1b2027", cursor="#432f4e", alarm="#333017", fault="#3b2417",
        clean="#1b2027", shared="#303a47", clash_few="#6b6630", clash_some="#b5641f", clash_many="#fff08a",
        pending="#1f3a5c", cross="#432f4e",
    ),
}  # fmt: skip


def theme_names() -> list[str]:
    """The themes' names, in the order in which a key goes through them."""
    return list(THEMES)


def utf8_terminal(environment: Mapping[str, str]) -> bool:
    """Whether the locale's encoding can carry the screen's signs.

    Python takes UTF-8 in the locale C (PEP 538, PEP 540); a terminal whose user asked for C is not known to.
    """
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


def make_look(theme: str, *, ascii_only: bool, colour: bool) -> Look:
    """The look of a theme; raises `UsageError` for one that does not exist."""
    if theme not in THEMES:
        raise UsageError(f"there is no theme {theme!r}", "choose one of " + ", ".join(THEMES))
    return Look(theme, THEMES[theme], ascii_only=ascii_only, colour=colour)


def textual_theme(name: str) -> Theme:
    """The same colours for Textual's own widgets, such as the command palette."""
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
