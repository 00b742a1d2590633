"""What the conflicts screen says in words: where all branches stand, which pair it is, why nothing is shown."""

from __future__ import annotations

from collections.abc import Mapping

from console.links.link import LinkMode
from console.screens.conflicts.side import Subject
from sessions.floor.branches.shown import hidden_branches
from sessions.floor.commands import Progress
from sessions.floor.conflicts import Outcome, Verdict, between
from sessions.floor.state import FloorState
from sessions.landing.plan import Plan
from sessions.text import clean
from sessions.views.conflicts.matrix import Matrix
from sessions.views.conflicts.reasons import extent
from widgets.conflicts.pair_lines import Frame, empty_lines, pair_note
from widgets.draw.cells import Line
from widgets.draw.numbers import clock


def no_rows(state: FloorState, shown: Matrix, knows: bool, cells: int) -> list[Line]:
    """Why the matrix has no rows; `knows` tells that branches were or will be compared at all."""
    if not knows:
        why = "an old recording knows nothing of conflicts; 1 goes to its floor"
        return empty_lines("Nothing was compared at this moment", why, cells)
    if shown.every:
        return empty_lines("Every branch is filtered out", "esc shows all; f and / choose others", cells)
    if not state.branches:
        return empty_lines("No branch is known yet", "branches appear here by themselves", cells)
    return empty_lines("No branch is open", "one that is not merged into the base appears here by itself", cells)


def cannot_land(verdicts: Mapping[str, Verdict], name: str, label: str) -> str:
    """Why a branch cannot land first, as far as the matrix knows; empty when it may."""
    verdict = between(verdicts, name, "")
    if verdict is None or verdict.outcome is not Outcome.CONFLICT:
        return ""
    found = extent(len(verdict.files), verdict.lines)
    return f"{label} cannot land: it collides with the base in {found}; rebase it, or choose another branch"


def begun_of(subject: Subject | None, progress: Progress | None) -> float:
    """Since when git is at the pair that is looked at; 0 when it is not, or not for long."""
    if subject is None or progress is None or set(progress.part) != {subject.one, subject.other}:
        return 0.0
    return progress.since


def note_of(
    subject: Subject, state: FloorState, names: Mapping[str, str], now: float, cells: int, begun: float
) -> Line:
    """The pair in one line; `names` are the labels of branches."""
    base = clean(state.base, 40) or "the base"
    one, other = (names.get(name, clean(name, 40)) if name else base for name in (subject.one, subject.other))
    return pair_note(one, other, subject.verdict, subject.severity, now, cells, begun)


def standing(
    state: FloorState, matrix: Matrix, plan: Plan | None, mode: LinkMode, now: float, *,
    knows: bool, uncommitted: bool, landed: str, moved: str, age: str, slow: str,
) -> Frame:  # fmt: skip
    """Where all branches stand; `landed` is the label of the one whose landing is simulated.

    What has `moved` since that was simulated is counted, and its `age` is told then.
    """
    replayed = mode is LinkMode.REPLAY
    return Frame(
        branches=matrix.every,
        hidden=hidden_branches(state) if knows else 0,
        plan=plan if knows else None,
        base=state.base,
        base_head=state.base_head,
        uncommitted=uncommitted,
        computing=matrix.computing if knows else 0,
        pairs=matrix.pairs,
        conflicts=matrix.conflicts,
        landed=landed,
        moved=moved,
        age=age,
        slow=slow,
        simulated=state.simulated or mode is LinkMode.SIMULATED,
        replay=replayed,
        moment=clock(now, state.zone) if replayed else "",
    )
