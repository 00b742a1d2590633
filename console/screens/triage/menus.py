"""What the queue asks after a key: menus of single keys. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sessions.floor.ours.lives import Life
from sessions.floor.state import FloorState, Status, name_of
from sessions.floor.triage import wakes
from sessions.floor.triage.case import Case, Wake
from sessions.text import clean
from sessions.views.names import short_model
from sessions.views.triage.tab import Tab
from widgets.parts.prompt import Choose, Menu

MOST = 9
"""Stations or models to choose from: each has a digit."""
SNOOZES = {"m": 600.0, "h": 3_600.0}
WAKES = {
    "t": (Wake.TURN, "a turn ends"),
    "c": (Wake.COMMIT, "a commit"),
    "k": (Wake.CHECKED, "its check passes"),
    "x": (Wake.MERGES, "no conflict"),
    "b": (Wake.BOUNDS, "other bounds"),
    "e": (Wake.ENDED, "it ends"),
}
"""By key what a case is out of sight until, and that in a few words."""
TABS = {"w": Tab.WAITING, "z": Tab.AWAY, "s": Tab.SETTLED}


def snooze_menu(state: FloorState, cases: Sequence[Case]) -> Menu:
    """For how long, or until what: of that only what can come of each of these cases."""
    can = set(Wake).intersection(*(wakes.offered(state, case) for case in cases))
    until = [Choose(key, name) for key, (wake, name) in WAKES.items() if wake in can]
    items = (Choose("m", "in 10 minutes"), Choose("h", "in an hour"), *until)
    return Menu("back when" if until else "back", items, "enter m   esc back", enter="m")


def tab_menu(tab: Tab, counts: Sequence[int]) -> Menu:
    items = (
        Choose(key, f"{each.value} {count:,}", on=each is tab)
        for (key, each), count in zip(TABS.items(), counts, strict=True)
    )
    return Menu("show", (*items,))


def more_menu(budget: bool, model: bool, fresh: bool) -> Menu:
    """More of what; only what can be said of the case."""
    items = (
        *([Choose("b", "twice the budget")] if budget else []),
        *([Choose("m", "another model")] if model else []),
        *([Choose("f", "an empty context")] if fresh else []),
    )
    return Menu("again with", items, f"enter {items[0].key}   esc back" if items else "esc back",
                enter=items[0].key if items else "")  # fmt: skip


def models(state: FloorState, now: str) -> list[str]:
    """Models that stations here have worked with, those of most calls first; not the one it has `now`."""
    known = {model: meter.calls for model, meter in state.models.items() if model and model != now}
    for own in state.owned.values():
        if own.model and own.model != now:
            known.setdefault(own.model, 0)
    return sorted(known, key=lambda model: (-known[model], model))[:MOST]


def model_menu(names: Sequence[str]) -> Menu:
    items = (Choose(str(at), short_model(name)) for at, name in enumerate(names, 1))
    return Menu("with", (*items, Choose("o", "another one, typed")))


def takers(state: FloorState, without: Collection[str]) -> list[str]:
    """Stations of ours that could go on with a task: those with nothing to do first."""
    living = [
        station
        for station, own in state.owned.items()
        if own.life is Life.RUNNING and station not in without and station in state.stations and not own.questions
    ]
    return sorted(
        living,
        key=lambda station: (state.stations[station].evidence.status is not Status.IDLE, name_of(state, station)),
    )[:MOST]


def hand_menu(state: FloorState, stations: Sequence[str], result: bool) -> Menu:
    """To whom; a result is for somebody who is named."""
    items = [Choose(str(at), clean(name_of(state, station), 24)) for at, station in enumerate(stations, 1)]
    anybody = [] if result else [Choose("q", "whoever is free")]
    hint = "esc back" if result else "enter q   esc back"
    return Menu("tell" if result else "hand over to", (*anybody, *items), hint, enter="" if result else "q")
