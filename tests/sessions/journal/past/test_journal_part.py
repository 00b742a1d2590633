"""A run of the journal as a past of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from sessions.errors import UsageError
from sessions.floor import events as ev
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY
from sessions.journal.past.part import Part, as_of_now, run
from sessions.journal.past.past import EventList, Past
from sessions.journal.reader import JournalReader
from sessions.journal.writer import Journal


def opened(time: float) -> ev.Event:
    return ev.FactoryOpened(time=time, repo="/r", name="r")


def failed(time: float) -> ev.Event:
    return ev.TurnFailed(time=time, station="a", reason="exit 1")


def wrote(time: float) -> ev.Event:
    return ev.TextWritten(time=time, station="a", text="x")


EVENTS: Sequence[ev.Event] = [
    opened(0.0), failed(1.0), wrote(2.0),
    opened(10.0), wrote(11.0), failed(12.0), wrote(13.0), failed(14.0),
    opened(20.0), wrote(21.0),
]  # fmt: skip


@pytest.fixture
def past() -> EventList:
    return EventList(EVENTS, "journal")


@pytest.mark.parametrize(("number", "first", "last"), [(1, 1, 3), (2, 4, 8), (3, 9, 10), (None, 9, 10)])
def test_a_run_is_from_one_opening_to_the_next(past: EventList, number: int | None, first: int, last: int) -> None:
    span = run(past, number).span
    assert (span.first_seq, span.last_seq) == (first, last)
    assert (span.first_time, span.last_time) == (EVENTS[first - 1].time, EVENTS[last - 1].time)


@pytest.mark.parametrize("number", [0, 4, 10**12])
def test_a_run_that_never_was_is_refused(past: EventList, number: int) -> None:
    with pytest.raises(UsageError, match="1 to 3"):
        run(past, number)


def test_an_empty_past_has_no_run() -> None:
    with pytest.raises(UsageError, match="empty"):
        run(EventList([], "nothing"), None)


def test_what_came_before_still_counts(past: EventList) -> None:
    part = run(past, 2)
    assert part.state_at(5) == fold_all(EMPTY, EVENTS[:5])
    assert part.state_at(99) == fold_all(EMPTY, EVENTS[:8])


def test_nothing_beyond_the_run_is_seen(past: EventList) -> None:
    part = run(past, 2)
    assert list(part.events(3, 100)) == list(EVENTS[3:8])
    assert list(part.events(8, 100)) == []
    assert (part.seq_at(5.0), part.seq_at(12.5), part.seq_at(99.0)) == (0, 6, 8)
    assert (part.failure_after(0), part.failure_after(6), part.failure_after(8)) == (6, 8, None)
    assert (part.failure_before(8), part.failure_before(6)) == (6, None)


def test_the_timeline_counts_every_event_once(past: EventList) -> None:
    for slots in (1, 2, 3, 7):
        density = run(past, 2).density(slots)
        assert len(density) == slots
        assert sum(slot.events for slot in density) == 5
        assert sum(slot.failures for slot in density) == 2
    assert [(slot.events, slot.failures) for slot in run(past, 2).density(2)] == [(3, 1), (2, 1)]


def test_it_is_a_past() -> None:
    part: Past = Part(EventList(EVENTS), 2, 3, "part")
    part.close()
    assert part.title == "part"


def test_the_events_of_a_station_are_those_of_the_run(past: EventList) -> None:
    assert [seq for seq, _ in run(past, 2).events_of("a", 1 << 60, 100)] == [5, 6, 7, 8]
    assert [seq for seq, _ in run(past, 2).events_of("a", 7, 1)] == [6]


def test_what_a_live_journal_gains_later_is_none_of_a_past_as_of_now(tmp_path: Path) -> None:
    async def check() -> None:
        journal = await Journal.open(tmp_path / "journal.db")
        await journal.append(EVENTS[:8])
        reader = JournalReader(tmp_path / "journal.db")
        part = as_of_now(reader)
        await journal.append([opened(900.0), failed(901.0)])
        assert reader.span.last_seq == 10
        assert (part.span.last_seq, part.span.last_time) == (8, 14.0)
        assert part.failure_after(8) is None
        assert part.state_at(10).seq == 8
        assert list(part.events(6, 9)) == list(EVENTS[6:8])
        assert sum(slot.events for slot in part.density(5)) == 8
        part.close()
        await journal.close()

    asyncio.run(check())
