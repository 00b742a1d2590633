"""The life of a keeper: alone in its directory, nobody's child, and heir of all that its children leave behind."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import socket
import time
from collections.abc import Callable, Sequence

from sessions.stations.keeping.keeper.keeper import Keeper
from sessions.stations.keeping.keeper.names import Names
from sessions.stations.keeping.keeper.requests import answer

SUBREAPER = 36
"""PR_SET_CHILD_SUBREAPER of prctl(2)."""
READY, BUSY, FAILED = b"ready\n", b"busy\n", b"failed "
"""What a keeper says first: clients can come; another one is here; or why neither."""
BACKLOG = 64
LOG_BYTES = 1 << 20


def main(argv: Sequence[str]) -> int:
    """Run one keeper: `--socket FILE --lock FILE --log FILE --seconds N`, in this order, and say how the start went."""
    given = dict(zip(argv[::2], argv[1::2], strict=True))
    telling = os.dup(1)
    try:
        _detach(given["--log"])
        os.umask(0o077)
        lock = os.open(given["--lock"], os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.write(telling, BUSY)
            return 0
        os.ftruncate(lock, 0)
        os.write(lock, b"%d\n" % os.getpid())
        _inherit()
        listener = _listen(given["--socket"])
        names = Names(given["--lock"], given["--socket"])
        keeper = Keeper(listener, float(given["--seconds"]), _log(given["--log"]), answer)
        keeper.stay(names)
    except OSError as error:
        os.write(telling, FAILED + f"{error.filename or ''} {error.strerror}".strip().encode())
        return 1
    os.write(telling, READY)
    os.close(telling)
    keeper.say("keeping")
    keeper.run()
    # Before the lock is let go: whoever comes next makes its own.
    names.remove(given["--socket"])
    keeper.say("ended")
    return 0


def _detach(log: str) -> None:
    """Go on in a process that is nobody's child, in a session of its own, with no stream of whoever started it."""
    if os.fork():
        os._exit(0)
    os.setsid()
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    os.chdir("/")
    nothing = os.open(os.devnull, os.O_RDWR)
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
    errors = os.open(log, flags, 0o600)
    for place, stream in enumerate((nothing, nothing, errors)):
        os.dup2(stream, place)
    for stream in (nothing, errors):
        os.close(stream)


def _inherit() -> None:
    """Become the parent of every process below whose own has ended."""
    import ctypes

    if ctypes.CDLL(None, use_errno=True).prctl(SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "no process can be inherited (PR_SET_CHILD_SUBREAPER)")


def _listen(path: str) -> socket.socket:
    """A socket for this user alone, from the first moment on. What a dead keeper left is removed: we hold the lock."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)  # noqa: PTH108
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    old = os.umask(0o177)
    try:
        listener.bind(path)
    finally:
        os.umask(old)
    listener.listen(BACKLOG)
    return listener


def _log(path: str) -> Callable[[str], None]:
    """Writes lines to the log. A full disk costs the lines, and nothing else."""

    def say(text: str) -> None:
        line = f"{time.strftime('%Y-%m-%d %H:%M:%S')} {os.getpid()} {text}"
        safe = line.encode("ascii", "backslashreplace").replace(b"\n", b" ") + b"\n"
        try:
            if os.fstat(2).st_size > LOG_BYTES:
                os.replace(path, path + ".1")  # noqa: PTH105
                fresh = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
                os.dup2(fresh, 2)
                os.close(fresh)
            os.write(2, safe)
        except OSError:
            return

    return say
