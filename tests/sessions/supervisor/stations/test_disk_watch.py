"""For whom the disk is looked at: nobody is woken for a station that waits."""

from __future__ import annotations

import pytest

from sessions.floor.ours.owned import Owned, Question
from sessions.floor.reports import Report
from sessions.floor.state import RunningTool, Station
from sessions.supervisor.services.stations.disk import works

ASKS = {"q": Question("q", 1.0)}
ONE = {"a": RunningTool("run")}
TWO = {**ONE, "b": RunningTool("run")}


@pytest.mark.parametrize(
    ("known", "seen", "at_work"),
    [
        (Owned(), Station("a"), False),
        (Owned(turn_since=1.0), Station("a"), True),
        (Owned(), Station("a", report=Report.WORKING), True),
        (Owned(), Station("a", report=Report.IDLE), False),
        (Owned(turn_since=1.0, questions=ASKS), Station("a", report=Report.WORKING), False),
        (Owned(turn_since=1.0, questions=ASKS), Station("a", running=ONE), False),
        (Owned(turn_since=1.0, questions=ASKS), Station("a", running=TWO), True),
    ],
)
def test_who_works(known: Owned, seen: Station, at_work: bool) -> None:
    assert works(known, seen) is at_work
