"""One writer per journal: a lock that ends with its process, however that ends."""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from pathlib import Path

from sessions.errors import FactoryError


class WriterLock:
    """An exclusive `flock` on a file beside the journal. The file stays; only the lock on it means something."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor = descriptor

    @classmethod
    def take(cls, journal: Path) -> WriterLock:
        """Lock `journal` for writing, or raise `FactoryError` that names the process which has it."""
        path = journal.with_name(journal.name + ".lock")
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            raise FactoryError(f"{path} cannot be opened: {error.strerror}", "look at its directory's mode") from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip()
            os.close(descriptor)
            raise FactoryError(
                f"{journal} is being written by process {holder or 'unknown'}", "stop that one first: factory-tui stop"
            ) from error
        # The number only serves the message above: a full disk, which may refuse it, must not keep the journal shut.
        with suppress(OSError):
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        return cls(path, descriptor)

    def release(self) -> None:
        """Let the next writer in."""
        os.close(self._descriptor)
