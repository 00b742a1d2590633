"""The kernel's inotify, as bare as it is: watches on directories, and what happens in them (see inotify(7))."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import struct
import sys
import termios
from collections.abc import Iterator
from functools import cache

import msgspec

MODIFY, ATTRIB = 0x2, 0x4
MOVED_FROM, MOVED_TO, CREATE, DELETE = 0x40, 0x80, 0x100, 0x200
DELETE_SELF, MOVE_SELF = 0x400, 0x800
UNMOUNT, OVERFLOW, IGNORED = 0x2000, 0x4000, 0x8000
DIRECTORY = 0x4000_0000
"""The name is that of a directory."""

_ONLY_DIRECTORIES = 0x0100_0000
_WANTED = MODIFY | ATTRIB | MOVED_FROM | MOVED_TO | CREATE | DELETE | DELETE_SELF | MOVE_SELF | _ONLY_DIRECTORIES
_HEAD = struct.Struct("iIII")
_BUFFER = 1 << 16


class Notice(msgspec.Struct, frozen=True):
    """Something happened to `name` in the directory of a watch, or, without a name, to that directory itself."""

    watch: int
    mask: int
    name: str


class Inotify:
    """One instance. Raises OSError where the kernel refuses: EMFILE for an instance, ENOSPC for one more watch."""

    def __init__(self) -> None:
        self.descriptor = _checked(_libc().inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC))

    def add(self, directory: str, wanted: int = _WANTED) -> int:
        """The number of the watch on a directory; the one that it has already, if it is watched by any name."""
        wanted |= _ONLY_DIRECTORIES
        return _checked(_libc().inotify_add_watch(self.descriptor, os.fsencode(directory), wanted))

    def remove(self, watch: int) -> None:
        """End a watch; one that has ended by itself is no error."""
        _libc().inotify_rm_watch(self.descriptor, watch)

    def read(self) -> Iterator[Notice]:
        """What waited when it was asked, and a little more: what comes meanwhile may have no end."""
        waiting = struct.unpack("i", fcntl.ioctl(self.descriptor, termios.FIONREAD, b"\0" * 4))[0]
        while waiting > 0:
            try:
                told = os.read(self.descriptor, _BUFFER)
            except BlockingIOError:
                return
            waiting -= len(told)
            at = 0
            while at < len(told):
                watch, mask, _cookie, length = _HEAD.unpack_from(told, at)
                at += _HEAD.size
                yield Notice(watch, mask, os.fsdecode(told[at : at + length].rstrip(b"\0")))
                at += length

    def close(self) -> None:
        """End all watches."""
        os.close(self.descriptor)


def available() -> bool:
    """Whether this system has inotify."""
    return sys.platform.startswith("linux") and hasattr(_libc(), "inotify_init1")


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno() or errno.EINVAL
        raise OSError(number, os.strerror(number))
    return result
