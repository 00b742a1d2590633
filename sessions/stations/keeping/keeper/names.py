"""The files by which a keeper is found. Without them it is known to nobody, and another one may begin beside it."""

from __future__ import annotations

import contextlib
import ctypes
import os

ATTRIBUTES, MOVED, DELETED = 0x4, 0x800, 0x400
"""What of a file itself is told (see inotify(7)): a name less, for what is still open, is another attribute of it."""
ROOM = 1 << 12


class Names:
    """They are where they were, or not; the kernel tells when that may have changed."""

    def __init__(self, lock: str, socket: str) -> None:
        """Raises OSError where one is not there."""
        self._known = {path: os.stat(path) for path in (lock, socket)}  # noqa: PTH116 - the keeper does without pathlib
        directory = os.path.dirname(lock)  # noqa: PTH120
        self.descriptor = _watching({lock: ATTRIBUTES | MOVED, socket: ATTRIBUTES | MOVED, directory: MOVED | DELETED})
        """Readable when there is something to look at; -1 where the kernel has no more of these."""

    def gone(self) -> str:
        """The first that is not where it was; "" while all are."""
        with contextlib.suppress(OSError):
            os.read(self.descriptor, ROOM)
        return next((path for path in self._known if not self._is_there(path)), "")

    def remove(self, path: str) -> None:
        """Take one away, unless it is somebody else's by now."""
        if self._is_there(path):
            os.unlink(path)  # noqa: PTH108

    def _is_there(self, path: str) -> bool:
        try:
            return os.path.samestat(os.stat(path), self._known[path])  # noqa: PTH116
        except OSError:
            return False


def _watching(wanted: dict[str, int]) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    descriptor: int = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
    for path, mask in wanted.items():
        if descriptor >= 0:
            libc.inotify_add_watch(descriptor, os.fsencode(path), mask)
    return descriptor
