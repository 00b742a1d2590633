"""Finding the keeper of a repository, or starting one."""

from __future__ import annotations

import asyncio
import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from sessions import paths, systemd
from sessions.stations.keeping import cgroups
from sessions.stations.keeping.keeper import life
from sessions.stations.keeping.line import Line
from sessions.stations.keeping.values import KeeperError, KeeperLostError

PATIENCE_S = 20.0
"""For a keeper to answer, and for one that is just ending to end."""
SCOPE_S = 10.0
"""A user's systemd that has given no scope by then hangs; the keeper does without."""
RETRY_S = 0.05
"""Between two attempts while another keeper begins or ends, which nobody tells."""
PROGRAM = Path(life.__file__).with_name("__main__.py")
ENVIRONMENT = ("PATH", "TMPDIR")
"""All that the keeper itself needs of an environment; its children get theirs whole."""
SCOPED = ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR")
"""What systemd-run needs beside that."""


def socket_of(state_dir: Path) -> Path:
    """Where the keeper of a repository takes connections."""
    return paths.socket_path(state_dir, "keeper")


def lock_of(state_dir: Path) -> Path:
    """The file whose lock it holds, with its process number in it."""
    return state_dir / "keeper.lock"


def log_of(state_dir: Path) -> Path:
    """Where it says why it ended."""
    return state_dir / "keeper.log"


def pid_of(state_dir: Path) -> int:
    """The process number of the keeper of a repository; 0 when none runs."""
    try:
        with lock_of(state_dir).open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return 0
    except BlockingIOError:
        return int(lock_of(state_dir).read_text().strip() or 0)
    except (OSError, ValueError):
        return 0


async def reach(state_dir: Path, patience_s: float, scoped: bool) -> Line:
    """A line to the keeper of a repository, which is started where there is none. Raises `KeeperError`.

    It ends itself, and all that it keeps, when nobody has supervised for `patience_s` seconds. With `scoped` it is
    started in a scope of the user's systemd, where there is one, so that the end of a login spares it.
    """
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            return await Line.open(socket_of(state_dir))
        except (OSError, KeeperLostError):
            if time.monotonic() > deadline:
                cure = f"see {log_of(state_dir)}"
                raise KeeperError("no keeper answers, although one holds the lock", cure) from None
        if not await asyncio.to_thread(start, state_dir, patience_s, scoped):
            await asyncio.sleep(RETRY_S)


def start(state_dir: Path, patience_s: float, scoped: bool) -> bool:
    """Start a keeper and wait until it answers; False when another one is here already. Raises `KeeperError`."""
    if sys.platform != "linux":
        raise KeeperError("agents can be run on Linux only", "run factory-tui on a Linux machine")
    words = [sys.executable, "-I", "-S", str(PROGRAM), "--socket", str(socket_of(state_dir))]
    words += ["--lock", str(lock_of(state_dir)), "--log", str(log_of(state_dir)), "--seconds", str(patience_s)]
    scope = systemd.scope("factory-tui keeper", f"{cgroups.UNIT}-{os.urandom(4).hex()}") if scoped else []
    told = _run([*scope, *words], SCOPE_S if scope else PATIENCE_S)
    if scope and not told:
        told = _run(words, PATIENCE_S)
    if told in (life.READY, life.BUSY):
        return told == life.READY
    reason = told.removeprefix(life.FAILED).decode("utf-8", "replace").strip()
    raise KeeperError(f"the keeper cannot be started ({reason or 'it said nothing'})", f"see {log_of(state_dir)}")


def _run(words: Sequence[str], patience_s: float) -> bytes:
    """What it says first: it goes on by itself then, and holds no stream of ours."""
    names = ENVIRONMENT if words[0] == sys.executable else (*ENVIRONMENT, *SCOPED)
    environment = {name: os.environ[name] for name in names if name in os.environ}
    try:
        done = subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env=environment,
            timeout=patience_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return b""
    except OSError as error:
        raise KeeperError(
            f"the keeper cannot be started ({error})", "see the disk and the limits of processes"
        ) from error
    return done.stdout
