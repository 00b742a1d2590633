"""Git of the host in an agent's place: it goes by a repository of ours, and by nothing that the agent can write.

The agent's own repository says by its settings, attributes and links which programs git runs and where it looks. So the
host never opens it as one. It has a mirror, out of the agent's reach: settings that run nothing, and the objects of
both repositories to read. Of the agent's it takes the work tree, the index, the objects, and refs (see
`sessions.branches.git.beneath`).
"""

from __future__ import annotations

import os
from pathlib import Path

from sessions.branches.git import beneath
from sessions.branches.git.run import MEMORY, Git
from sessions.branches.git.scratch import alternates
from sessions.branches.git.worktrees import ALONE, Worktree, git_in
from sessions.stations.places.layout import Place
from sessions.stations.places.settings import written


def lay_mirror(mirror: Path, git_dir: Path, borrowed: bytes, config: bytes, head: str) -> None:
    """Make the mirror of a clone whose repository will lie at `git_dir`; `borrowed` is its list of alternates."""
    for folder in ("refs", "objects/info", "objects/pack", "info"):
        (mirror / folder).mkdir(mode=0o700, parents=True)
    (mirror / "HEAD").write_text(f"{head}\n")
    (mirror / "config").write_bytes(config)
    own = os.fsencode(alternates(git_dir / "objects")) + b"\n"
    (mirror / "objects/info/alternates").write_bytes(own + borrowed)


def worktree_of(place: Place) -> Worktree:
    """The place as a further worktree of the operator's repository, on its station's branch."""
    if not place.record.clone:
        raise ValueError("a linked worktree is one already")
    _, head = beneath.head(place.git_dir)
    missing = not place.work.is_dir()
    return Worktree(place.work, place.git_dir, head, place.record.branch, missing=missing, mirror=place.mirror)


def git_of(place: Place, *settings: str) -> Git:
    """Git for the work tree, the index and all objects of a clone; new objects become ours."""
    return git_in(worktree_of(place), settings)


def git_of_objects(place: Place) -> Git:
    """Git that takes the agent's objects for its own, and the operator's for borrowed."""
    env = {
        "GIT_DIR": str(place.mirror),
        "GIT_COMMON_DIR": str(place.mirror),
        "GIT_OBJECT_DIRECTORY": str(place.objects),
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": alternates(Path(place.record.common_dir) / "objects"),
    }
    return Git(place.ours, env={**env, **ALONE}, memory=MEMORY)


def git_for_looking(place: Place) -> Git:
    """Git that reads the operator's objects by settings of ours, for a linked worktree; what it writes is ours."""
    mirror = place.mirror
    if not (mirror / "HEAD").exists():
        borrowed = os.fsencode(alternates(Path(place.record.common_dir) / "objects")) + b"\n"
        form = "sha1" if len(place.record.base) == 40 else "sha256"
        lay_mirror(mirror, place.ours / "none", borrowed, written({}, form), place.record.base)
        (mirror / "objects/info/alternates").write_bytes(borrowed)
    return Git(place.ours, env={"GIT_DIR": str(mirror), "GIT_COMMON_DIR": str(mirror), **ALONE}, memory=MEMORY)
