"""Refs that keep what would otherwise be lost: `refs/factory-tui/kept/<station>/<utc time>-<reason>`."""

from __future__ import annotations

import calendar
import os
import re
import time
from dataclasses import dataclass
from pathlib import Path

from sessions.branches.git import worktrees
from sessions.branches.git.names import ref_bytes, shown, shown_path
from sessions.branches.git.refs import heads
from sessions.branches.git.run import Git
from sessions.errors import FactoryError
from sessions.text import clean

REFS = "refs/factory-tui/kept"
KEPT_S = 30 * 86_400.0
"""How long it is kept."""
_FORM = "%Y%m%dT%H%M%SZ"
_LEAF = re.compile(r"(\d{8}T\d{6}Z)-([a-z]+)(?:-\d+)?")
REASONS = {
    "scope": "it leaves the scope of its station",
    "moved": "somebody else moved the branch",
    "deleted": "the branch was deleted",
    "occupied": "the branch is checked out elsewhere",
    "rewritten": "it would take commits from the branch that were not the station's",
    "work": "uncommitted work of a station that was removed",
    "branch": "a branch of a station that was removed",
}
"""By the word in the ref."""
_IDENT = re.compile(rb"(.+) <(.*)> \d+ [-+]\d{4}\s*")
_OURS = (b"factory-tui", b"factory-tui@localhost")


@dataclass(frozen=True)
class Kept:
    """What one ref keeps."""

    ref: str
    station: str
    head: str
    when: float
    """Since when it is kept, in seconds since 1970; 0 when the ref does not tell."""
    reason: str
    """In words."""
    subject: str = ""
    """Of the commit; cleaned."""

    @property
    def name(self) -> str:
        """The ref without what all of them begin with."""
        return self.ref.removeprefix(f"{REFS}/")

    @property
    def until(self) -> float:
        """Until when it is kept."""
        return self.when + KEPT_S


def person(common_dir: Path, now: float) -> dict[str, str]:
    """Git's variables for who makes a commit that keeps something, and when: the operator as their settings of git
    name them, else this program. Raises GitError."""
    status, out, _ = Git(common_dir).with_settings("user.useConfigOnly=true").call("var", "GIT_COMMITTER_IDENT")
    known = _IDENT.fullmatch(out) if status == 0 else None
    name, mail = known.groups() if known is not None else _OURS
    values = {
        "NAME": os.fsdecode(name),
        "EMAIL": os.fsdecode(mail),
        "DATE": f"@{int(now)} {time.strftime('%z', time.localtime(now))}",
    }
    return {f"GIT_{role}_{part}": value for role in ("AUTHOR", "COMMITTER") for part, value in values.items()}


def keep(common_dir: Path, station: str, head: str, reason: str, now: float) -> str:
    """Keep a commit that the repository has; the ref, also if it is kept already. Raises GitError.

    `reason` is a word of `REASONS`.
    """
    git = Git(common_dir)
    stem = f"{REFS}/{station}/{time.strftime(_FORM, time.gmtime(now))}-{reason}"
    out = git.run("for-each-ref", "--format=%(refname) %(objectname)", f"{REFS}/{station}/")
    taken = dict(line.split(" ") for line in os.fsdecode(out).splitlines())
    known = [ref for ref, commit in taken.items() if commit == head and f"-{reason}" in ref]
    if known:
        return known[0]
    ref = next(name for name in (stem, *(f"{stem}-{number}" for number in range(2, 10_000))) if name not in taken)
    git.run("update-ref", "--create-reflog", "-m", f"factory-tui: {REASONS[reason]}", ref, head, "0" * len(head))
    return ref


def kept(common_dir: Path, station: str = "") -> list[Kept]:
    """Everything that is kept, of one station where one is named; the newest first. Raises GitError."""
    form = "%(refname)%00%(objectname)%00%(committerdate:unix)%00%(contents:subject)"
    out = Git(common_dir).run("for-each-ref", f"--format={form}", f"{REFS}/{station}".rstrip("/") + "/")
    found = []
    for line in out.split(b"\n"):
        if not line:
            continue
        ref, head, made, subject = line.split(b"\0", 3)
        name = shown(ref)
        owner, _, leaf = name.removeprefix(f"{REFS}/").partition("/")
        known = _LEAF.fullmatch(leaf)
        when = float(calendar.timegm(time.strptime(known[1], _FORM))) if known else 0.0
        when = max(when, float(made or 0)) if known else 0.0  # a ref may be moved on while it keeps
        reason = REASONS.get(known[2], known[2]) if known else ""
        found.append(Kept(name, owner, head.decode(), when, reason, clean(subject.decode("utf-8", "replace"), 120)))
    return sorted(found, key=lambda item: (-item.when, item.ref))


def restore(common_dir: Path, ref: str, branch: str) -> str:
    """Make what a ref keeps a branch; the ref stays. The commit. Raises `FactoryError` with the cure."""
    item = find(common_dir, ref)
    git = Git(common_dir)
    target = f"refs/heads/{branch}"
    if branch.startswith("-") or branch == "HEAD" or "\0" in branch or git.call("check-ref-format", target)[0]:
        raise FactoryError(f"{clean(branch, 80)!r} can be no name of a branch", "use letters, digits, - and /")
    if git.call("show-ref", "--verify", "--quiet", target)[0] == 0:
        raise FactoryError(f"there is a branch {clean(branch, 80)} already", "name another one")
    words = ("update-ref", "--create-reflog", "-m", f"factory-tui: from {item.ref}")
    git.run(*words, target, item.head, "0" * len(item.head))
    return item.head


def left_since(common_dir: Path, station: str, when: float) -> str:
    """The ref that keeps what a place had when it was taken away, which was wanted then; "" for none."""
    found = [item.ref for item in kept(common_dir, station) if item.when >= int(when)]
    work = (ref for ref in found if "-work" in ref.rpartition("/")[2])
    return next(work, next((ref for ref in found if "-branch" in ref.rpartition("/")[2]), ""))


def drop_restored(common_dir: Path, ref: str, branch: str) -> None:
    """Undo that: the branch goes, as long as it is what the ref keeps. Raises `FactoryError` with the cure."""
    item, git, name = find(common_dir, ref), Git(common_dir), clean(branch, 80)
    found = heads(git).get(branch)
    if found is None:
        return  # a supervisor died when it had done it, or somebody else did
    if found != item.head:
        raise FactoryError(f"{name} has moved on since it was restored", "delete it yourself, if nobody needs that")
    for tree in worktrees.read(git, git.directory, worktrees.main_root(git, git.directory)):
        if tree.branch == branch:
            raise FactoryError(f"{name} is checked out in {shown_path(tree.path)}", "switch to another branch there")
    git.run("update-ref", "-d", f"refs/heads/{os.fsdecode(ref_bytes(branch))}", item.head)


def find(common_dir: Path, ref: str) -> Kept:
    """What a ref keeps, named whole or from `<station>/` on. Raises `FactoryError` when there is none."""
    fitting = [item for item in kept(common_dir) if ref in (item.ref, item.name)]
    if not fitting:
        raise FactoryError(f"nothing is kept as {clean(ref, 120)}", "see factory-tui kept")
    return fitting[0]


def drop_expired(common_dir: Path, now: float) -> list[Kept]:
    """Let go of what was kept for longer than `KEPT_S`, and say what that was. Raises GitError."""
    return [drop(common_dir, item) for item in kept(common_dir) if item.when and item.until <= now]


def drop(common_dir: Path, item: Kept) -> Kept:
    """Let go of one, unless it is another commit by now: GitError."""
    Git(common_dir).run("update-ref", "-d", item.ref, item.head)
    return item
