"""A place for scratch objects that one process has to itself, and that the next one clears away if this one is killed.

The place is locked for as long as its process lives, however that ends; what nobody has locked is nobody's.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import shutil
from pathlib import Path

from sessions import paths
from sessions.errors import FactoryError

log = logging.getLogger(__name__)

_LOCK = "lock"
_MEMORY = Path("/dev/shm")
"""A file system in memory, where there is one: files that live for seconds cost a tenth there."""
_LEAST_MEMORY = 512 * 1024 * 1024
"""Free bytes there without which it is left alone."""


class Room:
    """A directory below `parent`, new and locked. `close` removes it."""

    def __init__(self, parent: Path) -> None:
        paths.private_dir(parent)
        sweep(parent)
        # The lock is taken before the directory has its name: a sweeper never sees it unlocked.
        fresh = parent / f".{os.getpid()}-{os.urandom(4).hex()}"
        fresh.mkdir(mode=0o700)
        self._lock = os.open(fresh / _LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        self.path = fresh.rename(parent / fresh.name[1:])

    def close(self) -> None:
        """Remove the directory; once more is harmless."""
        if self._lock >= 0:
            shutil.rmtree(self.path, ignore_errors=True)
            os.close(self._lock)
            self._lock = -1


def memory_room() -> Room | None:
    """A room in memory; None where there is no file system for it, or too little space."""
    try:
        if _MEMORY.is_mount() and shutil.disk_usage(_MEMORY).free >= _LEAST_MEMORY:
            return Room(_MEMORY / f"{paths.PROGRAM}-{os.geteuid()}")
    except (OSError, FactoryError) as error:
        log.info("memory is not used for scratch objects: %s", error)
    return None


def sweep(parent: Path) -> None:
    """Remove the rooms of processes that are gone."""
    with contextlib.suppress(OSError), os.scandir(parent) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                pid = entry.name[1:].partition("-")[0]
                if pid.isdecimal() and not _alive(int(pid)):
                    shutil.rmtree(entry.path, ignore_errors=True)
            elif _abandoned(Path(entry.path)):
                shutil.rmtree(entry.path, ignore_errors=True)


def _abandoned(room: Path) -> bool:
    try:
        lock = os.open(room / _LOCK, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(lock)
    return True


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
