"""Pruning: what is over leaves the journal, every total stays, and what lay before says that it is gone."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

from sessions.errors import FactoryError, UsageError
from sessions.floor import events as ev
from sessions.floor.fold import slices
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY
from sessions.journal import blocks, checkpoints, prune
from sessions.journal.accounts import PruningPlan
from sessions.journal.past.chronicle import chronicle
from sessions.journal.past.part import run
from sessions.journal.past.past import EventList
from sessions.journal.reader import JournalReader
from sessions.journal.recording.record import write
from sessions.journal.size import measure
from sessions.journal.writer import Journal
from tests.support.journal import START, sample_stream

STREAM = sample_stream(700)
LATER = START + 30 * 86_400.0
"""When all that the stream tells is over."""
BLOCK = 48


@pytest.fixture(autouse=True)
def _many_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "BLOCK_EVENTS", BLOCK)


def _write(path: Path, events: Sequence[ev.Event]) -> Path:
    async def write() -> None:
        journal = await Journal.open(path)
        await journal.append(events, {"mark": b"1"}, {b"call": b"1"})
        await journal.close()

    asyncio.run(write())
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return _write(tmp_path / "journal.db", STREAM)


def _keep(path: Path, first: int, last: int) -> Path:
    """Record some of the journal, as `factory-tui record` does."""
    target = path.with_name(f"{first}-{last}.ftr")
    with closing(JournalReader(path)) as reader:
        write(reader, target, first, last)
    prune.note(path, target, first, last)
    return target


def _prune(path: Path, seq: int, now: float = LATER) -> PruningPlan:
    with closing(JournalReader(path)) as reader:
        before = reader.state_at(seq).time
    plan = prune.plan(path, before, now)
    prune.prune(path, plan)
    return plan


def test_what_no_recording_keeps_is_not_pruned(path: Path) -> None:
    plan = _prune(path, 600)
    assert plan.events == 0
    assert [(limit.last, "recording" in limit.reason) for limit in plan.limits] == [(0, True)]
    with closing(JournalReader(path)) as reader:
        assert list(reader.events(0, 1_000)) == list(STREAM)


def test_what_is_kept_goes_and_every_total_stays(path: Path) -> None:
    _keep(path, 1, 700)
    plan = _prune(path, 600)
    cut = plan.last
    assert (plan.first, cut % BLOCK) == (1, 0)
    assert 600 - 2 * BLOCK < cut < 600
    expected = EventList(STREAM)
    with closing(JournalReader(path)) as reader:
        assert reader.latest() == fold_all(EMPTY, STREAM)
        assert (reader.span.first_seq, reader.span.last_seq) == (cut + 1, 700)
        assert list(reader.events(cut, 1_000)) == list(STREAM[cut:])
        for seq in range(cut, 701, 7):
            assert reader.state_at(seq) == expected.state_at(seq)
            assert reader.failure_after(seq) == expected.failure_after(seq)
        for station in reader.latest().stations:
            own = [pair for pair in expected.events_of(station, 1_000, 1_000) if pair[0] > cut]
            assert reader.events_of(station, 1_000, 1_000) == own
        assert sum(slot.events for slot in reader.density(50)) == 700 - cut
        assert [event for _, event in zip(range(9), chronicle(JournalReader(path)).events(0, 9), strict=True)]
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM packed").fetchone()[0] == 700 // BLOCK - cut // BLOCK
        assert connection.execute("SELECT count(*) FROM marks").fetchone()[0] == 1
    assert measure(path).events == 700 - cut


@pytest.mark.parametrize("ask", [lambda r: r.state_at(5), lambda r: r.events(0, 9), lambda r: r.events(3, 700)])
def test_a_past_before_the_pruned_part_says_so(path: Path, ask: Callable[[JournalReader], object]) -> None:
    _keep(path, 1, 700)
    _prune(path, 600)
    with closing(JournalReader(path)) as reader, pytest.raises(FactoryError, match="were pruned"):
        ask(reader)


def test_the_room_of_what_was_pruned_is_given_back(path: Path) -> None:
    _keep(path, 1, 700)
    before = path.stat().st_size
    assert _prune(path, 690).events > 600
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA freelist_count").fetchone()[0] == 0
    assert path.stat().st_size < before


def test_a_reader_that_knew_the_blocks_says_so_too(path: Path) -> None:
    _keep(path, 1, 700)
    with closing(JournalReader(path)) as reader:
        assert list(reader.events(690, 9)) == list(STREAM[690:699])
        _prune(path, 600)
        with pytest.raises(FactoryError, match="were pruned"):
            reader.events(0, 9)
        assert list(reader.events(650, 99)) == list(STREAM[650:])


def test_a_run_that_is_gone_says_so(tmp_path: Path) -> None:
    again = replace(STREAM[0], time=STREAM[-1].time + 1.0)
    path = _write(tmp_path / "journal.db", [*STREAM, again, *(replace(e, time=again.time) for e in STREAM[1:100])])
    _keep(path, 1, 799)
    with closing(JournalReader(path)) as reader:
        cut = next(last for last in reader.grid() if last > 700)
    plan = prune.plan(path, again.time + 0.5, LATER)
    prune.prune(path, replace(plan, last=cut))
    reader = JournalReader(path)
    assert run(reader, 2).span.first_seq == cut + 1
    with pytest.raises(UsageError, match="nothing of run 1 any more"):
        run(reader, 1)
    reader.close()


def test_it_goes_on_after_pruning_and_can_be_pruned_again(path: Path) -> None:
    _keep(path, 1, 300)
    first = _prune(path, 600)
    assert first.last <= 300 < first.last + BLOCK
    _keep(path, first.last + 1, 700)
    second = _prune(path, 600)
    assert second.first == first.last + 1 <= second.last
    more = [replace(event, time=event.time + 4_000.0) for event in STREAM[:200]]
    _write(path, more)
    with closing(JournalReader(path)) as reader:
        assert reader.latest() == fold_all(EMPTY, [*STREAM, *more])


def test_totals_outlast_another_version_of_the_fold(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _keep(path, 1, 700)
    cut = _prune(path, 600).last
    raised = tuple(replace(each, version=each.version + 1) for each in slices.SLICES)
    for module in (slices, checkpoints):
        monkeypatch.setattr(module, "SLICES", raised)
        monkeypatch.setattr(module, "VERSIONS", {each.name: each.version for each in raised})
    with closing(JournalReader(path)) as reader:
        assert reader.latest() == fold_all(EMPTY, STREAM)
    _write(path, [])
    with closing(JournalReader(path)) as reader:
        assert reader.checkpoint() == fold_all(EMPTY, STREAM)
        assert reader.state_at(cut) == fold_all(EMPTY, STREAM[:cut])


def test_a_recording_that_is_gone_or_another_keeps_nothing(path: Path) -> None:
    target = _keep(path, 1, 700)
    with closing(JournalReader(path)) as reader:
        write(reader, target, 1, 650)
    assert _prune(path, 600).events == 0
    target.unlink()
    assert _prune(path, 600).events == 0


def test_recordings_keep_what_they_hold_without_a_gap(path: Path) -> None:
    _keep(path, 1, 200)
    _keep(path, 150, 400)
    _keep(path, 402, 700)
    assert _prune(path, 600).last == 400 // BLOCK * BLOCK


@pytest.mark.parametrize(
    ("event", "now", "held"),
    [
        (ev.PersonNeeded(time=START + 5_000, station="ship-0", session="old", reason="may I?"), LATER, True),
        (ev.TurnFailed(time=START + 5_000, station="ship-0", session="old", reason="broken"), START + 9_000, True),
        (ev.TurnFailed(time=START + 5_000, station="ship-0", session="old", reason="broken"), LATER, False),
        (ev.ActivitySeen(time=START + 5_000, station="ship-0", session="old"), START + 9_000, True),
        (ev.TurnFinished(time=START + 5_000, station="ship-0", session="old"), START + 9_000, False),
    ],
)
def test_what_is_alive_or_unanswered_stays_from_its_beginning(
    tmp_path: Path, event: ev.StationEvent, now: float, held: bool
) -> None:
    begun = ev.SessionOpened(time=STREAM[300].time, station="ship-0", session="old")
    rest = [ev.TurnFinished(time=START + 4_000, station=f"ship-{n}", session=f"session-of-ship-{n}") for n in range(6)]
    path = _write(tmp_path / "journal.db", [*STREAM[:300], begun, *STREAM[300:], *rest, event])
    _keep(path, 1, 708)
    plan = prune.plan(path, START + 3_000, now)
    assert (plan.last < 301) is held
    assert any("ship-0" in limit.reason for limit in plan.limits) is held
    assert plan.last >= 2 * BLOCK, "what was over before that goes"


def test_the_newest_event_stays_whatever_is_asked(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "LEAST_EVENTS", 1)
    _write(path, STREAM[1:2])
    _keep(path, 1, 701)
    plan = prune.plan(path, LATER, LATER)
    prune.prune(path, plan)
    assert 600 < plan.last < 701
    with closing(JournalReader(path)) as reader:
        assert reader.latest() == fold_all(EMPTY, [*STREAM, STREAM[1]])


def test_a_reader_that_was_there_before_goes_on_behind_what_was_pruned(path: Path) -> None:
    _keep(path, 1, 700)
    with closing(JournalReader(path)) as reader:
        reader.state_at(3)
        cut = _prune(path, 600).last
        for seq in (cut, cut + 3):
            assert reader.state_at(seq) == EventList(STREAM).state_at(seq)
