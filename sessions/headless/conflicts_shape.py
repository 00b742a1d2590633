"""The shapes of `conflicts --json`, versioned: what scripts may rely on. Pure: verdicts in, values out.

Field names and meanings are documented in README.md. Within one version fields are only ever added.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from sessions.branches.merges.hunks import Hunk, Lines
from sessions.branches.merges.subjects import Row
from sessions.floor.conflicts import FileConflict, Outcome, Verdict, key_of

VERSION = 1


class F(msgspec.Struct, frozen=True):
    """A path that two sides cannot both have their way with; `lines` is of every hunk the longer side."""

    path: str
    kind: str
    lines: int


class BaseShape(msgspec.Struct, frozen=True):
    name: str
    head: str


class BranchShape(msgspec.Struct, frozen=True, kw_only=True):
    """A branch against the base. `tree` is what was compared: with uncommitted work in it if it is `dirty`."""

    name: str
    head: str
    tree: str
    dirty: bool
    with_base: str
    files: list[F]
    reason: str
    """Why it is unknown."""


class PairShape(msgspec.Struct, frozen=True, kw_only=True):
    """Two branches, `a` before `b` by name."""

    a: str
    b: str
    status: str
    files: list[F]
    reason: str
    seconds: float = 0.0
    """How long git took, where it was so long that the pair was merged alone and last."""


class Conflicts(msgspec.Struct, frozen=True, kw_only=True):
    """Answer of `conflicts --json`."""

    version: int = VERSION
    base: BaseShape
    branches: list[BranchShape]
    pairs: list[PairShape]
    left_out: int = 0
    """Unmerged branches that were not compared: older ones, beyond those that the floor shows."""

    @property
    def any(self) -> bool:
        """Whether anything collides."""
        conflict = Outcome.CONFLICT.value
        return any(b.with_base == conflict for b in self.branches) or any(p.status == conflict for p in self.pairs)


class LeftShape(msgspec.Struct, frozen=True):
    """A branch that does not land, and what it collides with: branches that do, or the base by its name."""

    name: str
    blocked_by: list[str]


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """Answer of `order --json`; `verified` when the order was really merged step by step."""

    version: int = VERSION
    order: list[str]
    lands: int
    in_arrival_order: int
    upper_bound: int
    verified: bool
    left: list[LeftShape]
    left_out: int = 0
    """As of `conflicts`."""


class SideShape(msgspec.Struct, frozen=True):
    """Lines of one side's file from number `start` on."""

    start: int
    lines: list[str]


class HunkShape(msgspec.Struct, frozen=True):
    a: SideShape
    b: SideShape
    base: list[str]


class FileShape(msgspec.Struct, frozen=True, kw_only=True):
    path: str
    kind: str
    lines: int
    same: bool
    hunks: list[HunkShape]


class PairReport(msgspec.Struct, frozen=True, kw_only=True):
    """Answer of `conflicts PAIR --json`; `b` is the base when only one branch was named."""

    version: int = VERSION
    a: str
    b: str
    status: str
    reason: str
    files: list[FileShape]
    seconds: float = 0.0
    """As of a pair of `conflicts`."""


def conflicts(
    base: str,
    base_head: str,
    rows: Sequence[Row],
    verdicts: Mapping[str, Verdict],
    only_conflicts: bool = False,
    left_out: int = 0,
) -> Conflicts:
    """The whole matrix; `verdicts` by `key_of` must have every pair of `rows`, and each with the base."""
    names = sorted(row.name for row in rows)
    every = (verdicts[key_of(a, b)] for at, a in enumerate(names) for b in names[at + 1 :])
    wanted = (v for v in every if not only_conflicts or v.outcome is Outcome.CONFLICT)
    pairs = [
        PairShape(a=v.a, b=v.b, status=v.outcome.value, files=files(v.files), reason=v.reason, seconds=v.seconds)
        for v in wanted
    ]
    return Conflicts(
        base=BaseShape(base, base_head),
        branches=[_branch(row, verdicts[key_of(row.name, "")]) for row in rows],
        pairs=pairs,
        left_out=left_out,
    )


def _branch(row: Row, verdict: Verdict) -> BranchShape:
    return BranchShape(
        name=row.name,
        head=row.head,
        tree=row.tree,
        dirty=row.dirty,
        with_base=verdict.outcome.value,
        files=files(verdict.files),
        reason=verdict.reason,
    )


def files(found: Iterable[FileConflict]) -> list[F]:
    return [F(file.path, file.kind, file.lines) for file in found]


def pair(verdict: Verdict, base: str, hunks: Mapping[str, Sequence[Hunk]]) -> PairReport:
    """One pair with its hunks by path; the base goes by its name."""
    shapes = [
        FileShape(
            path=file.path,
            kind=file.kind,
            lines=file.lines,
            same=file.same,
            # A branch is merged into the base, whose lines are therefore the first ones.
            hunks=[_hunk(hunk, swapped=not verdict.b) for hunk in hunks.get(file.path, ())],
        )
        for file in verdict.files
    ]
    return PairReport(
        a=verdict.a,
        b=verdict.b or base,
        status=verdict.outcome.value,
        reason=verdict.reason,
        files=shapes,
        seconds=verdict.seconds,
    )


def _hunk(hunk: Hunk, swapped: bool) -> HunkShape:
    ours, theirs = SideShape(hunk.ours_at, _text(hunk.ours)), SideShape(hunk.theirs_at, _text(hunk.theirs))
    return HunkShape(theirs, ours, _text(hunk.base)) if swapped else HunkShape(ours, theirs, _text(hunk.base))


def _text(lines: Lines) -> list[str]:
    return [line.decode("utf-8", "backslashreplace") for line in lines]
