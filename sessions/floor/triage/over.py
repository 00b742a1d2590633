"""Why a case is over that nobody settled, in words: by what became of its station. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from sessions.floor import events as ev
from sessions.floor.ours.lives import Life
from sessions.floor.state import FloorState, Status
from sessions.floor.triage.case import Case, Kind
from sessions.floor.triage.judging.looked import LONG_AGO_S

DECIDED = {"allow": "allowed", "always": "allowed for good", "deny": "denied", "expire": "not answered in time"}
_OVER: dict[Kind, str] = {
    Kind.PERMISSION: "it does not ask that any more",
    Kind.DISK: "it fills the disk no more",
    Kind.MEMORY: "nothing waits for memory any more",
    Kind.PROVIDER: "nothing waits for it any more",
    Kind.SCOPE: "its scope holds that by now",
    Kind.BUDGET: "it has another budget, or all of it is used by now",
    Kind.CHECK: "the task is in other hands",
    Kind.REVIEW: "the task does not wait for that any more",
    Kind.STUCK: "it gets on again",
    Kind.CONFLICT: "it merges, or has landed",
    Kind.SIGNAL: "it does not ask for somebody any more",
    Kind.RESULT: "it was told",
}
_NOW = {
    Status.WORKING: "it is at work again",
    Status.WAITING: "it goes on by itself",
    Status.IDLE: "it is idle",
    Status.FAILED: "it has failed once more",
    Status.NEEDS_ME: "it needs somebody for something else",
}


def answered(event: ev.QuestionAnswered) -> str:
    """How a question came to be asked no more."""
    decided = DECIDED.get(event.decision, "withdrawn")
    return f"{decided} by {event.who}" if event.who else decided


def why(state: FloorState, case: Case, answers: Mapping[str, str], now: float) -> str:
    """Why `case` is over; `answers` says of questions how they were answered."""
    if case.about in answers:
        return answers[case.about]
    if case.kind in (Kind.CHECK, Kind.REVIEW) and (task := state.tasks.get(case.about)) is not None:
        return f"the task is {task.state.value}"
    return _ended(state, case, now) or _left(state, case) or _OVER.get(case.kind) or _goes_on(state, case)


def _ended(state: FloorState, case: Case, now: float) -> str:
    """That its station is no more, or not of the present; "" where it is."""
    seen, known = state.stations.get(case.station), state.owned.get(case.station)
    if seen is None:
        return "its station is gone" if case.station else ""
    if known is not None and known.life in (Life.REMOVED, Life.KILLED, Life.STOPPED):
        return f"its station is {known.life.value}"
    old = known is None and seen.evidence.status in (Status.FAILED, Status.NEEDS_ME)
    return "nobody has come to it for a day" if old and now - seen.evidence.since >= LONG_AGO_S else ""


def _left(state: FloorState, case: Case) -> str:
    """That what it was stuck in is over, as where its task was taken from it; "" where it may get on."""
    seen = state.stations.get(case.station)
    idle = seen is not None and seen.evidence.status is Status.IDLE
    return "its turn is over" if case.kind is Kind.STUCK and idle else ""


def _goes_on(state: FloorState, case: Case) -> str:
    seen = state.stations.get(case.station)
    return _NOW.get(seen.evidence.status, "it is in another state") if seen is not None else "it is over"
