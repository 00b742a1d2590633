"""How far each branch is from the base, computed as rarely as possible.

Git 2.41 counts all branches in one walk. Older ones walk once per branch, so only the branches that a floor is likely
to show are counted, and what is known of an unmoved branch against an unmoved base is never counted again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from sessions.branches.git import refs
from sessions.branches.git.run import Git, GitError, version
from sessions.floor.state import Branch

UNKNOWN = -1
"""Stands for a number of commits, or of dirty files, that was not counted."""
COUNTED = 100
"""Branches counted one by one with an older git: twice what the floor shows by default."""
_CACHED = 20_000
_ONE_WALK = (2, 41)
WORKERS = 4


@dataclass(frozen=True, slots=True)
class Relation:
    """A branch against the base: commits only it has, commits only the base has, and whether it is all in the base."""

    ahead: int = UNKNOWN
    behind: int = UNKNOWN
    merged: bool = False


NONE = Relation()


class Relations:
    """Counts, and remembers by (base head, branch head) what was counted."""

    def __init__(self, git: Git, *, one_walk: bool | None = None, counted: int = COUNTED) -> None:
        """`one_walk` says whether git can count all branches at once (None: find out); else only `counted` are."""
        self._git = git
        self._counted = counted
        self._one_walk = version() >= _ONE_WALK if one_walk is None else one_walk
        self._exact: dict[tuple[str, str], Relation] = {}
        self._rough: dict[tuple[str, str], Relation] = {}
        """Those of which only `merged` is known."""

    def read(
        self, heads: Mapping[str, str], base: str, base_head: str, known: Mapping[str, Branch], order: Sequence[str]
    ) -> dict[str, Relation]:
        """The relation of every branch in `heads` (name to commit) to `base_head`; unknown ones are left out.

        `order` names the branches that matter most first; those beyond the bound may stay uncounted.
        """
        if not base_head:
            return {}
        self._learn(known, base, base_head)
        if self._one_walk and len(self._missing(order, heads, base_head)) > WORKERS:
            self._walk_once(heads, base_head)
        self._count(base_head, {heads[name] for name in self._missing(order[: self._counted], heads, base_head)})
        self._settle(base_head, self._missing(order, heads, base_head), heads, known)
        found = {}
        for name, head in heads.items():
            key = (base_head, head)
            found[name] = self._exact.get(key) or self._rough.get(key) or NONE
        if base in found:
            found[base] = Relation(0, 0)
        return found

    def _missing(self, names: Sequence[str], heads: Mapping[str, str], base_head: str) -> list[str]:
        return [name for name in names if (base_head, heads[name]) not in self._exact]

    def _learn(self, known: Mapping[str, Branch], base: str, base_head: str) -> None:
        """Take over what the floor knows, if it was measured against the same commit of the same base."""
        if len(self._exact) + len(self._rough) > _CACHED:
            self._exact.clear()
            self._rough.clear()
        row = known.get(base)
        # Only the base itself is at 0 and 0 without being merged.
        if row is None or row.head != base_head or row.ahead or row.behind or row.merged:
            return
        for branch in known.values():
            if branch.name != base:
                book = self._rough if branch.ahead == UNKNOWN else self._exact
                book.setdefault((base_head, branch.head), Relation(branch.ahead, branch.behind, branch.merged))

    def _walk_once(self, heads: Mapping[str, str], base_head: str) -> None:
        try:
            counts = refs.all_ahead_behind(self._git, base_head)
        except GitError:
            return  # a damaged branch stops the walk for all; they are then counted one by one
        for name, (ahead, behind) in counts.items():
            if name in heads:
                self._exact[base_head, heads[name]] = Relation(ahead, behind, ahead == 0)

    def _count(self, base_head: str, wanted: Collection[str]) -> None:
        def count(head: str) -> tuple[int, int] | None:
            return refs.ahead_behind(self._git, base_head, head)

        for head, counts in zip(wanted, spread(count, wanted), strict=True):
            # History that cannot be walked is remembered as unknown.
            self._exact[base_head, head] = Relation(*counts, counts[0] == 0) if counts else NONE

    def _settle(
        self, base_head: str, names: Sequence[str], heads: Mapping[str, str], known: Mapping[str, Branch]
    ) -> None:
        """Find out which of the uncounted branches are merged."""
        unsure = [name for name in names if (base_head, heads[name]) not in self._rough]
        if not unsure:
            return
        try:
            merged = refs.merged(self._git, base_head)
        except GitError:
            merged = frozenset(name for name in unsure if name in known and known[name].merged)
        for name in unsure:
            self._rough[base_head, heads[name]] = Relation(merged=name in merged)


def spread(work: Callable[[str], tuple[int, int] | None], items: Iterable[str]) -> list[tuple[int, int] | None]:
    """The results of `work` on all items, in order, several at a time: they wait for processes."""
    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(work, items))
