"""The suggested order as lines: what lands and why, what is rebased then, what was dropped. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from sessions.floor.conflicts import Verdict
from sessions.landing.plan import Left, Plan, Step, Wishes
from sessions.text import clean
from sessions.views.conflicts.reasons import costs, extent, refused
from widgets.draw.cells import Line, cut, fit, pad, short, width

NAME_FAIR = 26
"""Cells of a name, however long the reasons are."""


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
    lands = [
        (f"{number:>3}  ", step.name, _why(step, wishes, [label(name) for name in step.unblocks]))
        for number, step in enumerate(plan.order, 1)
    ]
    rebased = [("  ↷  ", left.name, _onto(left, label(left.onto))) for left in plan.left]
    gone = [("  ×  ", name, "dropped: d takes it back") for name in wishes.dropped]
    every = [(width(label(name)), width(why)) for _, name, why in (*lands, *rebased, *gone)]
    longest, told = (max(column, default=0) for column in zip(*every, strict=True)) if every else (0, 0)
    # Names get what the reasons leave, and of a narrow room a fair part.
    widest = min(longest, max(NAME_FAIR, cells - 9 - told))

    def line(head: str, name: str, why: str) -> PlanRow:
        return PlanRow(name, _plan_line(head, label(name), why, name == chosen, widest, cells))

    rows += [line(*step) for step in lands]
    if rebased:
        rows.append(PlanRow("", ((" then rebase, cheapest first", "soft"),)))
    return [*rows, *(line(*left) for left in rebased), *(line(*dropped) for dropped in gone)]


def _why(step: Step, wishes: Wishes, unblocks: Sequence[str]) -> str:
    """What the operator wished of a branch that lands, and who waits for it."""
    mark = "pinned  " if step.pinned else "moved  " if step.name in wishes.moved else ""
    names = ", ".join(unblocks[:3]) + (f" and {len(unblocks) - 3} more" if len(unblocks) > 3 else "")
    return mark + (f"unblocks {names}" if unblocks else "")


def _onto(left: Left, onto: str) -> str:
    """What a branch that does not land has to be rebased onto, and what that costs."""
    if not left.compared:
        return "not compared yet"
    others = len(left.blocked_by) - 1
    among = f" and {others} other{'s' * (others != 1)}" if others > 0 else ""
    return f"onto {onto}{among}: {extent(left.files, left.lines)}"


def _plan_line(head: str, label: str, why: str, chosen: bool, widest: int, cells: int) -> Line:
    ground = " on cursor" if chosen else ""
    name = fit(short(label, widest), widest)
    return pad(
        [("▌" if chosen else " ", "accent"), (head, "faint" + ground), (name, "text" + ground),
         ("  " + cut(why, max(0, cells - widest - 9)), "soft" + ground)],
        cells, "text" + ground,
    )  # fmt: skip
