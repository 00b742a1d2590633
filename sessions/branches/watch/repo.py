"""One repository, seen from outside: what its branches and worktrees are like now, as events."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from msgspec.structs import replace

from sessions.branches.git import base as bases
from sessions.branches.git import refs, worktrees
from sessions.branches.git.names import shown_path
from sessions.branches.git.run import Git, GitError, NotARepositoryError, quiet_filters, version
from sessions.branches.git.worktrees import Worktree
from sessions.branches.watch.changes import SOURCE, changed, differences, same
from sessions.branches.watch.relations import UNKNOWN, WORKERS, Relation, Relations
from sessions.errors import FactoryError, UsageError
from sessions.floor.events import Event, SourceSkipped
from sessions.floor.state import Branch
from sessions.text import clean


def _git_at(path: Path) -> Git:
    try:
        path = path.resolve(strict=True)
        return Git(path if path.is_dir() else path.parent)
    except (OSError, RuntimeError) as error:
        raise NotARepositoryError(f"there is no {clean(str(path))}", "name a repository with --repo DIR") from error


def _common_dir(git: Git) -> Path:
    return Path(git.text("rev-parse", "--path-format=absolute", "--git-common-dir")).resolve()


class Repository:
    """Reads branches and worktrees of one repository. It may be used from several threads; readings queue up."""

    def __init__(self, root: Path | None, common_dir: Path, name: str, base: str) -> None:
        self.common_dir = common_dir
        """The directory that all worktrees share, resolved."""
        self.root = root or common_dir
        """The main worktree; the repository itself when it is bare."""
        self.bare = root is None
        self.name = name
        self.base = base
        """The branch that others are measured against, or another name of a commit; "" when there is none."""
        self.base_head = ""
        """The commit of the base as of the last reading."""
        self._git = Git(common_dir)
        self._relations = Relations(self._git)
        self._reading = threading.Lock()
        self._troubled: dict[Path, str] = {}

    @classmethod
    def open(cls, path: Path, base: str | None = None) -> Repository:
        """The repository around `path`: a worktree or a directory in it, a bare repository, a submodule.

        `base` is the branch to measure against; without it one is chosen (see `sessions.branches.git.base`). Raises
        FactoryError where there is no repository, git is too old, or the base does not exist.
        """
        version()
        git = _git_at(path)
        common_dir = _common_dir(git)
        root = worktrees.main_root(git, common_dir)
        settings = bases.read_settings(common_dir)
        name = bases.repository_name(settings.origin, root or common_dir)
        repository = cls(root, common_dir, name, "")
        heads = refs.heads(repository._git)
        repository.base = repository._choose_base(heads, base or "", settings.base)
        repository.base_head = heads.get(repository.base) or refs.resolve(repository._git, repository.base)
        return repository

    def _choose_base(self, heads: Mapping[str, str], given: str, configured: str) -> str:
        for wanted, said in ((given, ""), (configured, ", which the setting factory.base names")):
            name = bases.named(wanted, heads)
            if name and (not heads or name in heads or refs.resolve(self._git, name)):
                return name
            if name:
                likely = ", ".join(clean(head, 60) for head in sorted(heads)[:5])
                raise UsageError(f"there is no base branch {clean(name, 80)}{said}", f"name one of {likely}, ...")
        git = self._git
        return bases.choose(heads, origin_head=refs.origin_head(git), main_worktree=refs.symbolic(git, "HEAD"))

    def worktrees(self) -> list[Worktree]:
        """Every worktree, the main one first; those whose directory is gone are `missing`."""
        return worktrees.read(self._git, self.common_dir, None if self.bare else self.root)

    def read(self, known: Mapping[str, Branch], now: float, touched: Collection[Path] | None = None) -> list[Event]:
        """The events that lead from the `known` branches to the present ones; `now` (seconds since 1970) is their time.

        Only worktrees in `touched` (all when None), and those whose branch moved, are asked for uncommitted files.
        A worktree that cannot be read keeps its last count and is reported once.
        """
        with self._reading:
            heads = refs.heads(self._git)
            trees = [tree for tree in self.worktrees() if tree.head and not tree.missing]
            self.base_head = heads.get(self.base) or (refs.resolve(self._git, self.base) if self.base else "")
            due = [tree for tree in trees if _due(tree, known, touched)]
            dirty, skipped = self._dirt(due, now)
            found = self._assemble(heads, trees, known, dirty)
            return skipped + differences(known, found, now)

    def read_worktree(self, path: Path, known: Mapping[str, Branch], now: float) -> list[Event]:
        """The same for one worktree whose files changed; everything is read when its branch moved as well."""
        with self._reading:
            tree = next((tree for tree in self.worktrees() if tree.path == path and not tree.missing), None)
            if tree is not None and tree.head:
                branch = known.get(tree.row)
                if branch and branch.head == tree.head and branch.worktree == shown_path(tree.path):
                    dirty, skipped = self._dirt([tree], now)
                    new = replace(branch, dirty=dirty.get(tree.path, branch.dirty))
                    return skipped if same(branch, new) else [*skipped, changed(new, now)]
        return self.read(known, now, {path})

    def _assemble(
        self,
        heads: Mapping[str, str],
        trees: Sequence[Worktree],
        known: Mapping[str, Branch],
        dirty: Mapping[Path, int],
    ) -> Iterable[Branch]:
        at = {tree.branch: tree for tree in reversed(trees) if tree.branch in heads}
        rows = {**heads, **{tree.row: tree.head for tree in trees if not tree.branch}}
        at |= {tree.row: tree for tree in reversed(trees) if not tree.branch}
        commits = {
            branch.head: refs.Commit(branch.author, branch.subject, branch.committed)
            for branch in known.values()
            if branch.subject != refs.UNREADABLE
        }
        commits |= refs.commits(self._git, {head for head in rows.values() if head not in commits})
        order = sorted(rows, key=lambda row: (row not in at, -commits[rows[row]].committed, row))
        relations = self._relations.read(rows, self.base, self.base_head, known, order)
        for row, head in rows.items():
            tree, commit, relation = at.get(row), commits[head], relations.get(row, Relation())
            yield Branch(
                row,
                head,
                relation.ahead,
                relation.behind,
                commit.author,
                commit.subject,
                commit.committed,
                worktree=shown_path(tree.path) if tree else "",
                dirty=dirty.get(tree.path, _last_count(known.get(row))) if tree else 0,
                merged=relation.merged,
                detached=row not in heads,
            )

    def _dirt(self, trees: Sequence[Worktree], now: float) -> tuple[dict[Path, int], list[Event]]:
        """Uncommitted files of each worktree, and a word about those that newly cannot be read."""
        if not trees:
            return {}, []
        settings = quiet_filters(self._git)
        counts: dict[Path, int] = {}
        skipped: list[Event] = []
        with ThreadPoolExecutor(WORKERS) as pool:
            for tree, result in zip(trees, pool.map(lambda tree: _count(tree, settings), trees), strict=True):
                if isinstance(result, int):
                    counts[tree.path] = result
                    self._troubled.pop(tree.path, None)
                elif self._troubled.get(tree.path) != result.message:
                    self._troubled[tree.path] = result.message
                    detail = f"{shown_path(tree.path)}: {result.message}"
                    skipped.append(SourceSkipped(time=now, source=SOURCE, reason="unreadable worktree", detail=detail))
        return counts, skipped


def _count(tree: Worktree, settings: tuple[str, ...]) -> int | FactoryError:
    try:
        return worktrees.dirty_files(tree, settings)
    except GitError as error:
        return error


def _due(tree: Worktree, known: Mapping[str, Branch], touched: Collection[Path] | None) -> bool:
    branch = known.get(tree.row)
    return (
        touched is None
        or tree.path in touched
        or branch is None
        or branch.head != tree.head
        or branch.worktree != shown_path(tree.path)
    )


def _last_count(branch: Branch | None) -> int:
    return branch.dirty if branch and branch.worktree else UNKNOWN
