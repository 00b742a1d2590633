"""A simulated factory with its queue: what a supervisor would record of it, and an operator who works it off."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator

from sessions.floor.events import CaseSettled, Event
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY, FloorState
from sessions.floor.triage.case import Act, Case, Kind
from sessions.floor.triage.lookout import Lookout

TOGETHER_S = 0.25
"""Events within this time are looked at at one go."""
ACTS: dict[Kind, tuple[Act, ...]] = {
    Kind.SCOPE: (Act.SEEN,),
    Kind.CONFLICT: (Act.SEEN, Act.ANSWER),
    Kind.SIGNAL: (Act.SEEN,),
    Kind.RESULT: (Act.SEEN,),
    Kind.STUCK: (Act.ANSWER,),
    Kind.BUDGET: (Act.SEEN,),
}
"""What the operator does about cases that nothing else ends soon, by the queue alone."""
WHO = "mara@box"
AFTER_S = (90.0, 1_500.0)
"""How old a case is when the operator comes to it."""


class Queue:
    """Looks at a floor as it is told, and tells what changes in its queue."""

    def __init__(self, seed: int = 1) -> None:
        self._lookout = Lookout()
        self._random = random.Random(f"{seed}:queue")
        self._comes: dict[str, float] = {}
        """By case when the operator comes to it."""

    def changes(self, state: FloorState, events: Iterable[Event], now: float) -> list[Event]:
        """What changes in the queue after `events`, which brought the floor to `state`."""
        self._lookout.hear(state, (*events,))
        look = self._lookout.take(now)
        told = [*self._lookout.changes(state, now, look), *self._settled(state, now)]
        after = fold_all(state, told) if told else state
        self._lookout.looked_at(after, now, look)
        return told

    def _settled(self, state: FloorState, now: float) -> Iterator[Event]:
        for case in state.cases.values():
            if case.kind in ACTS:
                at = self._comes.setdefault(case.id, case.opened + self._random.uniform(*AFTER_S))
                if at <= now:
                    yield self._seen_to(case, now)
        self._comes = {name: at for name, at in self._comes.items() if name in state.cases}

    def _seen_to(self, case: Case, now: float) -> CaseSettled:
        act = self._random.choice(ACTS[case.kind])
        return CaseSettled(time=now, source="operator", station=case.station, case=case.id, act=act, who=WHO)


def triaged(events: Iterable[Event], seed: int = 1) -> Iterator[Event]:
    """The same events, and in their places those of the queue. Events must come in the order of time."""
    state, queue, batch = EMPTY, Queue(seed), list[Event]()
    for event in events:
        if batch and event.time - batch[0].time > TOGETHER_S:
            state = fold_all(state, batch)
            told = queue.changes(state, batch, state.time)
            state = fold_all(state, told)
            yield from (*batch, *told)
            batch = []
        batch.append(event)
    yield from batch
