"""The order in which sources are read: the live floor first, and causes before their copies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sessions.observe.files.discover import PROCESSES, Source
from sessions.observe.files.probe import Probe
from sessions.observe.seats import Seats


def arranged(sources: Sequence[Source], probes: Mapping[Source, Probe], seats: Seats) -> list[Source]:
    """Stations with the newest files first; within a station from old to new, sub-agents before their session.

    Sessions that share their first message are forks: they are read together, the oldest first.
    """
    lives = {source.session: found.life for source, found in probes.items()}
    groups: dict[str, list[Source]] = {}
    joined: dict[str, str] = {}
    by_uuid: dict[bytes, str] = {}
    for source in sources:
        life = lives.get(source.session)
        station = _root(joined, (life and seats.station_of(life.session)) or f"/{source.session}")
        uuid = probes[source].first_uuid if source in probes else b""
        other = _root(joined, by_uuid.setdefault(uuid, station)) if uuid else station
        if other != station:
            joined[station] = other
            groups.setdefault(other, []).extend(groups.pop(station, ()))
        groups.setdefault(other, []).append(source)

    def age(source: Source) -> tuple[float, float, str, bool, str]:
        life = lives.get(source.session)
        first, last = (life.first, life.last) if life else (source.mtime_ns / 1e9,) * 2
        return first, last, source.session, not source.subagent, str(source.path)

    newest = sorted(groups.values(), key=lambda group: max(source.mtime_ns for source in group), reverse=True)
    ordered = [source for group in newest for source in sorted(group, key=age)]
    # What processes say is about the present, and comes after what led to it.
    return sorted(ordered, key=lambda source: source.kind == PROCESSES)


def _root(joined: Mapping[str, str], group: str) -> str:
    while group in joined:
        group = joined[group]
    return group
