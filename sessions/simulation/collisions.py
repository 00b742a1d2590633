"""Which simulated branches collide: every edit takes a range of lines, and where two ranges meet, git would refuse.

It has a source of chance of its own, so that the rest of the factory is the same with it and without.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence

import msgspec

from sessions.floor.branches.area import area_of
from sessions.floor.conflicts import FileConflict, Outcome, pair_of
from sessions.floor.events import BranchChanged, BranchCompared, Event, VerdictReached
from sessions.simulation import words

BASE = ""
LENGTH = 400
"""Lines of a file."""
MOST_FILES = 7
"""Files that a branch touches; more edits go to those it has."""
COMMON = ("pyproject.toml", "CHANGELOG.md", "src/settings.py")
"""Files that everybody touches now and then."""
KINDS = ("content", "content", "content", "content", "content", "modify/delete", "add/add", "rename/delete")

Ranges = dict[str, tuple[int, int]]
"""By file, first line and number of lines that were changed."""


class Judgement(msgspec.Struct, frozen=True):
    """What two sets of ranges come to."""

    outcome: Outcome = Outcome.CLEAN
    files: tuple[FileConflict, ...] = ()
    shared: int = 0


CLEAN = Judgement()


class BranchChanges:
    """What a branch has changed, committed and not, and how much of the base it has seen."""

    def __init__(self) -> None:
        self.committed: Ranges = {}
        self.edited: Ranges = {}
        self.seen = 0
        self.merged = False
        self.dirty = False

    @property
    def all(self) -> Ranges:
        return {**self.committed, **self.edited}


class Collisions:
    """Follows the branches of a simulated factory and says what their merges come to."""

    def __init__(self, seed: int, emit: Callable[[Event], None]) -> None:
        self._random = random.Random(f"{seed}:collisions")
        self._emit = emit
        self._work: dict[str, BranchChanges] = {}
        self._landed: list[Ranges] = []
        self._told: dict[tuple[str, str], tuple[Judgement, Judgement]] = {}
        """By pair, what was said of everything there is, and of commits alone."""

    def edited(self, branch: str, file: str) -> None:
        """An agent changed a file; it is compared when the branch is next seen to have changed."""
        work = self._work.get(branch)
        if work is None:
            return
        known = work.all
        if self._random.random() < 0.04:
            file = COMMON[int(self._random.random() * len(COMMON))]
        if file not in known and len(known) >= MOST_FILES:
            file = sorted(known)[int(self._random.random() * len(known))]
        start, length = known.get(file) or self._range()
        work.edited[file] = (start, min(90, length + int(self._random.random() * 4)))

    def changed(self, branch: BranchChanged, base: str) -> None:
        """A branch is now like this: what was edited may be committed, and the base taken in."""
        if branch.branch == base:
            return
        work = self._work.get(branch.branch)
        if work is None:
            work = self._work[branch.branch] = self._begin(branch)
        if not branch.dirty:
            work.committed, work.edited = work.all, {}
        if not branch.behind:
            work.seen = len(self._landed)
        work.dirty = branch.dirty > 0
        if branch.merged and not work.merged:
            self._landed.append(dict(work.committed))
            work.committed = {}
        work.merged = branch.merged
        self._compare(branch)

    def _begin(self, branch: BranchChanged) -> BranchChanges:
        work = BranchChanges()
        home = words.home_of(branch.branch)
        # Old branches of people are few and broad: landed first, they stand in the way of many.
        broad = not branch.branch.startswith("station/") and self._random.random() < 0.4
        for _ in range(0 if branch.merged else 5 if broad else 2 + min(4, branch.ahead)):
            area = home if self._random.random() < 0.7 else self._pick(words.AREAS)
            file = words.file_of("", area, self._pick(words.PARTS))
            start, length = self._range()
            work.committed[file] = (1 + start // 4, length + LENGTH // 3) if broad else (start, length)
        if self._random.random() < 0.15 and not branch.merged:
            work.committed[COMMON[int(self._random.random() * len(COMMON))]] = self._range()
        if branch.behind and self._random.random() < 0.12 and work.committed:
            # Somebody landed the same place before the factory opened.
            file = min(work.committed)
            self._landed.append({file: work.committed[file]})
            work.seen = len(self._landed) - 1
        else:
            work.seen = len(self._landed)
        return work

    def _pick(self, names: Sequence[str]) -> str:
        """Any of them, the first ones more often."""
        return names[int(self._random.random() ** 2 * len(names))]

    def _range(self) -> tuple[int, int]:
        start = 1 + int(self._random.random() ** 1.6 * LENGTH)
        return start, 2 + int(min(70.0, self._random.expovariate(1 / 11.0)))

    def _compare(self, branch: BranchChanged) -> None:
        name, work = branch.branch, self._work[branch.branch]
        at = branch.time
        for other, theirs in self._work.items():
            if other == name:
                continue
            apart = work.merged or theirs.merged
            self._tell(
                name, other, name, at,
                CLEAN if apart else judge(work.all, theirs.all),
                CLEAN if apart else judge(work.committed, theirs.committed),
                work.dirty or theirs.dirty,
            )  # fmt: skip
        base = _joined(self._landed[work.seen :])
        full, alone = (CLEAN, CLEAN) if work.merged else (judge(work.all, base), judge(work.committed, base))
        self._tell(name, BASE, name, at, full, alone, work.dirty)
        area = area_of(work.all)
        self._emit(BranchCompared(time=at, source="git", branch=name, head=branch.head, dirty=work.dirty, area=area))

    def _tell(
        self, one: str, other: str, cause: str, at: float, full: Judgement, alone: Judgement, dirty: bool
    ) -> None:
        a, b = pair_of(one, other)
        alone = alone if dirty else full
        before = self._told.get((a, b), (CLEAN, CLEAN))
        if before == (full, alone):
            return
        self._told[a, b] = (full, alone)
        if before[0] != full or (alone == full and before[1] != alone):
            self._emit(_event(a, b, cause, at, full))
        if alone != full:
            self._emit(_event(a, b, cause, at, alone, commits_only=True))


def judge(ours: Ranges, theirs: Ranges) -> Judgement:
    """What a merge of two sets of changes comes to: it fails where ranges meet."""
    shared = sorted(ours.keys() & theirs.keys())
    files = []
    for file in shared:
        (start, length), (other, more) = ours[file], theirs[file]
        if start <= other + more and other <= start + length:
            kind = KINDS[(start + other) % len(KINDS)]
            lines = 0 if kind in ("modify/delete", "rename/delete") else max(length, more)
            files.append(FileConflict(file, kind, lines))
    outcome = Outcome.CONFLICT if files else Outcome.CLEAN
    return Judgement(outcome, tuple(sorted(files, key=lambda it: (-it.lines, it.path))), len(shared))


def _joined(many: Iterable[Ranges]) -> Ranges:
    """All changes as one; of a file that was changed twice, the last counts."""
    joined: Ranges = {}
    for ranges in many:
        joined.update(ranges)
    return joined


def _event(a: str, b: str, cause: str, at: float, found: Judgement, commits_only: bool = False) -> VerdictReached:
    return VerdictReached(
        time=at, source="git", a=a, b=b, outcome=found.outcome, files=found.files, shared=found.shared, cause=cause,
        commits_only=commits_only,
    )  # fmt: skip
