"""Which scopes would have prevented the most conflicts: what some stations should have left to others. Pure.

A pair of branches collides no more when one of them may not write the files in which it does. A rule is a place and the
branches that leave it: chosen greedily, next always the one whose leaving frees most pairs, as long as it frees two at
least (the first one may free a single pair). Nobody has to leave the area in which it mostly works, so that no rule
says that half of all should have done nothing. Of all places the one counts that frees most beyond one pair for each
that leaves; of those alike the smallest. It is a suggestion, no proof: who may not write there may need to.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

from sessions.floor.branches.area import directories, within
from sessions.floor.conflicts import Outcome
from sessions.floor.state import FloorState, name_of
from sessions.views.scopes.known import Known

MOST = 3
_Pair = tuple[str, str]


class Rule(msgspec.Struct, frozen=True):
    """A place that some branches should have left to others."""

    place: str
    """A file, or a directory with `/` at its end."""
    leave: tuple[str, ...]
    """Branches that should have left it, the one that frees most pairs first."""
    keep: tuple[str, ...]
    """Others that collide with those there."""
    pairs: int
    """Pairs that would not collide, beyond those of the rules before."""


class Prevention(msgspec.Struct, frozen=True):
    """The best rules, and of how many pairs."""

    rules: tuple[Rule, ...] = ()
    pairs: int = 0
    """Pairs of branches that collide in files."""


def prevention(state: FloorState, known: Known, most: int = MOST) -> Prevention:
    """The rules that would have freed the most pairs."""
    left: dict[_Pair, frozenset[str]] = {}
    for verdict in state.verdicts.values():
        if verdict.outcome is Outcome.CONFLICT and verdict.a and verdict.b and verdict.files:
            left[verdict.a, verdict.b] = frozenset(file.path for file in verdict.files)
    every, rules = len(left), list[Rule]()
    areas = {name: compared.area for name, compared in state.compared.items()}
    while left and len(rules) < most:
        rule = _best(left, areas, _wrote(state, known))
        if rule is None:
            break
        rules.append(rule)
        gone = frozenset(rule.leave)
        for pair, files in list(left.items()):
            if gone.isdisjoint(pair):
                continue
            left[pair] = frozenset(path for path in files if not _lies_in(path, rule.place))
            if not left[pair]:
                del left[pair]
    return Prevention(tuple(rules), every)


def _best(
    left: Mapping[_Pair, frozenset[str]], areas: Mapping[str, str], wrote: Mapping[tuple[str, str], int]
) -> Rule | None:
    """The best rule for these pairs, each with the files in which it still collides."""
    places: dict[str, list[_Pair]] = {}
    for pair, files in left.items():
        for place in frozenset.intersection(*(frozenset((path, *directories(path))) for path in files)):
            places.setdefault(place, []).append(pair)
    best: tuple[tuple[int, int, str], Rule] | None = None
    for place, pairs in places.items():
        if best is not None and len(pairs) - 1 < -best[0][0]:
            continue  # not even one that leaves could free more
        rule = _rule(place, pairs, areas, wrote)
        if rule is not None:
            worth = (len(rule.leave) - rule.pairs, -place.count("/") - (not place.endswith("/")), place)
            if best is None or worth < best[0]:
                best = (worth, rule)
    return best[1] if best is not None else None


def _rule(
    place: str, pairs: Sequence[_Pair], areas: Mapping[str, str], wrote: Mapping[tuple[str, str], int]
) -> Rule | None:
    """Who should leave a place for whom, of pairs that collide nowhere else."""
    rest, leave = set(pairs), list[str]()
    resident = {name for pair in pairs for name in pair if place.endswith("/") and within(areas.get(name, ""), place)}
    while rest:
        degree = Counter(name for pair in rest for name in pair if name not in resident)
        if not degree:
            break
        worst = min(degree, key=lambda name: (-degree[name], wrote.get((place, name), 0), name))
        if leave and degree[worst] < 2:
            break
        leave.append(worst)
        rest = {pair for pair in rest if worst not in pair}
    if not leave:
        return None
    keep = Counter(name for pair in pairs if not set(pair).isdisjoint(leave) for name in pair if name not in leave)
    return Rule(place, tuple(leave), tuple(name for name, _ in keep.most_common()), len(pairs) - len(rest))


def _wrote(state: FloorState, known: Known) -> dict[tuple[str, str], int]:
    """How often each branch was written at in each place."""
    found: Counter[tuple[str, str]] = Counter()
    for mark in known.touched.all:
        station = state.stations.get(mark.station)
        if station is not None and station.branch:
            for place in (mark.path, *directories(mark.path)):
                found[place, station.branch] += mark.times
    return found


def _lies_in(path: str, place: str) -> bool:
    return path == place or (place.endswith("/") and path.startswith(place))


def on_branch(state: FloorState, branch: str) -> str:
    """The station that works on a branch, one of ours that lives before others; "" where none does."""
    found = [each.id for each in state.stations.values() if each.branch == branch and not each.elsewhere]
    return min(found, key=lambda name: (name not in state.owned or not state.owned[name].lives, name), default="")


def who(state: FloorState, branches: Sequence[str]) -> list[str]:
    """The names of the stations on these branches; of one without a station its own."""
    return [name_of(state, station) if (station := on_branch(state, name)) else name for name in branches]
