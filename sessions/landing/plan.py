"""The order in which most branches land without conflict, what it costs to have it otherwise, and what is left. Pure.

Two branches that both merge cleanly and do not collide can land one after the other, so the most that can land is the
largest set without conflicts among the branches that merge with the base. A pair of which nothing is known counts as
a conflict: it cannot be promised. Three branches may collide where no two do: a plan is sure only once rehearsed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

import msgspec

from sessions.floor.conflicts import Outcome, Verdict, between
from sessions.landing import independent

BASE = ""
"""Stands for the base among the names of branches."""


class Candidate(msgspec.Struct, frozen=True, omit_defaults=True):
    """A branch that wants to land."""

    name: str
    arrived: float = 0.0
    """When it was ready, or began: the oldest is the first to be served. Seconds since the epoch."""
    compared: bool = True
    """It has been compared with the base and with every other compared one. Without that it cannot be promised."""


class Wishes(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the operator wants of the plan."""

    pinned: tuple[str, ...] = ()
    """These must land."""
    dropped: tuple[str, ...] = ()
    """These are left out of all."""
    moved: tuple[str, ...] = ()
    """These come first, in this order, whatever they stand in the way of. One that collides with a pinned branch or an
    earlier one of these is left."""


class Step(msgspec.Struct, frozen=True, omit_defaults=True):
    """A branch that lands."""

    name: str
    unblocks: tuple[str, ...] = ()
    """Branches left over that wait for nobody later than this: once it is in, they can be rebased."""
    pinned: bool = False


class Left(msgspec.Struct, frozen=True, omit_defaults=True):
    """A branch that has to be rebased after all that come before it in the plan."""

    name: str
    blocked_by: tuple[str, ...] = ()
    """What it collides with by then, in order of landing; the base as ""."""
    unknown: tuple[str, ...] = ()
    """Those of them that it could not be compared with."""
    files: int = 0
    lines: int = 0
    """Conflicting lines of all that blocks it; where several touch the same lines, they count each time."""
    onto: str = BASE
    """The last to land of what blocks it: rebase when that is in. "" is the base as it is."""
    compared: bool = True


class Why(StrEnum):
    """Why a pinned branch cannot be promised."""

    CONFLICT = "conflict"
    UNKNOWN = "unknown"
    """It could not be compared with what stands against it."""
    NOT_COMPARED = "not compared"
    DROPPED = "dropped"
    ABSENT = "absent"


class Refusal(msgspec.Struct, frozen=True):
    """A pinned branch that cannot be promised."""

    name: str
    why: Why
    against: tuple[str, ...] = ()
    """What stands against it: the base as "", and branches pinned before it."""


class Plan(msgspec.Struct, frozen=True, omit_defaults=True):
    """A suggested order, and the frame to see it in."""

    order: tuple[Step, ...] = ()
    left: tuple[Left, ...] = ()
    """Cheapest to rebase first, each counted against all that stand before it."""
    in_arrival_order: int = 0
    """How many land when the oldest is always taken first."""
    upper_bound: int = 0
    """No order that follows the wishes lands more."""
    refused: tuple[Refusal, ...] = ()
    cost_of_pins: int = 0
    """How many more would land without the pins and moves."""
    cost_of_drops: int = 0
    """How many more would land, the dropped ones among them, if none were dropped."""

    @property
    def lands(self) -> int:
        """How many land in the suggested order."""
        return len(self.order)

    @property
    def exact(self) -> bool:
        """No order that follows the wishes lands more than this one."""
        return self.lands == self.upper_bound

    @property
    def names(self) -> tuple[str, ...]:
        """The branches that land, in order."""
        return tuple(step.name for step in self.order)


def plan(branches: Iterable[Candidate], verdicts: Mapping[str, Verdict], wishes: Wishes | None = None) -> Plan:
    """The plan for `branches`, no two of one name; it does not depend on the order in which they are given."""
    wishes = wishes or Wishes()
    everyone = sorted({branch.name: branch for branch in branches}.values(), key=lambda it: (it.arrived, it.name))
    masks = ConflictMasks(everyone, verdicts)
    active = masks.mask(branch.name for branch in everyone if branch.name not in wishes.dropped)
    pinned, refused = masks.pins(wishes.pinned, active)
    forced = masks.mask(masks.first_come(wishes.moved, active, masks.mask(pinned)))
    chosen, bound = masks.best(active, forced)
    free = masks.best(active, 0) if forced else (chosen, bound)
    undropped = masks.best(masks.mask(masks.names), 0) if wishes.dropped else free
    landing = masks.sequence(chosen, wishes.moved)
    left = rest(masks, landing, active & ~chosen)
    unblocked: dict[str, list[str]] = {}
    for item in left:
        unblocked.setdefault(item.onto, []).append(item.name)
    return Plan(
        order=tuple(Step(name, tuple(unblocked.get(name, ())), name in pinned) for name in landing),
        left=left,
        in_arrival_order=len(masks.first_come(masks.names, active, 0)),
        upper_bound=bound,
        refused=refused,
        cost_of_pins=max(0, free[0].bit_count() - chosen.bit_count()),
        cost_of_drops=max(0, undropped[0].bit_count() - free[0].bit_count()),
    )


def fill_ins(plan: Plan, verdicts: Mapping[str, Verdict], landed: Sequence[str]) -> tuple[str, ...]:
    """Branches left over by the plan that collide with nothing of what has really `landed`, cheapest first."""
    taken = {BASE, *landed}

    def stands_alone(name: str) -> bool:
        found = (between(verdicts, name, other) for other in taken)
        return all(verdict is None or verdict.outcome is Outcome.CLEAN for verdict in found)

    return tuple(it.name for it in plan.left if it.compared and it.name not in taken and stands_alone(it.name))


class ConflictMasks:
    """The conflicts among branches as masks, one bit for each branch, the oldest the lowest."""

    def __init__(self, branches: Sequence[Candidate], verdicts: Mapping[str, Verdict]) -> None:
        """`branches` oldest first."""
        self.names = [branch.name for branch in branches]
        self.number = {name: i for i, name in enumerate(self.names)}
        self.compared = self.mask(branch.name for branch in branches if branch.compared)
        self.against: list[dict[str, Verdict]] = [{} for _ in branches]
        """By branch, what it cannot land with: partners, or the base as "", each with the verdict."""
        for verdict in verdicts.values():
            if verdict.outcome is Outcome.CLEAN or verdict.a not in self.number:
                continue
            if verdict.b in self.number:
                self.against[self.number[verdict.b]][verdict.a] = verdict
            elif verdict.b != BASE:
                continue
            self.against[self.number[verdict.a]][verdict.b] = verdict
        self.neighbours = [self.mask(found) for found in self.against]
        on_base = self.mask(name for name, found in zip(self.names, self.against, strict=True) if BASE in found)
        self.possible = self.compared & ~on_base
        """Those that merge with the base."""

    def mask(self, names: Iterable[str]) -> int:
        """The bits of those of `names` that are branches here."""
        found = 0
        for name in names:
            if name in self.number:
                found |= 1 << self.number[name]
        return found

    def pins(self, pinned: Iterable[str], active: int) -> tuple[list[str], tuple[Refusal, ...]]:
        """Those that can all land, the first named first, and why not the others."""
        taken, refused = 0, []
        for name in dict.fromkeys(pinned):
            bit = self.mask([name])
            clash = self.neighbours[self.number[name]] & taken if bit else 0
            if bit & active & self.possible and not clash:
                taken |= bit
            else:
                refused.append(self._refusal(name, active, clash))
        return self.named(taken), tuple(refused)

    def _refusal(self, name: str, active: int, clash: int) -> Refusal:
        bit = self.mask([name])
        if not bit:
            return Refusal(name, Why.ABSENT)
        if not bit & active:
            return Refusal(name, Why.DROPPED)
        found = self.against[self.number[name]]
        against = (BASE,) * (BASE in found) + tuple(self.named(clash))
        if not against:
            return Refusal(name, Why.NOT_COMPARED)
        known = any(found[other].outcome is Outcome.CONFLICT for other in against)
        return Refusal(name, Why.CONFLICT if known else Why.UNKNOWN, against)

    def first_come(self, names: Iterable[str], active: int, taken: int) -> list[str]:
        """What has landed when `names` are taken as they come, beside what is `taken`."""
        for name in names:
            bit = self.mask([name]) & active & self.possible
            if bit and not self.neighbours[self.number[name]] & taken:
                taken |= bit
        return self.named(taken)

    def best(self, active: int, forced: int) -> tuple[int, int]:
        """The largest set found that contains `forced`, and the size that none exceeds."""
        open_ = active & self.possible & ~forced
        for i in independent.bits(forced):
            open_ &= ~self.neighbours[i]
        found = independent.largest_independent(self.neighbours, open_)
        chosen = found.chosen | forced
        first_come = self.mask(self.first_come(self.names, open_, forced))
        # Where the search is not exact, the plain order may be luckier.
        if first_come.bit_count() > chosen.bit_count():
            chosen = first_come
        return chosen, found.bound + forced.bit_count()

    def sequence(self, chosen: int, moved: Sequence[str]) -> list[str]:
        """The names of the chosen: the moved ones as they were put, then oldest first."""
        ahead = [name for name in dict.fromkeys(moved) if self.mask([name]) & chosen]
        return ahead + self.named(chosen & ~self.mask(ahead))

    def named(self, mask: int) -> list[str]:
        """The names of the bits, oldest first."""
        return [self.names[i] for i in independent.bits(mask)]


def rest(masks: ConflictMasks, landing: Sequence[str], waiting: int) -> tuple[Left, ...]:
    """What does not land, in the order to rebase it: always the one with the fewest conflicting lines by then.

    What could not be compared comes after what could, for its cost is not known.
    """
    waits = {name: _Wait(masks, name) for name in masks.named(waiting)}
    for name in (BASE, *landing):
        _land(waits, name)
    found: list[Left] = []
    while waits:
        following = min(waits.values(), key=_Wait.cost)
        del waits[following.name]
        found.append(following.left())
        _land(waits, following.name)
    return tuple(found)


def _land(waits: Mapping[str, _Wait], name: str) -> None:
    for wait in waits.values():
        if name in wait.against:
            wait.block(name)


class _Wait:
    """A branch left over, and what blocks it so far."""

    def __init__(self, masks: ConflictMasks, name: str) -> None:
        self.name = name
        self._number = masks.number[name]
        self.against = masks.against[self._number]
        self._compared = bool(masks.compared >> self._number & 1)
        self._blocked_by: list[str] = []
        self._unknown: list[str] = []
        self._files: set[str] = set()
        self._lines = 0

    def block(self, other: str) -> None:
        verdict = self.against[other]
        self._blocked_by.append(other)
        if verdict.outcome is Outcome.UNKNOWN:
            self._unknown.append(other)
        self._files.update(file.path for file in verdict.files)
        self._lines += verdict.lines

    def cost(self) -> tuple[bool, bool, int, int]:
        return not self._compared, bool(self._unknown), self._lines, self._number

    def left(self) -> Left:
        onto = self._blocked_by[-1] if self._blocked_by else BASE
        return Left(
            self.name,
            tuple(self._blocked_by),
            tuple(self._unknown),
            len(self._files),
            self._lines,
            onto,
            self._compared,
        )
