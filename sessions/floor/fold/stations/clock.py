"""What a clock that goes back does to stations: what was dated later than now is as of now. Part of the fold.

Else nothing would be believed of them until the clock has caught up: it would be older than what is known.
"""

from __future__ import annotations

from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.fold.draft import Draft
from sessions.floor.fold.stations.stations import STATIONS
from sessions.floor.state import Evidence, Station


@STATIONS.folds
def clock_set(draft: Draft, event: ev.ClockSet) -> None:
    for name, station in list(draft.stations.items()):
        past = _past(station, event.time)
        if past != station:
            draft.stations[name] = past
    for times in draft.wrote.values():  # they take the place of the stations' own in the end
        times.update({file: min(time, event.time) for file, time in times.items()})
    draft.meters.set_back(event.time, draft.stations.values())


def _past(station: Station, now: float) -> Station:
    """The station with nothing of it in the future."""
    return replace(
        station,
        evidence=_seen(station.evidence, now),
        beneath=None if station.beneath is None else _seen(station.beneath, now),
        rest=None if station.rest is None else _seen(station.rest, now),
        settled=min(station.settled, now),
        activity_time=min(station.activity_time, now),
        running={call: replace(tool, since=min(tool.since, now)) for call, tool in station.running.items()},
        wrote={file: min(time, now) for file, time in station.wrote.items()},
    )


def _seen(evidence: Evidence, now: float) -> Evidence:
    return replace(evidence, since=min(evidence.since, now), seen=min(evidence.seen, now))
