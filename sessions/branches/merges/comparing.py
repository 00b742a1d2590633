"""Compares branches by name: the verdict on every pair, and on each with the base, nearest to landing first."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing

from sessions.branches.merges.judge import Matrix
from sessions.branches.merges.subjects import Row
from sessions.branches.merges.verdicts import Merged, Pair
from sessions.floor.conflicts import Outcome, Verdict, pair_of

Names = tuple[str, str]


def names_of(rows: Sequence[Row]) -> Iterator[Names]:
    """All pairs, in the order in which they matter: each with the base, then the first row with all others, ..."""
    yield from ((row.name, "") for row in rows)
    for at, row in enumerate(rows):
        yield from (pair_of(row.name, other.name) for other in rows[at + 1 :])


def compare(
    matrix: Matrix,
    base_head: str,
    rows: Sequence[Row],
    wanted: Sequence[Names] | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    slow: Callable[[Names, float], None] | None = None,
) -> Generator[list[Verdict], None, None]:
    """The verdicts on the `wanted` pairs of names (all when None), in portions as they are known.

    Each pair comes once; the rest does not come once `cancelled`. The base is merged into, and of two branches the
    first by name. `slow` is told, about once a second, of a pair that takes long, and since when in Unix time.
    """
    by_name = {row.name: row for row in rows}
    troubled: list[Verdict] = []
    names: dict[Pair, list[Names]] = {}
    for a, b in names_of(rows) if wanted is None else wanted:
        first, second = by_name[a], by_name.get(b)
        trouble = first.trouble or (second.trouble if second else "")
        if trouble:
            troubled.append(Verdict(a, b, Outcome.UNKNOWN, reason=trouble))
        else:
            commits = (first.commit, second.commit) if second else (base_head, first.commit)
            names.setdefault(commits, []).append((a, b))
    if troubled:
        yield troubled
    tell = None if slow is None else lambda commits, since: slow(names[commits][0], since)
    with closing(matrix.judge(list(names), base_head, cancelled, tell)) as portions:
        for found in portions:
            yield [_verdict(pair, merged) for commits, merged in found.items() for pair in names[commits]]


def _verdict(names: Names, merged: Merged) -> Verdict:
    return Verdict(*names, merged.outcome, merged.files, merged.shared, merged.reason, seconds=merged.seconds)
