"""How stations come to be, where they are and what they are called. Part of the fold."""

from __future__ import annotations

from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.fold import versions
from sessions.floor.fold.draft import Draft
from sessions.floor.fold.metering import FIELDS
from sessions.floor.fold.slice import Slice
from sessions.floor.fold.trees import tree_of
from sessions.floor.state import Station

STATIONS = Slice("stations", versions.STATIONS, ("stations", "sessions", *FIELDS), reads=("ground",))
"""Stations, their sessions and all meters are one slice: a meter needs to know the station of a call and whether that
is elsewhere, a station whether its session is closed, and a session whether its station has gone on to another."""


@STATIONS.folds
def station_opened(draft: Draft, event: ev.StationOpened) -> None:
    known = draft.stations.get(event.station)
    draft.stations[event.station] = replace(
        known or Station(event.station, opened=event.time),
        kind=event.kind,
        directory=event.directory,
        home=event.directory,
        branch=_branch_at(draft, event.directory, event.branch),
        role=event.role,
        elsewhere=event.elsewhere,
        owner=event.owner,
        parent=event.parent,
        origin=event.origin,
    )


@STATIONS.folds
def station_renamed(draft: Draft, event: ev.StationRenamed) -> None:
    draft.stations[event.station] = replace(draft.station(event), called=event.name)


@STATIONS.folds
def branch_entered(draft: Draft, event: ev.BranchEntered) -> None:
    station = draft.station(event)
    directory = event.directory or station.directory
    branch = _branch_at(draft, directory, event.branch)
    draft.stations[event.station] = replace(station, branch=branch, directory=directory)


def _branch_at(draft: Draft, directory: str, said: str) -> str:
    """What is checked out in a directory, else what the agent said: many name their branch once, and then switch."""
    return draft.trees.get(tree_of(directory, draft.trees), said)
