"""What brings a case back that was put out of sight until something happens: a closed list, and any event by its tag.

Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import get_args

import msgspec

from sessions.floor import events as ev
from sessions.floor.conflicts import Outcome
from sessions.floor.progress.progress import NOTHING
from sessions.floor.state import FloorState
from sessions.floor.triage.case import Case, Wake

LONGEST_S = 7 * 86_400.0
"""The longest snooze, also where only an event is to end it: nothing is out of sight for ever."""


class Meaning(msgspec.Struct, frozen=True):
    """What it is in words, whether it can come of a case at all, and whether an event is it."""

    words: str
    can: Callable[[FloorState, Case], bool]
    comes: Callable[[FloorState, Case, ev.Event], bool]
    came: Callable[[FloorState, Case, float], bool] = lambda *_: False
    """Whether the floor shows that it has come since then; where it does not, only an event tells."""


def meaning(name: str) -> Meaning | None:
    """What is meant by a name; None where nothing is."""
    if name in _MEANINGS:
        return _MEANINGS[Wake(name)]
    if name not in TAGS:
        return None
    return Meaning(f"its next {name.replace('_', ' ')}", _has_station, lambda _, case, event: _is(case, event, name))


def words(name: str) -> str:
    """What it waits for, as in `out of sight until …`."""
    known = meaning(name)
    return known.words if known is not None else f"its next {name.replace('_', ' ')}"


def offered(state: FloorState, case: Case) -> list[Wake]:
    """What of the closed list can come of this case."""
    return [wake for wake, known in _MEANINGS.items() if known.can(state, case)]


def woken(state: FloorState, case: Case, told: Collection[ev.Event]) -> bool:
    """Whether what it waits for is among these events, after which the floor is `state`."""
    known = meaning(case.wakes)
    return known is not None and any(known.comes(state, case, event) for event in told)


def missed(state: FloorState, case: Case) -> bool:
    """Whether what it waits for has come by now, or cannot any more: for whoever heard nothing in between."""
    known = meaning(case.wakes)
    return known is not None and (not known.can(state, case) or known.came(state, case, _since(case)))


def _since(case: Case) -> float:
    """When it was put out of sight until something happens: that is for the longest time."""
    return case.snoozed - LONGEST_S


def tag_of(kind: type[ev.Event]) -> str:
    """The kind of an event without its version."""
    return str(kind.__struct_config__.tag).partition(".")[0]


TAGS = frozenset(tag_of(kind) for kind in get_args(ev.AnyEvent) if issubclass(kind, ev.StationEvent))
"""What happens to a station, by tag."""


def _is(case: Case, event: ev.Event, tag: str) -> bool:
    return isinstance(event, ev.StationEvent) and event.station == case.station and tag_of(type(event)) == tag


def _tells(case: Case, event: ev.Event, *kinds: type[ev.StationEvent]) -> bool:
    """Whether the event is one of these, of the case's station."""
    return isinstance(event, kinds) and event.station == case.station


def _has_station(state: FloorState, case: Case) -> bool:
    return case.station in state.stations


def _is_ours(state: FloorState, case: Case) -> bool:
    return case.station in state.owned


def _branch(state: FloorState, case: Case) -> str:
    seen = state.stations.get(case.station)
    return seen.branch if seen is not None and seen.branch in state.branches else ""


def _commits(state: FloorState, case: Case, event: ev.Event) -> bool:
    """A commit that was made since: that a branch is told of anew says nothing, it is for every changed file."""
    if _tells(case, event, ev.WorkArrived):
        return True
    if not isinstance(event, ev.BranchChanged) or event.branch != _branch(state, case):
        return False
    return event.committed >= int(_since(case))


def _committed(state: FloorState, case: Case, since: float) -> bool:
    return state.branches[_branch(state, case)].committed > since


def _turned(state: FloorState, case: Case, since: float) -> bool:
    return state.progress.get(case.station, NOTHING).turned_at > since


def _passes(_: FloorState, case: Case, event: ev.Event) -> bool:
    if isinstance(event, ev.CheckFinished) and not event.passed:
        return False
    return _tells(case, event, ev.CheckFinished, ev.TaskFinished)


def _collides(state: FloorState, case: Case) -> bool:
    branch = _branch(state, case)
    return bool(branch) and any(  # of a pair with the base, the other one is ""
        verdict.outcome is Outcome.CONFLICT and branch in (verdict.a, verdict.b)
        for verdicts in (state.verdicts, state.committed_verdicts)
        for verdict in verdicts.values()
    )


def _merges(state: FloorState, case: Case, event: ev.Event) -> bool:
    compared = isinstance(event, ev.VerdictReached | ev.BranchCompared | ev.BranchRemoved)
    return compared and not _collides(state, case)


def _ends(_: FloorState, case: Case, event: ev.Event) -> bool:
    """Its process ends, or is there again."""
    return _tells(case, event, ev.LifeChanged, ev.SessionClosed, ev.AgentLost)


def _turns(_: FloorState, case: Case, event: ev.Event) -> bool:
    return _tells(case, event, ev.TurnFinished, ev.TurnFailed)


def _bounds(_: FloorState, case: Case, event: ev.Event) -> bool:
    return _tells(case, event, ev.ScopeAssigned)


def _lived(state: FloorState, case: Case, since: float) -> bool:
    known = state.owned.get(case.station)
    return known is not None and known.since > since


def _bounded(state: FloorState, case: Case, since: float) -> bool:
    return state.owned[case.station].scoped > since


_MEANINGS: Mapping[Wake, Meaning] = {
    Wake.TURN: Meaning("a turn of it ends", _has_station, _turns, _turned),
    Wake.COMMIT: Meaning("it commits", lambda state, case: bool(_branch(state, case)), _commits, _committed),
    Wake.CHECKED: Meaning("its check passes", lambda state, case: case.station in state.hands, _passes),
    Wake.MERGES: Meaning("its branch collides with nothing", _collides, _merges),
    Wake.BOUNDS: Meaning("its scope or budget is another", _is_ours, _bounds, _bounded),
    Wake.ENDED: Meaning("its process ends or is there again", _has_station, _ends, _lived),
}
