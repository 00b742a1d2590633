"""What is written in the fields of a form, as the wish that it comes to; and what a form begins with. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import floor, log10

import msgspec
from msgspec.structs import replace

from sessions.floor.commands import AssignScope, StartStation
from sessions.floor.ours.budget import left
from sessions.floor.ours.owned import Owned
from sessions.floor.patterns import PatternError, normalised
from sessions.floor.scope import Budget, Mode, Network, Scope
from sessions.floor.state import FloorState
from sessions.views.forms.words import (
    WordsError,
    budget_in,
    budget_text,
    hosts_in,
    list_in,
    patterns_in,
    patterns_text,
)

Values = Mapping[str, str]
"""What stands in each field, by its key."""
ALONE = ("shared", "exclusive")
"""The choices of `alone`, the second of which keeps others out."""
COMMAND = "command"
"""The option of kinds that run what they are told to."""


class Meant(msgspec.Struct, frozen=True):
    """A scope and a budget as they were written, and what of that cannot be meant, by field."""

    scope: Scope
    budget: Budget
    troubles: Mapping[str, str] = {}


def meant(values: Values, root: str = "", home: str = "") -> Meant:
    """What is written. A field that cannot be meant counts as nothing."""
    troubles: dict[str, str] = {}
    patterns: dict[str, tuple[str, ...]] = {}
    for field in ("writes", "reads"):
        try:
            patterns[field] = normalised(patterns_in(values.get(field, "")), root, home)
        except PatternError as error:
            troubles[field] = str(error)
            patterns[field] = ()
    try:
        budget = budget_in(values.get("budget", ""))
    except WordsError as error:
        troubles["budget"] = str(error)
        budget = Budget()
    network = values.get("network", Network.OFF.value)
    scope = Scope(
        write=patterns["writes"],
        read=patterns["reads"],
        tools=list_in(values.get("tools", "")),
        network=Network(network),
        hosts=hosts_in(values.get("hosts", "")) if network == Network.LISTED.value else (),
        exclusive=values.get("alone") == ALONE[1],
    )
    return Meant(scope, budget, troubles)


def scope_values(scope: Scope, budget: Budget) -> dict[str, str]:
    """A boundary as it stands in the fields."""
    return {
        "writes": patterns_text(scope.write),
        "reads": patterns_text(scope.read),
        "tools": ", ".join(scope.tools),
        "network": scope.network.value,
        "hosts": " ".join(scope.hosts),
        "alone": ALONE[scope.exclusive],
        "budget": budget_text(budget),
    }


def start_wish(values: Values, scope: Scope, budget: Budget, parent: str = "") -> StartStation:
    """The station that is meant."""
    command = " ".join(values.get("command", "").split())
    return StartStation(
        kind=values.get("agent", ""),
        text=values.get("task", "").strip(),
        name=values.get("name", "").strip(),
        branch=values.get("branch", "").strip(),
        start=values.get("from", "").strip(),
        parent=parent,
        role=values.get("role", "").strip(),
        model=values.get("model", "").strip(),
        mode=Mode(values.get("mode", Mode.SAFE.value)),
        scope=scope,
        budget=budget,
        options=((COMMAND, command),) if command else (),
    )


def child_values(state: FloorState, parent: str) -> dict[str, str]:
    """What a station that works for another one begins with: its kind and boundary, and half of what it has left."""
    above = state.owned[parent]
    rest = left(state, parent, state.time)
    half = {what: _half(getattr(above.budget, what), getattr(rest, what)) for what in Budget.__struct_fields__}
    budget = Budget(int(half["tokens"]), half["dollars"], half["seconds"], int(half["turns"]))
    scope = replace(above.scope, exclusive=False)
    seen = state.stations.get(parent)
    return {
        **scope_values(scope, budget),
        "agent": seen.kind if seen is not None else "",
        "model": above.model,
        "mode": above.mode.value,
        "command": dict(above.options).get(COMMAND, ""),
    }


def _half(bound: float, rest: float) -> float:
    """Half of the rest in two digits, never more; where there is only one, that. Nothing where nothing is bounded."""
    if not bound or rest <= 0:
        return 0
    half = rest / 2 if rest > 1 else rest
    step = 10.0 ** (floor(log10(half)) - 1)
    return max(floor(half / step) * step, min(rest, 1.0) if bound >= 1 else 0.0)


def scope_wishes(
    owned: Mapping[str, Owned], stations: Sequence[str], written: Meant, touched: frozenset[str]
) -> dict[str, AssignScope]:
    """The boundary of each station: of several, what nobody touched stays each one's own."""
    wishes = {}
    for station in stations:
        known = owned[station]
        if len(stations) == 1:
            wishes[station] = AssignScope(station, written.scope, written.budget)
            continue
        scope = known.scope
        for field, what in (("writes", "write"), ("reads", "read"), ("tools", "tools"), ("alone", "exclusive")):
            if field in touched:
                scope = replace(scope, **{what: getattr(written.scope, what)})
        if touched & {"network", "hosts"}:
            scope = replace(scope, network=written.scope.network, hosts=written.scope.hosts)
        budget = written.budget if "budget" in touched else known.budget
        wishes[station] = AssignScope(station, scope, budget)
    return wishes


def common_values(owned: Mapping[str, Owned], stations: Sequence[str]) -> tuple[dict[str, str], frozenset[str]]:
    """What the fields begin with for these stations, and in which of them the stations differ."""
    first, *others = [scope_values(owned[station].scope, owned[station].budget) for station in stations]
    differ = frozenset(field for field in first if any(other[field] != first[field] for other in others))
    return first, differ
