"""Floors with a queue and stations that take from it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from sessions.floor import events as ev
from sessions.floor.fold.fold import fold_all
from sessions.floor.identity import Owner
from sessions.floor.ours.lives import Life
from sessions.floor.scope import Scope
from sessions.floor.state import EMPTY, FloorState
from sessions.floor.tasks.task import TaskSpec

START = 1_795_046_400.0


class Fact(TypedDict):
    """What every event says."""

    time: float
    source: str


def fact(after: float = 2.0) -> Fact:
    """Something that happened so many seconds after the start."""
    return {"time": START + after, "source": "test"}


def free(station: str, *write: str, role: str = "", takes: bool = True, time: float = START) -> list[ev.Event]:
    """A station of ours that has nothing to do."""
    said: Fact = {"time": time, "source": "factory"}
    return [
        ev.StationOpened(
            kind="parrot", branch=f"station/{station}", role=role, owner=Owner.OURS, station=station, **said
        ),
        ev.ScopeAssigned(scope=Scope(write or ("**",)), station=station, **said),
        ev.StationEnlisted(takes=takes, station=station, **said),
        ev.PlaceMade(
            directory=f"/places/{station}", branch=f"station/{station}", base="b" * 40, station=station, **said
        ),
        ev.LifeChanged(life=Life.RUNNING, process=7, started=7, host="parrot", station=station, **said),
    ]


def added(*specs: TaskSpec, first: int = 1, time: float = START) -> list[ev.Event]:
    """Tasks in the queue: t1, t2 and so on."""
    return [
        ev.TaskAdded(time=time, source="operator", task=f"t{number}", spec=spec, order=float(number))
        for number, spec in enumerate(specs, first)
    ]


def taken(task: str, station: str, lease: int = 1, time: float = START + 1) -> ev.TaskTaken:
    """The station has it in hand."""
    return ev.TaskTaken(time=time, source="factory", station=station, task=task, lease=lease, base="b" * 40)


def floor(*events: ev.Event | Sequence[ev.Event], before: FloorState = EMPTY) -> FloorState:
    """The floor after these."""
    flat = [each for some in events for each in ([some] if isinstance(some, ev.Event) else some)]
    return fold_all(before, flat)
