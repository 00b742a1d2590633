"""How late what an agent needs stands in the queue on a screen, and what it costs to look for that all the time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import takewhile

from sessions.asking.past_questions import FloorNow, whole_floor
from sessions.floor.commands import PromptStation, StartStation
from sessions.floor.events import Event
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY
from sessions.headless.supervised import Supervised
from sessions.simulation import START, simulate
from sessions.simulation.triaged import Queue
from sessions.supervisor.process import Options
from tests.bench.figure import Figure, percentile
from tests.bench.live import console
from tests.bench.stations.running import yard
from tests.support.stations.together import together

STATIONS, RATE = 100, 600.0
COMMIT_S = 0.1
WARM_S = 600.0


def figures(quick: bool) -> Iterator[Figure]:
    """From end to end with real stations, and the looking alone."""
    yield _late(8 if quick else 30)
    yield _cost(20.0 if quick else 60.0)


def _late(count: int) -> Figure:
    """One after the other asks something; each question makes one row longer by a station."""
    late: list[float] = []
    with yard() as house:
        house.start(Options(idle_minutes=10.0))
        together(house, [StartStation("parrot", "say hi", name=f"s{n}") for n in range(count)])
        with console(house.repo.path) as terminal, Supervised(house.repo.path) as supervised:
            terminal.until(lambda text: f"1/{count}" in text, 120.0)
            terminal.press("3")
            for number in range(1, count + 1):
                name = f"s{number - 1}"
                supervised.obey(PromptStation(name, "ask"))
                terminal.until(lambda text, many=number: f"waiting {many} " in text, 30.0)  # type: ignore[misc]
                seen = time.time()
                asked = next(iter(whole_floor(supervised.ask(FloorNow())).owned[name].questions.values())).asked
                late.append(seen - asked)
    return Figure("event of an agent to its case on the screen, p99", 1_000 * percentile(late, 99), "ms", 200)


def _cost(seconds: float) -> Figure:
    """The looking, without the fold: that is done anyway."""
    events = simulate(3, STATIONS, 48, START, START + WARM_S, RATE)
    queue, state = Queue(3), fold_all(EMPTY, [*takewhile(lambda event: event.time < START + WARM_S, events)])
    queue.changes(state, (), state.time)
    looking, began, batch = 0.0, state.time, list[Event]()
    for event in takewhile(lambda event: event.time < began + seconds, events):
        if batch and event.time - batch[0].time > COMMIT_S:
            state = fold_all(state, batch)
            before = time.process_time()
            told = queue.changes(state, batch, state.time)
            looking += time.process_time() - before
            state, batch = fold_all(state, told), []
        batch.append(event)
    note = f"{STATIONS} stations, {RATE:.0f} events a second"
    return Figure("looking for what needs a person, CPU", 100 * looking / seconds, "% of one core", 1, note=note)
