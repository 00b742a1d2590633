"""The shape of `order --json`, from a plan and its rehearsal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sessions.branches.merges.rehearsal import Rehearsal
from sessions.floor.conflicts import Verdict, between
from sessions.headless.conflicts_shape import LeftShape, Order
from sessions.landing.plan import Left, Plan


def shape_of(
    planned: Plan, rehearsed: Rehearsal | None, verdicts: Mapping[str, Verdict], base: str, left_out: int = 0
) -> Order:
    """The plan as JSON has it; what was rehearsed is what really landed."""
    landing = planned.names if rehearsed is None else rehearsed.landed
    waiting = {item.name: item for item in planned.left if item.name not in landing}
    bounced = [name for name in planned.names if name not in landing]
    left = [LeftShape(name, _blockers(item, base)) for name, item in waiting.items()]
    left += [LeftShape(name, _near(name, landing, verdicts)) for name in bounced]
    return Order(
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
