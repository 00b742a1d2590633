"""Looks into the conflicts of a repository: the hunks of a pair, and what collides after a landing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sessions.asking.asked import Halt
from sessions.asking.questions import FileHunks, Hunk, Landed, LandFirst, PairHunks
from sessions.branches.git.run import Reins
from sessions.branches.merges.hunks import Hunk as RawHunk
from sessions.branches.merges.judge import Matrix
from sessions.branches.merges.landing import after_landing
from sessions.branches.merges.pair import hunks_of
from sessions.branches.merges.subjects import Row, rows_of, subjects
from sessions.errors import FactoryError
from sessions.floor.conflicts import Outcome, Verdict
from sessions.floor.state import FloorState
from sessions.place import Place


def pair_hunks(place: Place, state: FloorState, asked: PairHunks, halt: Halt) -> Iterator[FileHunks]:
    """Where the pair collides, file by file. Raises FactoryError when that cannot be read any more."""
    names = [name for name in (asked.a, asked.b) if name]
    reins = Reins()
    halt.then(reins.pull)
    with _opened(place, state, names, asked.uncommitted) as (matrix, base_head, rows):
        halt.check()
        if len(rows) < len(names):
            raise FactoryError("one of the two is gone")
        found = hunks_of(matrix, base_head, rows, Verdict(asked.a, asked.b, Outcome.CONFLICT), reins)
    for path, hunks in found.items():
        yield FileHunks(path, tuple(map(_told, hunks)))


def land_first(place: Place, state: FloorState, asked: LandFirst, halt: Halt) -> Landed:
    """Land a branch on the base in a scratch store, and merge the others with what comes of it.

    Raises FactoryError when it does not merge with the base, or git cannot say.
    """
    verdicts = state.verdicts if asked.uncommitted else {**state.verdicts, **state.committed_verdicts}
    with _opened(place, state, asked.names, asked.uncommitted) as (matrix, base_head, rows):
        after = after_landing(matrix, base_head, rows, verdicts, asked.branch, lambda: halt.pulled)
        halt.check()
    return Landed(after)


def _told(hunk: RawHunk) -> Hunk:
    return Hunk(_lines(hunk.ours), _lines(hunk.base), _lines(hunk.theirs), hunk.ours_at, hunk.theirs_at)


def _lines(lines: Sequence[bytes]) -> tuple[str, ...]:
    return tuple(line.decode("utf-8", "replace") for line in lines)


@contextmanager
def _opened(
    place: Place, state: FloorState, names: Sequence[str], uncommitted: bool
) -> Iterator[tuple[Matrix, str, list[Row]]]:
    """A matrix of its own, the base's commit, and those of `names` that are still there."""
    matrix = Matrix(place.common_dir, place.state_dir)
    try:
        chosen = subjects(matrix.git, place.common_dir, state.base, occupied=names)
        rows = rows_of(matrix, [item for item in chosen.others if item.name in names], dirty=uncommitted)
        yield matrix, chosen.base_head, rows
    finally:
        matrix.close()
