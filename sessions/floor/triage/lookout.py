"""Who keeps the queue knows what to look at: what events touched, and what time alone may have changed.

It holds no clock and records nothing: a supervisor does, and so does a simulated factory.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import get_args

import msgspec

from sessions.floor import events as ev
from sessions.floor.progress.signs import SILENT_S
from sessions.floor.state import FloorState
from sessions.floor.triage import judge, over, rounds
from sessions.floor.triage.causes.rule import Rule
from sessions.floor.triage.causes.rules import RULES

LOUD: tuple[type[ev.Event], ...] = (
    ev.StationOpened,
    ev.TurnStarted,
    ev.TurnFinished,
    ev.TurnFailed,
    ev.PersonNeeded,
    ev.AgentReported,
    ev.AgentLost,
    ev.MachineAwaited,
    ev.ToolFinished,
    ev.QuestionAsked,
    ev.QuestionAnswered,
    ev.ScopeAssigned,
    ev.ScopeViolated,
    ev.LifeChanged,
    ev.SignalRaised,
    ev.BudgetReached,
    ev.ChildEnded,
    ev.KindExpected,
)
"""What may need a person, or end that. All others can only end it: they are heard of stations with a case."""
QUIET = (ev.TokensUsed, ev.CaseOpened, ev.CaseRestated, ev.CaseClosed)
"""What ends nothing, and what is told here."""
HEARD: tuple[type[ev.Event], ...] = tuple(kind for kind in get_args(ev.AnyEvent) if kind not in QUIET)
_OF_BRANCHES = (ev.VerdictReached, ev.BranchChanged, ev.BranchRemoved, ev.BranchCompared, ev.BaseChosen)
_LOUD = frozenset(LOUD)


class Look(msgspec.Struct, frozen=True):
    """What is to be looked at."""

    stations: frozenset[str]
    told: tuple[ev.Event, ...] = ()
    """Events that may wake a case."""
    answers: dict[str, str] = {}
    """By question how it was answered, in words."""


class Lookout:
    """Collects what is to be looked at, and says when something is due."""

    def __init__(self, rules: tuple[Rule, ...] = RULES, silent: float = SILENT_S) -> None:
        self._rules, self._silent = rules, silent
        self._touched: set[str] = set()
        self._told: list[ev.Event] = []
        self._answers: dict[str, str] = {}
        self._stirred = False
        self._due: dict[str, float] = {}
        """By station when time alone may change something; "" is the whole floor."""
        self.looked = 0
        """Stations that were looked at, for whoever measures."""

    @property
    def at(self) -> float:
        """When something is due; infinite for never."""
        return min(self._due.values(), default=math.inf)

    def hear(self, state: FloorState, events: Sequence[ev.Event]) -> bool:
        """Events happened, after which the floor is `state`; whether there is something to look at."""
        with_case = {case.station for case in state.cases.values()}
        wakeful = any(case.wakes for case in state.cases.values())
        for event in events:
            kind = type(event)
            if isinstance(event, ev.QuestionAnswered):
                self._answers[event.question] = over.answered(event)
            if isinstance(event, ev.StationEvent):
                if kind in _LOUD or (event.station in with_case and kind not in QUIET):
                    self._touched.add(event.station)
                self._stirred |= isinstance(event, ev.TakingEvent)
            elif isinstance(event, _OF_BRANCHES):
                self._touched.update(_on_branches(state, event))
            elif isinstance(event, ev.TaskEvent):
                self._stirred = True
            if wakeful:
                self._told.append(event)
        return bool(self._touched or self._told or self._stirred)

    def look_at_all(self, state: FloorState) -> None:
        """Look at everything once."""
        self._touched.update(state.stations)
        self._stirred = True

    def take(self, now: float) -> Look:
        """What is to be looked at now: each thing is given once."""
        late = [station for station, at in self._due.items() if at <= now]
        for station in late:
            del self._due[station]
        look = Look(frozenset({*self._touched, *late} - {""}), tuple(self._told), self._answers)
        self._touched, self._told, self._answers, self._stirred = set(), [], {}, False
        return look

    def changes(self, state: FloorState, now: float, look: Look, whole: bool = True) -> list[ev.Event]:
        """What has changed in the queue; without `whole`, only of these stations (see `rounds.changes`)."""
        found = rounds.changes(state, look.stations, now, self._rules, look.answers, whole, self._silent)
        return [*found, *rounds.awake(state, now, look.told)]

    def looked_at(self, state: FloorState, now: float, look: Look) -> None:
        """What had changed is recorded, and the floor is `state`: when is something due again?"""
        self.looked += len(look.stations)
        for station in look.stations:
            self._put(station, judge.due(state, station, now, self._silent))
        self._put("", min(judge.floor_due(state, now), rounds.next_awake(state, now)))

    def _put(self, station: str, at: float) -> None:
        if at < math.inf:
            self._due[station] = at
        else:
            self._due.pop(station, None)


def _on_branches(state: FloorState, event: ev.Event) -> Iterable[str]:
    """Stations whose branch an event is about; all where it is about the base."""
    names = {getattr(event, field, "") for field in ("branch", "a", "b")} - {""}
    if isinstance(event, ev.BaseChosen) or state.base in names:
        return list(state.stations)
    return [station.id for station in state.stations.values() if station.branch in names]
