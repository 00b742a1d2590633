"""Files of a place that its station cannot read: its git takes them for unchanged, as in a sparse checkout."""

from __future__ import annotations

import os
from collections.abc import Sequence

from sessions.stations.places.git import git_of
from sessions.stations.places.layout import Place

_SKIPPED = b"S"
"""How `git ls-files -t` marks them."""


def skip(place: Place, paths: Sequence[str]) -> None:
    """Have these files, and all below these directories, skipped in its index, and no others.

    For when nothing runs in the place. Raises `GitError`.
    """
    git = git_of(place)
    wanted = [os.fsencode(path) for path in paths]
    known = [line.partition(b" ")[::2] for line in git.run("ls-files", "-t", "-z").split(b"\0") if line]
    skipped = {path for mark, path in known if mark == _SKIPPED}
    tracked = {path for _, path in known}
    to_skip = {path for path in tracked if any(path == name or path.startswith(name + b"/") for name in wanted)}
    for option, changed in (("--skip-worktree", to_skip - skipped), ("--no-skip-worktree", skipped - to_skip)):
        if changed:
            (place.git_dir / "index.lock").unlink(missing_ok=True)  # of a git that was killed, as nothing runs there
            git.run("update-index", option, "-z", "--stdin", stdin=b"\0".join(sorted(changed)) + b"\0")
