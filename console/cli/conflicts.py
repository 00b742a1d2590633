"""`conflicts`: which branches cannot be merged with the base and with each other, without a supervisor or a journal.

It exits with 1 when anything collides. What is found is remembered beside the journal; the repository stays as it is.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from console.cli.call import Call, base_of
from console.cli.output import count, say, table
from sessions.branches.git.run import version
from sessions.branches.merges.comparing import compare
from sessions.branches.merges.judge import Matrix
from sessions.branches.merges.subjects import Row, Subjects, occupied, rows_of, subjects
from sessions.errors import UsageError
from sessions.floor.conflicts import Outcome, Verdict, key_of, pair_of
from sessions.headless import conflicts_shape as conflictshape
from sessions.headless.line import text
from sessions.place import Place, place_of
from sessions.text import clean, clean_lines
from sessions.views.conflicts.collisions import counts

CONFLICTS = 1
"""Exit code when something collides."""


def conflicts(call: Call) -> int:
    if call.pair and (call.watch or call.refs):
        raise UsageError("--watch and --branches are about all branches", "leave them out, or the pair")
    place = place_of(call.repo)
    with opened(place) as matrix:
        if call.pair:
            return _pair(call, place, matrix)
        if call.watch:
            return _watch(call, place, matrix)
        return _whole(call, place, matrix)[0]


@contextmanager
def opened(place: Place) -> Iterator[Matrix]:
    """The matrix of the repository at a place. Raises FactoryError where git is missing or too old."""
    matrix = Matrix(place.common_dir, place.state_dir)
    try:
        version()  # which the matrix may remember
        yield matrix
    finally:
        matrix.close()


def look(matrix: Matrix, place: Place, call: Call) -> tuple[Subjects, list[Row], dict[str, Verdict]]:
    """The base, the branches as they are compared, and the verdict on every pair by `key_of`."""
    remembered = matrix.remembered
    chosen = subjects(matrix.git, place.common_dir, base_of(call), call.refs, remembered, occupied(remembered))
    rows = rows_of(matrix, chosen.others, dirty=call.dirty)
    verdicts = {
        key_of(verdict.a, verdict.b): verdict
        for portion in compare(matrix, chosen.base_head, rows)
        for verdict in portion
    }
    return chosen, rows, verdicts


def _whole(call: Call, place: Place, matrix: Matrix, before: str = "") -> tuple[int, str]:
    """Print the whole matrix unless it is as it was `before`; the exit code, and what it is now."""
    chosen, rows, verdicts = look(matrix, place, call)
    shape = conflictshape.conflicts(chosen.base, chosen.base_head, rows, verdicts, call.only_conflicts, chosen.left_out)
    now = text(shape)
    if now != before:
        if call.json:
            say(now)
        else:
            if before:
                say()
            _print(shape, verdicts)
    return CONFLICTS if shape.any else 0, now


def _print(shape: conflictshape.Conflicts, verdicts: dict[str, Verdict]) -> None:
    collisions = [v for v in verdicts.values() if v.outcome is Outcome.CONFLICT]
    unknown = sum(v.outcome is Outcome.UNKNOWN for v in verdicts.values())
    with_base = sum(not v.b for v in collisions)
    total = len(verdicts) - len(shape.branches)
    say(
        f"{count(len(shape.branches), 'branch', 'branches')} against {clean(shape.base.name)} {shape.base.head[:8]}: "
        f"{with_base} of them cannot be merged with it, {len(collisions) - with_base:,} of {count(total, 'pair')} "
        "with each other" + (f", {unknown:,} unknown" if unknown else "")
    )
    say_left_out(shape.left_out)
    if slow := [verdict.seconds for verdict in verdicts.values() if verdict.seconds >= 1]:
        say(f"git took more than a second for {count(len(slow), 'pair')}, {max(slow):.1f} s for the slowest")
    met = counts(verdicts)
    rows = [
        (
            branch.name + (" *" if branch.dirty else ""),
            branch.with_base,
            (met[branch.name][1] or shape.base.name) if branch.name in met else "",
            branch.head[:8],
            str(met.get(branch.name, (0, ""))[0]),
        )
        for branch in shape.branches
    ]
    if rows:
        say()
        table(("branch (* uncommitted work)", "base", "worst", "head", "collides with"), rows, left=4)
    if collisions:
        say()
        worst = sorted(collisions, key=lambda v: (-v.lines, v.a, v.b))
        lines = (
            (v.a, v.b or shape.base.name, _paths(v), str(len(v.files)), str(sum(file.lines for file in v.files)))
            for v in worst
        )
        table(("branch", "collides with", "worst file", "files", "lines"), lines, left=3)


def say_left_out(branches: int) -> None:
    """Say how many branches were not compared, and how they are."""
    if branches:
        say(f"{count(branches, 'older branch', 'older branches')} left out; --branches '**' compares every branch")


def _paths(verdict: Verdict) -> str:
    worst = verdict.files[0]
    return f"{worst.path} ({worst.kind})"


def _watch(call: Call, place: Place, matrix: Matrix) -> int:
    """Print the matrix now and whenever it has changed, until interrupted."""
    import asyncio
    from contextlib import aclosing

    from sessions.branches.watch.repo import Repository
    from sessions.branches.watch.watch import watch

    async def follow() -> int:
        repository = await asyncio.to_thread(Repository.open, place.repo, base_of(call) or None)
        code, now = 0, ""
        async with aclosing(watch(repository)) as hints:
            async for _ in hints:
                code, now = await asyncio.to_thread(_whole, call, place, matrix, now)
                sys.stdout.flush()
        return code

    return asyncio.run(follow())


def _pair(call: Call, place: Place, matrix: Matrix) -> int:
    from sessions.branches.merges.pair import hunks_of

    names = [name.removeprefix("refs/heads/") for name in names_of(call.pair)]
    chosen = subjects(matrix.git, place.common_dir, base_of(call), names)
    beside = [name for name in names if name != chosen.base]
    wanted = [item for item in chosen.others if any(_is_called(item.name, name) for name in beside)]
    if not wanted or len(wanted) != len(beside):
        raise UsageError("a pair is two different branches, or one and the base", "see `factory-tui conflicts`")
    rows = rows_of(matrix, wanted, dirty=call.dirty)
    pair = pair_of(rows[0].name, rows[1].name if len(rows) == 2 else "")
    ((verdict,),) = compare(matrix, chosen.base_head, rows, [pair])
    hunks = hunks_of(matrix, chosen.base_head, rows, verdict)
    shape = conflictshape.pair(verdict, chosen.base, hunks)
    if call.json:
        say(text(shape))
    else:
        _print_pair(shape)
    return CONFLICTS if verdict.outcome is Outcome.CONFLICT else 0


def _is_called(ref: str, name: str) -> bool:
    """Whether an operator who writes `name` may mean this ref; local branches go by their short names."""
    return ref in (name, f"refs/remotes/{name}", f"refs/tags/{name}")


def names_of(words: Sequence[str]) -> list[str]:
    """The branches of a pair, written as two words, `A...B` or `A×B`; one alone is meant against the base."""
    if len(words) > 2:
        raise UsageError("a pair is two branches", "name two, or one to compare it with the base")
    for between in ("...", "×"):
        one, found, other = words[0].partition(between)
        if len(words) == 1 and found and one and other:
            return [one, other]
    return list(words)


def _print_pair(shape: conflictshape.PairReport) -> None:
    lines = sum(file.lines for file in shape.files)
    what = f", {count(len(shape.files), 'file')}, {count(lines, 'line')}" if shape.files else ""
    reason = f": {clean(shape.reason)}" if shape.reason else ""
    took = f", git took {shape.seconds:.1f} s" if shape.seconds >= 1 else ""
    say(f"{clean(shape.a)} × {clean(shape.b)}: {shape.status}{what}{took}{reason}")
    for file in shape.files:
        say()
        say(
            f"{clean(file.path)}  {file.kind}  {count(file.lines, 'line')}"
            + ("  the same on both sides" if file.same else "")
        )
        for hunk in file.hunks:
            say(f"  @@ a {_range(hunk.a)} × b {_range(hunk.b)} @@")
            for mark, side in (("a", hunk.a.lines), ("-", hunk.base), ("b", hunk.b.lines)):
                for line in side:
                    say(f"  {mark} {clean_lines(line)[0]}")


def _range(side: conflictshape.SideShape) -> str:
    return f"{side.start}" if len(side.lines) == 1 else f"{side.start},{len(side.lines)}"
