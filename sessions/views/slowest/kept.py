"""What is kept of a station whose task is taken from it, and what it gives back: in words, before it is done. Pure."""

from __future__ import annotations

from sessions.floor.ours import budget
from sessions.floor.scope import Budget
from sessions.floor.state import PROMPTLESS, FloorState
from sessions.floor.tasks.task import Source, Task
from sessions.text import clean
from sessions.views.forms.words import budget_text
from sessions.views.hands import OBSERVED
from sessions.views.tasks.words import title_of


def untakeable(state: FloorState, station: str) -> str:
    """Why no task can be taken from a station; "" where one can."""
    known = state.owned.get(station)
    if known is None:
        return OBSERVED
    if station in state.hands:
        return ""
    if not known.lives:
        return f"it is {known.life.value}, and has no task"
    if not known.text or any(_was_of(task, station) for task in state.tasks.values()):
        return "it has no task: X kills it"
    return ""


def _was_of(task: Task, station: str) -> bool:
    """It is what the station was started with, or was done by it."""
    return task.station == station or (task.spec.source is Source.STATION and task.spec.origin == station)


def kept(state: FloorState, station: str, now: float) -> list[tuple[str, str]]:
    """Each with its label; nothing of a station from which no task can be taken."""
    if untakeable(state, station):
        return []
    known = state.owned[station]
    branch = state.branches.get(known.branch)
    rows = [("task", _task(state, station))]
    if known.branch:
        ahead = f", {branch.ahead} ahead" if branch is not None and branch.ahead else ""
        rows.append(("branch", f"{clean(known.branch, 80)} stays{ahead}"))
    if branch is not None and branch.dirty:
        rows.append(("changes", f"{_many(branch.dirty, 'file')} not committed: kept under a ref for 30 days"))
    rows.append(("session", _talk(state, station)))
    left = _left(state, station, now)
    return [*rows, ("budget", f"{left} comes back")] if left else rows


def in_short(state: FloorState, station: str) -> str:
    """The same in a few words, for a question."""
    branch = state.branches.get(state.owned[station].branch)
    changes = f"{branch.dirty:,} uncommitted" if branch is not None and branch.dirty else ""
    return ", ".join(filter(None, ("branch", changes, "conversation")))


def _task(state: FloorState, station: str) -> str:
    task = state.tasks.get(state.hands.get(station, ""))
    if task is None:
        return "what it was started with becomes a task in the queue"
    said = "its last failing output" if task.output else "what it did last"
    return f"{task.id} “{title_of(task, 60)}” goes back to the queue with {said} and the files it touched"


def _talk(state: FloorState, station: str) -> str:
    seen = state.stations.get(station)
    if seen is None or not seen.session or seen.kind in PROMPTLESS:
        return "it has no conversation to come back to"
    return "u brings it back in its conversation, with its task"


def _left(state: FloorState, station: str, now: float) -> str:
    """What it has not used up of what is bounded."""
    known = state.owned[station]
    left = budget.left(state, station, now)
    parts = {what: getattr(left, what) for what in budget.MEASURES if getattr(known.budget, what)}
    return budget_text(Budget(**{**parts, "dollars": round(parts.get("dollars", 0.0), 2)}))


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'s' * (count != 1)}"
