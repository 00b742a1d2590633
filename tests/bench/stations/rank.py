"""How long the rank takes on a large floor after a long day."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import islice
from statistics import median

from sessions.floor.fold.fold import fold_all
from sessions.floor.rank.rank import rank
from sessions.floor.state import EMPTY
from sessions.simulation import START, simulate
from tests.bench.figure import Figure, percentile

STATIONS = 100
BATCH, LOOKS = 40, 500
"""Events that come between two looks at the rank, and how many looks there are after the day."""


def figures(quick: bool) -> Iterator[Figure]:
    """Figures about the rank; `quick` has an hour for a day."""
    hours = 1 if quick else 24
    events, state, count = simulate(1, STATIONS, STATIONS + 20), EMPTY, 0
    while state.time < START + hours * 3_600:
        batch = list(islice(events, 4_000))
        state, count = fold_all(state, batch), count + len(batch)
    ranks, both = [], []
    for _ in range(LOOKS // 5 if quick else LOOKS):
        batch = list(islice(events, BATCH))
        begin = time.perf_counter()
        state = fold_all(state, batch)
        folded = time.perf_counter()
        rank(state, state.time)
        ranks.append((time.perf_counter() - folded) * 1e3)
        both.append((time.perf_counter() - begin) * 1e3)
    what = f"rank of {len(state.stations)} stations over {hours} h, {count:,} events"
    yield Figure(f"{what}, median", median(ranks), "ms", 20)
    yield Figure(f"{what}, p99", percentile(ranks, 99), "ms", 20)
    yield Figure(f"the same with {BATCH} new events folded, p99", percentile(both, 99), "ms", 20)
