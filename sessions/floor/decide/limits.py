"""Bounds between stations: what a child may get of its parent, and what a scope that is exclusive keeps from others."""

from __future__ import annotations

from sessions.floor.commands import AssignScope, StartStation
from sessions.floor.decide.decision import Refusal
from sessions.floor.ours.budget import MEASURES, given, left
from sessions.floor.ours.family import above as all_above
from sessions.floor.ours.family import children, living_children
from sessions.floor.ours.owned import Owned
from sessions.floor.patterns import matches
from sessions.floor.scope import Budget, Mode, Network, Scope
from sessions.floor.scopes.sets import TooManyStates, beyond, inside, overlaps
from sessions.floor.state import FloorState, name_of

_NAMED = 3
"""Patterns that are named in a refusal."""
_LIKELY = ("README.md", "main.py", "notes.txt")
_WIDTH = {Network.OFF: 0, Network.LISTED: 1, Network.OPEN: 2}


def exclusive_clash(state: FloorState, station: str, scope: Scope, parent: str = "") -> Refusal | None:
    """Why a scope cannot be had, because another station has all of that to itself, or is in what is wanted so.

    `parent` is that of a station that is not there yet. What works for one another shares what it has.
    """
    above = {parent, *all_above(state, parent or station)}
    for other, known in state.owned.items():
        if other == station or other in above or station in all_above(state, other) or not known.lives:
            continue
        if not (scope.exclusive or known.scope.exclusive):
            continue
        if not overlaps(scope.write, known.scope.write):
            continue
        name = name_of(state, other)
        if known.scope.exclusive:
            theirs = [text for text in known.scope.write if not text.startswith("!") and overlaps(scope.write, [text])]
            named = " ".join(theirs[:_NAMED]) + " …" * (len(theirs) > _NAMED)
            # Nothing stands for all in a scope that leaves everything open, so all has to be said first.
            words = " ".join(f"--write '{text}'" for text in (*scope.write, *(f"!{text}" for text in theirs[:_NAMED])))
            return Refusal(f"{name} has that to itself: {named}", f"leave it out: {words}")
        return Refusal(f"{name} writes there", "it cannot be exclusive while another station may write it")
    return None


def wider(
    state: FloorState, wish: StartStation | AssignScope, parent: str, above: Owned, without: str = ""
) -> Refusal | None:
    """Why a child cannot have this of its parent: a scope is never wider than the one above, a budget is part of it.

    `without` is a child whose present budget is given back first.
    """
    name = name_of(state, parent)
    if isinstance(wish, StartStation) and wish.mode is Mode.FULL and above.mode is Mode.SAFE:
        return Refusal(f"{name} is in safe mode, and so is what works for it", "start it in safe mode")
    return _more(name, wish.scope, above.scope) or _beyond(state, wish.budget, parent, above, without)


def outgrown(state: FloorState, station: str, scope: Scope) -> Refusal | None:
    """Why a station cannot have this scope: what works for it has more than that, and not than what it has now."""
    own, before = name_of(state, station), state.owned[station].scope
    for child in children(state, station):
        known = state.owned.get(child)
        if known is None or not known.lives or _more(own, known.scope, before):
            continue
        if trouble := _more(own, known.scope, scope):
            name = name_of(state, child)
            return Refusal(f"{name} works for it: {trouble.reason}", f"narrow or stop {name} first")
    return None


def overdrawn(state: FloorState, station: str, budget: Budget) -> Refusal | None:
    """Why a station cannot have this budget: it gave more than that to those that work for it."""
    before, away = state.owned[station].budget, given(state, station, state.time)
    for what in MEASURES:
        bound, gave = getattr(budget, what), getattr(away, what)
        having = [child for child in living_children(state, station) if getattr(state.owned[child].budget, what)]
        if having and bound and bound < gave and bound != getattr(before, what):
            names = ", ".join(name_of(state, child) for child in having)
            cure = f"leave it {gave:,.12g} {what} or more, or give {names} less first, or stop them"
            return Refusal(f"it gave {gave:,.12g} {what} to what works for it: {names}", cure)
    return None


def lowered(state: FloorState, station: str) -> Refusal | None:
    """Why a station that ended cannot come back as it is: the one that it works for has less by now."""
    over, known = next(iter(all_above(state, station)), ""), state.owned[station]
    trouble = _more(name_of(state, over), known.scope, state.owned[over].scope) if over in state.owned else None
    return Refusal(trouble.reason, "narrow it first: " + trouble.cure) if trouble is not None else None


def _more(name: str, scope: Scope, ceiling: Scope) -> Refusal | None:
    """What a scope allows that the one of the station above, which is called `name`, does not."""
    trouble = None
    if not inside(scope.write, ceiling.write):
        trouble = Refusal(
            f"it would write what {name} may not{_such_as(scope.write, ceiling.write)}",
            f"{name} may write {' '.join(ceiling.write)}",
        )
    elif not inside(scope.read, ceiling.read):
        trouble = Refusal(f"it would read what {name} may not", f"{name} may read {' '.join(ceiling.read)}")
    elif ceiling.tools and not (scope.tools and set(scope.tools) <= set(ceiling.tools)):
        trouble = Refusal(f"it would use tools that {name} may not", f"{name} may use {', '.join(ceiling.tools)}")
    return trouble or _farther(name, scope, ceiling)


def _such_as(child: tuple[str, ...], parent: tuple[str, ...]) -> str:
    """An example in words, where one is found: the name of a file that may well be there, if that is one."""
    try:
        shortest = beyond(child, parent)
    except TooManyStates:
        return ""
    folder = shortest[: shortest.rfind("/") + 1]
    likely = [folder + name for name in _LIKELY]
    likely += [text.replace("**", "some").replace("*", "some") for text in child]
    readable = (path for path in likely if matches(child, path) and not matches(parent, path))
    return f", such as {next(readable, shortest)}"


def _farther(name: str, scope: Scope, ceiling: Scope) -> Refusal | None:
    if _WIDTH[scope.network] > _WIDTH[ceiling.network]:
        return Refusal(f"it would have more of the network than {name}", f"that of {name} is {ceiling.network.value}")
    if ceiling.network is scope.network is Network.LISTED and set(scope.hosts) - set(ceiling.hosts):
        return Refusal(f"it would reach hosts that {name} may not", f"{name} may reach {', '.join(ceiling.hosts)}")
    return None


def _beyond(state: FloorState, budget: Budget, parent: str, above: Owned, without: str) -> Refusal | None:
    name, rest_of = name_of(state, parent), left(state, parent, state.time, without)
    for what in MEASURES:
        bound, wanted, rest = getattr(above.budget, what), getattr(budget, what), getattr(rest_of, what)
        if bound and (wanted > rest or not wanted):
            return Refusal(f"{name} has {rest:,.12g} {what} left", f"give it a budget of at most {rest:,.12g} {what}")
    return None
