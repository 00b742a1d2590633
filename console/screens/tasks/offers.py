"""Who can have a task, to be chosen from; and tasks, to go to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from functools import partial
from itertools import islice

from console.screens.base import FactoryScreen
from console.screens.palette.offers import Offer
from sessions.floor.ours.lives import Life
from sessions.floor.state import FloorState, name_of
from sessions.text import clean
from sessions.views.tasks.board import board
from sessions.views.tasks.words import title_of

JUMPS = 300
"""Tasks that are offered to go to: those that are not over, in their order."""
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
    return [*offers, Offer("a new station", "one without a task of its own takes tasks", "", "", create)]


def task_jumps(screen: FactoryScreen) -> Iterator[tuple[str, Callable[[], object]]]:
    """Goes from any screen to a task of the queue."""

    async def go(task: str) -> None:
        await screen.app.run_action("app.go('tasks')")
        from console.screens.tasks.sending import SendingList

        if isinstance(shown := screen.app.screen, SendingList):
            shown.look_at(task)

    tasks = screen.factory.link.state.tasks
    for row in islice(board(tasks).rows, JUMPS) if tasks else ():
        yield f"task {title_of(row.task)}", partial(go, row.task.id)
