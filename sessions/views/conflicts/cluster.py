"""Puts branches into an order for the matrix, by any of the sorts that a supervisor asks for. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from sessions.floor.conflicts import Outcome, Verdict
from sessions.views.conflicts.collisions import counts

_FADING = 0.5
"""How much less a neighbour counts for each place that lies between."""
_UNKNOWN_WEIGHT = 0.5


class Sort(StrEnum):
    """The sorts of the matrix."""

    CLUSTER = "cluster"
    CONFLICTS = "conflicts"
    AREA = "area"
    AGE = "age"
    LANDING = "landing"
    NAME = "name"


def sorted_by(
    sort: Sort,
    names: Iterable[str],
    verdicts: Mapping[str, Verdict],
    arrived: Mapping[str, float] | None = None,
    landing: Sequence[str] = (),
    areas: Mapping[str, str] | None = None,
) -> list[str]:
    """The names by `sort`; names that it says nothing of come last, by name."""
    ordered = sorted(set(names))
    match sort:
        case Sort.CLUSTER:
            return cluster_order(ordered, verdicts)
        case Sort.CONFLICTS:
            found = counts(verdicts)
            return sorted(ordered, key=lambda name: -found.get(name, (0, ""))[0])
        case Sort.AREA:
            where = areas or {}
            return sorted(cluster_order(ordered, verdicts), key=lambda name: (not where.get(name), where.get(name, "")))
        case Sort.AGE:
            return sorted(ordered, key=lambda name: (arrived or {}).get(name, math.inf))
        case Sort.LANDING:
            place = {name: i for i, name in enumerate(landing)}
            return sorted(ordered, key=lambda name: place.get(name, math.inf))
        case Sort.NAME:
            return ordered


def cluster_order(names: Iterable[str], verdicts: Mapping[str, Verdict]) -> list[str]:
    """The names so that those which collide stand together: largest clusters first, free ones at the end by name.

    Inside a cluster the next is always the one with most conflict with those just placed. The same names and verdicts
    give the same order, however they are given.
    """
    weights = _weights(sorted(set(names)), verdicts)
    clusters = _clusters(weights)
    clusters.sort(key=lambda cluster: (-len(cluster), -sum(_total(weights, name) for name in cluster), cluster[0]))
    return [name for cluster in clusters for name in _seriated(cluster, weights)]


_Weights = Mapping[str, Mapping[str, float]]


def _weights(names: Sequence[str], verdicts: Mapping[str, Verdict]) -> _Weights:
    weights: dict[str, dict[str, float]] = {name: {} for name in names}
    for verdict in verdicts.values():
        if verdict.outcome is Outcome.CLEAN or verdict.a not in weights or verdict.b not in weights:
            continue
        # A conflict of 1,000 lines binds more than one of 10, but not a hundred times more.
        weight = 1 + math.log2(verdict.lines) if verdict.lines else _UNKNOWN_WEIGHT
        weights[verdict.a][verdict.b] = weights[verdict.b][verdict.a] = weight
    return weights


def _total(weights: _Weights, name: str) -> float:
    return math.fsum(weights[name].values())


def _clusters(weights: _Weights) -> list[list[str]]:
    """The names that hang together, each list by name."""
    found: list[list[str]] = []
    seen: set[str] = set()
    for name in weights:
        if name in seen:
            continue
        cluster, edge = {name}, [name]
        while edge:
            new = weights[edge.pop()].keys() - cluster
            cluster |= new
            edge.extend(new)
        seen |= cluster
        found.append(sorted(cluster))
    return found


def _seriated(cluster: Sequence[str], weights: _Weights) -> list[str]:
    first = min(cluster, key=lambda name: (-_total(weights, name), name))
    pull = {name: 0.0 for name in cluster if name != first}
    ordered = [first]
    while pull:
        last = weights[ordered[-1]]
        for name, before in pull.items():
            pull[name] = before * _FADING + last.get(name, 0.0)
        following = min(pull, key=lambda name: (-pull[name], name))
        del pull[following]
        ordered.append(following)
    return ordered
