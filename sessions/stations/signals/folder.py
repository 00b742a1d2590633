"""One station's outbox, as the supervisor reads it. What lies in it was put there by somebody who may be hostile."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import stat
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from sessions.paths import private_dir
from sessions.stations.contract import Signal
from sessions.stations.signals.hook import ASKED, EXPIRED, LARGEST, MOST, NAMED, NEW, WAY_BACK

STATION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
"""What stations are called that have an outbox."""
_STEM = re.compile(r"(\d{20}-\d{6}-[0-9a-f]{16})(\.[a-z]+)")
_JUNK = ".junk-"
"""How names begin of directories that were put there, which are passed over until the station is removed."""
_HIDDEN = 64
"""Files that are just being written, at most; what else lies about is taken away."""
_AGE_S = 30 * 86_400.0
_DEEPEST = 32
"""Levels of a signal; `hook` sends no more than half of them. What is deeper ends whoever walks through it."""
NAME, LARGE, SHAPE, KIND, FLOOD = "no signal's name", "too large", "not a signal", "not a file", "too many signals"
TWICE = "a question in the place of another one"
"""Why what lies there is no signal."""


class _Said(msgspec.Struct):
    name: str
    time: float = 0.0
    payload: dict[str, object] = {}
    waits: bool = False
    stays: bool = False
    key: str = ""


class Told(msgspec.Struct, frozen=True):
    """A signal, as it lies in an outbox."""

    signal: Signal
    stem: str
    stays: bool = False
    """The question is still there when whoever asked it waits no longer."""
    key: str = ""
    """Said by whoever gives one to each thing it tells: the same again is the same signal."""
    size: int = 0
    """In bytes, as it lies there."""


class Listed(msgspec.Struct, frozen=True):
    """What lies in an outbox."""

    new: tuple[str, ...] = ()
    """Stems, in the order in which they were told."""
    asked: tuple[str, ...] = ()
    """Questions that were read and wait."""
    ways: tuple[str, ...] = ()
    strays: tuple[str, ...] = ()
    """Names of what has no business there."""


class Folder:
    """The directory of one station. It is held open, so that nothing is ever reached by a path that could lead away."""

    def __init__(self, station: str, path: Path) -> None:
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o700)  # the station may have set it to anything
        self.station, self.path = station, private_dir(path)
        self._handle = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)

    def close(self) -> None:
        os.close(self._handle)

    def remove(self) -> None:
        """Take it away with all that is in it."""
        self.close()
        with contextlib.suppress(RecursionError):  # what lies too deep stays
            shutil.rmtree(self.path, ignore_errors=True)

    def listed(self) -> Listed:
        """What lies there, in order; of very much only a part."""
        found: dict[str, list[str]] = {NEW: [], ASKED: [], WAY_BACK: [], EXPIRED: []}
        strays: list[str] = []
        hidden: list[str] = []
        os.fchmod(self._handle, 0o700)  # it can be read, and what was read be taken away, whatever the station made it
        with os.scandir(self._handle) as entries:
            for number, entry in enumerate(entries):
                if number > 3 * MOST:
                    break
                if entry.name.startswith(_JUNK):
                    continue
                parts = _STEM.fullmatch(entry.name)
                if number > 2 * MOST:
                    strays.append(entry.name)  # the hook has refused to add to so much
                elif parts and parts[2] in found:
                    found[parts[2]].append(parts[1])
                else:
                    is_hidden = entry.name.startswith(".") and entry.name.endswith(".tmp")
                    (hidden if is_hidden and len(hidden) < _HIDDEN else strays).append(entry.name)
        new, asked, ways = (tuple(sorted(found[ending])) for ending in (NEW, ASKED, WAY_BACK))
        return Listed(new, asked, ways, tuple(strays))

    def read(self, stem: str, now: float, ending: str = NEW) -> Told | str | None:
        """The signal, or why it is none; None where there is nothing of that name."""
        try:
            handle = self._opened(stem + ending, os.O_RDONLY, stat.S_ISREG)
        except FileNotFoundError:
            return None
        if handle is None:
            return KIND
        try:
            body = os.read(handle, LARGEST + 1)
        except OSError:
            return KIND
        finally:
            os.close(handle)
        if len(body) > LARGEST:
            return LARGE
        said = _said(body)
        if said is None:
            return SHAPE
        time = said.time if now - _AGE_S < said.time <= now else now
        signal = Signal(f"{self.station}:{stem}", self.station, said.name, time, said.payload, said.waits)
        return Told(signal, stem, said.stays, said.key, len(body))

    def drop(self, stem: str, *endings: str) -> None:
        """Take away what has these names; what is gone is no error."""
        self.sweep(tuple(stem + ending for ending in endings))

    def keep(self, stem: str) -> None:
        """A question was read: from now on it is one that waits."""
        try:
            os.rename(stem + NEW, stem + ASKED, src_dir_fd=self._handle, dst_dir_fd=self._handle)
        except FileNotFoundError:
            return
        except OSError:  # somebody has put something else there
            self.drop(stem, NEW)

    def expired(self, stem: str) -> bool:
        """Whoever asked has given up by itself."""
        try:
            return stat.S_ISFIFO(os.stat(stem + EXPIRED, dir_fd=self._handle, follow_symlinks=False).st_mode)
        except OSError:
            return False

    def way_back(self, stem: str) -> int | None:
        """The way back to who waits, open for writing; None when nobody waits there."""
        try:
            return self._opened(stem + WAY_BACK, os.O_WRONLY, stat.S_ISFIFO)
        except FileNotFoundError:
            return None

    def _opened(self, name: str, flags: int, kind: Callable[[int], bool]) -> int | None:
        """A file of this kind; None when it is another, or not ours to open. What it is is known before it is opened:
        to open a device may do something, and a link leads elsewhere. Raises FileNotFoundError where it is gone."""
        flags |= os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        try:
            if not hasattr(os, "O_PATH"):
                seen = os.stat(name, dir_fd=self._handle, follow_symlinks=False)
                return os.open(name, flags, dir_fd=self._handle) if kind(seen.st_mode) else None
            looked = os.open(name, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=self._handle)
            try:
                if not kind(os.fstat(looked).st_mode):
                    return None
                return os.open(f"/proc/self/fd/{looked}", flags & ~os.O_NOFOLLOW)
            finally:
                os.close(looked)
        except FileNotFoundError:
            raise
        except OSError:
            return None

    def sweep(self, names: tuple[str, ...]) -> None:
        """Take away what has no business there; no link is followed.

        A directory, which may hold millions of files, is put out of the way: nobody else shall wait for that.
        """
        for name in names:
            try:
                os.unlink(name, dir_fd=self._handle)
            except FileNotFoundError:
                continue
            except OSError:
                junk = _JUNK + os.urandom(8).hex()
                with contextlib.suppress(OSError):
                    os.rename(name, junk, src_dir_fd=self._handle, dst_dir_fd=self._handle)


def _said(body: bytes) -> _Said | None:
    try:
        said = msgspec.json.decode(body, type=_Said)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    many = body.count(b"[") + body.count(b"{") > _DEEPEST
    return said if NAMED.fullmatch(said.name) and not (many and _is_deep(said.payload)) else None


def _is_deep(value: object) -> bool:
    """Whether there is something below its deepest level."""
    level = [value]
    for _ in range(_DEEPEST):
        level = [part for each in level for part in _parts(each) if isinstance(part, dict | list)]
    return bool(level)


def _parts(value: object) -> Iterable[object]:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
