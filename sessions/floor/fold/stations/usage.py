"""What model calls use, added to the meters and paces that they belong to. Part of the fold."""

from __future__ import annotations

from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.fold.draft import Draft
from sessions.floor.fold.metering import day
from sessions.floor.fold.stations.stations import STATIONS


@STATIONS.folds
def tokens_used(draft: Draft, event: ev.TokensUsed) -> None:
    # Its number never changes, so one that is known is asked without making the sessions a copy to write to.
    known = draft.before.sessions.get(event.session)
    number = (known or draft.session(event)).number if event.session else 0
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
    tokens, dollars = event.tokens.total, event.cost or 0.0
    date = day(event.time, draft.utc_offset, draft.utc_offsets)
    meters = draft.meters
    for tally in meters.tallies_of(station, event.model, event.branch, date):
        tally.add(event, number)
    meters.pace(station).add(event.time, tokens, dollars)
    if not station.elsewhere:
        meters.pace(None).add(event.time, tokens, dollars)
