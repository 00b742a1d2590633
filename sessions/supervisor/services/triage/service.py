"""The service of triage: looks at what events touched, and at what time alone may have changed, and records it."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Iterable, Sequence
from typing import get_args

from sessions.floor import events as ev
from sessions.floor.decide.decision import Accepted, Decision
from sessions.floor.state import FloorState
from sessions.floor.triage import judge, over, rounds
from sessions.floor.triage.causes.rule import Rule
from sessions.floor.triage.causes.rules import RULES
from sessions.supervisor.recorder import Recorder
from sessions.supervisor.service import Service

TOGETHER_S = 0.05
"""What happens within this time is looked at at one go."""
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
    ev.CaseReturned,
)
"""What may need a person, or end that. All others can only end it: they are heard of stations with a case."""
OF_BRANCHES = (ev.VerdictReached, ev.BranchChanged, ev.BranchRemoved, ev.BranchCompared, ev.BaseChosen)


class Triage(Service):
    """Keeps the queue in step with the floor."""

    name = "triage"
    hears = tuple(kind for kind in get_args(ev.AnyEvent) if kind not in (ev.TokensUsed, ev.CaseOpened, ev.CaseRestated))

    def __init__(self, recorder: Recorder, rules: tuple[Rule, ...] = RULES) -> None:
        self._recorder, self._rules = recorder, rules
        self._touched: set[str] = set()
        """Stations to be looked at."""
        self._told: list[ev.Event] = []
        """Events since the last look, where a case waits for some."""
        self._answers: dict[str, str] = {}
        self._due: dict[str, float] = {}
        """By station when time alone may change something; "" is the whole floor."""
        self._news = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        self._following = False
        self.judged = 0
        """Stations that were looked at, for whoever measures."""

    def hear(self, events: Sequence[ev.Event]) -> None:
        if not self._following:
            return
        state = self._recorder.state
        with_case = {case.station for case in state.cases.values()}
        wakeful = any(case.wakes for case in state.cases.values())
        before = len(self._touched)
        stirs = False
        for event in events:
            if isinstance(event, ev.QuestionAnswered):
                self._answers[event.question] = over.answered(event)
            if isinstance(event, ev.StationEvent):
                if isinstance(event, LOUD) or event.station in with_case:
                    self._touched.add(event.station)
            elif isinstance(event, OF_BRANCHES):
                self._touched.update(_on_branches(state, event))
            elif isinstance(event, ev.TaskEvent):
                stirs = True
            if wakeful:
                self._told.append(event)
        if stirs or self._told or len(self._touched) > before:
            self._news.set()

    async def follow(self) -> None:
        """Look at everything once, then at what is touched, until cancelled.

        While the past is being read only stations of ours are looked at: much in it needed somebody once, and does no
        longer a few lines later.
        """
        self._following = True
        self._look_at_all()
        past = asyncio.create_task(self._recorder.past_told.wait())
        past.add_done_callback(lambda task: None if task.cancelled() else self._look_at_all())
        try:
            while True:
                await self._news.wait()
                await asyncio.sleep(TOGETHER_S)
                self._news.clear()
                await self._look()
                self._time()
        finally:
            self._following = False
            past.cancel()
            if self._timer is not None:
                self._timer.cancel()

    def _look_at_all(self) -> None:
        self._touched.update(self._recorder.state.stations)
        self._news.set()

    async def _look(self) -> None:
        touched, self._touched = self._touched, set()
        whole = self._recorder.past_told.is_set()
        if not whole:
            touched &= self._recorder.state.owned.keys()
        told, self._told = self._told, []
        answers, self._answers = self._answers, {}

        def decide(state: FloorState) -> Decision:
            now = max(time.time(), state.time)
            found = rounds.changes(state, touched, now, self._rules, answers, whole)
            return Accepted((*found, *rounds.awake(state, now, told)))

        await self._recorder.decide(decide)
        self.judged += len(touched)
        self._put_due(touched)

    def _put_due(self, stations: Iterable[str]) -> None:
        state, now = self._recorder.state, time.time()
        for station in stations:
            self._due[station] = judge.due(state, station, now)
            if self._due[station] == math.inf:
                del self._due[station]
        self._due[""] = min(judge.floor_due(state, now), rounds.next_awake(state, now))

    def _time(self) -> None:
        """Be there when the next of them is due: one timer for all."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        at = min(self._due.values(), default=math.inf)
        if at < math.inf:
            self._timer = asyncio.get_running_loop().call_later(max(0.01, at - time.time() + 0.01), self._ring)

    def _ring(self) -> None:
        now = time.time()
        late = {station for station, at in self._due.items() if at <= now}
        self._touched |= late - {""}
        for station in late:
            del self._due[station]
        self._news.set()


def _on_branches(state: FloorState, event: ev.Event) -> Iterable[str]:
    """Stations whose branch an event is about; all where it is about the base."""
    names = {getattr(event, field, "") for field in ("branch", "a", "b")} - {""}
    if isinstance(event, ev.BaseChosen) or state.base in names:
        return list(state.stations)
    return [station.id for station in state.stations.values() if station.branch in names]
