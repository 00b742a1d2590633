"""What the operator's own compilers and interpreters need to be seen inside: read-only, and found by their PATH.

Of the operator's home only what is known to hold programs alone; a `~/.local/bin` may hold anything.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from sessions.stations.boundary import system

_OF_PROGRAMS_ALONE = (".bun", ".deno", "go", ".linuxbrew")
"""Directories whose `bin` holds what was installed there, and nothing of anybody's own."""
_OUTSIDE = (Path("/opt"), Path("/home/linuxbrew"))
"""Where programs lie beside the system's own; elsewhere a PATH may lead to other machines' disks."""


class Toolchains(msgspec.Struct, frozen=True):
    """What to show, and what to say."""

    paths: tuple[Path, ...] = ()
    """For `Bounds.programs`."""
    environment: Mapping[str, str] = {}


def toolchains(environment: Mapping[str, str], home: Path) -> Toolchains:
    """Those that the PATH of an environment leads to; `home` is the operator's."""
    found: dict[Path, None] = {}
    said: dict[str, str] = {}
    for text in environment.get("PATH", "").split(os.pathsep):
        folder = Path(text)
        if not folder.is_absolute() or not folder.is_dir() or system.is_seen(folder):
            continue
        if folder == home / ".cargo/bin":
            rustup = Path(environment.get("RUSTUP_HOME") or home / ".rustup")
            found.update(dict.fromkeys([folder, *([rustup] if rustup.is_dir() else [])]))
            said |= {"RUSTUP_HOME": str(rustup)} if rustup.is_dir() else {}
        else:
            found.update(dict.fromkeys(_installation(folder, home)))
    return Toolchains(tuple(path for path in found if not home.is_relative_to(path)), said)


def _installation(folder: Path, home: Path) -> Iterator[Path]:
    """The installation that a directory of programs belongs to; nothing where it is not known to be one."""
    real = Path(os.path.realpath(folder))
    if not any(real.is_relative_to(above) for above in (home, *_OUTSIDE)):
        return
    prefix = real.parent
    if real.name == "shims" or (real.name == "bin" and not prefix.name.startswith(".") and (prefix / "lib").is_dir()):
        yield prefix
    elif real.name == "bin" and prefix.name in _OF_PROGRAMS_ALONE:
        yield prefix if prefix.name == ".linuxbrew" else real
    else:
        return
    link = next((part for part in (*reversed(folder.parents), folder) if part.is_symlink()), None)
    if link is not None and link.is_relative_to(home):
        yield link
