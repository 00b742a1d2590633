"""The pasts that files and directories hold, and that of a supervisor's journal."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from sessions.errors import FactoryError
from sessions.floor.events import TextWritten, TurnFailed
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY
from sessions.headless.floor import catch_up, floor_of
from sessions.headless.journal_past import JournalPast
from sessions.headless.pasts import past_at
from sessions.headless.supervised import Supervised
from sessions.journal.past.chronicle import arranged
from sessions.journal.reader import JournalReader
from sessions.journal.recording import record
from sessions.journal.writer import Journal
from tests.support.house import House, house_in

SECOND = "77777777-2222-4333-8444-555555555555"


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    yield from house_in(monkeypatch)


def test_a_transcript_is_a_past_in_order_of_time(house: House) -> None:
    for name, first in (("a", 6), (SECOND, 1)):
        house.elsewhere(house.root / "other" / f"{name}.jsonl", first, first + 4)
    past = past_at(house.root / "other")
    state = past.state_at(past.span.last_seq)
    assert state.total.calls == 10
    times = [event.time for event in past.events(0, 1000)]
    assert times == sorted(times)
    halfway = past.state_at(past.seq_at(times[-1] - 5.0))
    assert 0 < halfway.total.calls < 10


def test_a_journal_is_a_past(house: House) -> None:
    state = floor_of(house.repo.path)
    past = past_at(house.place.journal)
    assert isinstance(past, JournalReader)
    assert past.state_at(state.seq) == state
    past.close()


def test_a_file_that_holds_no_past_says_so(house: House) -> None:
    for name, content in (("x.jsonl", b'{"a":1}\n'), ("x.ftr", b"junk"), ("x.db", b"junk")):
        path = house.root / name
        path.write_bytes(content)
        with pytest.raises(FactoryError):
            past_at(path)
    with pytest.raises(FactoryError, match="there is no"):
        past_at(house.root / "nothing")


def test_events_of_one_source_keep_their_order() -> None:
    events = [
        TextWritten(time=t, station="s", source=source, text=str(t))
        for source, t in (("a", 5.0), ("a", 3.0), ("a", 9.0), ("b", 4.0), ("b", 6.0))
    ]
    assert [(e.source, e.time) for e in arranged(events)] == [
        ("b", 4.0),
        ("a", 5.0),
        ("a", 3.0),
        ("b", 6.0),
        ("a", 9.0),
    ]
    assert fold_all(EMPTY, arranged(events)).stations["s"].activity == "9.0"


def test_a_past_is_known_by_what_it_is_whatever_its_name(house: House) -> None:
    state = floor_of(house.repo.path)
    journal = house.root / "copy"
    shutil.copy(house.place.journal, journal)
    for name in ("run", "run.rec"):
        with closing(JournalReader(house.place.journal)) as reader:
            record.write(reader, house.root / name, 1, state.seq)
        with closing(past_at(house.root / name)) as past:
            assert past.state_at(state.seq).branches == state.branches
    with closing(past_at(journal)) as past:
        assert isinstance(past, JournalReader)


async def _failed(journal: Path) -> None:
    writer = await Journal.open(journal)
    await writer.append([TurnFailed(time=float(second), station="ship", reason="broke") for second in (7, 8)])
    await writer.close()


def test_a_journal_is_the_same_past_from_elsewhere(house: House) -> None:
    asyncio.run(_failed(house.place.journal))
    house.write(1, 40)
    with Supervised(house.repo.path) as supervised:
        catch_up(supervised)
        asked = JournalPast(supervised)
        with closing(JournalReader(house.place.journal)) as here:
            assert (asked.title, asked.span, asked.pruned) == (here.title, here.span, here.pruned)
            last = here.span.last_seq
            for seq in (0, 3, last, last + 9):
                assert asked.state_at(seq) == here.state_at(seq)
                assert asked.events(seq, 7) == here.events(seq, 7)
                assert asked.failure_after(seq) == here.failure_after(seq)
                assert asked.failure_before(seq) == here.failure_before(seq)
            assert list(asked.events(0, 1_000_000)) == list(here.events(0, 1_000_000))
            assert [asked.failure_after(seq) for seq in (0, 1, 2)] == [1, 2, None]
            assert [asked.failure_before(seq) for seq in (1, 2, last)] == [None, 1, 2]
            station = next(name for name in here.state_at(last).stations if name != "ship")
            assert asked.events_of(station, last + 1, 5) == here.events_of(station, last + 1, 5)
            middle = (here.span.first_time + here.span.last_time) / 2
            assert asked.seq_at(middle) == here.seq_at(middle)
            assert list(asked.density(9)) == list(here.density(9))


def test_more_events_than_one_question_gives_come_whole(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sessions.asking.past_questions.MOST_EVENTS", 3)
    house.write(1, 9)
    with Supervised(house.repo.path) as supervised:
        catch_up(supervised)
        past = JournalPast(supervised)
        assert [len(past.events(0, limit)) for limit in (1, 3, 4)] == [1, 3, 4]
        assert len(past.events(0, 10_000)) == past.span.last_seq
