"""How conversations begin and end, and whose they are. Part of the fold."""

from __future__ import annotations

from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.fold.draft import Draft
from sessions.floor.fold.stations.evidence import put_evidence, still_running
from sessions.floor.fold.stations.stations import STATIONS
from sessions.floor.state import Session, Status


@STATIONS.folds
def sessions_over(draft: Draft, event: ev.SessionsOver) -> None:
    for name in event.sessions:
        if draft.known_session(name) is not None:
            del draft.sessions[name]


@STATIONS.folds
def session_returned(draft: Draft, event: ev.SessionReturned) -> None:
    if event.session and draft.known_session(event.session) is None:
        draft.sessions[event.session] = Session(
            event.station,
            path=event.path,
            parent=event.parent,
            title=event.title,
            version=event.version,
            opened=event.opened,
            closed=event.closed,
            usage=event.usage,
            counted=event.counted,
        )


@STATIONS.folds
def session_claimed(draft: Draft, event: ev.SessionClaimed) -> None:
    if event.session:
        draft.sessions[event.session] = replace(draft.session(event), station=event.station, usage=event.usage)


@STATIONS.folds
def session_opened(draft: Draft, event: ev.SessionOpened) -> None:
    station = draft.station(event)
    if event.session:
        known = draft.session(event)
        draft.sessions[event.session] = replace(
            known,
            path=event.path,
            parent=event.parent,
            title=event.title,
            version=event.version,
            opened=min(known.opened, event.time),
            closed=False,
        )
        if event.time >= station.evidence.seen:
            station = replace(station, session=event.session)
    draft.stations[event.station] = station


@STATIONS.folds
def session_closed(draft: Draft, event: ev.SessionClosed) -> None:
    if event.session:
        draft.sessions[event.session] = replace(draft.session(event), closed=True)
    # A station may have begun its next conversation before the last one was closed.
    station = draft.station(event)
    if event.session == station.session or not event.session:
        running = still_running(station, event)
        station = replace(station, process=0, report=None)
        put_evidence(draft, event, station, Status.IDLE, "session ended", running=running)
