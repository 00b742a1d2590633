"""The floor in slices, each stored apart and with a version of its own: a change then refolds no more than it must.

A slice is made by some kinds of events, and reads what other slices say at that moment. Raising its version makes it
anew from its own events and from those of the slices it reads; the ones that read it are made anew with it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache

from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.fold import branches, cases, commands, owned, progress, sources, tasks, verdicts
from sessions.floor.fold.slice import Slice
from sessions.floor.fold.stations import agents, clock, sessions, stations, usage, work
from sessions.floor.fold.stations import owned as owned_stations
from sessions.floor.state import FloorState

SLICES = (
    progress.PROGRESS,  # first: it looks at what the floor was before each event
    branches.GROUND,
    stations.STATIONS,
    verdicts.VERDICTS,
    commands.COMMANDS,
    sources.SKIPPED,
    owned.OWNED,
    tasks.TASKS,
    cases.CASES,
)
IN_STATIONS = (agents, clock, owned_stations, sessions, usage, work)
"""Further domains of the slice of stations."""
BY_NAME = {each.name: each for each in SLICES}
VERSIONS = {each.name: each.version for each in SLICES}


def part_of(state: FloorState, each: Slice) -> FloorState:
    """A floor that holds nothing but this slice of `state`."""
    return FloorState(seq=state.seq, time=state.time, **{name: getattr(state, name) for name in each.fields})


def joined(parts: Mapping[str, FloorState]) -> FloorState:
    """The floor of these slices, which are all of one moment."""
    one = next(iter(parts.values()))
    fields = {field: getattr(part, field) for name, part in parts.items() for field in BY_NAME[name].fields}
    return FloorState(seq=one.seq, time=one.time, **fields)


def stale(versions: Mapping[str, int]) -> frozenset[str]:
    """Of slices with these versions, those to be made anew: of another version, missing, or reading one that is."""
    found = {each.name for each in SLICES if versions.get(each.name) != each.version}
    while more := {each.name for each in SLICES if each.name not in found and not found.isdisjoint(each.reads)}:
        found |= more
    return frozenset(found)


def inputs(names: Collection[str]) -> frozenset[str]:
    """These slices and all that they read."""
    found = set(names)
    while more := {read for name in found for read in BY_NAME[name].reads} - found:
        found |= more
    return frozenset(found)


@cache
def kinds_of(names: frozenset[str]) -> frozenset[type[ev.Event]]:
    """The events that must be folded to make these slices, which are all that any of them reads."""
    return frozenset(kind for name in names for kind in BY_NAME[name].kinds)


def moved(state: FloorState, seq: int, time: float) -> FloorState:
    """The same floor at another moment: nothing in between has changed it."""
    return replace(state, seq=seq, time=time)
