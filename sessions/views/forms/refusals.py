"""Why a wish would be refused, by the field of the form that it is for. Pure.

The answer is that of `decide` itself: each field is put alone into a wish that would be allowed otherwise. So there is
no second set of rules, and what is said is what the supervisor would say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar

from msgspec.structs import replace

from sessions.floor.commands import AssignScope, StartStation
from sessions.floor.decide.decision import Hand, Refusal
from sessions.floor.decide.stations import decide_station
from sessions.floor.ours.budget import left
from sessions.floor.ours.owned import Owned
from sessions.floor.patterns import trouble
from sessions.floor.scope import Mode, Network, Scope
from sessions.floor.scopes.sets import useless
from sessions.floor.state import FloorState

FORM = ""
"""In place of a field: the whole of it."""
_HAND = Hand(time=0.0, source="", command="", who="", together="")
W = TypeVar("W", StartStation, AssignScope)


def start_refusals(state: FloorState, wish: StartStation) -> dict[str, str]:
    """What is wrong with a station that is to be started, by field: `task`, `name`, `branch`, `from`, `writes`, …"""
    above = state.owned.get(wish.parent)
    least = StartStation(
        kind=wish.kind, parent=wish.parent, scope=_least(above), mode=Mode.SAFE,
        budget=left(state, wish.parent, state.time) if above is not None else wish.budget,
    )  # fmt: skip
    tries = {
        "task": replace(least, text=wish.text),
        "name": replace(least, name=wish.name),
        "branch": replace(least, branch=wish.branch),
        "from": replace(least, start=wish.start),
        "mode": replace(least, mode=wish.mode),
        "budget": replace(least, budget=wish.budget),
        **{field: replace(least, scope=scope) for field, scope in _scopes(least.scope, wish.scope)},
    }
    return _told(state, wish, least, tries)


def scope_refusals(state: FloorState, wish: AssignScope) -> dict[str, str]:
    """What is wrong with a boundary for a station of ours, likewise."""
    parent = state.stations[wish.station].parent if wish.station in state.stations else ""
    above = state.owned.get(parent)
    budget = left(state, parent, state.time, wish.station) if above is not None else wish.budget
    least = AssignScope(wish.station, _least(above), budget)
    if refusal(state, least) and (known := state.owned.get(wish.station)) is not None:
        least = replace(least, scope=known.scope)  # what works for it needs as much as it has
    tries = {
        "budget": replace(least, budget=wish.budget),
        **{field: replace(least, scope=scope) for field, scope in _scopes(least.scope, wish.scope)},
    }
    return _told(state, wish, least, tries)


def _least(above: Owned | None) -> Scope:
    """A scope that nobody could refuse."""
    return Scope((), (), above.scope.tools if above is not None else ())


def _scopes(least: Scope, wanted: Scope) -> Iterator[tuple[str, Scope]]:
    yield "writes", replace(least, write=wanted.write)
    yield "reads", replace(least, read=wanted.read)
    yield "tools", replace(least, tools=wanted.tools)
    yield "network", replace(least, network=wanted.network)
    if wanted.network is Network.LISTED:
        yield "hosts", replace(least, network=wanted.network, hosts=wanted.hosts)
    if wanted.exclusive:
        yield "alone", replace(least, write=wanted.write, exclusive=True)


def _told(state: FloorState, wish: W, least: W, tries: Mapping[str, W]) -> dict[str, str]:
    whole = refusal(state, wish)
    found: dict[str, str] = {}
    if whole:
        at_all = refusal(state, least)
        if at_all:
            return {FORM: at_all}
        for field, one in tries.items():
            said = refusal(state, one)
            if said and said not in found.values():
                found[field] = said
        if not found:
            found[FORM] = whole
    return _doubts(wish.scope) | found


def _doubts(scope: Scope) -> dict[str, str]:
    """What is allowed and cannot be meant."""
    found = {}
    for field, patterns in (("writes", scope.write), ("reads", scope.read)):
        if not patterns:
            found[field] = "it could not do anything: write ** for all, or a path such as src/**"
        elif not trouble(patterns) and (minus := useless(patterns)):
            found[field] = f"{minus} takes nothing away: what it names is not allowed before it"
    if scope.network is Network.LISTED and not scope.hosts:
        found["hosts"] = "name the hosts that it may reach, or take the network off"
    return found


def refusal(state: FloorState, wish: StartStation | AssignScope) -> str:
    """Why the supervisor would not do it, with the cure; "" where it would."""
    decision = decide_station(state, wish, _HAND)
    if not isinstance(decision, Refusal):
        return ""
    return f"{decision.reason}: {decision.cure}" if decision.cure else decision.reason
