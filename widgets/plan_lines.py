"""The suggested order as lines: what lands and why, what is rebased then, what was dropped. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from sessions.floor.conflicts import Verdict
from sessions.floor.order import Left, Plan, Step, Wishes
from sessions.floor.reasons import costs, extent, refused
from sessions.text import clean
from widgets.cells import Line, cut, fit, pad, width


class PlanRow(msgspec.Struct, frozen=True):
    """A line of the plan, and the branch it is about; none for what is said of all."""

    name: str
    line: Line


def plan_rows(
    plan: Plan, wishes: Wishes, verdicts: Mapping[str, Verdict], labels: Mapping[str, str], chosen: str, cells: int
) -> list[PlanRow]:
    """The suggested order with its reasons; then what has to be rebased, cheapest first; then what was dropped."""

    def label(name: str) -> str:
        return labels.get(name, clean(name, 40)) if name else "the base"

    rows = [PlanRow("", ((" " + cut(clean(text), cells - 2), "needs_me"),)) for text in costs(plan)]
    rows += [
        PlanRow("", ((" " + cut(clean(refused(refusal, verdicts), 400), cells - 2), "needs_me"),))
        for refusal in plan.refused
    ]
    widest = min(26, max((width(label(name)) for name in (*plan.names, *(left.name for left in plan.left))), default=8))
    for number, step in enumerate(plan.order, 1):
        rows.append(PlanRow(step.name, _step(number, step, wishes, label(step.name), [label(n) for n in step.unblocks],
                                             step.name == chosen, widest, cells)))  # fmt: skip
    if plan.left:
        rows.append(PlanRow("", ((" then rebase, cheapest first", "soft"),)))
    for left in plan.left:
        rows.append(
            PlanRow(left.name, _left(left, label(left.name), label(left.onto), left.name == chosen, widest, cells))
        )
    for name in wishes.dropped:
        rows.append(
            PlanRow(name, _plan_line("  ×  ", label(name), "dropped: d takes it back", name == chosen, widest, cells))
        )
    return rows


def _step(
    number: int, step: Step, wishes: Wishes, label: str, unblocks: Sequence[str], chosen: bool, widest: int, cells: int
) -> Line:
    mark = "pinned  " if step.pinned else "moved  " if step.name in wishes.moved else ""
    names = ", ".join(unblocks[:3]) + (f" and {len(unblocks) - 3} more" if len(unblocks) > 3 else "")
    return _plan_line(f"{number:>3}  ", label, mark + (f"unblocks {names}" if unblocks else ""), chosen, widest, cells)


def _left(left: Left, label: str, onto: str, chosen: bool, widest: int, cells: int) -> Line:
    if not left.compared:
        why = "not compared yet"
    else:
        others = len(left.blocked_by) - 1
        among = f" and {others} other{'s' * (others != 1)}" if others > 0 else ""
        why = f"onto {onto}{among}: {extent(left.files, left.lines)}"
    return _plan_line("  ↷  ", label, why, chosen, widest, cells)


def _plan_line(head: str, label: str, why: str, chosen: bool, widest: int, cells: int) -> Line:
    ground = " on cursor" if chosen else ""
    return pad(
        [("▌" if chosen else " ", "accent"), (head, "faint" + ground), (fit(label, widest), "text" + ground),
         ("  " + cut(why, max(0, cells - widest - 9)), "soft" + ground)],
        cells, "text" + ground,
    )  # fmt: skip
