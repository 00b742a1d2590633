"""What commands about the boundary of a station come to. Pure."""

from __future__ import annotations

from typing import TypeVar

from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.commands import AssignScope, UnassignScope
from sessions.floor.decide.decision import Accepted, Decision, Hand, Refusal
from sessions.floor.decide.limits import exclusive_clash, outgrown, overdrawn, wider
from sessions.floor.ours.owned import Owned
from sessions.floor.scope import Budget, Scope, changed
from sessions.floor.scopes import sets
from sessions.floor.state import FloorState

_PARTS = {
    "write": "what it may write",
    "read": "what it may read",
    "tools": "the tools that need no permission",
    "network": "its network",
    "hosts": "the hosts that it may reach",
    "exclusive": "whether it has its scope to itself",
    "tokens": "its budget of tokens",
    "dollars": "its budget of dollars",
    "seconds": "its budget of minutes",
    "turns": "its budget of turns",
}
B = TypeVar("B", Scope, Budget)


def assigned(state: FloorState, known: Owned, wish: AssignScope, hand: Hand) -> Decision:
    """What a whole boundary comes to."""
    if trouble := unassignable(state, wish):
        return trouble
    if (wish.scope, wish.budget) == (known.scope, known.budget):
        return Accepted()
    undo = UnassignScope(wish.station, known.scope, wish.scope, known.budget, wish.budget)
    return Accepted((ev.ScopeWanted(station=wish.station, scope=wish.scope, budget=wish.budget, undo=undo, **hand),))


def unassigned(state: FloorState, known: Owned, wish: UnassignScope, hand: Hand) -> Decision:
    """What of a boundary was changed is as it was before; what others changed since stays as they want it."""
    scope = _without(known, known.scope, wish.was, wish.became)
    purse = _without(known, known.budget, wish.had, wish.got)
    for back in (scope, purse):
        if isinstance(back, str):
            who = known.assigned_by.get(back) or "somebody"
            cure = f"assign it what you mean: factory-tui scope {wish.station}"
            return Refusal(f"{who} has changed {_PARTS[back]} since", cure)
    assert isinstance(scope, Scope) and isinstance(purse, Budget)
    if (scope, purse) == (known.scope, known.budget):
        return Accepted(told="it is as it was before already")
    return assigned(state, known, AssignScope(wish.station, scope, purse), hand)


def _without(known: Owned, now: B, was: B, became: B) -> B | str:
    """`now` without what changed from `was` to `became`; or the name of the part of which that cannot be said."""
    back: dict[str, object] = {}
    for part in changed(was, became):
        old, new, present = getattr(was, part), getattr(became, part), getattr(now, part)
        if present == new:
            back[part] = old
        elif present != old:
            merged = _merged(present, old, new)
            if merged is None:
                return part
            back[part] = merged
    return replace(now, **back)


def _merged(now: object, old: object, new: object) -> tuple[str, ...] | None:
    """A list without what was added, and with what was taken out; None where it is no list, or its order counts."""
    if not (isinstance(now, tuple) and isinstance(old, tuple) and isinstance(new, tuple)):
        return None
    if any(text.startswith("!") for text in (*now, *old, *new)):
        return None
    added, gone = [text for text in new if text not in old], [text for text in old if text not in new]
    if not all(text in now for text in added) or any(text in now for text in gone):
        return None
    return (*(text for text in now if text not in added), *gone)


def unassignable(state: FloorState, wish: AssignScope) -> Refusal | None:
    """Why the station cannot have this scope."""
    if reason := sets.trouble(wish.scope.write) or sets.trouble(wish.scope.read):
        return Refusal(reason, "see the README for how scopes are written")
    parent = state.stations[wish.station].parent if wish.station in state.stations else ""
    above = state.owned.get(parent)
    if above is not None and (trouble := wider(state, wish, parent, above, without=wish.station)):
        return trouble
    return (
        outgrown(state, wish.station, wish.scope)
        or overdrawn(state, wish.station, wish.budget)
        or exclusive_clash(state, wish.station, wish.scope)
    )
