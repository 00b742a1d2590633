"""Branches against branches as one array of severities, in the order and through the filters that an operator chose.

Pure. The array is made once for a state; whatever draws it only looks values up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import IntEnum

import msgspec

from sessions.floor.branches.shown import occupied_branches, shown_branches
from sessions.floor.conflicts import Outcome, Verdict
from sessions.floor.state import FloorState, Station, Status
from sessions.text import clean
from sessions.views.names import labels

SOME_LINES, MANY_LINES = 10, 50
"""From so many conflicting lines on a conflict is of the second and of the third step."""
AT_WORK = (Status.WORKING, Status.WAITING, Status.NEEDS_ME)


class Severity(IntEnum):
    """What a cell of the matrix says of a pair; the numbers are what `Matrix.cells` holds."""

    CLEAN = 0
    """Git merges them, and they share no path."""
    SHARED = 1
    """Git merges them, and both changed the same path."""
    FEW = 2
    SOME = 3
    MANY = 4
    UNKNOWN = 5
    """It could not be tried."""
    COMPUTING = 6
    LANDED = 7
    """One of them has landed, in a simulation."""


CLASHES = (Severity.FEW, Severity.SOME, Severity.MANY)
_CLASHING = bytes(step in CLASHES for step in range(256))


def severity(verdict: Verdict) -> Severity:
    """The step of a verdict: a conflict by its lines."""
    if verdict.outcome is Outcome.CONFLICT:
        lines = verdict.lines
        return Severity.FEW if lines < SOME_LINES else Severity.SOME if lines < MANY_LINES else Severity.MANY
    if verdict.outcome is Outcome.UNKNOWN:
        return Severity.UNKNOWN
    return Severity.SHARED if verdict.shared else Severity.CLEAN


class Row(msgspec.Struct, frozen=True):
    """One branch of the matrix, which has a row and a column."""

    name: str
    """The branch's own name, uncleaned: its identity."""
    label: str
    """What is shown of it."""
    conflicts: int = 0
    """With how many others, the base included, it collides."""
    working: bool = False
    """A station is at work on it."""
    area: str = ""
    """The directory that holds most of what it changed, cleaned."""


class Matrix(msgspec.Struct, frozen=True):
    """Rows in the order shown, and the severity of every pair; the diagonal is the branch against the base."""

    rows: tuple[Row, ...] = ()
    cells: bytes = b""
    """`len(rows)` squared values of `Severity`, row by row."""
    every: int = 0
    """Branches there are, filtered out or not."""
    pairs: int = 0
    """Pairs of all of them, each with the base included."""
    computing: int = 0
    """Those of them of which nothing current is known yet."""
    conflicts: int = 0
    """Those of them that collide."""

    def at(self, row: int, column: int) -> Severity:
        """The severity of a cell."""
        return Severity(self.cells[row * len(self.rows) + column])

    def number(self, name: str) -> int:
        """The place of a branch; -1 when it is not shown."""
        return next((i for i, row in enumerate(self.rows) if row.name == name), -1)

    def computing_at(self, one: str, other: str) -> Matrix:
        """The same with a pair of branches that is being compared; "" is the base."""
        row, column = (self.number(name) for name in (one or other, other or one))
        if row < 0 or column < 0:
            return self
        cells = bytearray(self.cells)
        for at in (row * len(self.rows) + column, column * len(self.rows) + row):
            cells[at] = Severity.COMPUTING
        return msgspec.structs.replace(self, cells=bytes(cells))

    def worst(self) -> Iterator[tuple[int, int]]:
        """The colliding cells on and above the diagonal, row by row."""
        size, clashes = len(self.rows), self.cells.translate(_CLASHING)
        for row in range(size):
            first, end = row * size, (row + 1) * size
            at = clashes.find(1, first + row, end)
            while at >= 0:
                yield row, at - first
                at = clashes.find(1, at + 1, end)


EMPTY = Matrix()


def verdicts_of(state: FloorState, uncommitted: bool) -> Mapping[str, Verdict]:
    """The verdicts on everything there is, or on commits alone."""
    if uncommitted or not state.committed_verdicts:
        return state.verdicts
    return {**state.verdicts, **state.committed_verdicts}


def compared_names(state: FloorState) -> list[str]:
    """The branches that have a row: those shown by default and those compared besides, without base and merged ones."""
    names = dict.fromkeys(
        branch.name for branch in shown_branches(state.branches, occupied_branches(state), state.base)
    )
    names.update(dict.fromkeys(state.compared))
    return [
        name
        for name in names
        if name != state.base
        and (branch := state.branches.get(name)) is not None
        and not (branch.merged and branch.dirty <= 0)
    ]


class Census:
    """Everything that is counted of the branches of one state, before they are put in order."""

    def __init__(self, state: FloorState, verdicts: Mapping[str, Verdict], path: str = "") -> None:
        """With `path`, only conflicts in paths that contain it count."""
        working = {station.branch for station in state.stations.values() if _works(station)}
        self.names = compared_names(state)
        self.index = {name: i for i, name in enumerate(self.names)}
        size = len(self.names)
        self._fresh = [self._is_fresh(state, name) for name in self.names]
        self._known = [name in state.compared for name in self.names]
        count = [0] * size
        self.found: list[tuple[int, int, Severity]] = []
        """Pairs that do not simply merge, by the numbers of the two; twice the same for the base."""
        self.conflicts = 0
        for verdict in verdicts.values():
            i = self.index.get(verdict.a)
            j = self.index.get(verdict.b) if verdict.b else i
            if i is None or j is None:
                continue
            step = severity(verdict)
            if step in CLASHES:
                if path and not any(path in file.path for file in verdict.files):
                    continue
                self.conflicts += 1
                count[i] += 1
                count[j] += i != j
            self.found.append((i, j, step))
        self.areas = areas = {name: found.area if (found := state.compared.get(name)) else "" for name in self.names}
        self.rows = [
            Row(name, label, count[i], name in working, clean(areas[name], 100))
            for i, (name, label) in enumerate(zip(self.names, labels(self.names), strict=True))
        ]

    @staticmethod
    def _is_fresh(state: FloorState, name: str) -> bool:
        compared, branch = state.compared.get(name), state.branches[name]
        return compared is not None and (not compared.head or compared.head == branch.head)

    def matrix(self, order: Sequence[str], landed: frozenset[str] = frozenset()) -> Matrix:
        """The matrix with the branches of `order` as rows."""
        numbers = [self.index[name] for name in order]
        size = len(numbers)
        known = [self._known[i] for i in numbers]
        unknown_row = bytes([Severity.COMPUTING]) * size
        clean_row = bytes(Severity.CLEAN if fine else Severity.COMPUTING for fine in known)
        cells = bytearray(b"".join(clean_row if fine else unknown_row for fine in known))
        place = dict(zip(numbers, range(size), strict=True))
        for i, j, step in self.found:
            row, column = place.get(i, -1), place.get(j, -1)
            if row >= 0 and column >= 0:
                cells[row * size + column] = cells[column * size + row] = step
        for at in (at for at, name in enumerate(order) if name in landed):
            cells[at * size : (at + 1) * size] = bytes([Severity.LANDED]) * size
            cells[at::size] = bytes([Severity.LANDED]) * size
        every, fresh = len(self.names), sum(self._fresh)
        pairs = every * (every + 1) // 2
        return Matrix(
            tuple(self.rows[i] for i in numbers), bytes(cells), every, pairs,
            pairs - fresh * (fresh + 1) // 2, self.conflicts,
        )  # fmt: skip


def _works(station: Station) -> bool:
    return not station.elsewhere and station.evidence.status in AT_WORK
