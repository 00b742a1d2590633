"""Starting a program: in a terminal of its own, or with its output in a file."""

from __future__ import annotations

import errno
import fcntl
import os
import resource
import signal
import struct
import termios

from sessions.stations.keeping import cgroups

SIZE = struct.Struct("HHHH")
UMASK = 0o022
"""Of what is started; the keeper's own is narrower."""
LOG_MODE = 0o600
IGNORED = (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGCHLD)
"""What Python or the keeper handles: a program begins as if nobody did."""

STEPS = ("terminal", "log", "directory", "program")
"""Where a start may fail."""


class Plan:
    """All that a program is started with."""

    __slots__ = ("argv", "cwd", "environment", "files", "group", "log", "master", "slave")

    def __init__(self, argv: list[str], environment: dict[str, str], cwd: str, log: str) -> None:
        self.argv, self.environment, self.cwd, self.log = argv, environment, cwd, log
        self.master = self.slave = -1
        self.group = ""
        """The control group that it runs in; "" for the keeper's own."""
        self.files = resource.getrlimit(resource.RLIMIT_NOFILE)
        """How many files it may open (see `more_files`)."""

    def with_terminal(self, columns: int, lines: int) -> None:
        """Give it a terminal. Raises OSError where there are no more."""
        self.master, self.slave = os.openpty()
        resize(self.master, columns, lines)
        os.set_blocking(self.master, False)


def resize(master: int, columns: int, lines: int) -> None:
    """Give a terminal another size; its program is told by a signal where it is another one."""
    fcntl.ioctl(master, termios.TIOCSWINSZ, SIZE.pack(lines, columns, 0, 0))


def more_files() -> tuple[int, int]:
    """Let this process open as many files as it may; returns what was before, which is for what it starts."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return soft, hard


def begin(plan: Plan) -> tuple[int, int]:
    """Start it; returns its number and a descriptor that tells how that went (see `outcome`). Raises OSError."""
    listening, telling = os.pipe()
    try:
        pid = os.fork()
    except OSError:
        os.close(listening)
        os.close(telling)
        raise
    if pid == 0:
        _become(plan, telling)
    os.close(telling)
    os.set_blocking(listening, False)
    return pid, listening


def outcome(told: bytes) -> tuple[str, int]:
    """What the descriptor of a start told: where it failed and with which number; "" when the program runs."""
    if not told:
        return "", 0
    step, _, number = told.partition(b" ")
    return step.decode(), int(number or b"0")


def _become(plan: Plan, telling: int) -> None:
    """In the new process: take its place, and never return."""
    step = STEPS[0]
    try:
        for number in IGNORED:
            signal.signal(number, signal.SIG_DFL)
        os.umask(UMASK)
        resource.setrlimit(resource.RLIMIT_NOFILE, plan.files)
        os.setsid()
        if plan.group:
            cgroups.enter(plan.group)
        if plan.slave >= 0:
            fcntl.ioctl(plan.slave, termios.TIOCSCTTY, 0)
            streams = (plan.slave,) * 3
        else:
            step = STEPS[1]
            nothing = os.open(os.devnull, os.O_RDWR)
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
            log = os.open(plan.log, flags, LOG_MODE) if plan.log else nothing
            streams = (nothing, log, log)
        for place, stream in enumerate(streams):
            os.dup2(stream, place)
        step = STEPS[2]
        os.chdir(plan.cwd)
        step = STEPS[3]
        os.execvpe(plan.argv[0], plan.argv, plan.environment)
    except BaseException as error:  # nothing may go on as a second keeper
        why = error.errno or 0 if isinstance(error, OSError) else errno.EINVAL
        os.write(telling, f"{step} {why}".encode())
    finally:
        os._exit(127)
