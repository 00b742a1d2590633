"""How the console is to look and behave on this terminal, as asked for on the command line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from sessions.floor.scopes.roles import Role

THEMES = ("dark", "light", "colour-blind")
"""Those of `console.terminal.theme`, which a command without a screen does not import."""


class Options(msgspec.Struct, frozen=True):
    """None means: find out from the terminal."""

    theme: str = ""
    """`dark`, `light` or `colour-blind`; empty for the terminal's own ground."""
    ascii_only: bool | None = None
    no_colour: bool | None = None
    colours: int = 1 << 24
    """How many the terminal shows: 16, 256, or all."""
    slow_link: bool | None = None
    """True: from the start; False: never; None: when the terminal cannot keep up."""
    attention: frozenset[str] = frozenset({"note"})
    """How it is told who calls: the words of the setting `attention`."""
    rest_days: float = 7.0
    """Days of silence after which a station with nothing to do is folded away; 0 is never."""
    keymap: Path | None = None
    """The operator's keymap file; one that does not exist is none."""
    detach: str = "ctrl+]"
    """The key that comes back from an agent's terminal."""
    roles: Mapping[str, Role] = {}
    """What stations of a role begin with where nothing else is said: the setting `roles`."""
    remembered: Path | None = None
    """Where the console remembers how it was looked at; None: nowhere."""
