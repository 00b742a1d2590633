"""A work tree on the disk, as the plan of its mounts sees it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path

from sessions.floor.scopes.reach import Kind


class DiskTree:
    """The files below a directory. Links are never followed, not even in the middle of a path."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def kind(self, path: str) -> Kind:
        """What lies there; what lies behind a link is `OTHER`, as no mount may be made there."""
        mode = 0
        at = self._root
        for name in path.split("/") if path else ():
            at /= name
            try:
                mode = at.lstat().st_mode
            except OSError:
                return Kind.NOTHING
            if stat.S_ISLNK(mode):
                return Kind.OTHER
        if not path or stat.S_ISDIR(mode):
            return Kind.FOLDER
        return Kind.FILE if stat.S_ISREG(mode) else Kind.OTHER

    def names(self, folder: str) -> Iterable[str]:
        """What lies in a directory; names that are no text are left out, as no pattern matches them."""
        if self.kind(folder) is not Kind.FOLDER:
            return ()
        try:
            names = os.listdir(self._root / folder)  # noqa: PTH208 - one call, names only
        except OSError:
            return ()
        return [name for name in names if name.isprintable() or _is_text(name)]


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
