"""What a program needs to be seen of the operator's own installations, so that it runs inside a boundary. Read-only.

`claude` may be a link in `~/.local/bin`, a script of a Node that lies in `~/.nvm`, a tool of a virtual environment. It
needs the link itself, what it leads to, and the installation around that; never the home they all lie in.
"""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

from sessions.stations.boundary import system

_MOST_HOPS = 16
_FIRST_LINE = 512
_BY_NAME = ("/usr/bin/env", "/bin/env")


def needed(program: str, path: str | None = None) -> tuple[Path, ...]:
    """Links, files and directories for `Bounds.programs`; none where the system brings all, or there is no program.

    `path` is the operator's PATH, from the environment where it is not given.
    """
    return tuple(dict.fromkeys(_needed(program, path, 0)))


def _needed(program: str, path: str | None, depth: int) -> Iterator[Path]:
    found = shutil.which(program, path=path)
    if found is None or depth > 4:
        return
    at = Path(os.path.abspath(found))  # noqa: PTH100 - links are looked at one by one
    for _ in range(_MOST_HOPS):
        hop = _first_link(at)
        if hop is None:
            break
        if not system.is_seen(hop):
            yield hop
        at = hop.parent / hop.readlink() / at.relative_to(hop)
        at = Path(os.path.normpath(at))
    if not system.is_seen(at):
        yield from _around(at)
    yield from _interpreter(at, path, depth)


def _first_link(path: Path) -> Path | None:
    """The first part of a path that is a link, if any."""
    return next((part for part in (*reversed(path.parents), path) if part.is_symlink()), None)


def _around(target: Path) -> Iterator[Path]:
    """The installation that a file belongs to; the file alone where none is known."""
    parents = target.parents
    modules = [parent for parent in parents if parent.name == "node_modules"]
    if modules:
        yield modules[-1]
        return
    if target.parent.name == "shims":
        yield target.parent.parent
        return
    for parent in parents:
        if (parent / "pyvenv.cfg").is_file():
            yield parent
            return
    prefix = target.parent.parent
    is_own = not prefix.name.startswith(".") and prefix not in (Path.home(), Path("/"))
    if target.parent.name == "bin" and is_own and any((prefix / name).is_dir() for name in ("lib", "lib64")):
        yield prefix
    else:
        yield target


def _interpreter(target: Path, path: str | None, depth: int) -> Iterator[Path]:
    """What a script is run with."""
    try:
        with target.open("rb") as file:
            line = file.read(_FIRST_LINE).partition(b"\n")[0]
    except OSError:
        return
    if not line.startswith(b"#!"):
        return
    try:
        words = shlex.split(os.fsdecode(line[2:]).strip())
    except ValueError:
        return
    if words and words[0] in _BY_NAME:
        words = [word for word in words[1:] if not word.startswith("-") and "=" not in word]
    if words:
        yield from _needed(words[0], path, depth + 1)
