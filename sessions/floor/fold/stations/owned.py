"""What is seen of stations of ours beside what their agents say: questions, ends, violations. Part of the fold."""

from __future__ import annotations

from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.fold.draft import Draft
from sessions.floor.fold.stations.evidence import (
    put_answered,
    put_evidence,
    put_question,
    put_rest,
    put_rested,
    put_spent,
)
from sessions.floor.fold.stations.stations import STATIONS
from sessions.floor.ours.lives import Asks, Life
from sessions.floor.state import Evidence, Station, Status

_ENDED = {
    Life.WAITING: (Status.WAITING, "to be started"),
    Life.HELD: (Status.FAILED, "held back"),
    Life.STOPPED: (Status.IDLE, "stopped"),
    Life.KILLED: (Status.IDLE, "killed"),
    Life.LOST: (Status.FAILED, "its process ended without a word"),
    Life.REMOVED: (Status.IDLE, "removed"),
}
"""Without a process."""


@STATIONS.folds
def life_changed(draft: Draft, event: ev.LifeChanged) -> None:
    match event.life:
        case Life.RUNNING:
            _runs(draft, event)
        case Life.PAUSED:
            put_rest(draft, event, event.reason or "paused")
        case _:
            _ends(draft, event)


def _runs(draft: Draft, event: ev.LifeChanged) -> None:
    station = draft.station(event)
    if station.asks:
        on = replace(station, process=event.process, rest=None)
        put_evidence(draft, event, on, Status.NEEDS_ME, next(iter(station.asks.values())))
    elif station.beneath is not None:
        draft.stations[event.station] = replace(station, process=event.process)
        put_rested(draft, event)
    elif station.evidence.status in (Status.UNKNOWN, Status.WAITING, Status.FAILED):
        # That it runs says nothing yet of what it does; that it rests no longer does.
        put_evidence(draft, event, replace(station, process=event.process), Status.IDLE, "started")
    else:
        draft.stations[event.station] = replace(station, process=event.process)


def _ends(draft: Draft, event: ev.LifeChanged) -> None:
    station = draft.station(event)
    status, reason = _ENDED[event.life]
    idle = _idle(station, event.life)
    # What an agent said that has ended is nothing that the next one says.
    over = replace(station, asks={}, stays=(), beneath=idle, rest=None, process=event.process, report=None)
    put_evidence(
        draft,
        event,
        over,
        status,
        event.reason or reason,
        "" if idle is not None else event.reason,
        anew=event.life is not Life.WAITING,  # which is told again while it waits
        running={},
        errors=event.life is Life.LOST and not event.again,
    )


def _idle(station: Station, life: Life) -> Evidence | None:
    """That it had nothing to do when it was lost: it has nothing to do either when it is brought back."""
    if life is Life.LOST:
        under = station.beneath or station.evidence
        return under if under.status is Status.IDLE else None
    return station.beneath if life is Life.WAITING and station.rest is None else None


@STATIONS.folds
def place_made(draft: Draft, event: ev.PlaceMade) -> None:
    station = draft.station(event)
    home = station.home or event.directory
    draft.stations[event.station] = replace(station, directory=event.directory, home=home, branch=event.branch)


@STATIONS.folds
def question_asked(draft: Draft, event: ev.QuestionAsked) -> None:
    words = " ".join(f"{event.tool} {event.text[:400]}".split())[:200]
    put_question(draft, event, {**draft.station(event).asks, event.question: words}, words)
    if event.asks is Asks.SCOPE:
        station = draft.station(event)
        draft.stations[event.station] = replace(station, stays=(*station.stays, event.question))


@STATIONS.folds
def question_answered(draft: Draft, event: ev.QuestionAnswered) -> None:
    station = draft.station(event)
    if event.question not in station.asks:
        return  # it was withdrawn already
    asks = {question: words for question, words in station.asks.items() if question != event.question}
    if asks:
        stays = tuple(question for question in station.stays if question in asks)
        draft.stations[event.station] = replace(station, stays=stays)
        put_question(draft, event, asks)
    else:
        put_answered(draft, event)


@STATIONS.folds
def scope_violated(draft: Draft, event: ev.ScopeViolated) -> None:
    """It is seen at once, and it is no end of the turn."""
    station = draft.station(event)
    if event.time >= station.activity_time:
        said = f"outside its scope: {event.act} {event.path}"
        draft.stations[event.station] = replace(station, activity=said, activity_time=event.time)


@STATIONS.folds
def signal_raised(draft: Draft, event: ev.SignalRaised) -> None:
    words = f"{event.name} {event.text}".strip()
    if event.name == "REQUIRES_INTERVENTION":
        put_evidence(draft, event, draft.station(event), Status.NEEDS_ME, words, words)
    elif event.name == "TASK_COMPLETE":
        put_evidence(draft, event, draft.station(event), Status.IDLE, words, words)
    else:
        station = draft.station(event)
        if event.time >= station.activity_time:
            draft.stations[event.station] = replace(station, activity=words, activity_time=event.time)


@STATIONS.folds
def budget_reached(draft: Draft, event: ev.BudgetReached) -> None:
    if event.share >= 1:
        put_spent(draft, event, f"its budget of {event.what} is used up")
