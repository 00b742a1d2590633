"""Reads the worktrees of a repository, and how many files in one are not committed.

`git worktree list` is the authority; only the private directory of each worktree (its index and HEAD), and the branch
that a rebase is moving, are read from git's own small files.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from sessions.branches.git import beneath
from sessions.branches.git.clones import clones
from sessions.branches.git.names import shown, shown_path
from sessions.branches.git.run import MEMORY, Git, GitError, quiet_filters

STATUS_TIMEOUT_S = 20.0
_HEADS = b"refs/heads/"
ALONE = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
"""Variables for git that goes by no settings but those of its repository."""


@dataclass(frozen=True)
class Worktree:
    """A directory with a checkout. `git_dir` is its private part of the repository, with its HEAD and index."""

    path: Path
    git_dir: Path
    head: str = ""
    """The commit checked out; "" when there is none yet."""
    branch: str = ""
    """The branch it is on, or which a rebase in it will move; "" on none."""
    main: bool = False
    missing: bool = False
    """Its directory is gone, or its medium is not mounted."""
    mirror: Path | None = None
    """Of a private clone: the repository of ours that stands for its own (see `sessions.stations.places.git`)."""

    @property
    def key(self) -> str:
        """Names it among the worktrees of its repository; it may be part of a file's name."""
        return self.git_dir.name if self.mirror is None else f"clone-{self.mirror.parent.parent.name}"

    @property
    def row(self) -> str:
        """The name of its row on the floor: its branch, or a made name that no branch can have (it has a blank)."""
        return self.branch or f"{shown_path(Path(self.path.name if self.main else self.git_dir.name))} (detached)"


def main_root(git: Git, common_dir: Path, bare: bool | None = None) -> Path | None:
    """Where the main worktree lies; None for a bare repository. Of `bare` see `configured.Configured`."""
    if bare:
        return None
    if bare is not None and git.directory == common_dir and common_dir.name == ".git":
        return common_dir.parent
    shared = Git(common_dir)
    if shared.run("rev-parse", "--is-bare-repository") == b"true\n":
        return None
    status, out, _ = git.call("rev-parse", "--path-format=absolute", "--show-toplevel", "--git-dir")
    lines = out.decode("utf-8", "surrogateescape").splitlines()
    if status == 0 and len(lines) == 2 and Path(lines[1]).resolve() == common_dir:
        return Path(lines[0])
    status, out, _ = shared.call("config", "--null", "core.worktree")
    if status == 0:
        return (common_dir / out.rstrip(b"\0").decode("utf-8", "surrogateescape")).resolve()
    return common_dir.parent if common_dir.name == ".git" else None


def read(git: Git, common_dir: Path, root: Path | None, heads: Mapping[str, str] | None = None) -> list[Worktree]:
    """All worktrees, the main one first, the clones of stations last. `root` is where the main one lies, if any.

    Where the commits of all `heads` are known, git is not asked if the repository's files tell.
    """
    return _git_knows(git, common_dir, root, heads) + [
        # A clone works for the branch of its station, whatever it has checked out meanwhile.
        Worktree(
            clone.work, clone.git_dir, clone.head, clone.branch, missing=not _there(clone.work), mirror=clone.mirror
        )
        for clone in clones(common_dir)
    ]


def _git_knows(git: Git, common_dir: Path, root: Path | None, heads: Mapping[str, str] | None) -> list[Worktree]:
    if heads is not None and (known := _alone(common_dir, root, heads)) is not None:
        return known
    private = {path: git_dir for git_dir, path in _linked(common_dir)}
    found = []
    for number, record in enumerate(_records(git.run("worktree", "list", "--porcelain", "-z"))):
        if b"bare" in record:
            continue
        if number == 0:
            if root is None:
                continue
            # Git names the private directory instead for a submodule or a separated one.
            worktree = Worktree(root, common_dir, main=True)
        else:
            path = Path(os.fsdecode(record[b"worktree"]))
            worktree = Worktree(path, private.get(path, common_dir / "worktrees" / path.name))
        head = record.get(b"HEAD", b"").decode()
        found.append(
            replace(
                worktree,
                head="" if set(head) == {"0"} else head,
                branch=_branch(record, worktree.git_dir),
                missing=not _there(worktree.path),
            )
        )
    return found


def _alone(common_dir: Path, root: Path | None, heads: Mapping[str, str]) -> list[Worktree] | None:
    """The main worktree, or nothing in a bare repository, where files tell that there is no other; else None."""
    try:
        if any((common_dir / "worktrees").iterdir()):
            return None
    except FileNotFoundError:
        pass
    except OSError:
        return None
    if root is None:
        return []
    try:
        ref = (common_dir / "HEAD").read_bytes().removeprefix(b"ref: ").strip()
    except OSError:
        return None
    name = shown(ref.removeprefix(_HEADS))
    if not ref.startswith(_HEADS) or name not in heads:
        return None  # none yet, another name for a branch, or heads that lie elsewhere
    return [Worktree(root, common_dir, heads[name], name, main=True, missing=not _there(root))]


def _there(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False  # somewhere above it nothing may be looked at


def _records(out: bytes) -> Iterator[dict[bytes, bytes]]:
    for block in out.split(b"\0\0"):
        fields = (field.partition(b" ") for field in block.split(b"\0") if field)
        if record := {key: value for key, _, value in fields}:
            yield record


def _linked(common_dir: Path) -> Iterator[tuple[Path, Path]]:
    """The private directories of linked worktrees, with the directory of each worktree."""
    try:
        private = sorted((common_dir / "worktrees").iterdir())
    except OSError:
        return
    for git_dir in private:
        try:
            link = os.fsdecode((git_dir / "gitdir").read_bytes().rstrip(b"\n"))
        except OSError:
            continue
        # Newer gits may write the link relative to where it stands.
        yield git_dir, Path(os.path.normpath(git_dir / link)).parent


def _branch(record: dict[bytes, bytes], git_dir: Path) -> str:
    ref = record.get(b"branch", b"")
    if not ref:
        # A rebase detaches HEAD for its time; the agent still works on its branch.
        for name in ("rebase-merge/head-name", "rebase-apply/head-name"):
            try:
                ref = (git_dir / name).read_bytes().strip()
                break
            except OSError:
                continue
    return shown(ref.removeprefix(_HEADS)) if ref.startswith(_HEADS) else ""


def git_in(worktree: Worktree, settings: tuple[str, ...] = (), wrapper: tuple[str, ...] = ()) -> Git:
    """Git in a worktree, told where its repository is. Raises GitError for a clone that is going.

    The `.git` that lies there is in the agent's hands: it may lead to a repository whose configuration runs programs.
    """
    places = {"GIT_DIR": str(worktree.git_dir), "GIT_WORK_TREE": str(worktree.path)}
    if worktree.mirror is not None:
        _stand_on(worktree.mirror, worktree.head)
        # Git writes an index where a link leads, such as to the operator's own, and waits for ever at a FIFO.
        index = worktree.git_dir if beneath.is_plain(worktree.git_dir, "index") else worktree.mirror / "none"
        places = {
            "GIT_DIR": str(worktree.mirror),
            "GIT_COMMON_DIR": str(worktree.mirror),
            "GIT_WORK_TREE": str(worktree.path),
            "GIT_INDEX_FILE": str(index / "index"),
            **ALONE,
        }
    return Git(worktree.path, settings, places, wrapper, memory=0 if worktree.mirror is None else MEMORY)


def _stand_on(mirror: Path, head: str) -> None:
    """Let a mirror have the same HEAD as the clone."""
    place, line = mirror / "HEAD", f"{head}\n".encode()
    try:
        if head and place.read_bytes() != line:
            fresh = mirror / f".HEAD.{os.urandom(4).hex()}"
            fresh.write_bytes(line)
            fresh.replace(place)
    except OSError as error:  # its station is being removed
        raise GitError(f"{shown_path(mirror)} cannot be used: {error.strerror}") from error


def dirty_files(worktree: Worktree, settings: tuple[str, ...]) -> int:
    """Files with uncommitted changes; an untracked directory counts as one. Raises GitError.

    It takes no lock and never writes the index. Submodules count when they stand on another commit than recorded;
    their own files are theirs, and looking at them would run git with their configuration. `settings` are those of
    `run.quiet_filters` for the whole repository; a worktree may have filters of its own besides.
    """
    if worktree.mirror is None and (worktree.git_dir / "config.worktree").exists():
        settings += quiet_filters(git_in(worktree))
    out = git_in(worktree, settings).run(
        "status",
        "--porcelain=v2",
        "-z",
        "--untracked-files=normal",
        "--no-renames",
        "--ignore-submodules=dirty",
        timeout=STATUS_TIMEOUT_S,
    )
    return counted(out)


def counted(out: bytes) -> int:
    """The files in the output of `git status --porcelain=v2 -z --no-renames`."""
    return sum(field[:2] in (b"1 ", b"u ", b"? ") for field in out.split(b"\0"))
