"""What was used in a span of time: spans that meet add up to the whole, however late the past was heard of."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from sessions.asking.figures import used_of
from sessions.floor.events import Event, FactoryOpened, SessionReturned, SessionsOver, StationOpened, TokensUsed
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY, FloorState
from sessions.floor.tokens import By, Certainty, Meter, Tokens
from sessions.journal.past.past import EventList
from sessions.journal.past.spent import spent, spent_in_journal
from sessions.journal.reader import JournalReader
from tests.sessions.journal.short import STREAM
from tests.support.journal import START

_TIMES = st.integers(0, 20).map(lambda step: START + 5_000.0 * step)
"""Few, so that events and the ends of spans fall on the same moment."""
_STATIONS = st.sampled_from(["ship", "test", "away"])
_SESSIONS = st.sampled_from(["", "4d5611e5", "9b2f0c77"])
_USED = st.builds(
    TokensUsed,
    time=_TIMES,
    station=_STATIONS,
    session=_SESSIONS,
    tokens=st.builds(Tokens, st.integers(0, 900), st.integers(0, 9), output=st.integers(-50, 900)),
    calls=st.integers(-1, 1),
    model=st.sampled_from(["opus", "haiku"]),
    branch=st.sampled_from(["", "main"]),
    cost=st.none() | st.integers(0, 8).map(lambda eighths: eighths / 8),  # sums of eighths are exact
    certainty=st.sampled_from(Certainty),
    settled=st.booleans(),
)
_OTHERS = st.one_of(
    st.builds(StationOpened, time=_TIMES, station=_STATIONS, kind=st.just("claude"), elsewhere=st.booleans()),
    st.builds(FactoryOpened, time=_TIMES, repo=st.just("/r"), name=st.just("r"), utc_offset=st.just(7_200)),
    st.builds(SessionsOver, time=_TIMES, sessions=st.just(("4d5611e5",))),
    st.builds(SessionReturned, time=_TIMES, station=_STATIONS, session=_SESSIONS),
)


def _sum(meters: Iterable[Meter]) -> Meter:
    """All in one, without sessions: one that goes on from a span into the next counts in both."""
    whole = Meter()
    for meter in meters:
        whole = whole.minus(Meter().minus(meter))
    return whole.minus(Meter(sessions=whole.sessions))


def _all(floor: FloorState) -> list[dict[str, Meter]]:
    return [{**used_of(floor, by).groups, "": used_of(floor, by).total, " ": used_of(floor, by).here} for by in By]


@given(st.lists(_USED | _OTHERS, max_size=25), st.lists(_TIMES, max_size=4))
def test_spans_that_meet_add_up_to_the_whole(events: list[Event], cuts: list[float]) -> None:
    edges = [0.0, *sorted(cuts), math.inf]
    spans = [_all(spent(EventList(events), since, until)) for since, until in pairwise(edges)]
    whole = _all(fold_all(EMPTY, events))
    for at, groups in enumerate(whole):
        for key, meter in groups.items():
            assert _sum(span[at].get(key, Meter()) for span in spans) == _sum([meter])


def test_a_journal_tells_of_a_span_what_its_events_do(reader: JournalReader) -> None:
    times = sorted(event.time for event in STREAM if isinstance(event, TokensUsed))
    assert len(times) > 20
    edges = [0.0, times[5], times[len(times) // 2], times[-1], math.inf]
    for since, until in [*pairwise(edges), (0.0, math.inf)]:
        told = spent_in_journal(reader, since, until)
        meant = spent(EventList(STREAM), since, until)
        for by in By:
            assert used_of(told, by, spent=True) == used_of(meant, by, spent=True)
    nothing = spent_in_journal(reader, math.nextafter(max(e.time for e in STREAM), math.inf), math.inf)
    assert nothing.total == Meter() and used_of(nothing, By.STATION, spent=True).groups == {}
