"""The only maker of floor states: `fold(state, event)`.

`fold` and `fold_all` are pure: they work on a draft of their own, and the state they were given stays as it is. What an
event does to the floor is said beside its domain, by the functions that `Slice.folds` has registered.
"""

from __future__ import annotations

from collections.abc import Iterable

from sessions.floor.events import Event
from sessions.floor.fold.draft import Draft
from sessions.floor.fold.slice import Handler
from sessions.floor.fold.slices import SLICES
from sessions.floor.state import FloorState


def fold(state: FloorState, event: Event) -> FloorState:
    """The state after one more event."""
    return fold_all(state, (event,))


def fold_all(state: FloorState, events: Iterable[Event]) -> FloorState:
    """The state after all `events`: the same as folding them one by one, but faster."""
    draft = Draft(state)
    seq, time, handlers = state.seq, state.time, _HANDLERS.get
    for event in events:
        seq += 1
        if event.time > time:  # noqa: PLR1730 - to call something takes longer
            time = event.time
        for handler in handlers(type(event), ()):
            handler(draft, event)
    draft.seq, draft.time = seq, time
    return draft.freeze()


def _handlers() -> dict[type[Event], tuple[Handler, ...]]:
    """By kind of event what it does to each slice, in the order of the slices."""
    found: dict[type[Event], tuple[Handler, ...]] = {}
    for each in SLICES:
        for kind, handler in each.handlers.items():
            found[kind] = (*found.get(kind, ()), handler)
    return found


_HANDLERS = _handlers()
