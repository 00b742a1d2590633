"""The floor in slices, each stored apart and with a version of its own: a change then refolds no more than it must.

A slice is made by some kinds of events, and reads what other slices say at that moment. Raising its version makes it
anew from its own events and from those of the slices it reads; the ones that read it are made anew with it. Stations,
their sessions and all meters are one slice: a meter needs to know the station of a call and whether that is elsewhere,
a station whether its session is closed, and a session whether its station has gone on to another.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from typing import get_args

import msgspec
from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.state import FloorState

_GROUND: tuple[type[ev.Event], ...] = (ev.FactoryOpened, ev.BaseChosen, ev.BranchChanged, ev.BranchRemoved)


class Slice(msgspec.Struct, frozen=True):
    """A part of the floor that is stored by itself."""

    name: str
    version: int
    """Raise it whenever the same events would make another slice: the stored ones are then made anew."""
    fields: tuple[str, ...]
    """Of `FloorState`."""
    kinds: tuple[type[ev.Event], ...]
    """The events that change it."""
    reads: tuple[str, ...] = ()
    """The slices that it depends on."""


SLICES = (
    Slice(
        "ground",
        1,
        ("repo", "name", "base", "base_head", "utc_offset", "utc_offsets", "simulated", "runs", "branches"),
        _GROUND,
    ),
    Slice(
        "stations",
        2,
        (
            "stations",
            "sessions",
            "total",
            "elsewhere",
            "models",
            "branch_meters",
            "days",
            "elsewhere_days",
            "pace",
        ),
        tuple(kind for kind in get_args(ev.AnyEvent) if issubclass(kind, ev.StationEvent)),
        ("ground",),
    ),
    Slice(
        "verdicts",
        1,
        ("verdicts", "committed_verdicts", "compared"),
        (ev.BaseChosen, ev.BranchRemoved, ev.VerdictReached, ev.BranchCompared),
    ),
    Slice(
        "commands",
        1,
        ("intents", "ended"),
        (*get_args(ev.AnyIntent), ev.CommandResumed, ev.CommandDone, ev.CommandFailed),
    ),
    Slice("skipped", 1, ("skipped",), (ev.SourceSkipped,)),
)
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
