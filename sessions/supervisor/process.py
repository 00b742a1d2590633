"""Starting, finding and ending the one supervisor of a repository."""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

import sessions
from sessions import operator, settings, systemd
from sessions.errors import FactoryError, UnwritableError
from sessions.floor.commands import Stop
from sessions.journal.lock import holder
from sessions.place import Place, place_of
from sessions.sockets.reading import read
from sessions.supervisor.wire.frames import MAX_ANSWER, WorkFrame, command_frame, encode, hello
from sessions.supervisor.wire.protocol import ANSWERS

START_S = 20.0
"""A supervisor that does not answer by then has failed to start."""
SCOPE_S = 10.0
"""A user's systemd that has given no scope by then hangs; the supervisor does without."""
STOP_S = 5.0
"""For each of the two ways to end one: by its socket, by a signal."""
LOG_BYTES = 1 << 20
"""A longer log is moved aside when the next supervisor starts."""

LOCAL_GIT = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY")
"""What git sets for its hooks and aliases: it would point a supervisor started from one at the wrong repository."""


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What a supervisor is started with, beyond the operator's settings, which it reads by itself."""

    base: str = ""
    sessions: tuple[str, ...] = ()
    """Further places to look for transcripts, absolute."""
    idle_minutes: float | None = None
    """Overrides the setting; None: as set."""
    brief: bool = False
    """For a command without a screen: until a console comes it watches nothing, and it ends soon after the last one."""

    scripted: bool = False
    """The models of its stations follow a script, which is recorded."""

    @property
    def fingerprint(self) -> str:
        """Of a supervisor that is started so: another one where its answers may be others."""
        return f"{settings.fingerprint()} {self.base}".rstrip()

    def arguments(self) -> list[str]:
        """As words for the supervisor's own command line."""
        words = [f"--sessions={place}" for place in self.sessions]
        if self.base:
            words.append(f"--base={self.base}")
        if self.idle_minutes is not None:
            words.append(f"--idle-minutes={self.idle_minutes}")
        if self.brief:
            words.append("--brief")
        if self.scripted:
            words.append("--scripted")
        return words


class Started(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a new supervisor tells the process that started it: its pid, or why it ended."""

    pid: int = 0
    reason: str = ""
    cure: str = ""
    unwritable: bool = False
    """The disk takes nothing; what was committed before can be read."""


def start(repo: Path, options: Options | None = None) -> None:
    """Start the supervisor of the repository around `repo`, detached, and return once it answers.

    Nothing happens when one is running. Raises `FactoryError` with the supervisor's own reason when it cannot start.
    """
    options = options or Options()
    place = place_of(repo)
    if reachable(place.socket):
        return
    command = [sys.executable, "-m", "sessions.supervisor", f"--repo={repo.absolute()}", *options.arguments()]
    scope = systemd.scope("factory-tui supervisor") if settings.load().systemd_scope else []
    started = _spawn([*scope, *command], place, SCOPE_S) if scope else None
    if started is None:
        started = _spawn(command, place, START_S)
    if started is None:
        raise FactoryError("the supervisor ended before it answered", f"see {place.log}")
    if started.reason and not reachable(place.socket):
        kind = UnwritableError if started.unwritable else FactoryError
        raise kind(started.reason, started.cure)


def running(repo: Path) -> int | None:
    """The pid of the repository's supervisor, or None."""
    place = place_of(repo)
    return holder(place.lock) if reachable(place.socket) else None


def trouble(repo: Path) -> str:
    """What keeps the repository's supervisor from its work now, with the cure; empty where nothing does."""
    return asyncio.run(_trouble(place_of(repo).socket))


async def _trouble(path: Path) -> str:
    try:
        async with asyncio.timeout(STOP_S):
            reader, writer = await asyncio.open_unix_connection(path)
            try:
                writer.write(encode(hello(follows=False)))
                # It says what it is at before it tells of the floor.
                while (frame := await read(reader, ANSWERS, MAX_ANSWER)) is not None:
                    if isinstance(frame, WorkFrame):
                        return frame.trouble
            finally:
                writer.close()
    except TimeoutError:
        return f"it has said nothing for {STOP_S:.0f} s: end it with factory-tui stop"
    except (OSError, FactoryError):
        pass  # it has just gone, or is of another version, which others say
    return ""


def stop(repo: Path) -> int | None:
    """End the repository's supervisor; returns its pid once it has gone, or None when there was none."""
    place = place_of(repo)
    pid = holder(place.lock)
    if pid is None:
        return None
    if _agreed_to_stop(place.socket) and _gone(place.lock):
        return pid
    # It is looked up again: what was read first may be the name of a dead one, which its successor had yet to replace.
    if signalled := holder(place.lock):
        pid = signalled
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
            os.kill(pid, signal.SIGCONT)  # one that somebody halted hears no other signal
    if not _gone(place.lock):
        cure = f"it is safe to end it with `kill -9 {pid}`: what was recorded stays"
        raise FactoryError(f"the supervisor (process {pid}) does not end", cure)
    return pid


def reachable(path: Path) -> bool:
    """Whether anybody takes connections at this socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(STOP_S)
        try:
            probe.connect(str(path))
        except OSError:
            return False
        return True


def _agreed_to_stop(path: Path) -> bool:
    """Ask for the end; False when nobody hears, or it is of another version, which only a signal reaches."""
    heard = b""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(STOP_S)
        try:
            line.connect(str(path))
            line.sendall(encode(hello(follows=False)) + encode(command_frame(operator.command(Stop()))))
            while more := line.recv(1 << 16):
                heard = heard[-1_000:] + more
        except OSError:
            return False
    return b'"frame":"farewell"' in heard


def _gone(lock: Path) -> bool:
    deadline = time.monotonic() + STOP_S
    while holder(lock) is not None:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _spawn(command: list[str], place: Place, detach_s: float) -> Started | None:
    """Run `command` and wait for what it says of itself; None when it ended without a word.

    One that has not detached itself after `detach_s` seconds is killed.
    """
    listening, telling = os.pipe()
    try:
        with (
            _log(place.log) as log,
            subprocess.Popen(
                [*command, f"--tell={telling}"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(telling,),
                start_new_session=True,
                # `-m` looks for the package here first; in the operator's repository it might find another one.
                cwd=Path(sessions.__file__).parents[1],
                env={name: value for name, value in os.environ.items() if name not in LOCAL_GIT},
            ) as child,
        ):
            os.close(telling)
            telling = -1
            # It forks and this first process ends at once: the supervisor is nobody's child.
            try:
                child.wait(detach_s)
            except subprocess.TimeoutExpired:
                child.kill()
                return None
        return _told(listening, place)
    except OSError as error:
        raise FactoryError(f"the supervisor cannot be started ({error})", f"see {place.log}") from error
    finally:
        os.close(listening)
        if telling >= 0:
            os.close(telling)


def _told(listening: int, place: Place) -> Started | None:
    heard, deadline = b"", time.monotonic() + START_S
    while True:
        ready, _, _ = select.select([listening], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            raise FactoryError(f"the supervisor did not answer within {START_S:.0f} s", f"see {place.log}")
        chunk = os.read(listening, 1 << 16)
        if not chunk:
            return msgspec.json.decode(heard, type=Started) if heard else None
        heard += chunk


@contextlib.contextmanager
def _log(path: Path) -> Iterator[int]:
    try:
        if path.exists() and path.stat().st_size > LOG_BYTES:
            path.replace(path.with_name(path.name + ".1"))
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise FactoryError(f"{path} cannot be written: {error.strerror}", "look at its mode") from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)
