"""The private clones of stations, as further worktrees of the repository: what is not committed there counts as well.

They lie in the state directory (see `sessions.stations.places.layout`, which writes what is read here). Of an agent's
repository only files are read, and git goes by the mirror beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec

from sessions import paths
from sessions.branches.git import beneath
from sessions.errors import FactoryError


class _Record(msgspec.Struct, frozen=True):
    branch: str
    clone: bool = True


@dataclass(frozen=True)
class Clone:
    """The work tree of one station."""

    work: Path
    git_dir: Path
    mirror: Path
    branch: str
    head: str


def clones(common_dir: Path) -> list[Clone]:
    """All clones of stations of a repository, in the order of their names."""
    try:
        places = paths.places_dir(paths.state_dir_of(common_dir))
        roots = sorted(path for path in places.iterdir() if not path.name.startswith("."))
    except (OSError, FactoryError):
        return []
    return [clone for root in roots if (clone := _clone(root)) is not None]


def _clone(root: Path) -> Clone | None:
    try:
        record = msgspec.json.decode((root / "ours" / "place.json").read_bytes(), type=_Record)
    except (OSError, msgspec.DecodeError):
        return None
    if not record.clone:
        return None  # it is a linked worktree, which git lists
    git_dir = root / "work" / ".git"
    return Clone(root / "work", git_dir, root / "ours" / "git", record.branch, beneath.head(git_dir)[1])
