"""What a task's work changed: its own share of the difference between two commits, read by settings of ours."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sessions.branches.git.names import shown
from sessions.branches.git.run import MEMORY, Git, GitError, Reins
from sessions.branches.git.worktrees import ALONE
from sessions.stations.places.leaving import GITLINK, LINK, Change, leads_out, targets_of

MOST_BYTES = 32_000_000
"""Of a list of changed paths; who changes more is told so."""
TIMEOUT_S = 60.0
_WORDS = (
    "diff-tree", "-r", "-z", "--raw", "--numstat", "--no-renames", "--no-abbrev", "--no-ext-diff", "--no-textconv",
    "--ignore-submodules=none",
)  # fmt: skip
_SETTINGS = ("core.bigFileThreshold=64m",)
"""A longer file is no text, whatever is in it."""
_NAME = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


@dataclass(frozen=True)
class File:
    """One changed file."""

    change: Change
    lines: int

    @property
    def path(self) -> str:
        """As patterns match it."""
        return self.change.path.decode("utf-8", "surrogateescape")

    @property
    def name(self) -> str:
        """As it is shown."""
        return shown(self.change.path)


@dataclass(frozen=True)
class Changed:
    """What was changed, by path."""

    files: tuple[File, ...] = ()
    refused: tuple[str, ...] = ()
    """What no work may bring, in words: links that lead out, other repositories."""

    @property
    def lines(self) -> int:
        return sum(file.lines for file in self.files)


def looking(origin: Path, reins: Reins) -> Git:
    """Git over the operator's objects by settings of ours (see `sessions.stations.places.origin`)."""
    env = {"GIT_DIR": str(origin), "GIT_COMMON_DIR": str(origin), **ALONE}
    return Git(origin, _SETTINGS, env, reins=reins, memory=MEMORY)


def changed(git: Git, base: str, head: str, trunk: str = "") -> Changed:
    """What `head` changed of `base`, without what came from `trunk` as it is there. Raises GitError.

    Where the branch has taken the trunk in meanwhile, its own are the files that are neither as they were when the
    task was taken nor as the trunk has them; and those that the trunk has changed and the branch put back.
    """
    found = _difference(git, base, head)
    if taken_in := _taken_in(git, base, head, trunk):
        from_trunk = _difference(git, taken_in, head)
        before = common(git, base, taken_in)
        theirs = _difference(git, before, taken_in) if before else {}
        ours = _difference(git, before, base) if before else {}
        put_back = {path for path in from_trunk if path not in found and path in theirs and path not in ours}
        own = {path for path in from_trunk if path in found} | put_back
        found = {path: _smaller(from_trunk[path], found.get(path)) for path in sorted(own)}
    files = tuple(found.values())
    return Changed(files, tuple(_refused(git, files)))


def _smaller(one: File, other: File | None) -> File:
    return one if other is None or one.lines <= other.lines else other


def _taken_in(git: Git, base: str, head: str, trunk: str) -> str:
    """The newest commit of the trunk that the branch has and its base had not; "" for none.

    Where the trunk has all of the branch it took that in, and not the other way round.
    """
    newest = common(git, trunk, head)
    if newest in ("", head) or git.call("merge-base", "--is-ancestor", newest, base)[0] == 0:
        return ""
    return newest


def common(git: Git, one: str, other: str) -> str:
    """The newest commit that is in the history of both; "" where there is none, or no such commits."""
    if not (one and other):
        return ""
    status, out, _ = git.call("merge-base", one, other, timeout=TIMEOUT_S)
    return out.decode().split("\n")[0] if status == 0 else ""


def _difference(git: Git, base: str, head: str) -> dict[bytes, File]:
    out, more = git.first(*_WORDS, base, head, "--", most=MOST_BYTES, timeout=TIMEOUT_S)
    if more:
        raise GitError("it changes more files than can be looked at")
    changes: dict[bytes, Change] = {}
    lines: dict[bytes, int] = {}
    fields = iter(out.split(b"\0"))
    for field in fields:
        if field.startswith(b":"):
            _, mode, _, blob, _ = field.split(b" ")
            path = next(fields)
            changes[path] = Change(mode, blob, path)
        elif field:
            added, removed, path = field.split(b"\t", 2)
            lines[path] = 1 if added == b"-" else int(added) + int(removed)
    return {path: File(change, lines.get(path, 0)) for path, change in changes.items()}


def _refused(git: Git, files: tuple[File, ...]) -> list[str]:
    links = [file.change for file in files if file.change.mode == LINK]
    targets: Mapping[bytes, bytes] = targets_of(git, links)
    return [
        *(f"{file.name} is another repository: commit its files, or take it out" for file in files if _is_other(file)),
        *(
            f"{shown(link.path)} is a link out of the work tree: take it out"
            for link in links
            if leads_out(link, dict(targets))
        ),
    ]


def _is_other(file: File) -> bool:
    return file.change.mode == GITLINK


def is_commit(git: Git, name: str) -> bool:
    """Whether that is the whole name of a commit, and the repository has it."""
    return bool(_NAME.fullmatch(name)) and git.call("cat-file", "-e", f"{name}^{{commit}}")[0] == 0
