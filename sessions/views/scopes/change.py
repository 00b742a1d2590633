"""Other scopes for stations, proposed at a place of the tree: each wish is made of whole scopes, as it is sent. Pure.

What a station gets is a pattern more, what it loses a pattern with `!`; patterns that then say nothing any more are
left out, so that a scope does not grow with every key. What is taken comes before what is given: a scope that is to be
exclusive cannot be had while another station may still write there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
from msgspec.structs import replace

from sessions.floor.commands import AssignScope
from sessions.floor.ours.family import above
from sessions.floor.patterns import suggest
from sessions.floor.scope import Scope
from sessions.floor.scopes.sets import inside, overlaps
from sessions.floor.state import FloorState, name_of
from sessions.views.scopes.ground import pattern_of

UNNAMED = "its name is too long for any pattern"
NAMED = 3
"""Stations that are named of many."""


class Step(msgspec.Struct, frozen=True):
    """A station with what it may write before and after."""

    station: str
    name: str
    before: Scope
    after: Scope

    def wish(self, state: FloorState) -> AssignScope:
        """What is asked of the supervisor; the budget stays."""
        return AssignScope(self.station, self.after, state.owned[self.station].budget)

    def back(self, state: FloorState) -> AssignScope:
        """What puts it back."""
        return AssignScope(self.station, self.before, state.owned[self.station].budget)


class Proposal(msgspec.Struct, frozen=True):
    """Other scopes, that are done together or not at all."""

    title: str
    steps: tuple[Step, ...] = ()
    trouble: str = ""
    """Why there is nothing to propose."""


def opened(write: Sequence[str], place: str) -> tuple[str, ...]:
    """The patterns with all of a place."""
    pattern = pattern_of(place)
    if inside([pattern], write):
        return tuple(write)
    return simplified((*write, pattern))


def taken(write: Sequence[str], place: str) -> tuple[str, ...]:
    """The patterns without a place."""
    return without(write, [pattern_of(place)])


def without(write: Sequence[str], other: Sequence[str]) -> tuple[str, ...]:
    """The patterns without what others allow; where those take something away again, that stays as far as it is one."""
    left = tuple(write)
    for text in other:
        bare = text.removeprefix("!")
        if not text.startswith("!"):
            if overlaps(left, [text]):
                left = (*left, f"!{text}")
        elif inside([bare], write) and not inside([bare], left):
            left = (*left, bare)
    return simplified(left)


def simplified(write: Sequence[str]) -> tuple[str, ...]:
    """The same files in fewer patterns: without those that say again what is so, or that a later one overrules."""
    left: list[str] = []
    for text in write:
        bare = text.removeprefix("!")
        left = [*(before for before in left if not inside([before.removeprefix("!")], [bare])), text]
    return tuple(_not_in_vain(left))


def _not_in_vain(write: Sequence[str]) -> Iterator[str]:
    """The patterns but for those with `!` that take nothing away, and those that then say again what is so."""
    left: list[str] = []
    for text in write:
        if text.startswith("!"):
            if overlaps(left, [text[1:]]):
                left.append(text)
        elif not inside([text], left):
            left.append(text)
    yield from left


# What keys propose


def assign(state: FloorState, station: str, place: str) -> Proposal:
    """Let a station write a place."""
    own, name = state.owned[station].scope, name_of(state, station)
    title = f"let {name} write {_shown(place)}"
    if not pattern_of(place):
        return Proposal(title, trouble=UNNAMED)
    after = opened(own.write, place)
    if after == own.write:
        return Proposal(title, trouble=f"{name} may write all of it already")
    return Proposal(title, (Step(station, name, own, replace(own, write=after)),))


def widen(state: FloorState, station: str, place: str) -> Proposal:
    """Let a station write all of a place; where it may already, the directory around that."""
    write, name = state.owned[station].scope.write, name_of(state, station)
    if not pattern_of(place):
        return Proposal(f"widen {name}", trouble=UNNAMED)
    while place and inside([pattern_of(place)], write):
        place = place.rstrip("/")
        place = place[: place.rfind("/") + 1]
    if inside([pattern_of(place)], write):
        return Proposal(f"widen {name}", trouble=f"{name} may write everything already")
    return replace(assign(state, station, place), title=f"widen {name} by {_shown(place)}")


def narrow(state: FloorState, station: str, place: str) -> Proposal:
    """Take a place from a station."""
    own, name = state.owned[station].scope, name_of(state, station)
    title = f"take {_shown(place)} from {name}"
    if not pattern_of(place):
        return Proposal(title, trouble=UNNAMED)
    if not overlaps(own.write, [pattern_of(place)]):
        return Proposal(title, trouble=f"{name} may not write there anyway")
    after = taken(own.write, place)
    if not after:
        return Proposal(title, trouble=f"{name} could write nothing any more: x stops it, - below takes a part")
    return Proposal(title, (Step(station, name, own, replace(own, write=after)),))


def hand(state: FloorState, giver: str, taker: str, place: str) -> Proposal:
    """Take a place from one station and give it to another."""
    title = f"hand {_shown(place)} from {name_of(state, giver)} to {name_of(state, taker)}"
    away, got = narrow(state, giver, place), assign(state, taker, place)
    if away.trouble:
        return Proposal(title, trouble=away.trouble)
    return Proposal(title, (*away.steps, *got.steps))


def to_what_it_wrote(state: FloorState, station: str, wrote: Sequence[str]) -> Proposal:
    """Leave a station no more than what it wrote up to now, and directories in which it wrote more than two files."""
    own, name = state.owned[station].scope, name_of(state, station)
    title = f"narrow {name} to what it wrote"
    found = [text for text in suggest(wrote) if inside([text], own.write)]
    if not found:
        return Proposal(title, trouble=f"{name} wrote nothing yet")
    if inside(own.write, found):
        return Proposal(title, trouble=f"{name} uses all of its scope")
    return Proposal(title, (Step(station, name, own, replace(own, write=tuple(found))),))


def alone(state: FloorState, station: str) -> Proposal:
    """Have what a station may write for itself, taking it from all others; or share it again, where it is so."""
    own, name = state.owned[station].scope, name_of(state, station)
    if own.exclusive:
        step = Step(station, name, own, replace(own, exclusive=False))
        return Proposal(f"let others write what {name} writes", (step,))
    steps = []
    for other in _others(state, station):
        theirs = state.owned[other].scope
        if overlaps(theirs.write, own.write):
            after = without(theirs.write, own.write)
            if not after:
                trouble = f"{name_of(state, other)} could write nothing any more: stop it, or give it another place"
                return Proposal(f"have {name} alone", trouble=trouble)
            steps.append(Step(other, name_of(state, other), theirs, replace(theirs, write=after)))
    steps.append(Step(station, name, own, replace(own, exclusive=True)))
    return Proposal(f"have nobody else write what {name} writes", tuple(steps))


def leave(state: FloorState, place: str, stations: Sequence[str]) -> Proposal:
    """Take a place from some stations, so that it is left to others; those only observed are passed over."""
    names = [name_of(state, station) for station in stations]
    title = f"have {', '.join(names[:NAMED])}{f' and {len(names) - NAMED} more' * (len(names) > NAMED)} leave {place}"
    steps: list[Step] = []
    trouble = "it is only observed: whoever started it has to tell it"
    for station in stations:
        if station in state.owned:
            proposal = narrow(state, station, place)
            trouble = proposal.trouble or trouble
            steps += proposal.steps
    return Proposal(title, tuple(steps), "" if steps else trouble)


def _others(state: FloorState, station: str) -> Iterator[str]:
    """Stations that live and neither work for this one nor have it work for them."""
    over = above(state, station)
    for other, own in state.owned.items():
        if other != station and own.lives and other not in over and station not in above(state, other):
            yield other


def _shown(place: str) -> str:
    return place or "the whole tree"


def difference(before: Scope, after: Scope) -> tuple[str, ...]:
    """What was written down otherwise: `+src/**`, `-src/gen/**`, `alone`, `shared`."""
    gone = [f"-{text}" for text in before.write if text not in after.write]
    new = [f"+{text}" for text in after.write if text not in before.write]
    word = ("alone" if after.exclusive else "shared",) if before.exclusive != after.exclusive else ()
    return (*gone, *new, *word)
