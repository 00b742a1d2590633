"""Confines itself with Landlock and a filter of calls, and becomes a program: the boundary where bubblewrap fails.

Standard library alone, one file: `confine.py CONFIG -- program...`. Whatever it cannot do it says, and starts nothing.
Numbers and structures are those of linux/landlock.h and linux/prctl.h.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import resource
import signal
import struct
import sys
from collections.abc import Sequence
from typing import TypedDict

CONNECT = "FACTORY_TUI_CONNECT"
"""Environment variable: further ports that the door has opened for this program."""
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
_VERSION = 1
_BENEATH, _PORT = 1, 2
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_REFER, _TRUNCATE, _IOCTL = 1 << 13, 1 << 14, 1 << 15
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL
"""What a rule for a single file may name."""
_DEVICES = (1 << 6) | (1 << 11)
"""Making devices: nobody needs that."""
_BIND_TCP, _CONNECT_TCP = 1, 2
_ABSTRACT, _SIGNAL = 1, 2
_SET_DEATH_SIGNAL, _SET_SECCOMP, _NO_NEW_PRIVILEGES = 1, 22, 38
_FILTER = 2
_OF_VERSION = ((5, _IOCTL), (3, _TRUNCATE), (2, _REFER))


class Config(TypedDict):
    """What is allowed."""

    read: list[str]
    write: list[str]
    """Directories and files that can be written and read."""
    devices: list[str]
    ports: list[int] | None
    """Of TCP, that can be connected to, at any address: the kernel knows no other rule. None for all."""
    filter: str
    """The file with the filter of calls; "" for none."""
    limits: list[int]
    """Bytes of a file, open files of a process, processes and threads of the user."""
    terminal: bool


def main() -> None:
    """Confine this process, and become the program."""
    config: Config = json.loads(sys.argv[1])
    program = sys.argv[3:]
    os.closerange(3, 65_536)
    try:
        confine(config, [int(port) for port in os.environ.pop(CONNECT, "").split()])
        os.execvp(program[0], program)
    except OSError as error:
        sys.exit(f"{error.filename or program[0]}: {error.strerror}")


def confine(config: Config, more_ports: Sequence[int] = ()) -> None:
    """Give up all that is not named. Raises OSError."""
    parent = os.getppid()
    _prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:
        raise OSError(0, "whoever started it is gone")
    if not config["terminal"] and os.getpgrp() != os.getpid():
        os.setsid()
    kinds = (resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE, resource.RLIMIT_NPROC)
    for kind, bound in zip(kinds, config["limits"], strict=True):
        _, hard = resource.getrlimit(kind)
        lower = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
        resource.setrlimit(kind, (lower, lower))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "wb", 0) as file:  # noqa: PTH123 - as below
        file.write(b"500")
    code = b""
    if config["filter"]:
        with open(config["filter"], "rb") as file:  # noqa: PTH123 - started often, so as little as possible is imported
            code = file.read()
    _prctl(_NO_NEW_PRIVILEGES, 1)
    _landlock(config, None if config["ports"] is None else [*config["ports"], *more_ports])
    if code:
        _seccomp(code)


def version() -> int:
    """The version of the kernel's Landlock; 0 where there is none, or it is switched off."""
    try:
        return _call(CREATE_RULESET, None, 0, _VERSION)
    except OSError:
        return 0


def _landlock(config: Config, ports: Sequence[int] | None) -> None:
    known = version()
    handled = (1 << 13) - 1
    for since, right in _OF_VERSION:
        handled |= right if known >= since else 0
    net = _BIND_TCP | _CONNECT_TCP if known >= 4 and ports is not None else 0
    scoped = _ABSTRACT | _SIGNAL if known >= 6 else 0
    size = 24 if known >= 6 else 16 if known >= 4 else 8
    rules = _call(CREATE_RULESET, struct.pack("=QQQ", handled, net, scoped)[:size], size, 0)
    read = _EXECUTE | _READ_FILE | _READ_DIR
    for paths, rights in (
        (config["read"], read),
        (config["write"], handled & ~(_DEVICES | _IOCTL)),
        (config["devices"], handled & ~_DEVICES),
    ):
        for path in paths:
            _allow(rules, path, rights & handled)
    for port in ports if ports and net else ():
        _call(ADD_RULE, rules, _PORT, struct.pack("=QQ", _CONNECT_TCP, port), 0)
    _call(RESTRICT_SELF, rules, 0)
    os.close(rules)


def _allow(rules: int, path: str, rights: int) -> None:
    """Allow what lies at a path; nothing where a link has been put there, or on the way, since it was named."""
    try:
        handle = os.open(path, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if os.readlink(f"/proc/self/fd/{handle}") != path:  # noqa: PTH115 - as above
            return
        if not os.path.isdir(path):  # noqa: PTH112 - as above
            rights &= _OF_FILES
        _call(ADD_RULE, rules, _BENEATH, struct.pack("=Qi", rights, handle), 0)
    finally:
        os.close(handle)


def _seccomp(code: bytes) -> None:
    buffer = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(buffer))
    _prctl(_SET_SECCOMP, _FILTER, ctypes.create_string_buffer(program, len(program)))


def _call(number: int, *arguments: int | bytes | None) -> int:
    words = [ctypes.c_long(number)]
    words += [ctypes.c_long(word) if isinstance(word, int) else ctypes.c_char_p(word) for word in arguments]  # type: ignore[misc]
    result = int(_libc().syscall(*words))
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"Landlock: {os.strerror(code)}")
    return result


def _prctl(option: int, *arguments: object) -> None:
    words = [ctypes.c_ulong(word) if isinstance(word, int) else word for word in arguments]
    rest = [ctypes.c_ulong(0)] * (4 - len(words))
    if _libc().prctl(option, *words, *rest) != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"prctl {option}: {os.strerror(code)}")


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


if __name__ == "__main__":
    main()
