"""What lies in an agent's own home, read when it matters. It is the agent's: whatever lies there is foreign.

What Claude Code says of its processes: see `sessions.observe.presence`.
"""

from __future__ import annotations

import os
import stat
from heapq import nlargest
from pathlib import Path

from sessions.floor.reports import Report
from sessions.observe import presence

MOST = 50
"""Files that are looked at, those that were written last; one is there for each process that lives or was killed."""


def reported(folder: Path, session: str) -> Report | None:
    """The state that the newest process of a conversation tells."""
    newest, report = -1.0, None
    try:
        files = [path for path in folder.iterdir() if presence.is_presence(path.name)]
        names = [path.name for path in nlargest(MOST, files, key=_written)]
    except OSError:
        return None
    for name in names:
        said = presence.said_in(_read(folder / name), folder / name)
        if said is None or (session and presence.session_of(said) != session):
            continue
        began = said.started_at or 0.0
        if began >= newest:
            newest, report = began, presence.state_of(said)
    return report


def _written(path: Path) -> int:
    """When, in nanoseconds; a file that is gone was written long ago."""
    try:
        return path.lstat().st_mtime_ns
    except OSError:
        return 0


def any_of(folder: Path, ending: str, depth: int) -> bool:
    """Whether a file whose name ends so lies so many directories below a folder, also packed; no link is followed."""
    if depth:
        return any(any_of(each, ending, depth - 1) for each in _folders(folder))
    try:
        with os.scandir(folder) as entries:
            names = (entry.name for entry in entries if entry.is_file(follow_symlinks=False))
            return any(name.endswith((ending, ending + ".zst")) for name in names)
    except OSError:
        return False


def _folders(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            return [folder / entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
    except OSError:
        return []


def _read(path: Path) -> bytes:
    """The file, if it is one: neither a link nor a pipe is followed."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return b""
    try:
        return os.read(handle, presence.LONGEST) if stat.S_ISREG(os.fstat(handle).st_mode) else b""
    except OSError:
        return b""
    finally:
        os.close(handle)
