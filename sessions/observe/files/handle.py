"""Opens a file that an agent writes, as a descriptor that can be read."""

from __future__ import annotations

import os
from pathlib import Path

from sessions.branches.git import beneath
from sessions.paths import station_home


def handle(path: Path, follow: bool = True) -> int:
    """A descriptor, which is to be closed by whoever asked. Raises OSError where there is nothing to be read.

    Without blocking: a pipe of a transcript's name must not stop everything. The file may be a link if `follow` says
    so; but in the home of a station no link is followed, in no part of the path: it may be there since the file was
    found.
    """
    home = station_home(path)
    if home is None:
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | (0 if follow else os.O_NOFOLLOW))
    with beneath.opened(home, str(path.relative_to(home))) as descriptor:
        return os.dup(descriptor)
