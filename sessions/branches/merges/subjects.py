"""Which branches are compared, and as what: the heads that were asked for, with the uncommitted work on them."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from sessions.branches.git import base as bases
from sessions.branches.git import configured, refs, worktrees
from sessions.branches.git.configured import Configured
from sessions.branches.git.names import shown
from sessions.branches.git.objects import told
from sessions.branches.git.run import Git, GitError, quiet_filters
from sessions.branches.git.scratch import Scratch
from sessions.branches.git.worktrees import Worktree
from sessions.branches.merges import snapshot
from sessions.branches.merges.judge import Matrix
from sessions.branches.merges.verdicts import Verdicts
from sessions.errors import FactoryError, UsageError
from sessions.floor.branches.shown import left_out, shown_branches
from sessions.floor.state import Branch
from sessions.text import clean

_OCCUPIED = "occupied"
_FORMAT = "--format=%(objectname)%00%(symref)%00%(refname)"


Work = tuple[str, str]
"""A commit of uncommitted work in the scratch store, or "" and why there is none."""


class Row(msgspec.Struct, frozen=True):
    """One branch as it is compared."""

    name: str
    head: str
    commit: str
    """What is merged: the head, or a commit of the uncommitted work in the scratch store."""
    tree: str = ""
    dirty: bool = False
    trouble: str = ""
    """Why it cannot be compared as it should be."""


class Subject(msgspec.Struct, frozen=True):
    """A branch that is to be compared: its name and head, and the worktree on it if there is one."""

    name: str
    head: str
    worktree: Worktree | None = None
    committed: float = 0.0
    """When the head was made, in seconds since 1970."""


class Subjects(msgspec.Struct, frozen=True):
    """The base and what is compared with it, nearest to landing first."""

    base: str
    base_head: str
    others: tuple[Subject, ...]
    left_out: int = 0
    """Unmerged branches beyond those that are shown by default."""
    configured: Configured | None = None
    """The settings by which they were chosen."""
    trees: Mapping[str, str] = {}
    """Of their heads, as far as they are known."""


def subjects(
    git: Git,
    common_dir: Path,
    base: str = "",
    globs: Sequence[str] = (),
    remembered: Verdicts | None = None,
    occupied: Collection[str] = (),
) -> Subjects:
    """What to compare in a repository.

    `base` is any name of a commit; without one it is chosen as for the floor. `globs` name refs as `git for-each-ref`
    understands them, also without `refs/heads/`, `refs/remotes/` or `refs/tags/`, in this order; without any these
    are the branches that the floor shows, where stations are known to work on those `occupied`. What takes a walk over
    history is looked up in `remembered`, and kept there. Raises UsageError for a base that is not there, and for a
    glob that fits nothing.
    """
    heads, known = refs.heads(git), configured.read(git)
    base = base or known.base or _usual_base(git, heads)
    base = bases.named(base, heads)
    base_head = heads.get(base) or (refs.resolve(git, base) if base else "")
    if not base_head:
        if not heads:
            raise FactoryError("there is no commit yet, so nothing can collide", "commit first")
        likely = ", ".join(clean(head, 60) for head in sorted(heads)[:5])
        raise UsageError(f"there is no base {clean(base, 80)}" if base else "no base is known", f"name one of {likely}")
    root = worktrees.main_root(git, common_dir, known.bare)
    checkouts = [tree for tree in worktrees.read(git, common_dir, root, heads) if tree.head]
    at = {tree.row: tree for tree in reversed(checkouts) if not tree.missing}
    wanted = _matching(git, globs) if globs else {**heads, **{row: at[row].head for row in at if not at[row].branch}}
    wanted.pop(base, None)
    commits, trees = refs.commits_with_trees(git, set(wanted.values()))
    found = {name: Subject(name, head, at.get(name), commits[head].committed) for name, head in wanted.items()}
    if globs:
        return Subjects(base, base_head, tuple(found.values()), 0, known, trees)
    others, hidden = _shown(git, base_head, found, remembered, occupied)
    return Subjects(base, base_head, others, hidden, known, trees)


def occupied(remembered: Verdicts) -> frozenset[str]:
    """The branches on which stations worked, as a supervisor noted last: they are compared however old they are."""
    return frozenset((remembered.note(_OCCUPIED) or b"").decode().splitlines())


def note_occupied(remembered: Verdicts, names: Collection[str]) -> None:
    """Note them for the command line, which knows of no stations."""
    if frozenset(names) != occupied(remembered):
        remembered.keep_note(_OCCUPIED, "\n".join(sorted(names)).encode())


def _usual_base(git: Git, heads: Mapping[str, str]) -> str:
    """As `Repository.open` chooses it where no setting tells, by plain git."""
    # What is checked out only matters where nothing else tells; it takes a process to know.
    likely = bases.choose(heads, origin_head=refs.origin_head(git))
    return likely or bases.choose(heads, main_worktree=refs.symbolic(git, "HEAD"))


def _shown(
    git: Git, base_head: str, found: Mapping[str, Subject], remembered: Verdicts | None, occupied: Collection[str]
) -> tuple[tuple[Subject, ...], int]:
    """Those that the floor shows by default, the newest first, and how many it does not show."""
    heads = {item.head for item in found.values()}
    name = f"merged into {base_head}"
    known = set((remembered.note(name) or b"").decode().split()) if remembered else set()
    merged = {head for head in heads if f"+{head}" in known}
    if not {head for head in heads if f"-{head}" in known} | merged >= heads:
        try:
            names = refs.merged(git, base_head)
        except GitError:
            remembered, names = None, frozenset()  # a damaged branch; all are then shown even if they are merged
        merged = {item.head for item in found.values() if item.name in names}
        if remembered:
            remembered.keep_note(name, " ".join(f"{'+' if head in merged else '-'}{head}" for head in heads).encode())
    branches = {
        item.name: Branch(
            item.name,
            item.head,
            committed=item.committed,
            worktree="somewhere" if item.worktree else "",
            merged=item.head in merged,
        )
        for item in found.values()
    }
    shown = shown_branches(branches, occupied)
    return tuple(found[branch.name] for branch in shown), left_out(branches, shown, "")


def _matching(git: Git, globs: Sequence[str]) -> dict[str, str]:
    """The commits of the refs that fit; local branches under their short names, all others under their full ones."""
    found: dict[str, str] = {}
    for glob in globs:
        places = ("",) if glob.startswith("refs/") else ("refs/heads/", "refs/remotes/", "refs/tags/")
        out = next(filter(None, (git.run("for-each-ref", _FORMAT, f"{place}{glob}") for place in places)), b"")
        for line in out.splitlines():
            name, symref, ref = line.split(b"\0", 2)
            if not symref:
                found[shown(ref.removeprefix(b"refs/heads/"))] = name.decode()
        if not out:
            raise UsageError(f"no ref fits {clean(glob, 80)!r}", _likely(git, glob))
    return _peeled(git, found)


def _likely(git: Git, name: str) -> str:
    """The cure for a name that fits nothing: the branches that end in it, as the screens call them."""
    ending = f"/{name}"
    fitting = [head for head in refs.heads(git) if head.endswith(ending)]
    return f"did you mean {', '.join(clean(head, 80) for head in fitting[:3])}?" if fitting else "see git for-each-ref"


def _peeled(git: Git, found: Mapping[str, str]) -> dict[str, str]:
    """The commits that tags stand for; what leads to none is left out, what cannot be read stays, to be unknown."""
    names = sorted(set(found.values()))
    form = "%(objectname) %(objecttype)"
    peeled = told(git, [f"{name}^{{commit}}" for name in names], form)
    others = [name for name, line in zip(names, peeled, strict=True) if not line.endswith(" commit")]
    itself = dict(zip(others, told(git, others, form), strict=True))
    commits = {}
    for name, line in zip(names, peeled, strict=True):
        if line.endswith(" commit"):
            commits[name] = line.partition(" ")[0]
        elif not itself[name] or itself[name].endswith(" missing"):
            commits[name] = name
    return {ref: commits[name] for ref, name in found.items() if name in commits}


def rows_of(matrix: Matrix, chosen: Sequence[Subject], *, dirty: bool) -> list[Row]:
    """The branches as they are compared; with `dirty` as if all uncommitted work were committed."""
    return rows_with(matrix, chosen, uncommitted(matrix, chosen) if dirty else {})


def rows_with(matrix: Matrix, chosen: Sequence[Subject], works: Mapping[str, Work]) -> list[Row]:
    """The branches as they are compared; `works` has the uncommitted work that counts, by branch."""
    commits = {item.name: works.get(item.name, ("", ""))[0] or item.head for item in chosen}
    trees = matrix.trees(set(commits.values()))
    return [_row(item, commits[item.name], works.get(item.name, ("", ""))[1], trees) for item in chosen]


def _row(item: Subject, commit: str, trouble: str, trees: Mapping[str, str]) -> Row:
    tree = trees.get(commit, "")
    trouble = trouble or ("" if tree else f"its commit {commit[:12]} cannot be read")
    return Row(item.name, item.head, commit, tree, commit != item.head or bool(trouble and tree), trouble)


def uncommitted(matrix: Matrix, chosen: Iterable[Subject]) -> dict[str, Work]:
    """The uncommitted work of those that have any."""
    places = {item.name: item.worktree for item in chosen if item.worktree is not None}
    if not places:
        return {}
    from concurrent.futures import ThreadPoolExecutor  # which many commands have no need of

    settings = quiet_filters(matrix.git)
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        touched = dict(zip(places, pool.map(lambda tree: _touched(tree, settings), places.values()), strict=True))
    found = taken(matrix, {name: places[name] for name, state in touched.items() if state is True})
    return found | {name: ("", state) for name, state in touched.items() if isinstance(state, str)}


def taken(matrix: Matrix, places: Mapping[str, Worktree]) -> dict[str, Work]:
    """What is not committed in some worktrees, by branch."""
    if not places:
        return {}
    from concurrent.futures import ThreadPoolExecutor

    scratch = matrix.scratch  # made here, once, before many threads ask for it
    trees = matrix.trees({tree.head for tree in places.values() if tree.head})
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        works = pool.map(lambda tree: _taken(tree, scratch, trees.get(tree.head, "")), places.values())
        return dict(zip(places, works, strict=True))


def _touched(tree: Worktree, settings: tuple[str, ...]) -> bool | str:
    """Whether anything in the worktree is not committed, or why that cannot be told."""
    try:
        return worktrees.dirty_files(tree, settings) > 0
    except GitError as error:
        return error.message


def _taken(tree: Worktree, scratch: Scratch, head_tree: str) -> Work:
    try:
        return snapshot.take(tree, scratch, head_tree), ""
    except GitError as error:
        return "", error.message
