"""What stations take of the disk. No kernel bounds that for a user, so it is looked at while they work.

Looking at a file system is one call; the files of stations are counted only when it has got fuller.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import NamedTuple


class Room(NamedTuple):
    """Of a disk: taken, left, or allowed."""

    size: int
    """Bytes."""
    files: int

    def __str__(self) -> str:
        return f"{self.size / 1e9:,.1f} GB in {self.files:,} files"


MOST = Room(20 * 10**9, 1_000_000)
"""What one station may take. It may never take more than it leaves, either."""
STEP = Room(10**9, 100_000)
"""By so much, or an eighth, a disk gets fuller before files are counted."""
ENDLESS = 1 << 62
"""Files of a file system that has no number of them."""


def left(path: Path) -> Room:
    """What is left to the user on the disk that `path` lies on. Raises OSError."""
    found = os.statvfs(path)
    return Room(found.f_bavail * found.f_frsize, found.f_favail if found.f_files else ENDLESS)


def fell(before: Room, now: Room, step: Room = STEP) -> bool:
    """Whether a disk has got so much fuller that files are to be counted."""
    return any(was - is_ >= min(by, was // 8) > 0 for was, is_, by in zip(before, now, step, strict=True))


def taken(root: Path, most: Room = MOST) -> Room:
    """What lies below a directory; counted no further than to the end of the directory where it is more than `most`.

    Raises OSError for what is closed to us, or deeper than a path can be long: much may lie there.
    """
    size = files = 0
    folders = [os.fspath(root)]
    while folders and size <= most.size and files <= most.files:
        with contextlib.suppress(FileNotFoundError, NotADirectoryError), os.scandir(folders.pop()) as entries:
            for entry in entries:
                files += 1
                with contextlib.suppress(FileNotFoundError):
                    size += entry.stat(follow_symlinks=False).st_blocks * 512
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
    return Room(size, files)


def too_much(took: Room, leaves: Room, most: Room = MOST) -> bool:
    """Whether a station that took so much, and left so much to all others, has taken too much."""
    return took.size > min(most.size, leaves.size) or took.files > min(most.files, leaves.files)
