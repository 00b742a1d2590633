"""Which moment of a past an operator's words name on the command line."""

from __future__ import annotations

import pytest

from console.cli.source import named
from sessions.journal.past.past import EventList
from sessions.journal.past.places import SeekTarget
from tests.support.replay import START, sample_events

PAST = EventList(sample_events())
"""From 12:00 to a little after 13:00 UTC."""
END = PAST.span.last_time
DAY = 86_400.0


@pytest.mark.parametrize(
    ("text", "now", "moment"),
    [
        ("+5m", None, START + 300),
        ("+5m", START + DAY, START + 300),
        ("-5m", None, END - 300),
        ("-5m", START + DAY, START + DAY - 300),
        ("12:04", None, START + 240),
        ("12:04", START + DAY + 7_200, START + DAY + 240),
    ],
)
def test_a_distance_is_from_the_nearer_end_and_a_time_is_of_the_day_that_is_meant(
    text: str, now: float | None, moment: float
) -> None:
    assert named(text, PAST, now) == SeekTarget(moment=moment)
