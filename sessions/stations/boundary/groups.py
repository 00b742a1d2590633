"""A control group that bounds the processes of stations for root, whose processes the kernel counts in no other way.

Whoever starts a program in a place makes its group. It is taken away when all that ran in it has ended; what a killed
supervisor left, the next one of that factory takes away when it begins. The kernel keeps one that anything runs in.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from pathlib import Path

_TOPS = (Path("/sys/fs/cgroup/pids"), Path("/sys/fs/cgroup"))
"""The old kind, one tree for each controller, and the new one."""
PREFIX = "factory-tui-"
_OLD_S = 86_400.0
"""After this time nobody comes back to one that nothing runs in, of whatever factory it was."""


def group(place: Path, tops: tuple[Path, ...] = _TOPS) -> Path | None:
    """The control group of a place; None where there can be none."""
    top = _top(tops)
    return top and top / f"{_factory(place.parent.parent)}{_digest(place)}"


def leave(place: Path, tops: tuple[Path, ...] = _TOPS) -> None:
    """Take away the group of a place in which nothing runs any more."""
    if (found := group(place, tops)) is not None:
        with contextlib.suppress(OSError):
            found.rmdir()


def sweep(places: Path, tops: tuple[Path, ...] = _TOPS) -> None:
    """Take away what was left of the places in a directory, and of others that have long been gone."""
    top = _top(tops)
    for left in () if top is None else top.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            if left.name.startswith(_factory(places)) or time.time() - left.stat().st_mtime > _OLD_S:
                left.rmdir()


def _top(tops: tuple[Path, ...]) -> Path | None:
    """Where groups can be made that count processes."""
    return next((top for top in tops if _counts(top)), None) if os.getuid() == 0 else None


def _counts(top: Path) -> bool:
    if not (top / "cgroup.procs").exists() or not os.access(top, os.W_OK):
        return False
    if top.name == "pids":
        return True
    try:
        return "pids" in (top / "cgroup.subtree_control").read_text(encoding="ascii").split()
    except OSError:
        return False


def _factory(places: Path) -> str:
    """How the groups of all places in a directory begin."""
    return f"{PREFIX}{_digest(places)}-"


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
