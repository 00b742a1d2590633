"""What model calls use, added to the meters and paces that they belong to. Part of the fold."""

from __future__ import annotations

from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.fold.draft import Draft
from sessions.floor.fold.metering import Account
from sessions.floor.fold.stations.stations import STATIONS
from sessions.floor.zone import day


@STATIONS.folds
def tokens_used(draft: Draft, event: ev.TokensUsed) -> None:
    station = draft.station(event)
    # A sub-agent has a model and a context of its own, and an older conversation says nothing of the present one.
    if not event.subagent and (event.session in ("", station.session) or event.time >= station.evidence.seen):
        station = replace(
            station,
            model=event.model or station.model,
            context=event.context or station.context,
            window=event.window or station.window,
        )
    draft.stations[event.station] = station
    date = day(event.time, draft.utc_offset, draft.utc_offsets)
    account = draft.meters.account_of(station, event.model, event.branch, date)
    account.add(event)
    if event.session and event.session not in account.seen:
        _count_session(draft, event, account)


def _count_session(draft: Draft, event: ev.TokensUsed, account: Account) -> None:
    """Each meter counts a session once, however many of its calls it adds up."""
    account.seen.add(event.session)
    session = draft.session(event)
    counted = account.count(session.counted)
    if counted is not session.counted:
        draft.sessions[event.session] = replace(session, counted=counted)
