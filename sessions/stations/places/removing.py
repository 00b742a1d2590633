"""Takes a station's place away, after all that only the place had is kept in the operator's repository.

Kept are the commits of every branch of a clone, its stashes, and what is not committed: staged, unstaged and
untracked. Ignored files are not, and go. What no ref can keep, such as another repository inside the work tree, or
damaged objects, stays where it is: the whole directory is set aside instead of being removed. A branch that was made
for the place, and never was anywhere but where it began, goes with it.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Container
from dataclasses import dataclass, replace
from pathlib import Path

from sessions import paths
from sessions.branches.git import beneath, refs, worktrees
from sessions.branches.git.clearing import clear
from sessions.branches.git.names import ref_bytes
from sessions.branches.git.run import Git, GitError
from sessions.branches.git.worktrees import Worktree, git_in
from sessions.branches.merges.snapshot import add, uncommitted
from sessions.errors import FactoryError
from sessions.floor.events import WorkKept
from sessions.stations.places import pins
from sessions.stations.places.bringing import quarantine
from sessions.stations.places.git import git_of, worktree_of
from sessions.stations.places.keeping import KEPT_S, REASONS, keep, kept, person
from sessions.stations.places.layout import NEW, Place

log = logging.getLogger(__name__)

MOST_BYTES = 2_000_000_000
"""Of uncommitted files; a place that has more is not removed."""
_MOST_TIPS = 200
"""Branches and stashes that are kept one by one; of a place with more the directory is set aside."""
_STASHED = re.compile(rb"^[0-9a-f]+ ([0-9a-f]{40}(?:[0-9a-f]{24})?) ", re.MULTILINE)


@dataclass(frozen=True)
class Removed:
    """What became of a place."""

    events: tuple[WorkKept, ...]
    aside: Path | None = None
    """Where its directory lies now, if it could not be removed."""
    branch_gone: bool = False
    """Its branch was empty, and went with it."""
    left: str = ""
    """The ref that keeps what was checked out there, with what was not committed; "" where its branch has all of it."""


def remove(place: Place, now: float, needed: Container[str] = ()) -> Removed:
    """Keep what is in a place, and take it away. Its agent must have ended. On a thread.

    `needed` are branches that stay also where they are empty.
    Raises `FactoryError` with the cure when something cannot be kept; the place is then left as it is.
    """
    try:
        head = _head(place)
        events, damaged = keep_work(place, now)
    except GitError as error:
        cure = f"look into {place.work}, commit or take out what is in the way, and remove the station again"
        raise FactoryError(f"its work cannot be kept: {error.message}", cure) from error
    whole = not damaged and not _holds_others(place)
    aside = None if whole else place.root.parent.parent / "aside" / f"{place.root.name}-{round(now)}"
    if aside is not None:
        paths.private_dir(aside.parent)
        place.root.rename(aside)
    else:
        going = place.root.with_name(f"{NEW}{place.root.name}-{os.urandom(4).hex()}")
        place.root.rename(going)
        clear(going)
    common_dir = Path(place.record.common_dir)
    if not place.record.clone:
        Git(common_dir).run("worktree", "prune")
    goes = aside is None and place.record.branch not in needed and _drop_empty(place)
    pins.let_go(common_dir, place.record.station)
    left = next((event.ref for event in events if event.reason == REASONS["work"]), "")
    left = left or next((event.ref for event in events if event.head == head), "")
    return Removed(tuple(events), aside, goes, left)


def _head(place: Place) -> str:
    """The commit that is checked out there."""
    if place.record.clone:
        return beneath.head(place.git_dir)[1] or ""
    tree = _linked(place)
    return tree.head if tree is not None else ""


def _drop_empty(place: Place) -> bool:
    """Delete the branch that was made for a place, if it is empty; whether that was done.

    It stays where it ever was at another commit than it began at, where that is in the history of no other branch, tag
    or remote branch, where somebody has it checked out, and where it cannot be known.
    """
    record, git = place.record, Git(Path(place.record.common_dir))
    ref = f"refs/heads/{os.fsdecode(ref_bytes(record.branch))}"
    if not record.own or record.arrived != record.base:
        return False
    try:
        was_at = set(git.run("rev-list", "--walk-reflogs", ref, "--").decode().split())
        if was_at != {record.base} or refs.symbolic(git, "HEAD") == record.branch:
            return False
        trees = worktrees.read(git, git.directory, worktrees.main_root(git, git.directory))
        if any(tree.branch == record.branch for tree in trees) or not _is_in_others(git, record.base, ref):
            return False
        git.run("update-ref", "-d", ref, record.base)  # unless it moves in this moment
    except GitError as error:
        log.info("of station %s the branch stays: %s", record.station, error)
        return False
    return True


def _is_in_others(git: Git, commit: str, ref: str) -> bool:
    """Whether another branch, a tag or a remote branch has a commit in its history, and none stands for `ref`."""
    words = ("for-each-ref", "--format=%(refname) %(symref)", f"--contains={commit}")
    out = os.fsdecode(git.run(*words, "refs/heads", "refs/remotes", "refs/tags"))
    found = [line.split(" ") for line in out.splitlines()]
    return any(not aim and name != ref for name, aim in found) and all(aim != ref for _, aim in found)


def keep_work(place: Place, now: float) -> tuple[list[WorkKept], bool]:
    """Keep what only the place has, and say whether some of it is too damaged for that.

    The agent's index and files stay as they are. Raises GitError when what is not committed cannot be kept.
    """
    common_dir, station = Path(place.record.common_dir), place.record.station
    found, tips = [], _tips(place)
    damaged = len(tips) > _MOST_TIPS
    for head in tips[:_MOST_TIPS]:
        try:
            if _bring(place, common_dir, head, None):
                found.append(_kept(place, keep(common_dir, station, head, "branch", now), head, "branch", now))
        except GitError as error:
            log.warning("of station %s the commit %s cannot be kept: %s", station, head, error)
            damaged = True
    work = _uncommitted(place, now)
    if work:
        git = _git(place)
        if place.record.clone:
            _bring(place, common_dir, work, git)
        found.append(_kept(place, keep(common_dir, station, work, "work", now), work, "work", now))
    return found, damaged


def _kept(place: Place, ref: str, head: str, reason: str, now: float) -> WorkKept:
    station = place.record.station
    return WorkKept(
        time=now,
        source=f"place:{station}",
        station=station,
        ref=ref,
        head=head,
        reason=REASONS[reason],
        until=now + KEPT_S,
    )


def _tips(place: Place) -> list[str]:
    """Commits that no branch of the operator has: of all branches, stashes and HEAD of the place."""
    heads = set(refs.heads(Git(Path(place.record.common_dir))).values())
    if not place.record.clone:
        tree = _linked(place)
        return [tree.head] if tree is not None and tree.head and not tree.branch and tree.head not in heads else []
    known, _ = beneath.refs(place.git_dir)
    tips = {commit: None for ref, commit in known.items() if ref.startswith(("refs/heads/", "refs/tags/"))}
    tips |= {match.decode(): None for match in _STASHED.findall(beneath.read(place.git_dir, "logs/refs/stash") or b"")}
    tips |= {known["refs/stash"]: None} if "refs/stash" in known else {}
    tips[beneath.head(place.git_dir)[1]] = None
    return [commit for commit in tips if commit and commit not in heads]


def _bring(place: Place, common_dir: Path, head: str, git: Git | None) -> bool:
    """Have the operator's repository get a commit; false when its branches have it already."""
    known = sorted({*refs.heads(Git(common_dir)).values(), place.record.base})
    with quarantine(place, head, known, git) as brought:
        asked = "".join([f"{head}\n", *(f"^{commit}\n" for commit in known)]).encode()
        if brought.git.run("rev-list", "--count", "--stdin", stdin=asked).strip() == b"0":
            return False
        brought.release(head, known)
    return True


def _linked(place: Place) -> Worktree | None:
    git, common_dir = Git(Path(place.record.common_dir)), Path(place.record.common_dir)
    trees = worktrees.read(git, common_dir, worktrees.main_root(git, common_dir))
    return next((tree for tree in trees if tree.path == place.work and not tree.missing), None)


def _git(place: Place) -> Git:
    if place.record.clone:
        return git_of(place)
    tree = _linked(place)
    if tree is None:
        raise GitError("its worktree is gone")
    return git_in(tree)


def _uncommitted(place: Place, now: float) -> str:
    """A commit of what is not committed, as `git stash` makes one: with what is staged as its second parent."""
    if not place.work.is_dir():
        return ""
    tree = worktree_of(place) if place.record.clone else _linked(place)
    if tree is None or not tree.head:
        return ""
    index = place.ours / "index.kept"
    settings = ("core.splitIndex=false", "core.untrackedCache=false", "commit.gpgSign=false")
    plain = _git(place).with_settings(*settings)
    git = replace(plain, env={**plain.env, "GIT_INDEX_FILE": str(index), **person(Path(place.record.common_dir), now)})
    try:
        staged = _staged(git, tree, index)
        # A fresh index: that of the agent may say of files that they are not to be looked at.
        git.run("read-tree", tree.head)
        if changed := uncommitted(git, tree.path, MOST_BYTES):
            add(git, changed)
        work, head = (
            git.text("write-tree"),
            git.text("rev-parse", "--verify", "--end-of-options", f"{tree.head}^{{tree}}"),
        )
        if work == head and staged in ("", head):
            return ""
        trees = [work] if staged in ("", head, work) else [work, staged]
        if known := _kept_before(place, tree.head, trees):
            return known
        words = f"uncommitted work of station {place.record.station} on {place.record.branch}"
        parents = ["-p", tree.head]
        if len(trees) > 1:
            parents += ["-p", git.text("commit-tree", "-p", tree.head, "-m", f"what was staged: {words}", staged)]
        return git.text("commit-tree", *parents, "-m", words, work)
    finally:
        index.unlink(missing_ok=True)


def _kept_before(place: Place, head: str, trees: list[str]) -> str:
    """The commit that keeps the same work since a removal that was cut off; "" for none."""
    git, wanted = Git(Path(place.record.common_dir)), "\n".join([head, *trees])
    for item in kept(git.directory, place.record.station):
        names = (f"{item.head}^1", f"{item.head}^{{tree}}", f"{item.head}^2^{{tree}}")[: 1 + len(trees)]
        status, out, _ = git.call("rev-parse", *names)
        if status == 0 and out.decode().strip() == wanted:
            return item.head
    return ""


def _staged(git: Git, tree: Worktree, index: Path) -> str:
    """The tree of what is staged; "" when that is none, as in the middle of a merge."""
    content = beneath.read(tree.git_dir, "index", MOST_BYTES)
    if not content:
        return ""
    index.write_bytes(content)
    status, out, _ = git.call("write-tree")
    return out.decode().strip() if status == 0 else ""


def _holds_others(place: Place) -> bool:
    """Whether there is what no commit of this repository can hold: other repositories, further worktrees, lost refs."""
    if place.record.clone and not beneath.refs(place.git_dir)[1]:
        return True  # not all of its refs were read
    if place.record.clone and beneath.names(place.git_dir, "worktrees"):
        return True
    for folder, below, files in beneath.walk(place.work):
        if Path(folder) != place.work and (".git" in below or ".git" in files):
            return True
        below[:] = [name for name in below if name != ".git"]
    return False
