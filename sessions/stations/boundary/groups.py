"""A control group that bounds the processes of stations for root, whose processes the kernel counts in no other way."""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from pathlib import Path

_TOPS = (Path("/sys/fs/cgroup/pids"), Path("/sys/fs/cgroup"))
"""The old kind, one tree for each controller, and the new one."""
_NAME = "factory-tui-"
_OLD_S = 86_400.0


def group(place: Path, tops: tuple[Path, ...] = _TOPS) -> Path | None:
    """The control group of a place, which whoever starts a program there makes; None where there can be none."""
    if os.getuid() != 0:
        return None
    top = next((top for top in tops if _counts(top)), None)
    if top is None:
        return None
    _sweep(top)
    return top / f"{_NAME}{hashlib.sha256(os.fsencode(place)).hexdigest()[:12]}"


def _counts(top: Path) -> bool:
    """Whether the groups below count processes, and can be made."""
    if not (top / "cgroup.procs").exists() or not os.access(top, os.W_OK):
        return False
    if top.name == "pids":
        return True
    try:
        return "pids" in (top / "cgroup.subtree_control").read_text(encoding="ascii").split()
    except OSError:
        return False


def _sweep(top: Path) -> None:
    """Take away those of places that have long been gone; one that anything runs in stays by itself."""
    for old in top.glob(f"{_NAME}*"):
        with contextlib.suppress(OSError):
            if time.time() - old.stat().st_mtime > _OLD_S:
                old.rmdir()
