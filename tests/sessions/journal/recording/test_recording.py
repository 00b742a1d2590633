"""Recordings: what goes in comes out, at any moment, without secrets."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from sessions.errors import FactoryError
from sessions.floor import events as ev
from sessions.floor.fold.fold import fold_all
from sessions.floor.fold.versions import FOLD_VERSION
from sessions.floor.state import EMPTY
from sessions.harmless import harmless, is_harmless, map_strings
from sessions.journal.past import seek
from sessions.journal.past.past import EventList
from sessions.journal.recording import record
from sessions.journal.recording.record import redacted
from sessions.journal.recording.recording import Recording
from sessions.redact import redact
from tests.support.chance import of_hundred
from tests.support.journal import event_lists, line_of, sample_stream

STREAM = sample_stream(700)


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "BLOCK_EVENTS", 64)
    monkeypatch.setattr(seek, "STEP", 64)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.ftr"


@pytest.fixture
def whole(path: Path) -> Iterator[Recording]:
    record.write(EventList(STREAM), path, 1, len(STREAM))
    opened = Recording(path)
    yield opened
    opened.close()


def test_a_recording_is_the_same_past_as_its_events(whole: Recording) -> None:
    expected = EventList(STREAM)
    assert whole.span == expected.span
    assert list(whole.events(0, 10_000)) == list(STREAM)
    for slots in (0, 1, 7, 200):
        assert whole.density(slots) == expected.density(slots)
    for seq in range(-1, 702, 13):
        assert whole.failure_after(seq) == expected.failure_after(seq)
        assert whole.failure_before(seq) == expected.failure_before(seq)
        assert list(whole.events(seq, 70)) == list(expected.events(seq, 70))
    for event in STREAM:
        assert whole.seq_at(event.time) == expected.seq_at(event.time)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(seq=st.integers(-5, 720))
def test_any_moment_is_the_fold_of_its_events(whole: Recording, seq: int) -> None:
    assert whole.state_at(seq) == fold_all(EMPTY, STREAM[: max(0, seq)])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=of_hundred(40))
@given(facts=event_lists.filter(bool))
def test_any_events_come_back_harmless(path: Path, facts: list[ev.Event]) -> None:
    record.write(EventList(facts), path, 1, len(facts), redact=False)
    opened = Recording(path)
    expected = [event if is_harmless(line_of(event)) else harmless(event) for event in facts]
    assert list(opened.events(0, 100)) == expected
    opened.close()


def test_the_header_says_what_it_holds(whole: Recording, path: Path) -> None:
    state = fold_all(EMPTY, STREAM)
    info = whole.info
    assert (info.events, info.first_time, info.last_time) == (700, STREAM[0].time, state.time)
    assert (info.name, info.redacted, info.tokens) == ("shop", True, state.total.tokens.total)
    assert set(info.stations) == set(state.stations)
    assert set(info.branches) == set(state.branches)
    assert info.failures == sum(isinstance(event, ev.TurnFailed) for event in STREAM)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_same_past_makes_the_same_file(path: Path, tmp_path: Path) -> None:
    record.write(EventList(STREAM), path, 1, 700)
    record.write(EventList(list(STREAM)), tmp_path / "again.ftr", 1, 700)
    assert path.read_bytes() == (tmp_path / "again.ftr").read_bytes()


def test_a_range_begins_with_the_floor_as_of_then(path: Path) -> None:
    record.write(EventList(STREAM), path, 301, 500)
    opened = Recording(path)
    assert opened.span.last_seq == 200
    assert list(opened.events(0, 1_000)) == list(STREAM[300:500])
    for seq in (0, 1, 63, 64, 200):
        expected = fold_all(EMPTY, STREAM[: 300 + seq])
        assert replace(opened.state_at(seq), seq=300 + seq) == expected
    opened.close()


def test_a_recording_of_a_recording_is_a_recording(path: Path, tmp_path: Path) -> None:
    record.write(EventList(STREAM), path, 101, 600)
    first = Recording(path)
    record.write(first, tmp_path / "part.ftr", 51, 400)
    second = Recording(tmp_path / "part.ftr")
    assert list(second.events(0, 1_000)) == list(STREAM[150:500])
    assert second.state_at(350).total == fold_all(EMPTY, STREAM[:500]).total
    with pytest.raises(FactoryError, match="begins in the middle"):
        record.write(first, tmp_path / "some.ftr", 1, 10, frozenset({"ship-1"}))
    first.close()
    second.close()


@pytest.mark.parametrize("first", [1, 301])
def test_some_stations_have_totals_of_their_own(path: Path, first: int) -> None:
    chosen = frozenset({"ship-1", "ship-4"})
    kept = [e for e in STREAM if not isinstance(e, ev.StationEvent) or e.station in chosen]
    record.write(EventList(STREAM), path, first, 700, chosen)
    opened = Recording(path)
    state = opened.state_at(opened.span.last_seq)
    assert replace(state, seq=len(kept)) == fold_all(EMPTY, kept)
    assert set(state.stations) == chosen
    assert state.branches == fold_all(EMPTY, STREAM).branches
    opened.close()


@pytest.mark.parametrize("station", ["ship-1", "nobody", ""])
def test_events_of_a_station(whole: Recording, station: str) -> None:
    own = [(n, e) for n, e in enumerate(STREAM, 1) if isinstance(e, ev.StationEvent) and e.station == station]
    for past in (whole, EventList(STREAM)):
        assert past.events_of(station, 10_000, 1_000) == own
        assert past.events_of(station, 10_000, 0) == []
        for before in (1, 2, 64, 65, 66, 300, 701):
            assert past.events_of(station, before, 7) == [pair for pair in own if pair[0] < before][-7:]


def test_states_of_another_fold_are_folded_again(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "FOLD_VERSION", FOLD_VERSION + 1)
    monkeypatch.setattr(record, "fold_all", lambda state, events: fold_all(state, []))
    record.write(EventList(STREAM), path, 1, 700)
    opened = Recording(path)
    assert opened.state_at(650) == fold_all(EMPTY, STREAM[:650])
    opened.close()


def test_large_events_make_smaller_blocks(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "BLOCK_BYTES", 2_000)
    record.write(EventList(STREAM), path, 1, 700)
    opened = Recording(path)
    assert len(opened.info.blocks) > 50
    assert opened.state_at(333) == fold_all(EMPTY, STREAM[:333])
    opened.close()


@pytest.mark.parametrize(("first", "last"), [(5, 4), (701, 900), (1, 0)])
def test_there_must_be_something_to_record(path: Path, first: int, last: int) -> None:
    with pytest.raises(FactoryError, match=r"^run: there is nothing to record in events"):
        record.write(EventList(STREAM, "run"), path, first, last)
    with pytest.raises(FactoryError, match=r"^run: it holds nothing to record"):
        record.write(EventList([], "run"), path, first, last)
    assert not path.exists()


def test_a_recording_that_fails_leaves_the_older_one(path: Path) -> None:
    path.write_bytes(b"older")

    class Failing(EventList):
        def events(self, after: int, limit: int) -> list[ev.Event]:
            if after > 300:
                raise OSError(28, "No space left on device")
            return list(super().events(after, limit))

    with pytest.raises(FactoryError, match=r"run\.ftr could not be written: No space left"):
        record.write(Failing(sample_stream(9_000)), path, 1, 9_000)
    assert path.read_bytes() == b"older"
    assert list(path.parent.iterdir()) == [path]


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(FactoryError, match="could not be written"):
        record.write(EventList(STREAM), tmp_path / "missing" / "run.ftr", 1, 700)


SECRET = "ghp" + "_" + "a1B2" * 10


def test_secrets_are_in_no_part_of_the_file_unless_asked_for(path: Path) -> None:
    facts = [
        ev.TextWritten(time=1.0, station="s", text=f"push with {SECRET}"),
        ev.ToolCalled(
            time=2.0, station="s", tool="Bash", call="c", detail=f"TOKEN={SECRET} make", more_files=(SECRET,)
        ),
        ev.StationOpened(time=3.0, station=f"name-{SECRET}", kind="claude"),
        ev.TurnFailed(time=4.0, station="s", reason=f"https://x:{SECRET}@host refused"),
        ev.BranchChanged(time=5.0, branch="b", subject="password=hunter2"),
        *STREAM[:100],
    ]
    for first in (1, 60):
        record.write(EventList(facts), path, first, 104)
        opened = Recording(path)
        parts = [opened._archive.read(name, 10**8) for name in opened._archive._zip.namelist()]
        assert not any(SECRET.encode() in part or b"hunter2" in part for part in parts)
        opened.close()
    record.write(EventList(facts), path, 1, 104, redact=False)
    opened = Recording(path)
    assert SECRET in opened.state_at(104).stations["s"].activity
    opened.close()


# What secrets are made of, so that they come about within a field and across fields.
FRAGMENTS = [
    "token",
    ":",
    "=",
    "password",
    " ",
    "abc123",
    '"',
    "-u ",
    "--password",
    "a:bcd",
    "://x:y@h",
    "Bearer ",
    "\\",
]
texts = st.lists(st.sampled_from([*FRAGMENTS, "a.token", SECRET]), max_size=6).map("".join)


@given(texts, texts, texts)
def test_redacting_an_event_is_redacting_each_of_its_strings(one: str, two: str, three: str) -> None:
    event = ev.ToolCalled(time=1.0, station=one, tool=two, detail=three, more_files=(two, one))
    assert redacted(event) == map_strings(event, redact)


def test_a_device_is_never_replaced_by_a_recording(tmp_path: Path) -> None:
    pipe, link = tmp_path / "pipe", tmp_path / "link"
    os.mkfifo(pipe)
    link.symlink_to(pipe)
    for target in (pipe, link, tmp_path):
        with pytest.raises(FactoryError, match="is no regular file"):
            record.write(EventList(STREAM), target, 1, 10)
    assert pipe.is_fifo() and link.is_symlink()


def test_a_link_goes_on_pointing_to_what_was_recorded(tmp_path: Path) -> None:
    link = tmp_path / "link.ftr"
    link.symlink_to(tmp_path / "run.ftr")
    for _ in range(2):
        record.write(EventList(STREAM), link, 1, 10)
    assert link.is_symlink() and (tmp_path / "run.ftr").is_file()
