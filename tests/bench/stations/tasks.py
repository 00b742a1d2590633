"""A queue that is worked off while everybody is killed at random: what is lost of it, and what is done twice."""

from __future__ import annotations

import os
from collections.abc import Iterator

from tests.bench.figure import Figure
from tests.bench.stations.running import yard
from tests.support.queue.killing import TaskKilling


def figures(quick: bool) -> Iterator[Figure]:
    """All figures of tasks; with `quick` fewer of everything."""
    stations, tasks, kills = (4, 40, 8) if quick else (40, 1_000, 60)
    with yard() as house:
        found = TaskKilling(house, int(os.environ.get("SEED", "7")), stations, tasks).work(kills)
    killed = ", ".join(f"{number} {kind}s" for kind, number in sorted(found.killed.items()))
    what = f"{tasks:,} tasks, {stations} stations, {kills} SIGKILLs"
    yield Figure(f"{what}: lost", len(found.lost), "", 0, note=killed)
    yield Figure(f"{what}: done twice", len(found.twice), "", 0, note=f"{found.takings:,} takings")
    yield Figure(f"{what}: with two stations at once", len(found.together), "", 0)
    yield Figure(f"{what}: unfinished", len(found.unfinished), "", 0, note=f"{found.seconds:.0f} s")
