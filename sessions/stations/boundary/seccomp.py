"""A filter of system calls that no coding agent needs, as the bytes of a classic BPF program. Its own room of numbers.

What it refuses either reaches what no namespace holds (keys of the kernel, virtual sockets to the host of a machine,
the terminal's input), or goes round another rule (rings of calls), or has often been a way into the kernel.
"""

from __future__ import annotations

import errno
import hashlib
import platform
import socket
import struct
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path

_LOAD, _EQUAL, _AT_LEAST, _AND, _RETURN = 0x20, 0x15, 0x35, 0x54, 0x06
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_NUMBER, _ARCH, _FIRST, _SECOND = 0, 4, 16, 24
"""Offsets in `struct seccomp_data`: of the arguments the lower halves, which are all that these calls look at."""
_X32 = 0x40000000
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C
_NEW_USER = 0x10000000
_KIND = 0xF
"""What of a socket's type is not a flag."""

_ARCHES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_NEW_ONES = {"io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427, "clone3": 435}
"""Numbers that are the same everywhere."""
_NUMBERS: Mapping[str, Mapping[str, int]] = {
    "x86_64": {
        **{"ioctl": 16, "socket": 41, "clone": 56, "unshare": 272, "setns": 308},
        **{"add_key": 248, "request_key": 249, "keyctl": 250, "bpf": 321, "perf_event_open": 298, "userfaultfd": 323},
        **{"kexec_load": 246, "kexec_file_load": 320, "init_module": 175, "finit_module": 313, "delete_module": 176},
        **{"open_by_handle_at": 304, "acct": 163, "swapon": 167, "quotactl": 179, "syslog": 103},
    },
    "aarch64": {
        **{"ioctl": 29, "socket": 198, "clone": 220, "unshare": 97, "setns": 268},
        **{"add_key": 217, "request_key": 218, "keyctl": 219, "bpf": 280, "perf_event_open": 241, "userfaultfd": 282},
        **{"kexec_load": 104, "kexec_file_load": 294, "init_module": 105, "finit_module": 273, "delete_module": 106},
        **{"open_by_handle_at": 265, "acct": 89, "swapon": 224, "quotactl": 60, "syslog": 116},
    },
}
_REFUSED = (
    *("add_key", "request_key", "keyctl", "bpf", "perf_event_open", "userfaultfd", "kexec_load", "kexec_file_load"),
    *(
        "init_module",
        "finit_module",
        "delete_module",
        "open_by_handle_at",
        "acct",
        "swapon",
        "quotactl",
        "setns",
        "syslog",
    ),
)
_MISSING = ("io_uring_setup", "io_uring_enter", "io_uring_register", "clone3")
"""Answered as by a kernel that lacks them: programs then do the same by calls that can be looked at."""


class Sockets(StrEnum):
    """Which sockets can be made."""

    ALL = "all"
    """Those that a namespace of the network holds."""
    NETWORK = "network"
    """Any but to services of this machine by a file: without mounts they could all be reached, ours too."""
    STREAMS = "streams"
    """Connections alone: no datagrams, and none to services of this machine by a file."""
    NONE = "none"


_FAMILIES: Mapping[Sockets, tuple[int, ...]] = {
    Sockets.ALL: (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK),
    Sockets.NETWORK: (socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK),
    Sockets.STREAMS: (socket.AF_INET, socket.AF_INET6),
    Sockets.NONE: (),
}


def program(machine: str, sockets: Sockets = Sockets.ALL) -> bytes:
    """The filter for a kind of machine, as `platform.machine()` says it; empty where its numbers are not known."""
    arch = _ARCHES.get(machine)
    if arch is None:
        return b""
    numbers = {**_NEW_ONES, **_NUMBERS[machine]}
    lines = [
        _line(_LOAD, _ARCH),
        *_unless_equal(arch, errno.ENOSYS),  # programs of another kind have other numbers
        _line(_LOAD, _NUMBER),
    ]
    if machine == "x86_64":
        lines += [_line(_AT_LEAST, _X32, 0, 1), _line(_RETURN, _ERRNO | errno.ENOSYS)]
    for name in _REFUSED:
        lines += _if_equal(numbers[name], errno.EPERM)
    for name in _MISSING:
        lines += _if_equal(numbers[name], errno.ENOSYS)
    lines += _on(numbers["ioctl"], _SECOND, [*_if_equal(_TIOCSTI, errno.EPERM), *_if_equal(_TIOCLINUX, errno.EPERM)])
    for name in ("clone", "unshare"):
        lines += _on(numbers[name], _FIRST, [_line(_AND, _NEW_USER), *_if_equal(_NEW_USER, errno.EPERM)])
    families = _FAMILIES[sockets]
    known = [_line(_EQUAL, family, len(families) - n, 0) for n, family in enumerate(families)]
    lines += _on(numbers["socket"], _FIRST, [*known, _line(_RETURN, _ERRNO | errno.EAFNOSUPPORT)])
    if sockets is Sockets.STREAMS:
        stream = [_line(_AND, _KIND), _line(_EQUAL, socket.SOCK_STREAM, 1, 0), _line(_RETURN, _ERRNO | errno.EACCES)]
        lines += _on(numbers["socket"], _SECOND, stream)
    return b"".join([*lines, _line(_RETURN, _ALLOW)])


def written(folder: Path, sockets: Sockets = Sockets.ALL) -> Path | None:
    """The filter for this machine as a file in a directory; None where there is none."""
    code = program(platform.machine(), sockets)
    if not code:
        return None
    path = folder / f"filter-{hashlib.sha256(code).hexdigest()[:12]}"
    if not path.exists():
        part = path.with_suffix(".part")
        part.write_bytes(code)
        part.chmod(0o400)
        part.rename(path)
    return path


def _line(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)


def _if_equal(value: int, number: int) -> Iterator[bytes]:
    yield _line(_EQUAL, value, 0, 1)
    yield _line(_RETURN, _ERRNO | number)


def _unless_equal(value: int, number: int) -> Iterator[bytes]:
    yield _line(_EQUAL, value, 1, 0)
    yield _line(_RETURN, _ERRNO | number)


def _on(call: int, argument: int, lines: list[bytes]) -> Iterator[bytes]:
    """Look at an argument of one call; of others nothing is looked at."""
    yield _line(_EQUAL, call, 0, len(lines) + 2)
    yield _line(_LOAD, argument)
    yield from lines
    yield _line(_LOAD, _NUMBER)
