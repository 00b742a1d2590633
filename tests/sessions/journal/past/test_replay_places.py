"""Places in a past as an operator writes them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.errors import UsageError
from sessions.floor.zone import Zone
from sessions.journal.past.past import EventList, Span
from sessions.journal.past.places import SeekTarget, from_now, parse, seq_of
from tests.support.replay import START, sample_events

SPAN = Span(1, 1_000, START, START + 7_200)
"""12:00 to 14:00 UTC."""


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("12:04", SeekTarget(moment=START + 240)),
        ("12:04:31.5", SeekTarget(moment=START + 271.5)),
        (" 2025-11-21 13:00 ", SeekTarget(moment=START + 3_600)),
        ("2025-11-21T13:00:00Z", SeekTarget(moment=START + 3_600)),
        ("2025-11-21", SeekTarget(moment=START - 43_200)),
        ("+5m", SeekTarget(moment=START + 400)),
        ("-30s", SeekTarget(moment=START + 70)),
        ("+ 1.5h", SeekTarget(moment=START + 5_500)),
        ("+20", SeekTarget(moment=START + 120)),
        ("+1h30m", SeekTarget(moment=START + 5_500)),
        ("-1m 30S", SeekTarget(moment=START + 10)),
        ("1h30m", SeekTarget(moment=START - 5_300)),
        ("today", SeekTarget(moment=START - 43_200)),
        ("Yesterday", SeekTarget(moment=START - 129_600)),
        ("2025-11-21 13:00 UTC", SeekTarget(moment=START + 3_600)),
        ("2025-11-21T13:00:00+01:00", SeekTarget(moment=START)),
        ("20251121T130000Z", SeekTarget(moment=START + 3_600)),
        ("12:04:31,5", SeekTarget(moment=START + 271.5)),
        ("1763726400", SeekTarget(moment=START)),
        ("1763726400.5", SeekTarget(moment=START + 0.5)),
        ("1763726400500", SeekTarget(moment=START + 0.5)),
        ("@1763726400", SeekTarget(moment=START)),
        ("50%", SeekTarget(moment=START + 3_600)),
        ("seq 1200", SeekTarget(seq=1_200)),
        ("#7", SeekTarget(seq=7)),
        ("start", SeekTarget(seq=1)),
        ("end", SeekTarget(seq=1_000)),
        ("now", SeekTarget(seq=1_000)),
        ("End", SeekTarget(seq=1_000)),
    ],
)
def test_a_place_is_understood(text: str, place: SeekTarget) -> None:
    assert parse(text, SPAN, START + 100, Zone()) == place


def test_times_are_on_the_operators_clock() -> None:
    assert parse("14:04", SPAN, START, Zone(7_200)) == SeekTarget(moment=START + 240)
    assert parse("12:04Z", SPAN, START, Zone(7_200)) == SeekTarget(moment=START + 240)


def test_a_day_begins_on_the_operators_clock() -> None:
    assert parse("today", SPAN, START, Zone(-7_200)) == SeekTarget(moment=START - 43_200 + 7_200)
    assert from_now("today") and from_now("2h") and from_now(" -5m ") and not from_now("+5m") and not from_now("12:04")


def test_a_date_of_another_season_is_on_the_clock_of_that_season() -> None:
    berlin = Zone(3_600, ((0.0, 7_200), (START - 20 * 86_400, 3_600)))
    assert parse("2025-10-01 12:04", SPAN, START, berlin) == parse("2025-10-01 10:04Z", SPAN, START, berlin)
    assert parse("2025-11-21 13:04", SPAN, START, berlin) == parse("2025-11-21 12:04Z", SPAN, START, berlin)


def test_a_time_before_the_span_is_that_of_the_next_day_when_the_past_reaches_it() -> None:
    overnight = Span(1, 10, START, START + 86_400)
    assert parse("03:00", overnight, START, Zone()) == SeekTarget(moment=START + 15 * 3_600)


@pytest.mark.parametrize(
    "text", ["", "noon", "25:00", "12:61", "2025-02-30 10:00", "++5m", "+5m3", "1200", "seq", "12:04 seq 3", "%", "nan"]
)
def test_anything_else_is_refused_with_the_cure(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(text, SPAN, START, Zone())
    assert "12:04" in caught.value.cure


@given(st.text(max_size=40), st.integers(-50_400, 50_400))
def test_foreign_text_is_a_place_or_refused(text: str, offset: int) -> None:
    try:
        place = parse(text, SPAN, START, Zone(offset))
    except UsageError:
        return
    assert (place.seq is None) != (place.moment is None)


def test_a_place_has_an_event() -> None:
    past = EventList(sample_events(2))
    assert seq_of(past, SeekTarget(seq=4)) == 4
    assert seq_of(past, SeekTarget(moment=START - 1)) == 0
    assert seq_of(past, SeekTarget(moment=START)) == 13
