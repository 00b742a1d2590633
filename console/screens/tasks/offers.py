"""Who can have a task, to be chosen from."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial

from console.screens.palette.offers import Offer
from sessions.floor.ours.lives import Life
from sessions.floor.state import FloorState, name_of
from sessions.text import clean
from sessions.views.tasks.board import title_of

_GONE = (Life.REMOVED, Life.STOPPED, Life.LOST, Life.KILLED)


def station_offers(
    state: FloorState, to: Callable[[str], None], create: Callable[[], object], without: Collection[str] = ()
) -> list[Offer]:
    """Who can have a task: whoever is free, one of those that live, or a new one."""
    offers = [Offer("any station that fits", "whoever is free first takes it", "", "", partial(to, ""))]
    for station, known in state.owned.items():
        if station in without or known.life in _GONE:
            continue
        task = state.tasks.get(state.hands.get(station, ""))
        told = f"has “{title_of(task, 40)}” in hand" if task is not None else "takes tasks" * known.takes
        told = told or "takes no tasks from the queue: it takes this one alone"
        offers.append(Offer(clean(name_of(state, station), 60), told, "", "", partial(to, station)))
    return [*offers, Offer("a new station", "start one for it", "", "", create)]
