"""What makes no progress: silence that nothing excuses, and what is done again and again. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator

from sessions.floor.ours.lives import Life
from sessions.floor.progress.progress import NOTHING
from sessions.floor.progress.signs import SILENT_S, Stall, looping, stalled, thrashing
from sessions.floor.state import Status
from sessions.floor.tasks.task import Task, TaskState
from sessions.floor.triage.case import Case, Cause, Kind
from sessions.floor.triage.causes.rule import Found, Said, Where
from sessions.floor.triage.judging.looked import Looked, alike, millis, some

BROKEN_OFF = "idle with a task"
IDLE_S = 300.0
"""How long whoever broke its turn off has to say how it is to go on."""
_BUSY = (Status.WORKING, Status.WAITING)


def silent(looked: Looked) -> Iterator[Case]:
    """It should be working, and nothing is heard of it."""
    if (stall := stalled(looked.state, looked.name, looked.now, looked.silent)) is None:
        return
    seen = looked.station
    yield looked.case(
        Kind.STUCK,
        f"stalled:{millis(stall.since)}",
        stall.since,
        "silent, and nothing says why",
        (
            _believed(stall, looked.silent),
            f"silent for {minutes(stall.usual)} at most before that" if stall.usual else "",
            f"last: {seen.activity or seen.evidence.reason}",
        ),
        Found(Cause.STALL, "silent"),
    )


def _believed(stall: Stall, silent: float) -> str:
    """For how long it was believed to be at work, and whether that is less, or more, than is usual here."""
    words = f"believed to for {minutes(stall.patience)}"
    if silent == SILENT_S:
        return words
    return f"{words}: the settings say {silent:g} s, not {minutes(SILENT_S)}"


def circles(looked: Looked) -> Iterator[Case]:
    """It does the same again and again, or writes the same files without anything that stays."""
    if looked.station.evidence.status not in _BUSY:
        return
    progress = looked.state.progress.get(looked.name, NOTHING)
    if (loop := looping(progress, looked.now)) is not None:
        inner = looked.cause(Said(Where.TOOL, loop.error))
        yield looked.case(
            Kind.STUCK,
            f"loop:{millis(loop.since)}",
            loop.since,
            f"{loop.call}: {some(loop.count)} times",
            (loop.error, f"which is a case of {inner.rule}" if inner.rule else ""),
            Found(Cause.LOOP, "the same error again" if loop.error else "the same call again"),
            group=alike(Kind.STUCK.value, Cause.LOOP.value, loop.error) if loop.error else "",
        )
    elif (thrash := thrashing(progress, looked.now)) is not None:
        checks = f"{thrash.call}: failed {some(thrash.rounds)} times in the same way" if thrash.rounds else ""
        yield looked.case(
            Kind.STUCK,
            f"thrash:{millis(thrash.since)}",
            thrash.since,
            f"writes the same files again and again: {some(thrash.edits)} times",
            (checks, thrash.error),
            Found(Cause.LOOP, "back and forth"),
        )


def broken_off(looked: Looked) -> Iterator[Case]:
    """Its turn was ended amid its task, and nobody told it to go on: nothing would ever come of that."""
    if (left := _left_amid(looked)) is not None and looked.now >= left[1] + IDLE_S:
        task, since = left
        yield looked.case(
            Kind.STUCK,
            f"idle:{task.id}:{millis(since)}",
            since,
            f"does nothing, and has {task.id} in hand",
            (task.spec.title, f"last: {looked.station.evidence.reason}"),
            Found(Cause.STALL, BROKEN_OFF),
            about=task.id,
        )


def broken_off_due(looked: Looked) -> float:
    """When that has lasted long enough; infinite for never."""
    left = _left_amid(looked)
    return math.inf if left is None else left[1] + IDLE_S


def _left_amid(looked: Looked) -> tuple[Task, float] | None:
    """The task that a station has begun with and does nothing about, and since when."""
    state, known, told = looked.state, looked.owned, looked.station.evidence
    task = state.tasks.get(state.hands.get(looked.name, ""))
    rests = known is None or known.life is not Life.RUNNING or known.turn_since or told.status is not Status.IDLE
    if rests or task is None or task.state is not TaskState.TAKEN or not task.begun or task.done:
        return None
    return task, max(told.since, task.begun)


def minutes(seconds: float) -> str:
    """A duration in words."""
    return f"{seconds:.0f} s" if seconds < 60 else f"{round(seconds / 60)} m"
