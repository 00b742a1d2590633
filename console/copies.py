"""What can be copied of a station or a branch: its directory, its session, the command that resumes it. Pure."""

from __future__ import annotations

import msgspec

from console.terminal.asking import CLIPBOARD_BYTES
from sessions.floor.state import Branch, Station
from sessions.text import clean_lines

_RESUME = {"claude": "claude --resume", "codex": "codex resume", "openclaw": "openclaw resume"}
"""How each kind of agent goes on with a session."""


class Copy(msgspec.Struct, frozen=True):
    """Something to copy: the key that copies it, what it is, and its text."""

    key: str
    name: str
    text: str

    @property
    def refusal(self) -> str:
        """Why it is not copied; empty when it is.

        What has controls or invisible characters in it would, pasted into a shell, do something else than one sees.
        """
        if len(self.text.encode(errors="replace")) > CLIPBOARD_BYTES:
            return f"it is longer than {CLIPBOARD_BYTES:,} bytes"
        return "" if clean_lines(self.text) == [self.text] else "it has characters in it that cannot be seen"


def of_station(station: Station) -> list[Copy]:
    """Of a station; what is not known of it is left out."""
    copies = of_directory(station.directory)
    if station.session:
        copies.append(Copy("s", "session id", station.session))
        command = _RESUME.get(station.kind)
        home = station.home or station.directory
        if command and home and not station.session.startswith("-"):
            import shlex  # nobody copies before the first paint

            words = f"cd {shlex.quote(home)} && {command} {shlex.quote(station.session)}"
            copies.append(Copy("r", "resume command", words))
    if station.branch:
        copies.append(Copy("b", "branch", station.branch))
    return copies


def of_branch(branch: Branch) -> list[Copy]:
    """Of a branch without a station."""
    return [*of_directory(branch.worktree), Copy("b", "branch", branch.name)]


def of_directory(directory: str) -> list[Copy]:
    return [Copy("d", "directory", directory)] if directory else []
