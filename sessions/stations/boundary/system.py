"""What of the machine every station sees: programs and libraries, and of `/etc` only what they read. Nothing else.

A list of what is there, not of what is hidden: a socket, a key or another repository that nobody thought of stays out.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pwd
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

HOST = "station"
"""The name of the machine, inside."""
_LINKED = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
"""Links into `/usr` on most systems, directories on others."""
_SYSTEMS = ("run/current-system",)
"""Where NixOS has its programs."""
_TREES = ("usr", "nix/store", "gnu/store")
_ETC = (
    *(
        "alternatives",
        "ca-certificates",
        "ca-certificates.conf",
        "crypto-policies",
        "debian_version",
        "fonts",
        "gai.conf",
    ),
    *("group", "host.conf", "hosts", "inputrc", "java", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "locale.alias"),
    *("locale.conf", "localtime", "login.defs", "lsb-release", "magic", "magic.mime", "mime.types", "mke2fs.conf"),
    *("nsswitch.conf", "os-release", "passwd", "perl", "pki/ca-trust", "pki/tls/certs", "pki/tls/cert.pem", "profile"),
    *("protocols", "python3", "rpc", "services", "shells", "ssl/cert.pem", "ssl/certs", "ssl/openssl.cnf"),
    *("system-release", "terminfo", "timezone", "vimrc", "bash.bashrc", "bashrc", "skel"),
)
"""Neither shadow passwords, keys, sudo's rules, nor what holds a site's secrets (`environment`, `gitconfig`)."""


def links() -> Iterator[tuple[Path, Path]]:
    """Target and path of the links that are there."""
    for name in (*_LINKED, *_SYSTEMS):
        path = Path("/", name)
        if path.is_symlink():
            yield path.readlink(), path


def directories() -> Iterator[Path]:
    """Directories that are there, read-only."""
    for name in (*_LINKED, *_TREES):
        path = Path("/", name)
        if path.is_dir() and not path.is_symlink():
            yield path


def files() -> Iterator[Path]:
    """Files and directories of `/etc` that are there, read-only."""
    return (path for name in _ETC if (path := Path("/etc", name)).exists())


def settings(folder: Path) -> Path:
    """A copy of those files of `/etc` in a directory: one mount instead of fifty, each of which costs every command.

    It is made once, and again when one of them has changed.
    """
    there = list(files())
    is_known = _is_known()
    seen = repr(([(str(path), path.stat().st_mtime_ns, path.stat().st_ino) for path in there], is_known))
    copy = folder / f"etc-{hashlib.sha256(seen.encode()).hexdigest()[:12]}"
    if copy.is_dir():
        return copy
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=".etc-", dir=folder))
    part.chmod(0o755)
    for path in there:
        target = part / path.relative_to("/etc")
        target.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(OSError, shutil.Error):  # what the operator cannot read, nobody needs
            if path.is_dir() and not path.is_symlink():
                shutil.copytree(path, target, symlinks=True)
            else:
                shutil.copy2(path, target, follow_symlinks=False)
    (part / "resolv.conf").touch()
    _add(part / "hosts", f"127.0.0.1 {HOST}")
    if not is_known:  # programs ask for the name of their user, and some end when there is none
        _add(part / "passwd", f"{HOST}:x:{os.getuid()}:{os.getgid()}:{HOST}:/tmp:/bin/sh")
    try:
        part.rename(copy)
    except OSError:  # another station's was quicker
        shutil.rmtree(part, ignore_errors=True)
    return copy


def _is_known() -> bool:
    """Whether the user is in the machine's own list; where users are kept in a directory they are not."""
    try:
        pwd.getpwuid(os.getuid())
        return f":{os.getuid()}:" in Path("/etc/passwd").read_text(encoding="utf-8", errors="replace")
    except (KeyError, OSError):
        return False


def _add(path: Path, line: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")


class Interpreter(NamedTuple):
    """A Python for our own small programs that run inside."""

    path: Path
    home: Path | None = None
    """The directory that it needs beside what every station sees."""


def interpreter() -> Interpreter:
    """The Python that runs this, without the environment around it."""
    own = Path(os.path.realpath(getattr(sys, "_base_executable", "") or sys.executable))
    home = Path(os.path.realpath(sys.base_prefix))
    return Interpreter(own, None if is_seen(home) else home)


def is_seen(path: Path) -> bool:
    """Whether a station sees it as a part of the system; the operator's home is none, wherever it lies."""
    return is_part(path) and not path.is_relative_to(Path.home())


def is_part(path: Path) -> bool:
    """Whether it lies where the system does."""
    roots = (*directories(), *(link for _, link in links()))
    return any(path.is_relative_to(root) for root in roots)
