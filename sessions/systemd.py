"""The user's own systemd, where there is one: what is started in a scope of it outlives the login."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from sessions.errors import FactoryError

LINGERING = Path("/var/lib/systemd/linger")
"""Has a file for each user whose systemd goes on after the last logout (see loginctl(1))."""


def scope(what: str, unit: str = "") -> list[str]:
    """The words that put a command into a scope of its own; none where the user has no systemd.

    In a scope with a name of its own (`unit`) the command may make control groups.
    """
    tool = shutil.which("systemd-run")
    if not tool or not runs():
        return []
    own = [f"--unit={unit}", "--property=Delegate=yes"] if unit else []
    return [tool, "--user", "--scope", "--quiet", "--collect", f"--description={what}", *own, "--"]


def runs() -> bool:
    """Whether the user's systemd is there."""
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    return bool(runtime) and Path(runtime, "systemd", "private").is_socket()


def lingers(user: str) -> bool:
    """Whether what is in the user's systemd goes on after the last logout. Where there is none, nothing ends it."""
    if not user or "/" in user:
        raise FactoryError("the user has no name", "see getent passwd")
    return not runs() or (LINGERING / user).exists()
