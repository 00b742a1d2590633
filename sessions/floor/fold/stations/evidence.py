"""What a station is known to do, and by what: newer evidence takes the place of older. Part of the fold."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.fold.draft import Draft
from sessions.floor.reports import Report
from sessions.floor.state import Evidence, RunningTool, Station, Status

_WORKING, _NEEDS_ME = Status.WORKING, Status.NEEDS_ME
_DIALOG = Report.NEEDS_ME
"""By these names: Python 3.11 takes as long to look up a member as for all else that is asked of most events."""
_TOLD = frozenset((ev.ActivitySeen, ev.PersonNeeded, ev.AgentReported, ev.AgentLost))
"""Kinds that are told by others than the main conversation, too."""
_BESIDE = frozenset((ev.ToolFinished, ev.TextWritten))
"""Kinds that are told of it while a tool asks a person."""
_NEEDED_YET = frozenset((ev.SignalRaised, ev.BudgetReached))
"""Kinds that need a person for something else than the open questions: also when these are answered."""


def put_evidence(
    draft: Draft,
    event: ev.StationEvent,
    station: Station,
    status: Status,
    reason: str,
    says: str = "",
    *,
    guess: bool = False,
    anew: bool = False,
    running: Mapping[str, RunningTool] | None = None,
    turns: int = 0,
    tools: int = 0,
    errors: int = 0,
) -> None:
    """Put the station: newer evidence for its status, what it says or does, its tools under way, one turn more.

    Evidence and activity older than what is known say nothing of the present. While a question is open, only
    `put_question` changes what the station is known to do, and while it rests, only what somebody must act on. `anew`:
    it enters the status with this, also where it was in it.
    """
    time, evidence, session, settled = event.time, station.evidence, station.session, station.settled
    if running is None:
        running = station.running
    settles = _settles(event, running)
    if settles:
        settled = time if time > settled else settled
    elif (
        station.report is _DIALOG
        and evidence.status is _NEEDS_ME
        and status is _WORKING
        and type(event) is not ev.AgentReported
    ):
        # Sub-agents, and tools that were called together with the one that asks, go on while it waits for an answer.
        more = {"turns": station.turns + turns, "tools": station.tools + tools, "errors": station.errors + errors}
        draft.stations[event.station] = replace(station, running=running, **more)
        return
    beneath, activity, activity_time = station.beneath, station.activity, station.activity_time
    if (beneath is not None or station.asks) and _is_behind(station, event, status):
        # It needs its operator, or rests, until that is over; then it does what was told last beside it.
        under = beneath or Evidence()
        if time >= under.seen:
            since = under.since if under.status is status else time
            beneath = Evidence(status, since, time, event.source, reason, guess)
            if station.rest is not None and not station.asks:
                evidence = _at_rest(station.rest, beneath)
            session = event.session or session
        if status is _WORKING:
            says = ""
    elif time >= evidence.seen:
        since = evidence.since if evidence.status is status and not anew else time
        evidence = Evidence(status, since, time, event.source, reason, guess)
        session = event.session or session
    if says and time >= activity_time:
        activity, activity_time = says, time
    draft.stations[event.station] = replace(
        station,
        evidence=evidence,
        beneath=beneath,
        session=session,
        settled=settled,
        activity=activity,
        activity_time=activity_time,
        running=running,
        turns=station.turns + turns,
        tools=station.tools + tools,
        errors=station.errors + errors,
    )


def put_question(draft: Draft, event: ev.StationEvent, asks: Mapping[str, str], says: str = "") -> None:
    """The station asks all of this: it needs its operator for the oldest."""
    station = draft.station(event)
    old, under = station.evidence, station.beneath
    if not station.asks and under is None:  # that it needs its operator may be told of this very question
        told = old.status is Status.NEEDS_ME and (old.guess or station.report is Report.NEEDS_ME)
        under = None if told else old
    station = replace(station, asks=asks, beneath=under)
    put_evidence(draft, event, station, Status.NEEDS_ME, next(iter(asks.values())), says)


def put_answered(draft: Draft, event: ev.StationEvent) -> None:
    """Nothing is asked any more: what was told before and beside it holds, and else that it goes on."""
    station = draft.station(event)
    under, rest = station.beneath, station.rest
    goes_on = under is None or under.status in (Status.WORKING, Status.UNKNOWN)
    station = replace(station, asks={}, stays=(), beneath=None)
    if rest is not None:
        on = Evidence(Status.WORKING, event.time, event.time, event.source, "answered")
        under = on if goes_on or under is None else under
        draft.stations[event.station] = replace(station, beneath=under, evidence=_at_rest(rest, under))
    elif goes_on:
        put_evidence(draft, event, station, Status.WORKING, "answered")
    elif under is not None:
        seen = max(under.seen, station.evidence.seen, event.time)
        draft.stations[event.station] = replace(station, evidence=replace(under, seen=seen))


def put_rest(draft: Draft, event: ev.LifeChanged, reason: str) -> None:
    """The station rests as it is, whatever it did. What it asks is still asked, and that it failed is still so."""
    station = draft.station(event)
    beneath = station.beneath or (Evidence() if station.asks else station.evidence)
    rest = Evidence(Status.WAITING, event.time, event.time, event.source, reason)
    shown = station.evidence if station.asks else _at_rest(rest, beneath)
    draft.stations[event.station] = replace(station, evidence=shown, beneath=beneath, rest=rest, process=event.process)


def put_spent(draft: Draft, event: ev.BudgetReached, reason: str) -> None:
    """Its budget is used up: where it rests, that is why."""
    station = draft.station(event)
    if station.rest is None:
        put_evidence(draft, event, station, Status.NEEDS_ME, reason)
        return
    rest = Evidence(Status.NEEDS_ME, event.time, event.time, event.source, reason)
    draft.stations[event.station] = replace(station, rest=rest, evidence=station.evidence if station.asks else rest)


def put_rested(draft: Draft, event: ev.LifeChanged) -> None:
    """It goes on with what it did before its rest, which was no silence."""
    station = draft.station(event)
    if (under := station.beneath) is not None:
        if under.status in (Status.WORKING, Status.WAITING):
            under = replace(under, seen=max(event.time, under.seen))
        draft.stations[event.station] = replace(station, evidence=under, beneath=None, rest=None)


def _at_rest(rest: Evidence, beneath: Evidence) -> Evidence:
    """What a station that rests is known to do: what somebody must act on is no less so while it does."""
    loud = beneath.status in (Status.NEEDS_ME, Status.FAILED) and rest.status is not Status.NEEDS_ME
    return beneath if loud else rest


def turn_over(draft: Draft, event: ev.StationEvent) -> None:
    """What is asked ends with the turn, but for what stays."""
    station = draft.station(event)
    asks = {question: words for question, words in station.asks.items() if question in station.stays}
    if asks:
        draft.stations[event.station] = replace(station, asks=asks)
        put_question(draft, event, asks)
    elif station.asks:
        station = replace(station, asks={})
        if station.rest is None:
            station = replace(station, beneath=None)
        else:
            station = replace(station, evidence=_at_rest(station.rest, station.beneath or Evidence()))
        draft.stations[event.station] = station


def _is_behind(station: Station, event: ev.StationEvent, status: Status) -> bool:
    """Whether it stands behind what the station asks, or else behind its rest."""
    kind = type(event)
    if kind is ev.LifeChanged:
        return False
    if station.asks:
        return status is not Status.NEEDS_ME or kind in _NEEDED_YET
    return True


def _settles(event: ev.StationEvent, running: Mapping[str, RunningTool]) -> bool:
    """Whether this cannot be told while the main conversation waits for a person."""
    if "/" in event.source:
        return False
    kind = type(event)
    if kind in _BESIDE:
        return not running
    return len(running) <= 1 if kind is ev.ToolCalled else kind not in _TOLD


def still_running(station: Station, event: ev.StationEvent) -> dict[str, RunningTool]:
    """Tools that began after this event, which ends all earlier ones."""
    return {call: tool for call, tool in station.running.items() if tool.since > event.time}
