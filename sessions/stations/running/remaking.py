"""Makes the place of a station again that was removed, of what was kept of it."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

from sessions.branches.git import refs, worktrees
from sessions.branches.git.names import ref_bytes
from sessions.branches.git.run import Git, GitError
from sessions.errors import FactoryError
from sessions.stations.places import keeping, layout, making, pins
from sessions.stations.places.layout import Place
from sessions.text import clean

_WHOLE = "whole"
"""The file of ours by which a place is known that came back as it was: nothing is laid out anew in it."""


@dataclass(frozen=True)
class Past:
    """What is known of a place that is gone."""

    base: str
    """The commit that its branch had begun at."""
    arrived: str
    """The last commit of it that arrived on its branch; "" where none did."""
    tip: str
    """The commit at which its branch was seen when it was to go; "" where nobody had seen it."""
    left: str
    """The ref that keeps what was checked out there; "" where its branch has that."""


def remade(common_dir: Path, state_dir: Path, wanted: making.Wanted, past: Past) -> Place:
    """The place, with its branch, its commits and what was not committed; what git ignores is not kept. On a thread.

    One that was set aside as a whole comes back as it was. Raises `FactoryError`, with the cure, where somebody has
    gone on with the branch since, or what was kept is gone. What a killed process left of it is gone on with.
    """
    if (whole := _whole(state_dir, wanted.station)) is not None:
        return whole
    git = Git(common_dir)
    head, work = _kept(git, past.left) if past.left else ("", "")
    found, own = refs.heads(git).get(wanted.branch), past.arrived or past.base
    if found not in (None, own, past.tip, head):
        cure = f"what it left is kept: factory-tui kept; {clean(wanted.branch, 80)} is as somebody wants it now"
        raise FactoryError(f"{clean(wanted.branch, 80)} has moved on since it was removed", cure)
    place = _begun(common_dir, state_dir, wanted.station)
    if place is None:
        at = "" if found else _tip(git, past.tip, own)
        place = making.make(common_dir, state_dir, replace(wanted, new=found is None, at=at))
    try:
        _lay(place, common_dir, head or place.record.base, work)
    except (GitError, OSError) as error:
        raise FactoryError(f"its files cannot be laid out again: {error}", "see the disk, and undo it again") from error
    return place.with_record(base=past.base or place.record.base)


def _begun(common_dir: Path, state_dir: Path, station: str) -> Place | None:
    """The place as a process made it that was killed over the rest; None where there is none to go on with."""
    root = layout.root_of(state_dir, station)
    if not root.exists():
        return None
    place = layout.place_of(state_dir, station)
    if place.record.clone or any(tree.path == place.work for tree in _trees(common_dir)):
        return place
    shutil.rmtree(root)  # its worktree was not made yet
    return None


def _tip(git: Git, seen: str, own: str) -> str:
    """Where its branch was: what is seen of it may be a moment old."""
    return seen if seen and git.call("merge-base", "--is-ancestor", own, seen)[0] == 0 else own


def _kept(git: Git, ref: str) -> tuple[str, str]:
    """The commit that was checked out, and the one of what was not committed, if any."""
    commit = keeping.find(git.directory, ref).head
    if "-work" not in ref.rpartition("/")[2]:
        return commit, ""
    return git.text("rev-parse", "--verify", "--end-of-options", f"{commit}^1"), commit


def _lay(place: Place, common_dir: Path, head: str, work: str) -> None:
    """Have the place stand on a commit, with files and index as they were."""
    if place.record.clone:
        git = making.git_outside(place, common_dir)
        _stand_on(place, head)
    else:
        tree = next(tree for tree in _trees(common_dir) if tree.path == place.work)
        git = worktrees.git_in(tree)
        if head != tree.head:
            git.run("update-ref", "--no-deref", "HEAD", head)
    pins.hold(place, [commit for commit in (head, work) if commit])
    git.run("read-tree", "--reset", "-u", work or head, timeout=making.CHECKOUT_S)
    if work:
        status, staged, _ = git.call("rev-parse", "--verify", "--quiet", f"{work}^2")
        git.run("read-tree", "--reset", staged.decode().strip() if status == 0 else head)


def _trees(common_dir: Path) -> list[worktrees.Worktree]:
    git = Git(common_dir)
    return [*worktrees.read(git, common_dir, worktrees.main_root(git, common_dir))]


def _stand_on(place: Place, head: str) -> None:
    """Have the branch of a clone that no agent has been in be at a commit."""
    path = place.git_dir / "refs/heads" / os.fsdecode(ref_bytes(place.record.branch))
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.write_text(f"{head}\n")


def _whole(state_dir: Path, station: str) -> Place | None:
    """The place that was set aside as a whole, moved back now or by a process that was killed then; None for none."""
    root, aside = layout.root_of(state_dir, station), _aside(state_dir, station)
    if aside is not None:
        record = layout.record_in(aside)
        if record is None or not record.clone:
            cure = f"take what you need from {aside}"
            raise FactoryError("a worktree that was set aside does not come back by itself", cure)
        (aside / "ours" / _WHOLE).touch()
        aside.rename(root)
    elif not (root / "ours" / _WHOLE).exists():
        return None
    place = layout.place_of(state_dir, station)
    pins.hold(place, filter(None, (place.record.base, place.record.arrived)))
    return place


def _aside(state_dir: Path, station: str) -> Path | None:
    """Where the whole directory lies, of one that could not be removed."""
    found = []
    for path in layout.aside_dir(state_dir).glob(f"{station}-*"):
        record = layout.record_in(path)
        if record is not None and record.station == station:
            found.append((record.made, path))
    return max(found)[1] if found else None
