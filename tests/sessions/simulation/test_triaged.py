"""The simulated factory has a queue: cases that come and go as a supervisor would tell them."""

from __future__ import annotations

from functools import cache
from itertools import pairwise, takewhile

from sessions.floor import events as ev
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY
from sessions.floor.triage.case import Kind
from sessions.simulation import START, simulate
from sessions.simulation.triaged import triaged


@cache
def told() -> list[ev.Event]:
    return [*takewhile(lambda event: event.time < START + 3_600, triaged(simulate(3)))]


def test_the_factory_is_the_same_with_its_queue_and_without() -> None:
    alone = [*takewhile(lambda event: event.time < START + 3_600, simulate(3))]
    of_cases = (ev.CaseOpened, ev.CaseRestated, ev.CaseEvent)
    assert [event for event in told() if not isinstance(event, of_cases)] == alone
    again = takewhile(lambda event: event.time < START + 1_200, triaged(simulate(3)))
    assert [*again] == [*takewhile(lambda event: event.time < START + 1_200, told())]


def test_there_is_much_in_the_queue_and_each_case_leaves_it_with_a_reason() -> None:
    events, state = told(), fold_all(EMPTY, told())
    assert all(a.time <= b.time for a, b in pairwise(events))
    opened = [event.what for event in events if isinstance(event, ev.CaseOpened)]
    left = [event for event in events if isinstance(event, ev.CaseClosed | ev.CaseSettled)]
    assert len(opened) == len(left) + len(state.cases)
    assert {Kind.PERMISSION, Kind.FAILED, Kind.SCOPE, Kind.CONFLICT} <= {case.kind for case in opened}
    assert all(event.why for event in left if isinstance(event, ev.CaseClosed))
    settled = [event.case for event in left if isinstance(event, ev.CaseSettled)]
    assert settled and len({*settled}) == len(settled)
