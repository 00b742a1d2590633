"""What clones see of the operator's repository: its branches and its objects. Not its settings, hooks or reflogs.

One bare repository of ours in the state directory, for all places: it borrows the operator's objects, and its file of
refs is written anew when branches have moved.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from sessions import paths
from sessions.branches.git.names import ref_bytes
from sessions.branches.git.refs import heads as heads_of
from sessions.branches.git.run import Git
from sessions.branches.git.scratch import alternates
from sessions.stations.places.settings import written

_DEEPEST = 6
"""How far git follows alternates of alternates."""


def origin_dir(state_dir: Path) -> Path:
    """Where it lies; it must be readable in every boundary at the same path."""
    return state_dir / "origin.git"


def refresh(
    common_dir: Path, state_dir: Path, base: str, form: str = "sha1", heads: Mapping[str, str] | None = None
) -> Path:
    """Make it, or let it have the branches as they are now. `base` is what its HEAD stands for. Raises GitError.

    `heads` are the branches where somebody knows them.
    """
    known = heads_of(Git(common_dir)) if heads is None else heads
    refs = sorted((b"refs/heads/" + ref_bytes(name), commit.encode()) for name, commit in known.items())
    place = origin_dir(state_dir)
    if not (place / "HEAD").exists():
        paths.private_dir(place)
        for folder in ("refs", "objects", "objects/info"):
            (place / folder).mkdir(mode=0o700, exist_ok=True)
        _write(place / "config", written({}, form).replace(b"bare = false", b"bare = true"))
    _write(place / "objects/info/alternates", os.fsencode(alternates(common_dir / "objects")) + b"\n")
    _write(place / "packed-refs", b"# pack-refs with: sorted\n" + b"".join(b"%s %s\n" % (c, ref) for ref, c in refs))
    _write(place / "HEAD", b"ref: refs/heads/" + (ref_bytes(base) or b"main") + b"\n")
    return place


def readable(common_dir: Path, state_dir: Path) -> tuple[Path, ...]:
    """What a boundary must leave readable, at the same paths, for git to work in a clone; nothing else of ours is."""
    found = [origin_dir(state_dir)]
    now = [common_dir / "objects"]
    for _ in range(_DEEPEST):
        found += now
        now = [path for folder in now for path in _borrowed(folder) if path not in found]
    return tuple(dict.fromkeys(found))


def _borrowed(objects: Path) -> list[Path]:
    try:
        lines = (objects / "info" / "alternates").read_bytes().splitlines()
    except OSError:
        return []
    plain = [line for line in lines if line and not line.startswith((b"#", b'"'))]
    return [Path(os.path.normpath(objects / os.fsdecode(line))) for line in plain]


def _write(path: Path, content: bytes) -> None:
    """Write it when it is not so already, so that whoever reads it sees all or nothing of it."""
    try:
        if path.read_bytes() == content:
            return
    except OSError:
        pass
    fresh = path.with_name(f".{path.name}.{os.urandom(4).hex()}")
    fresh.write_bytes(content)
    fresh.replace(path)
