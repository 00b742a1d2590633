"""`order`: in which order the most branches land on the base without a conflict, and what stands in the others' way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from console.cli.call import Call
from console.cli.conflicts import look, opened, say_left_out
from console.cli.output import count, say, table
from sessions.branches.merges.judge import Matrix
from sessions.branches.merges.rehearsal import Rehearsal, rehearse_plan
from sessions.branches.merges.subjects import Row
from sessions.floor.conflicts import Verdict, between
from sessions.headless import conflicts_shape as conflictshape
from sessions.headless.line import text
from sessions.landing.plan import Candidate, Left, Plan, plan
from sessions.place import place_of
from sessions.text import clean


def order(call: Call) -> int:
    place = place_of(call.repo)
    with opened(place) as matrix:
        chosen, rows, verdicts = look(matrix, place, call)
        arrived = {subject.name: subject.committed for subject in chosen.others}
        planned = plan([Candidate(row.name, arrived[row.name], not row.trouble) for row in rows], verdicts)
        rehearsed = _rehearsed(matrix, chosen.base_head, rows, planned, verdicts) if call.verify else None
    shape = shape_of(planned, rehearsed, verdicts, chosen.base, chosen.left_out)
    if call.json:
        say(text(shape))
    else:
        _print(shape, chosen.base, len(rows))
    return 0


def _rehearsed(
    matrix: Matrix, base_head: str, rows: Sequence[Row], planned: Plan, verdicts: Mapping[str, Verdict]
) -> Rehearsal:
    commits = {row.name: row.commit for row in rows if not row.trouble}
    return rehearse_plan(matrix.scratch, base_head, commits, planned, verdicts)


def shape_of(
    planned: Plan, rehearsed: Rehearsal | None, verdicts: Mapping[str, Verdict], base: str, left_out: int = 0
) -> conflictshape.Order:
    """The plan as JSON has it; what was rehearsed is what really landed."""
    landing = planned.names if rehearsed is None else rehearsed.landed
    waiting = {item.name: item for item in planned.left if item.name not in landing}
    bounced = [name for name in planned.names if name not in landing]
    left = [conflictshape.LeftShape(name, _blockers(item, base)) for name, item in waiting.items()]
    left += [conflictshape.LeftShape(name, _near(name, landing, verdicts)) for name in bounced]
    return conflictshape.Order(
        order=list(landing),
        lands=len(landing),
        in_arrival_order=planned.in_arrival_order,
        upper_bound=planned.upper_bound,
        verified=rehearsed is not None and rehearsed.finished,
        left=left,
        left_out=left_out,
    )


def _blockers(item: Left, base: str) -> list[str]:
    return [name or base for name in item.blocked_by]


def _near(name: str, landing: Sequence[str], verdicts: Mapping[str, Verdict]) -> list[str]:
    """Those that share a path with a branch that collides with none of them, only with several together."""
    return [other for other in landing if between(verdicts, name, other) is not None]


def _print(shape: conflictshape.Order, base: str, branches: int) -> None:
    sure = "really merged one after the other" if shape.verified else "not rehearsed; --verify merges them for real"
    say(
        f"{shape.lands} of {count(branches, 'branch', 'branches')} can land on {clean(base)} ({sure}); "
        f"{shape.in_arrival_order} in order of arrival, {shape.upper_bound} at most"
    )
    say_left_out(shape.left_out)
    if shape.order:
        say()
        table(("", "lands"), ((str(number), name) for number, name in enumerate(shape.order, 1)), left=2)
    if shape.left:
        say()
        table(("left", "blocked by"), ((item.name, ", ".join(item.blocked_by)) for item in shape.left), left=2)
