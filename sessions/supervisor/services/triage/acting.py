"""Standing rules at work: what they are going to do is planned as a fact, and done when its time has come."""

from __future__ import annotations

import logging
import math
import time
import uuid
from collections.abc import Iterator, Sequence
from functools import partial

from sessions.floor import events as ev
from sessions.floor.commands import Command, SettleCase
from sessions.floor.decide.decide import decide
from sessions.floor.decide.decision import Accepted, Decision, Refusal
from sessions.floor.state import FloorState
from sessions.floor.triage import standing
from sessions.floor.triage.case import Case
from sessions.floor.triage.rounds import SOURCE
from sessions.floor.triage.standing import Standing
from sessions.supervisor.recorder import Recorder

log = logging.getLogger(__name__)


class Acting:
    """Plans and does what is switched on. A person's key goes before: a case that is settled has no plan any more."""

    def __init__(self, recorder: Recorder, rules: Sequence[Standing]) -> None:
        self._recorder, self._rules = recorder, {rule.name: rule for rule in rules}
        self.began = False
        """All that were open when this began were looked at."""

    def plans(self, state: FloorState, found: Sequence[ev.Event], now: float) -> Iterator[ev.Event]:
        """What is planned for cases that are opened now, and before it `began`, for all that are open."""
        cases = [] if self.began else [*state.cases.values()]
        cases += [event.what for event in found if isinstance(event, ev.CaseOpened)]
        for case in cases if self._rules else ():
            if (plan := standing.planned((*self._rules.values(),), state, case, now)) is not None:
                yield plan

    @property
    def at(self) -> float:
        """When the next one is to be done; infinite for never."""
        return min((case.plan_at for case in self._planned()), default=math.inf)

    def _planned(self) -> list[Case]:
        """What is snoozed waits for the person who did that."""
        return [case for case in self._recorder.state.cases.values() if case.plan and not case.snoozed]

    async def act(self) -> None:
        """Do what is due."""
        now = time.time()
        for case in [case for case in self._planned() if case.plan_at <= now]:
            await self._recorder.decide(partial(self._settled, case=case, now=now))

    def _settled(self, state: FloorState, case: Case, now: float) -> Decision:
        """The act of a rule, as a command of its own; what is refused is a person's from then on."""
        known = state.cases.get(case.id)
        if known is None or known.plan != case.plan:
            return Accepted()
        rule = self._rules.get(known.plan)
        if rule is None:
            return self._not_done(known, now, "that rule is switched off by now")
        if not standing.matches(rule, state, known):
            return self._not_done(known, now, f"{rule.name} is not about what it is by now")
        wish = SettleCase(known.id, rule.act, rule.text, model=rule.model, to=_meant(state, rule.to), rule=rule.name)
        decision = decide(state, Command(uuid.uuid4().hex, f"rule:{rule.name}", now, wish), now)
        if isinstance(decision, Refusal):
            return self._not_done(known, now, f"{rule.name} could not {rule.act.value}: {decision.reason}")
        return decision

    def _not_done(self, case: Case, now: float, why: str) -> Accepted:
        log.warning("a standing rule did nothing about %s: %s", case.id, why)
        planned = ev.CasePlanned(time=now, source=SOURCE, station=case.station, case=case.id, why=why)
        return Accepted((planned,))


def _meant(state: FloorState, name: str) -> str:
    """The id of the station that is called so."""
    return next((station.id for station in state.stations.values() if station.name == name), name)
