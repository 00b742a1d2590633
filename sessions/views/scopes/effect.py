"""What comes of other scopes, before they are assigned: said by the same rules that then decide it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import combinations

import msgspec
from msgspec.structs import replace

from sessions.floor.ours.lives import Asks
from sessions.floor.patterns import matches
from sessions.floor.scopes.sets import inside
from sessions.floor.state import FloorState
from sessions.views.forms.refusals import refusal
from sessions.views.forms.when import holds_from
from sessions.views.scopes.change import Proposal, Step, difference
from sessions.views.scopes.ground import Ground

FIRST = 3
"""Files that are named of many."""


class Turn(msgspec.Struct, frozen=True):
    """What becomes of one station."""

    station: str
    name: str
    before: int
    after: int
    """Files that it may write."""
    changes: tuple[str, ...] = ()
    """How its patterns are written otherwise."""
    loses: tuple[str, ...] = ()
    """The first files that it wrote and may not write any more."""
    lost: int = 0
    """How many those are."""
    answered: tuple[str, ...] = ()
    """What it asks for now, and would have."""
    when: str = ""
    """From when on it holds."""
    refused: str = ""
    """Why it cannot be, with the cure."""


class Met(msgspec.Struct, frozen=True):
    """Two that may write the same files."""

    one: str
    other: str
    files: int
    first: tuple[str, ...] = ()


class Effect(msgspec.Struct, frozen=True):
    """What comes of all of it."""

    turns: tuple[Turn, ...] = ()
    begins: tuple[Met, ...] = ()
    """Overlaps that come, or grow."""
    ends: tuple[Met, ...] = ()
    """Overlaps that go, or shrink."""
    shared: tuple[int, int] = (0, 0)
    """Files that several may write who do not work for one another, before and after."""
    gaps: tuple[int, int] = (0, 0)
    """Files that nobody may write, before and after."""

    @property
    def refused(self) -> str:
        """Why it cannot be done; "" where it can."""
        return next((turn.refused for turn in self.turns if turn.refused), "")


def effect(ground: Ground, state: FloorState, proposal: Proposal, rebinds: Callable[[str], bool]) -> Effect:
    """The effect on this floor; `rebinds` says of a station whether its agent takes over a boundary as it runs."""
    before = {owner.id: owner.mask for owner in ground.owners}
    after = dict(before)
    turns, then = [], state
    for step in proposal.steps:
        mask = ground.paths.mask(step.after.write)
        was = ground.by_id[step.station].mask if step.station in ground.by_id else 0
        if step.station in after:
            after[step.station] = mask
        turns.append(_turn(ground, then, step, was, mask, rebinds))
        own = then.owned[step.station]
        then = replace(then, owned={**then.owned, step.station: replace(own, scope=step.after)})
    changed = {step.station for step in proposal.steps}
    begins, ends = _meetings(ground, before, after, changed)
    return Effect(
        tuple(turns),
        begins,
        ends,
        (_shared(ground, before).bit_count(), _shared(ground, after).bit_count()),
        (_uncovered(ground, before.values()), _uncovered(ground, after.values())),
    )


def refused(state: FloorState, proposal: Proposal) -> str:
    """Why it cannot be done, without all that would come of it; "" where it can."""
    then = state
    for step in proposal.steps:
        if reason := refusal(then, step.wish(then)):
            return reason
        own = then.owned[step.station]
        then = replace(then, owned={**then.owned, step.station: replace(own, scope=step.after)})
    return proposal.trouble


def _turn(ground: Ground, state: FloorState, step: Step, was: int, mask: int, rebinds: Callable[[str], bool]) -> Turn:
    own = state.owned[step.station]
    wrote = [mark.path for mark in ground.known.touched.all if mark.station == step.station]
    lost = [path for path in wrote if matches(step.before.write, path) and not matches(step.after.write, path)]
    asked = (text for q in own.questions.values() if q.asks is Asks.SCOPE for text in q.paths)
    answered = tuple(
        text for text in asked if inside([text], step.after.write) and not inside([text], step.before.write)
    )
    return Turn(
        step.station,
        step.name,
        was.bit_count(),
        mask.bit_count(),
        difference(step.before, step.after),
        tuple(lost[:FIRST]),
        len(lost),
        answered,
        holds_from(own, step.after, rebinds(step.station)),
        refusal(state, step.wish(state)),
    )


def _meetings(
    ground: Ground, before: Mapping[str, int], after: Mapping[str, int], changed: set[str]
) -> tuple[tuple[Met, ...], tuple[Met, ...]]:
    begins, ends = [], []
    for one, other in combinations(ground.owners, 2):
        if not changed & {one.id, other.id} or (one.id, other.id) not in ground.apart:
            continue
        was, now = before[one.id] & before[other.id], after[one.id] & after[other.id]
        if new := now & ~was:
            begins.append(Met(one.name, other.name, new.bit_count(), tuple(ground.paths.first(new, FIRST))))
        if gone := was & ~now:
            ends.append(Met(one.name, other.name, gone.bit_count(), tuple(ground.paths.first(gone, FIRST))))
    return _worst(begins), _worst(ends)


def _worst(found: Iterable[Met]) -> tuple[Met, ...]:
    return tuple(sorted(found, key=lambda met: (-met.files, met.one, met.other)))


def _shared(ground: Ground, masks: Mapping[str, int]) -> int:
    both = 0
    for one, other in combinations(ground.owners, 2):
        if (one.id, other.id) in ground.apart:
            both |= masks[one.id] & masks[other.id]
    return both


def _uncovered(ground: Ground, masks: Iterable[int]) -> int:
    covered = 0
    for mask in masks:
        covered |= mask
    return ground.files - covered.bit_count()
