"""Who may write a journal: the one process that holds the lock beside it, which ends with it, however it ends.

The file stays for ever, because removing a lock file lets two processes lock two files; only the lock on it, which the
kernel frees, means something. What is written in it, the holder's number, only helps people and `stop`.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from sessions.errors import FactoryError

TRY_S = 0.5
"""Somebody who only asks holds the lock for a moment; a real holder keeps it longer than this."""


class HeldError(FactoryError):
    """Another process writes this journal. `pid` is 0 when it has not said who it is."""

    def __init__(self, pid: int) -> None:
        who = f"process {pid}" if pid else "another process"
        cure = "wait for it, or end it with `factory-tui stop`"
        super().__init__(f"a supervisor of this repository is already running ({who})", cure)
        self.pid = pid


class Lock:
    """The lock of this process. `dead` is the number of a holder that died without letting go, 0 when none did."""

    def __init__(self, path: Path, descriptor: int, dead: int) -> None:
        self.path, self.dead = path, dead
        self._descriptor = descriptor

    @classmethod
    def take(cls, path: Path, patience_s: float = TRY_S, in_vain: Callable[[], bool] = lambda: False) -> Lock:
        """Lock the file `path` for this process, or raise `HeldError` when another one keeps it.

        It is waited for `patience_s`, and no longer than until it is `in_vain`: its holder is there to stay, say.
        """
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            raise FactoryError(f"{path} cannot be opened: {error.strerror}", "look at its mode") from error
        try:
            deadline = time.monotonic() + patience_s
            while not _locked(descriptor, fcntl.LOCK_EX):
                if time.monotonic() >= deadline or in_vain():
                    raise HeldError(_pid(descriptor))
                time.sleep(0.02)
        except BaseException:
            os.close(descriptor)
            raise
        dead = _pid(descriptor)
        _sign(descriptor, f"{os.getpid()}\n")
        return cls(path, descriptor, dead)

    def release(self) -> None:
        """Let the next one in."""
        _sign(self._descriptor, "")
        os.close(self._descriptor)


def beside(journal: Path) -> Path:
    """The lock file of a journal."""
    return journal.with_name(journal.name + ".lock")


@contextlib.contextmanager
def hold(path: Path, patience_s: float = TRY_S, in_vain: Callable[[], bool] = lambda: False) -> Iterator[int]:
    """Hold a lock file for a while (see `Lock.take`); yields the number of a holder that died."""
    lock = Lock.take(path, patience_s, in_vain)
    try:
        yield lock.dead
    finally:
        lock.release()


def holder(path: Path) -> int | None:
    """The pid of the process that holds the lock file `path`, or None when nobody does (0: it has not said)."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        return None if _locked(descriptor, fcntl.LOCK_SH) else _pid(descriptor)
    finally:
        os.close(descriptor)


def _sign(descriptor: int, name: str) -> None:
    # A full disk, which refuses it, must not keep a supervisor from working.
    with contextlib.suppress(OSError):
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, name.encode(), 0)


def _locked(descriptor: int, how: int) -> bool:
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _pid(descriptor: int) -> int:
    text = os.pread(descriptor, 32, 0).strip()
    return int(text) if text.isdigit() else 0
