"""Which cases there are: of a station, of the tasks, of the whole floor; and when time alone changes that. Pure.

Whoever records them says of an open case that is not among them any more why it is over (see `over`). The same
evidence makes the same id, so that a case is opened once for an episode.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from sessions.floor.ours.lives import Life
from sessions.floor.progress import signs
from sessions.floor.state import FloorState, Status
from sessions.floor.triage.case import Case, Kind
from sessions.floor.triage.causes.rule import Rule
from sessions.floor.triage.causes.rules import RULES
from sessions.floor.triage.judging import asked, bounds, ended, everybody, landing, stuck
from sessions.floor.triage.judging.looked import LONG_AGO_S, Looked

STATION_RULES: tuple[Callable[[Looked], Iterator[Case]], ...] = (
    asked.questions,
    asked.calls,
    asked.needs,
    ended.failed,
    ended.fills_disk,
    ended.undelivered,
    bounds.outside,
    bounds.spent,
    stuck.silent,
    stuck.circles,
    stuck.broken_off,
    landing.collides,
)
OF_TASKS = (Kind.CHECK, Kind.REVIEW)
_CALLS = (Status.NEEDS_ME, Status.FAILED)


def subject(case: Case) -> str:
    """Whose case it is, for `cases_of`; of a task, or of the whole floor "", for `floor_cases`."""
    return "" if case.kind in OF_TASKS else case.station


def cases_of(
    state: FloorState, station: str, now: float, rules: tuple[Rule, ...] = RULES, silent: float = signs.SILENT_S
) -> tuple[Case, ...]:
    """What a station needs a person for, as of `now`. Stations of other repositories need nobody here."""
    seen = state.stations.get(station)
    if seen is None or seen.elsewhere:
        return ()
    looked = Looked(state, seen, state.owned.get(station), now, rules, silent)
    if looked.owned is not None and looked.owned.life is Life.REMOVED:
        return tuple(ended.undelivered(looked))
    return tuple(case for rule in STATION_RULES for case in rule(looked))


def floor_cases(state: FloorState, now: float, rules: tuple[Rule, ...] = RULES) -> tuple[Case, ...]:
    """What is about tasks, or about many stations at once."""
    tasks = (landing.unaccepted(state, task, rules) for task in state.tasks.values())
    return (
        *everybody.providers(state, now, rules),
        *everybody.memory(state),
        *(case for case in tasks if case is not None),
    )


def due(state: FloorState, station: str, now: float, silent: float = signs.SILENT_S) -> float:
    """When time alone may next change what `cases_of` says of a station; infinite for never."""
    seen = state.stations.get(station)
    if seen is None or seen.elsewhere:
        return math.inf
    looked = Looked(state, seen, state.owned.get(station), now)
    moments = [signs.due(state, station, silent), landing.collision_due(looked), stuck.broken_off_due(looked)]
    if looked.owned is None and not seen.process and seen.evidence.status in _CALLS:
        moments.append(seen.evidence.since + LONG_AGO_S)
    return min((moment for moment in moments if moment > now), default=math.inf)


def floor_due(state: FloorState, now: float) -> float:
    """When time alone may next change what `floor_cases` says."""
    return everybody.providers_due(state, now)
