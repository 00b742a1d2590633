"""Brings commits of a clone into the operator's repository, by way of a quarantine where all of them are looked at.

Git's own fetch would open the agent's repository as one. Here git packs the agent's objects by the settings of the
mirror; the pack is unpacked in a directory of ours, where every object is checked and named by what it holds; and only
what was judged there goes on to the operator's objects. What the agent changes meanwhile changes nothing of that.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sessions.branches.git.run import MEMORY, Git, GitError
from sessions.branches.git.scratch import alternates
from sessions.branches.git.worktrees import ALONE
from sessions.stations.places.git import git_of_objects
from sessions.stations.places.layout import Place

MOST_BYTES = 2_000_000_000
"""Of a pack that is brought at once."""
LOOSE = 100
"""Objects below which they become files of their own, as with git's fetch: so no commit leaves a pack of its own."""
TIMEOUT_S = 300.0
_INCOMING = "incoming-"


@dataclass(frozen=True)
class Quarantine:
    """Commits that are not the operator's yet. `git` sees them, and all objects of the operator, and nothing else."""

    git: Git
    pack: Path | None
    """All new objects; None when there are none."""
    objects: int
    common_dir: Path

    def release(self, head: str, known: Sequence[str]) -> None:
        """Give the objects to the operator's repository. Raises GitError when something of `head` is missing."""
        asked = "".join([f"{head}\n", *(f"^{commit}\n" for commit in known)]).encode()
        self.git.run("rev-list", "--objects", "--quiet", "--stdin", stdin=asked, timeout=TIMEOUT_S)
        if self.pack is None:
            return
        words = ("unpack-objects", "-q") if self.objects < LOOSE else ("index-pack", "--stdin")
        with self.pack.open("rb") as source:
            Git(self.common_dir).pour(*words, source=source, timeout=TIMEOUT_S)


@contextlib.contextmanager
def quarantine(place: Place, head: str, known: Sequence[str], git: Git | None = None) -> Iterator[Quarantine]:
    """What `head` has beyond the `known` commits, which the operator's repository has; removed in the end.

    `git` is one that sees what is not only in the agent's own objects; some that the operator has come again then.
    Raises GitError when it cannot be read, is damaged, or is too much.
    """
    common_dir = Path(place.record.common_dir)
    room = Path(tempfile.mkdtemp(prefix=_INCOMING, dir=place.ours))
    try:
        (room / "objects" / "info").mkdir(parents=True)
        (room / "objects" / "pack").mkdir()
        count, pack = _packed(room, head, known, git or git_of_objects(place), ("--local",) if git is None else ())
        inside = _git(place, common_dir, room)
        if pack is not None:
            with pack.open("rb") as source:
                limit = f"--max-input-size={MOST_BYTES}"
                inside.pour("index-pack", "--stdin", "--strict", limit, source=source, timeout=TIMEOUT_S)
        yield Quarantine(inside, pack, count, common_dir)
    finally:
        shutil.rmtree(room, ignore_errors=True)


def _packed(room: Path, head: str, known: Sequence[str], git: Git, more: tuple[str, ...]) -> tuple[int, Path | None]:
    asked = "".join([f"{head}\n", *(f"^{commit}\n" for commit in known)]).encode()
    pack = room / "pack"
    words = ("pack-objects", "--revs", "--stdout", *more, "--delta-base-offset", "-q")
    with pack.open("wb") as target:
        git.pour(*words, source=asked, target=target, timeout=TIMEOUT_S, most=MOST_BYTES + 1)
    with pack.open("rb") as file:
        start = file.read(12)
    count = int.from_bytes(start[8:12], "big")
    if pack.stat().st_size > MOST_BYTES:
        raise GitError(f"{pack.stat().st_size / 1e6:.0f} MB of new objects are too much")
    return count, pack if count else None


def _git(place: Place, common_dir: Path, room: Path) -> Git:
    env = {
        "GIT_DIR": str(place.mirror),
        "GIT_COMMON_DIR": str(place.mirror),
        "GIT_OBJECT_DIRECTORY": str(room / "objects"),
        # The mirror's own list of alternates would show the agent's objects: this directory has none.
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": alternates(common_dir / "objects"),
    }
    return Git(place.ours, env={**env, **ALONE}, memory=MEMORY)


def sweep(place: Place) -> None:
    """Remove the quarantines that a killed process left. Nobody may be bringing anything from the place."""
    for path in place.ours.glob(f"{_INCOMING}*"):
        shutil.rmtree(path, ignore_errors=True)
