"""What `conflicts` and `order` look at: the branches of a repository and how they merge."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from console.cli.command import Compared, base_of
from console.cli.output import progress
from sessions.branches.git.run import version
from sessions.branches.merges.comparing import Names, compare
from sessions.branches.merges.judge import Matrix
from sessions.branches.merges.subjects import Row, Subjects, occupied, rows_of, subjects
from sessions.floor.commands import Progress
from sessions.floor.conflicts import Verdict, key_of
from sessions.place import Place


@contextmanager
def opened(place: Place) -> Iterator[Matrix]:
    """The matrix of the repository at a place. Raises FactoryError where git is missing or too old."""
    matrix = Matrix(place.common_dir, place.state_dir)
    try:
        version()  # which the matrix may remember
        yield matrix
    finally:
        matrix.close()


def look(matrix: Matrix, place: Place, call: Compared) -> tuple[Subjects, list[Row], dict[str, Verdict]]:
    """The base, the branches as they are compared, and the verdict on every pair by `key_of`."""
    remembered = matrix.remembered
    chosen = subjects(
        matrix.git, place.common_dir, base_of(call.repo, call.base), call.refs, remembered, occupied(remembered)
    )
    if chosen.configured is not None:
        matrix.believe(chosen.configured, chosen.trees)
    rows = rows_of(matrix, chosen.others, dirty=call.dirty)
    verdicts: dict[str, Verdict] = {}
    pairs = len(rows) * (len(rows) + 1) // 2
    with progress() as tell:

        def slow(pair: Names, since: float) -> None:
            names = tuple(name or chosen.base for name in pair)
            tell(Progress("comparing", len(verdicts), pairs, "pairs", names, since))

        for portion in compare(matrix, chosen.base_head, rows, slow=slow):
            verdicts |= {key_of(verdict.a, verdict.b): verdict for verdict in portion}
            tell(Progress("comparing", len(verdicts), pairs, "pairs"))
    return chosen, rows, verdicts
