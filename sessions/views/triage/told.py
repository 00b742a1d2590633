"""What is told of a case before it is settled: all texts cleaned. Pure."""

from __future__ import annotations

import msgspec

from sessions.floor.ours.owned import Owned, Question
from sessions.floor.state import FloorState, Status, name_of
from sessions.floor.tasks.task import Task
from sessions.floor.triage.acts import where
from sessions.floor.triage.case import Case
from sessions.floor.triage.meanings import question_of, task_of
from sessions.text import clean
from sessions.views.names import short_model
from sessions.views.ours import Ours, ours_of
from sessions.views.status import status_at

OUTPUT = 12
"""Lines of a failed check that are shown, the last ones."""


class Asked(msgspec.Struct, frozen=True):
    """A question that a case is about."""

    name: str
    """Of the station that asks."""
    question: Question
    known: Owned
    ours: Ours


class Told(msgspec.Struct, frozen=True):
    """A row of the queue in full."""

    cases: tuple[Case, ...]
    names: tuple[str, ...]
    """Of the stations, in the order of the cases."""
    asked: tuple[Asked, ...] = ()
    """Questions of which the text is another than those before."""
    observed: str = ""
    """How to answer where it runs, where we did not start it."""
    facts: tuple[tuple[str, str], ...] = ()
    """Of the first station: what it is and does, each with its label."""
    output: tuple[str, ...] = ()
    """What the check of its task said last."""


def told(state: FloorState, cases: tuple[Case, ...], now: float) -> Told:
    """All that is known of these cases, and of the station of the first one."""
    first = cases[0]
    task = task_of(state, first)
    return Told(
        cases,
        tuple(clean(name_of(state, case.station), 80) if case.station else "the floor" for case in cases),
        _asked(state, cases, now),
        where(state, first) if first.station and first.station not in state.owned else "",
        tuple((label, text) for label, text in _facts(state, first, task, now) if text),
        tuple(clean(line, 400) for line in task.output.splitlines()[-OUTPUT:]) if task is not None else (),
    )


def _asked(state: FloorState, cases: tuple[Case, ...], now: float) -> tuple[Asked, ...]:
    found: dict[tuple[object, ...], Asked] = {}
    for case in cases:
        question, ours = question_of(state, case), ours_of(state, case.station, now)
        if question is not None and ours is not None:
            same = (question.tool, question.text, question.paths, question.asks)
            name = clean(name_of(state, case.station), 80)
            found.setdefault(same, Asked(name, question, state.owned[case.station], ours))
    return tuple(found.values())


def _facts(state: FloorState, case: Case, task: Task | None, now: float) -> list[tuple[str, str]]:
    seen, known = state.stations.get(case.station), state.owned.get(case.station)
    if seen is None:
        return []
    evidence = status_at(seen, now)
    status = evidence.status.value.replace("_", " ")
    known_by_now = (Status.WORKING, Status.NEEDS_ME)
    reason = evidence.reason if evidence.status not in known_by_now else ""
    does = ", ".join(filter(None, (seen.role, status + (f": {reason}" if reason else ""), short_model(seen.model))))
    facts = [
        ("station", clean(does, 300)),
        ("last", clean(seen.activity, 300) if evidence.status is not Status.NEEDS_ME else ""),
        ("task", _task(task, known)),
    ]
    if known is not None:
        ours = ours_of(state, case.station, now)
        assert ours is not None
        spent = f"{round(ours.share * 100)}% of its {ours.share_of} used" if ours.share_of else "no bound"
        writes = " ".join(known.scope.write) or "nothing"
        facts += [
            ("life", " ".join(filter(None, (ours.life.value, ours.reason)))),
            ("scope", clean(f"writes {writes}; {ours.bound}; network {ours.network}", 400)),
            ("budget", spent),
            ("outside", ours.violated and f"{ours.violations}×, the last: {ours.violated}"),
            ("for", ours.parent_name and f"works for {ours.parent_name}"),
        ]
    branch = state.branches.get(seen.branch)
    moved = f"  ↑{branch.ahead} ↓{branch.behind}" + f" ±{branch.dirty}" * bool(branch.dirty) if branch else ""
    return [*facts, ("branch", clean(seen.branch, 120) + moved)]


def _task(task: Task | None, known: Owned | None) -> str:
    if task is not None:
        return clean(f"{task.spec.title}  {task.state.value}, {task.id}", 300)
    return clean(known.text, 300) if known is not None else ""
