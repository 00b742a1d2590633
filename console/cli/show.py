"""What opens the screens: the look that is asked for, and the terminal that they need."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path

from console.cli.command import Look
from console.cli.imports import importing
from console.links.link import Link
from console.options import THEMES, Options
from console.terminal import slowlink
from sessions import paths, settings
from sessions.errors import FactoryError, UsageError

KEYMAP = "keymap.toml"
"""The operator's keys, beside the settings."""


def show(link: Link, look: Look) -> int:
    """Run the screens until the operator leaves them."""
    gc.disable()  # until the first paint: up to then all is made to stay, and looking for garbage in it delays it
    options = _options(look)
    if options.slow_link:
        slowlink.prepare()
    with importing():
        from console.cli.screens import run

    return run(link, options)


def _options(look: Look) -> Options:
    """How the screens are to look: the call's words over the operator's settings."""
    chosen = settings.load()
    check_theme(chosen)
    slow = {"auto": None, "on": True, "off": False}[chosen.slow_link]
    return Options(
        theme=look.theme or chosen.theme,
        ascii_only=True if look.ascii else None,
        slow_link=True if look.slow_link else slow,
        attention=chosen.attentions,
        rest_days=chosen.rest_days,
        keymap=keymap_path(),
        detach=chosen.detach,
        roles=chosen.roles,
        remembered=paths.console_path(),
    )


def check_theme(chosen: settings.Settings) -> None:
    """Raises `FactoryError` with the file, the key and the cure when the settings name a theme that does not exist."""
    if chosen.theme and chosen.theme not in THEMES:
        cure = f"give it one of {', '.join(THEMES)}"
        raise FactoryError(f"{settings.settings_path()}: theme cannot be {chosen.theme!r}", cure)


def keymap_path() -> Path:
    """Where the operator's keymap lies, if there is one."""
    return paths.config_dir() / KEYMAP


def need_terminal(instead: str, what: str = "the floor") -> None:
    """Raises `UsageError` without a terminal for the screens; `instead` is what can be done without one."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(f"{what} needs a terminal", f"run it in one; {instead}")
    if os.environ.get("TERM", "") in ("", "dumb"):
        raise UsageError(f"this terminal cannot place its cursor (TERM={os.environ.get('TERM', '')})", instead)
