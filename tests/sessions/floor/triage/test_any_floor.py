"""On whatever floor: the queue can be told, telling it again changes nothing, and each case leaves with a reason."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from sessions.floor import events as ev
from sessions.floor.commands import Command, SettleCase
from sessions.floor.decide.decide import decide
from sessions.floor.decide.decision import Accepted
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY
from sessions.floor.triage import judge, rounds
from sessions.floor.triage.acts import choices
from sessions.floor.triage.groups import rows
from sessions.journal import codec
from tests.support.chance import of_hundred
from tests.support.journal import events

OPENING = [ev.StationOpened(time=1.0, station=name, kind="claude") for name in ("ship-auth", "test-api")]


@settings(max_examples=of_hundred(60), deadline=None)
@given(st.lists(st.lists(events, max_size=6), max_size=5), st.floats(0, 3e9))
def test_the_queue_is_told_on_any_floor(batches: list[list[ev.Event]], later: float) -> None:
    state, told = fold_all(EMPTY, OPENING), list[ev.Event]()
    for batch in batches:
        state = fold_all(state, batch)
        changes = rounds.changes(state, state.stations, state.time)
        assert codec.decode_all(codec.encoded(changes).bodies) == changes
        state = fold_all(state, changes)
        assert rounds.changes(state, state.stations, state.time) == []
        told += changes
        for station in state.stations:
            assert judge.due(state, station, state.time) > state.time
            cases = judge.cases_of(state, station, max(later, state.time))
            assert len({case.id for case in cases}) == len(cases)
    assert all(event.why for event in told if isinstance(event, ev.CaseClosed))
    shown = [case for row in rows(state, state.time) for case in row.cases]
    assert len({case.id for case in shown}) == len(shown)
    for case in shown:
        for choice in choices(state, case, state.time):
            decision = decide(state, Command("new1", "mara", state.time, SettleCase(case.id, choice.act)), state.time)
            can = not choice.why_not and not choice.lacks
            assert isinstance(decision, Accepted) is can or state.simulated, (choice, decision)
