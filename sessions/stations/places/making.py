"""Makes places: a private clone that borrows the operator's objects, or a linked worktree for who is not bounded."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from sessions.branches.git import beneath, refs, worktrees
from sessions.branches.git.names import ref_bytes, shown_path
from sessions.branches.git.run import CalledOffError, Git, GitError, GitTimeoutError, Reins
from sessions.branches.git.scratch import alternates
from sessions.errors import FactoryError
from sessions.floor.scope import Mode
from sessions.stations.places import origin, pins
from sessions.stations.places.git import lay_mirror
from sessions.stations.places.layout import (
    Place,
    Record,
    all_places,
    begin_root,
    finish_root,
    no_place,
    root_of,
    write_record,
)
from sessions.stations.places.settings import PARTIAL, Taken, taken, written
from sessions.text import clean

CHECKOUT_S = 600.0
_NO_LETTER = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]")
_PART = re.compile(r"(?!\.)(?!.*\.lock$).+")


@dataclass(frozen=True)
class Wanted:
    """A place that is to be made."""

    station: str
    branch: str
    """As `sessions.branches.git.names.shown` writes it."""
    base: str = ""
    """The branch, or any name of a commit, that a new branch begins at; "" is the one that is checked out.

    For a branch that is there it is only what a fetch brings beside it.
    """
    new: bool | None = True
    """The branch is to be made; else it must be there. None: it is made unless it is there."""
    mode: Mode = Mode.SAFE
    at: str = ""
    """The commit that a new branch begins at, where it is another one than `base` is at."""


def make(common_dir: Path, state_dir: Path, wanted: Wanted) -> Place:
    """Make a place, with its branch checked out. Raises `FactoryError` with the cure; nothing is left of it then.

    It takes as long as writing the files: call it on a thread.
    """
    git = Git(common_dir)
    heads = refs.heads(git)
    wanted, start = _checked(git, heads, state_dir, wanted)
    if wanted.mode is Mode.FULL:
        return _linked(git, common_dir, state_dir, wanted, start)
    return _clone(git, state_dir, wanted, _ref(wanted.branch), start, heads)


def start_of(common_dir: Path, state_dir: Path, wanted: Wanted) -> str:
    """The commit that a place would begin at. Raises the same as `make` where it can be known that it cannot be made.

    It takes as long as git takes to look: call it on a thread.
    """
    git = Git(common_dir)
    return _checked(git, refs.heads(git), state_dir, wanted)[1]


def _checked(git: Git, heads: Mapping[str, str], state_dir: Path, wanted: Wanted) -> tuple[Wanted, str]:
    """What is wanted, with all that was left open, and the commit that it begins at."""
    if wanted.new is None:
        wanted = replace(wanted, new=wanted.branch not in heads)
    if wanted.new and not wanted.base:
        wanted = replace(wanted, base=refs.symbolic(git, "HEAD"))
    _ref(wanted.branch)
    start = _start(git, heads, wanted)
    _check_free(git, git.directory, state_dir, wanted)
    return wanted, start


def _ref(branch: str) -> str:
    """The ref of a branch, by the rules of git-check-ref-format(1)."""
    name = os.fsdecode(ref_bytes(branch))
    parts = name.split("/")
    wrong = branch.startswith("-") or branch == "HEAD" or name == "@" or ".." in name or "@{" in name
    if wrong or name.endswith(".") or _NO_LETTER.search(name) or any(not _PART.fullmatch(part) for part in parts):
        raise FactoryError(f"{clean(branch, 80)!r} can be no name of a branch", "use letters, digits, - and /")
    return f"refs/heads/{name}"


def _start(git: Git, heads: Mapping[str, str], wanted: Wanted) -> str:
    """The commit that the branch begins at, or stands on."""
    name = clean(wanted.branch, 80)
    if not wanted.new:
        if wanted.branch not in heads:
            raise FactoryError(f"there is no branch {name}", "name one that is there, or have a new one made")
        return heads[wanted.branch]
    if wanted.branch in heads:
        raise FactoryError(f"there is a branch {name} already", "name another one, or let the station go on with it")
    near = next((head for head in heads if _in_the_way(head, wanted.branch)), "")
    if near:
        raise FactoryError(f"{name} cannot be, as there is a branch {clean(near, 80)}", "name another one")
    base = wanted.at or wanted.base or "HEAD"
    commit = heads.get(base) or refs.resolve(git, base)
    if not commit:
        raise FactoryError(f"there is no commit {clean(base, 80)} to begin at", "commit first, or name another base")
    return commit


def _in_the_way(one: str, other: str) -> bool:
    return one.startswith(f"{other}/") or other.startswith(f"{one}/")


def _check_free(git: Git, common_dir: Path, state_dir: Path, wanted: Wanted) -> None:
    """That nobody else works on the branch."""
    for place in all_places(state_dir):
        if place.record.branch == wanted.branch:
            raise FactoryError(
                f"station {place.record.station} works on {clean(wanted.branch, 80)}", "name another branch"
            )
    if not wanted.new:
        for tree in worktrees.read(git, common_dir, worktrees.main_root(git, common_dir)):
            if tree.branch == wanted.branch:
                where = shown_path(tree.path)
                raise FactoryError(
                    f"{clean(wanted.branch, 80)} is checked out in {where}",
                    f"switch to another branch there: git -C {shlex.quote(where)} switch BRANCH",
                )


def _record(wanted: Wanted, common_dir: Path, start: str, dropped: tuple[str, ...], clone: bool) -> Record:
    return Record(
        wanted.station,
        wanted.branch,
        start,
        str(common_dir),
        clone=clone,
        own=bool(wanted.new),
        made=time.time(),
        dropped=dropped,
        arrived=start,
    )


def _clone(git: Git, state_dir: Path, wanted: Wanted, branch: str, start: str, heads: Mapping[str, str]) -> Place:
    settings, common_dir = taken(git), git.directory
    base = wanted.base if wanted.base in heads else wanted.branch
    seen = {**heads, wanted.branch: start}
    fresh = begin_root(state_dir, wanted.station)
    root = root_of(state_dir, wanted.station)
    made = Place(fresh, _record(wanted, common_dir, start, (), clone=True))
    begun = False
    try:
        _claim(git, branch if wanted.new else "", made)
        begun = True
        source = origin.refresh(common_dir, state_dir, base, settings.form, seen if wanted.new else None)
        lay_out(made, root, source, settings, wanted, (base, wanted.branch))
        check_out(made, common_dir, start)
        dropped = (*settings.dropped, *left_out(made))
        record = _record(wanted, common_dir, start, dropped, clone=True)
        write_record(fresh, record)
        if dropped:
            made.log.write_text(f"factory-tui: it was made without {', '.join(dropped)}\n")
        # Named last: whoever sees the place sees a whole one, on a branch that is there.
        return Place(finish_root(state_dir, wanted.station, fresh), record)
    except (FactoryError, OSError) as error:
        shutil.rmtree(fresh, ignore_errors=True)
        with contextlib.suppress(FactoryError):
            if wanted.new and begun:
                git.call("update-ref", "-d", branch, start)
            if not root.exists():
                pins.let_go(common_dir, wanted.station)
        if isinstance(error, OSError):
            raise no_place(root, error) from error
        raise


def left_out(made: Place) -> Iterator[str]:
    """What of the files of a commit a clone has not, in words."""
    if (made.work / ".gitmodules").is_file():
        yield "the content of submodules"
    if b"filter=lfs" in (beneath.read(made.work, ".gitattributes") or b""):
        yield "the content of files of git-lfs"


def lay_out(made: Place, root: Path, source: Path, settings: Taken, wanted: Wanted, fetched: tuple[str, str]) -> None:
    """Write the repository of a clone, and the mirror of it, as they are where they will lie: below `root`.

    `fetched` are the branches that a fetch brings: what it is based on, and its own.
    """
    fresh, git_dir, start = made.root, made.git_dir, made.record.base
    common_dir = Path(made.record.common_dir)
    brought = tuple(dict.fromkeys(os.fsdecode(ref_bytes(name)) for name in fetched))
    objects = (source / "objects/info/alternates").read_bytes()
    config = written(settings.settings, settings.form, source, brought)
    git_dir.mkdir(mode=0o700)
    pins.lay(git_dir, fresh / "ours", config, objects)
    (git_dir / "HEAD").write_bytes(b"ref: refs/heads/" + ref_bytes(wanted.branch) + b"\n")
    lines = [f"{start} refs/heads/".encode() + ref_bytes(wanted.branch)]
    if fetched[0] != wanted.branch:
        lines.append(f"{start} refs/remotes/origin/".encode() + ref_bytes(fetched[0]))
    (git_dir / "packed-refs").write_bytes(b"".join(line + b"\n" for line in lines))
    mirror = fresh / "ours" / "git"
    lay_mirror(mirror, root / "work" / ".git", objects, written(settings.settings, settings.form), start)
    shallow = common_dir / "shallow"
    if shallow.is_file():  # where the operator's history ends, theirs does
        for folder in (git_dir, mirror, source):
            shutil.copyfile(shallow, folder / "shallow")
    for folder in (git_dir / "info", mirror / "info"):
        (folder / "exclude").write_bytes(settings.excludes)
        (folder / "attributes").write_bytes(settings.attributes)


def check_out(place: Place, common_dir: Path, commit: str, reins: Reins | None = None) -> None:
    """Write the files of a commit, and the index, by settings of ours. Raises `FactoryError`.

    By `reins` it can be called off.
    """
    try:
        git_outside(place, common_dir, reins).run("read-tree", "--reset", "-u", commit, timeout=CHECKOUT_S)
    except (GitTimeoutError, CalledOffError):
        raise
    except GitError as error:
        if PARTIAL in taken(Git(common_dir)).dropped:
            cure = f"git archive {commit[:12]} >/dev/null, in your repository, brings them"
            raise FactoryError("this is a partial clone, and files of that commit are not in it", cure) from error
        raise FactoryError(f"its files cannot be written: {error.message}", "see git fsck, and the disk") from error


def git_outside(place: Place, common_dir: Path, reins: Reins | None = None) -> Git:
    """Git on the files and the index of a clone that no agent has been in yet, by settings of ours."""
    env = {
        "GIT_DIR": str(place.mirror),
        "GIT_COMMON_DIR": str(place.mirror),
        "GIT_WORK_TREE": str(place.work),
        "GIT_INDEX_FILE": str(place.git_dir / "index"),
        "GIT_OBJECT_DIRECTORY": str(place.mirror / "objects"),
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": alternates(common_dir / "objects"),
        **worktrees.ALONE,
    }
    return Git(place.work, env=env, reins=reins or Reins())


def _claim(git: Git, ref: str, made: Place) -> None:
    """Make the branch, if there is a `ref` to make, and hold the commit that it begins at, at once or not at all."""
    commit, station = made.record.base, made.record.station
    lines = [f"create {ref}\0{commit}\0"] if ref else []
    lines.append(f"update {pins.ref_of(station, commit)}\0{commit}\0\0")
    asked = os.fsencode("".join(lines))
    try:
        words = ("update-ref", "--create-reflog", "-m", f"factory-tui: station {station}", "-z", "--stdin")
        git.run(*words, stdin=asked)
    except GitError as error:
        raise FactoryError(f"the branch cannot be made: {error.message}", "name another one") from error


def _linked(git: Git, common_dir: Path, state_dir: Path, wanted: Wanted, start: str) -> Place:
    """A worktree as `git worktree add` makes it, with the operator's own settings, but no hooks."""
    fresh = begin_root(state_dir, wanted.station)
    record = _record(wanted, common_dir, start, (), clone=False)
    write_record(fresh, record)
    (fresh / "work").rmdir()
    root = finish_root(state_dir, wanted.station, fresh)
    name = os.fsdecode(ref_bytes(wanted.branch))
    words = ("-b", name, str(root / "work"), start) if wanted.new else (str(root / "work"), name)
    try:
        git.run("worktree", "add", "--quiet", "--no-track", *words, timeout=CHECKOUT_S)
        (root / "work").chmod(0o700)
    except GitError:
        shutil.rmtree(root, ignore_errors=True)
        git.call("worktree", "prune")
        raise
    return Place(root, record)
