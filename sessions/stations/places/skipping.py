"""Files of a place that its station cannot read: its git takes them for unchanged, as in a sparse checkout."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace

from sessions.branches.git import beneath
from sessions.branches.git.run import GitError
from sessions.stations.places.git import git_of
from sessions.stations.places.layout import Place

MOST_BYTES = 1_000_000_000
"""Of an index; a longer one is none."""
_SKIPPED = b"S"
"""How `git ls-files -t` marks them."""


def skip(place: Place, paths: Sequence[str]) -> None:
    """Have these files, and all below these directories, skipped in its index, and no others. Raises `GitError`.

    It is done in a copy, which takes the index's place: so nothing is written where a link leads that came meanwhile.
    """
    index, once = place.ours / "index.skips", place.ours / "skips"
    if not paths and not once.exists():
        return
    once.touch()
    git = git_of(place)
    git = replace(git, env={**git.env, "GIT_INDEX_FILE": str(index)})
    wanted = [os.fsencode(path) for path in paths]
    try:
        try:
            beneath.copy(place.work, ".git/index", index, MOST_BYTES)
        except OSError:
            return  # a link, or nothing: there are no marks in it
        known = [line.partition(b" ")[::2] for line in git.run("ls-files", "-t", "-z").split(b"\0") if line]
        skipped = {path for mark, path in known if mark == _SKIPPED}
        to_skip = {path for _, path in known if any(path == name or path.startswith(name + b"/") for name in wanted)}
        if to_skip == skipped:
            return
        for option, changed in (("--skip-worktree", to_skip - skipped), ("--no-skip-worktree", skipped - to_skip)):
            git.run("update-index", option, "-z", "--stdin", stdin=b"".join(path + b"\0" for path in sorted(changed)))
        with beneath.opened(place.work, ".git", os.O_RDONLY | os.O_DIRECTORY) as folder:
            os.rename(index, "index", dst_dir_fd=folder)
    except OSError as error:
        raise GitError(f"the index of {place.work} cannot be used: {error.strerror}") from error
    finally:
        index.unlink(missing_ok=True)
