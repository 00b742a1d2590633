"""A seeded factory that never was: believable agents on believable branches, as a stream of events.

It is the load for measurements, the bundled demo recording, and a floor to look at on a machine without agents. It
reads nothing and asks nobody: the same seed gives the same events.
"""

from __future__ import annotations

from collections.abc import Iterator

from sessions.floor.events import Event
from sessions.simulation import words
from sessions.simulation.agent import Agent
from sessions.simulation.models import SEATS
from sessions.simulation.ours import EVERY, FIRST_CHILDREN
from sessions.simulation.world import PROVIDERS, World, station_names

STATIONS = 30
BRANCHES = 48
START = 1_780_900_200.0
"""When a simulation begins unless told: a Monday morning."""
STREAMING_SHARE = 0.4
"""Share of the stations that are streaming at any moment, measured."""


def simulate(
    seed: int = 1,
    stations: int = STATIONS,
    branches: int = BRANCHES,
    start: float = START,
    streaming_from: float | None = None,
    rate: float = 0.0,
) -> Iterator[Event]:
    """The events of a factory from `start` (seconds since 1970) on, in the order of time, without end.

    `branches` counts the base too; stations share branches when there are fewer. From `streaming_from` on, models
    stream what they write, in chunks so small that about `rate` events a second come about; before, and without it,
    a factory of 30 makes about 3 events a second.
    """
    world = World(seed, start, stations, branches)
    if streaming_from is not None and rate > 0:
        world.streaming_from = streaming_from
        world.chunk_s = max(0.001, stations * STREAMING_SHARE / rate)
    world.begin(_opening(world))
    names = station_names(stations)
    for i, name in enumerate(names):
        role, _ = words.ROLES[i % len(words.ROLES)]
        number = -1 if i % EVERY else i // EVERY
        parent = names[0] if number in FIRST_CHILDREN else ""
        seat, branch = SEATS[i % len(SEATS)], world.names[i % len(world.names)]
        world.begin(Agent(world, name, role, branch, seat, number, parent).run())
    world.begin(world.merges())
    for provider in PROVIDERS:
        world.begin(world.incidents(provider))
    world.begin(world.fill())
    return world.run()


def _opening(world: World) -> Iterator[float]:
    world.open()
    yield float("inf")
