"""The only maker of floor states: `fold(state, event)`.

`fold` and `fold_all` are pure. They work on a private draft that copies each mapping once, the first time an event
changes it, so that a batch costs little more than its events.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeVar

from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.state import (
    Branch,
    Evidence,
    FloorState,
    RunningTool,
    Session,
    Station,
    Status,
)
from sessions.floor.tokens import Certainty, Meter, Tokens

MAX_FILES = 500
"""Distinct files remembered per station; further ones are not, and the journal still has them."""
MAX_RUNNING = 50

V = TypeVar("V")


def fold(state: FloorState, event: ev.Event) -> FloorState:
    """The state after one more event."""
    return fold_all(state, (event,))


def fold_all(state: FloorState, events: Iterable[ev.Event]) -> FloorState:
    """The state after all `events`: the same as folding them one by one, but faster."""
    draft = _Draft(state)
    for event in events:
        draft.seq += 1
        draft.time = max(draft.time, event.time)
        handler = _HANDLERS.get(type(event))
        if handler is not None:
            handler(draft, event)
    return draft.freeze()


class _Draft:
    """A state under construction: the one mutable thing, and it never leaves this module."""

    def __init__(self, state: FloorState) -> None:
        self.before = state
        self.seq, self.time = state.seq, state.time
        self.repo, self.name = state.repo, state.name
        self.base, self.base_head = state.base, state.base_head
        self.utc_offset, self.simulated, self.runs = state.utc_offset, state.simulated, state.runs
        self.total, self.elsewhere, self.pace = state.total, state.elsewhere, state.pace
        self.maps: dict[str, dict[str, object]] = {}

    def mapping(self, name: str, old: Mapping[str, V]) -> dict[str, V]:
        """A private copy of the mapping `name`, made at its first use."""
        copy = self.maps.get(name)
        if copy is None:
            copy = self.maps[name] = dict(old)
        return copy  # type: ignore[return-value]  # each name is used with one value type only

    @property
    def stations(self) -> dict[str, Station]:
        return self.mapping("stations", self.before.stations)

    @property
    def branches(self) -> dict[str, Branch]:
        return self.mapping("branches", self.before.branches)

    @property
    def sessions(self) -> dict[str, Session]:
        return self.mapping("sessions", self.before.sessions)

    def meters(self, name: str, old: Mapping[str, Meter]) -> dict[str, Meter]:
        return self.mapping(name, old)

    def station(self, event: ev.StationEvent) -> Station:
        """The event's station; one that nobody opened is made, so that no event is lost."""
        return self.stations.get(event.station) or Station(event.station, opened=event.time)

    def freeze(self) -> FloorState:
        return replace(
            self.before,
            seq=self.seq,
            time=self.time,
            repo=self.repo,
            name=self.name,
            base=self.base,
            base_head=self.base_head,
            utc_offset=self.utc_offset,
            simulated=self.simulated,
            runs=self.runs,
            total=self.total,
            elsewhere=self.elsewhere,
            pace=self.pace,
            **self.maps,
        )


def _factory_opened(draft: _Draft, event: ev.FactoryOpened) -> None:
    draft.repo, draft.name = event.repo, event.name
    draft.base, draft.base_head = event.base, event.base_head
    draft.utc_offset, draft.simulated = event.utc_offset, event.simulated
    draft.runs += 1


def _branch_changed(draft: _Draft, event: ev.BranchChanged) -> None:
    draft.branches[event.branch] = Branch(
        event.branch,
        event.head,
        event.ahead,
        event.behind,
        event.author,
        event.subject,
        event.committed,
        event.worktree,
        event.dirty,
        event.merged,
        event.detached,
        event.time,
    )
    if event.branch == draft.base:
        draft.base_head = event.head


def _branch_removed(draft: _Draft, event: ev.BranchRemoved) -> None:
    draft.branches.pop(event.branch, None)


def _source_skipped(draft: _Draft, event: ev.SourceSkipped) -> None:
    skipped = draft.mapping("skipped", draft.before.skipped)
    skipped[event.reason] = skipped.get(event.reason, 0) + event.count


def _station_opened(draft: _Draft, event: ev.StationOpened) -> None:
    known = draft.stations.get(event.station)
    draft.stations[event.station] = replace(
        known or Station(event.station, opened=event.time),
        kind=event.kind,
        directory=event.directory,
        branch=event.branch,
        role=event.role,
        elsewhere=event.elsewhere,
    )


def _session_opened(draft: _Draft, event: ev.SessionOpened) -> None:
    _session_number(draft, event)
    draft.sessions[event.session] = replace(
        draft.sessions[event.session],
        path=event.path,
        parent=event.parent,
        title=event.title,
        version=event.version,
        closed=False,
    )
    station = draft.station(event)
    if event.time >= station.evidence.seen:
        draft.stations[event.station] = replace(station, session=event.session)


def _session_closed(draft: _Draft, event: ev.SessionClosed) -> None:
    _session_number(draft, event)
    draft.sessions[event.session] = replace(draft.sessions[event.session], closed=True)
    _evidence(draft, event, Status.IDLE, "session ended")


def _branch_entered(draft: _Draft, event: ev.BranchEntered) -> None:
    station = draft.station(event)
    draft.stations[event.station] = replace(
        station, branch=event.branch, directory=event.directory or station.directory
    )


def _turn_started(draft: _Draft, event: ev.TurnStarted) -> None:
    station = _evidence(draft, event, Status.WORKING, "turn started")
    draft.stations[event.station] = replace(
        station,
        turns=station.turns + 1,
        running={},
        activity=event.text or station.activity,
        activity_time=event.time,
    )


def _turn_finished(draft: _Draft, event: ev.TurnFinished) -> None:
    station = _evidence(draft, event, Status.IDLE, "turn finished")
    draft.stations[event.station] = replace(station, running={})


def _turn_failed(draft: _Draft, event: ev.TurnFailed) -> None:
    station = _evidence(draft, event, Status.FAILED, event.reason)
    draft.stations[event.station] = replace(
        station, errors=station.errors + 1, running={}, activity=event.reason, activity_time=event.time
    )


def _person_needed(draft: _Draft, event: ev.PersonNeeded) -> None:
    station = _evidence(draft, event, Status.NEEDS_ME, event.reason, event.guess)
    draft.stations[event.station] = replace(station, activity=event.reason, activity_time=event.time)


def _machine_awaited(draft: _Draft, event: ev.MachineAwaited) -> None:
    station = _evidence(draft, event, Status.WAITING, event.reason)
    draft.stations[event.station] = replace(station, activity=event.reason, activity_time=event.time)


def _activity_seen(draft: _Draft, event: ev.ActivitySeen) -> None:
    _evidence(draft, event, Status.WORKING, "wrote")


def _text_written(draft: _Draft, event: ev.TextWritten) -> None:
    station = _evidence(draft, event, Status.WORKING, "wrote")
    draft.stations[event.station] = replace(station, activity=event.text, activity_time=event.time)


def _tool_called(draft: _Draft, event: ev.ToolCalled) -> None:
    station = _evidence(draft, event, Status.WORKING, f"tool {event.tool}")
    running, files = station.running, station.files
    if event.call and len(running) < MAX_RUNNING:
        running = {**running, event.call: RunningTool(event.tool, event.detail, event.time)}
    if event.file and (event.file in files or len(files) < MAX_FILES):
        files = {**files, event.file: files.get(event.file, 0) + 1}
    draft.stations[event.station] = replace(
        station,
        tools=station.tools + 1,
        running=running,
        files=files,
        activity=f"{event.tool} {event.detail}".strip(),
        activity_time=event.time,
    )


def _tool_finished(draft: _Draft, event: ev.ToolFinished) -> None:
    station = _evidence(draft, event, Status.WORKING, "tool came back")
    running = station.running
    if event.call in running:
        running = {call: tool for call, tool in running.items() if call != event.call}
    draft.stations[event.station] = replace(station, running=running, errors=station.errors + event.failed)


def _tokens_used(draft: _Draft, event: ev.TokensUsed) -> None:
    session = _session_number(draft, event) if event.session else 0
    station = draft.station(event)
    tokens, dollars = event.tokens.total, event.cost or 0.0
    main = not event.subagent
    draft.stations[event.station] = replace(
        station,
        model=event.model if main and event.model else station.model,
        context=event.context if main and event.context else station.context,
        window=event.window if main and event.window else station.window,
        meter=metered(station.meter, event, session),
        pace=station.pace.add(event.time, tokens, dollars),
    )
    draft.total = metered(draft.total, event, session)
    if station.elsewhere:
        draft.elsewhere = metered(draft.elsewhere, event, session)
    else:
        draft.pace = draft.pace.add(event.time, tokens, dollars)
    before = draft.before
    for name, old, key in (
        ("models", before.models, event.model),
        ("branch_meters", before.branch_meters, event.branch),
        ("days", before.days, day(event.time, draft.utc_offset)),
    ):
        meters = draft.meters(name, old)
        meters[key] = metered(meters.get(key, _NOTHING), event, session)


_NOTHING = Meter()


def metered(meter: Meter, event: ev.TokensUsed, session: int) -> Meter:
    """The meter after one more statement of usage."""
    a, b, calls, certainty = meter.tokens, event.tokens, event.calls, event.certainty
    return Meter(
        Tokens(
            a.input + b.input,
            a.cache_write_5m + b.cache_write_5m,
            a.cache_write_1h + b.cache_write_1h,
            a.cache_read + b.cache_read,
            a.output + b.output,
            a.thinking + b.thinking,
        ),
        meter.calls + calls,
        meter.cost + (event.cost or 0.0),
        meter.unpriced + (calls if event.cost is None else 0),
        meter.reported + (calls if certainty is Certainty.REPORTED else 0),
        meter.estimated + (calls if certainty is Certainty.ESTIMATED else 0),
        meter.undercounted + (calls if certainty is Certainty.UNDERCOUNTED else 0),
        meter.sessions if not session or session in meter.sessions else meter.sessions | {session},
    )


@lru_cache(maxsize=64)
def _day_of(number: int) -> str:
    return datetime.fromtimestamp(number * 86_400, UTC).strftime("%Y-%m-%d")


def day(time: float, utc_offset: int) -> str:
    """The operator's day that `time` falls on, as `2026-11-21`."""
    return _day_of(int((time + utc_offset) // 86_400))


def _session_number(draft: _Draft, event: ev.StationEvent) -> int:
    session = draft.sessions.get(event.session)
    if session is None:
        session = Session(len(draft.sessions) + 1, event.station, opened=event.time)
        draft.sessions[event.session] = session
    return session.number


def _evidence(draft: _Draft, event: ev.StationEvent, status: Status, reason: str, guess: bool = False) -> Station:
    """Note newer evidence for a status; older evidence than what is known changes nothing."""
    station = draft.station(event)
    old = station.evidence
    if event.time >= old.seen:
        since = old.since if old.status is status else event.time
        station = replace(
            station,
            session=event.session or station.session,
            evidence=Evidence(status, since, event.time, event.source, reason, guess),
        )
    draft.stations[event.station] = station
    return station


# Each handler takes the type it is filed under, which a dict cannot say.
_HANDLERS: dict[type[ev.Event], Callable[[_Draft, Any], None]] = {
    ev.FactoryOpened: _factory_opened,
    ev.BranchChanged: _branch_changed,
    ev.BranchRemoved: _branch_removed,
    ev.SourceSkipped: _source_skipped,
    ev.StationOpened: _station_opened,
    ev.SessionOpened: _session_opened,
    ev.SessionClosed: _session_closed,
    ev.BranchEntered: _branch_entered,
    ev.TurnStarted: _turn_started,
    ev.TurnFinished: _turn_finished,
    ev.TurnFailed: _turn_failed,
    ev.PersonNeeded: _person_needed,
    ev.MachineAwaited: _machine_awaited,
    ev.ActivitySeen: _activity_seen,
    ev.TextWritten: _text_written,
    ev.ToolCalled: _tool_called,
    ev.ToolFinished: _tool_finished,
    ev.TokensUsed: _tokens_used,
}
