"""Sessions that are over leave the floor, and nothing that anybody counts is another for it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from sessions.asking.figures import used_of
from sessions.floor import events as ev
from sessions.floor.fold.fold import fold_all
from sessions.floor.identity import UsageSource
from sessions.floor.state import EMPTY, FloorState, Session
from sessions.floor.tokens import By, Tokens
from sessions.headless.floor_shape import status
from sessions.journal import codec
from sessions.journal.group import GroupCommit
from sessions.journal.past import chronicle, past_sessions
from sessions.journal.past.past import EventList
from sessions.journal.reader import JournalReader
from sessions.journal.recording.record import write
from sessions.journal.recording.recording import Recording
from sessions.journal.writer import Journal
from tests.support.journal import START, event_lists, forgetful

NOW = START + 3_600.0
OWN = (ev.SessionsOver, ev.SessionReturned)
histories = st.lists(
    event_lists.map(lambda events: [event for event in events if not isinstance(event, OWN)]), max_size=6
)


class Door:
    """What the journal's writer does, with a table in memory."""

    def __init__(self) -> None:
        self.state = EMPTY
        self.table: dict[str, Session] = {}
        self.events: list[ev.Event] = []

    def write(self, events: Sequence[ev.Event]) -> None:
        known = {name: self.table[name] for name in past_sessions.strangers(self.state, events) if name in self.table}
        whole = past_sessions.with_returns(codec.encoded(events), known)
        group = GroupCommit(self.state, 0, 0)
        group.fold(whole)
        over = past_sessions.forgotten(group.state)
        group.fold(over)
        self.table |= group.over
        self.state = group.state
        self.events += [*whole, *over]


def answers(state: FloorState) -> list[object]:
    """Everything that anybody is told of a floor, but for its numbering."""
    return [status(replace(state, seq=0), NOW), *(used_of(state, by) for by in By), replace(state, seq=0, sessions={})]


@given(histories)
def test_a_floor_that_forgets_counts_as_one_that_does_not(batches: list[list[ev.Event]]) -> None:
    door, plain = Door(), EMPTY
    with pytest.MonkeyPatch.context() as patched:
        forgetful(patched)
        for batch in batches:
            door.write(batch)
            plain = fold_all(plain, codec.encoded(batch))
            assert answers(door.state) == answers(plain)
    assert {**door.table, **door.state.sessions} == plain.sessions
    seated = {station.session for station in door.state.stations.values()}
    assert door.state.sessions.keys() == seated & plain.sessions.keys()
    assert fold_all(EMPTY, door.events) == door.state, "its events tell all of it"


@given(histories)
def test_in_another_order_nothing_counts_twice_either(batches: list[list[ev.Event]]) -> None:
    door, plain = Door(), list[ev.Event]()
    with pytest.MonkeyPatch.context() as patched:
        forgetful(patched)
        for batch in batches:
            door.write(batch)
            plain += codec.encoded(batch)
        past = chronicle.chronicle(EventList(door.events))
    assert past.span.last_seq == len(door.events)
    state, expected = past.state_at(past.span.last_seq), fold_all(EMPTY, plain)
    assert state.total.sessions == expected.total.sessions
    counts = [{name: meter.sessions for name, meter in each.models.items()} for each in (state, expected)]
    assert counts[0] == counts[1]


@pytest.mark.parametrize("known", [0, 2])
def test_what_is_read_late_of_a_session_that_was_over_comes_first_and_counts_once(known: int) -> None:
    """Its sub-agent's file was read when all else of it was forgotten; or the past begins when it was."""
    door = Door()
    with pytest.MonkeyPatch.context() as patched:
        forgetful(patched)
        door.write([used(0, START + 1_000)])
        door.write([used(1, START + 2_000), used(0, START + 1, source="sub-agent"), used(0, START + 3_000)])
    begin = replace(fold_all(EMPTY, door.events[:known]), seq=0)
    assert (session_of(0) in begin.sessions, begin.total.sessions) == (False, known // 2)
    past = chronicle.chronicle(EventList(door.events[known:], begin=begin))
    times = [event.time for event in past.events(0, 9) if isinstance(event, ev.TokensUsed)]
    assert times == sorted(times)
    state = past.state_at(past.span.last_seq)
    assert (state.total.sessions, state.total.calls) == (2, 4)


def session_of(number: int) -> str:
    return f"{number:08x}-7a7a-4b4b-8c8c-1d1d1d1d1d1d"


def life(number: int, time: float, stations: int = 4) -> Iterator[ev.Event]:
    """A whole session: of one model on one branch, in one of some stations."""
    station, session = f"ship-{number % stations}", session_of(number)
    path, source = f"/srv/transcripts/{session}.jsonl", f"claude:{session[:8]}"
    yield ev.SessionOpened(time=time, source=source, station=station, session=session, path=path, title=f"no {number}")
    yield used(number, time + 1, stations)
    yield ev.SessionClosed(time=time + 2, source=source, station=station, session=session)


def used(number: int, time: float, stations: int = 4, **more: object) -> ev.TokensUsed:
    session = session_of(number)
    event = ev.TokensUsed(
        time=time,
        source=f"claude:{session[:8]}",
        station=f"ship-{number % stations}",
        session=session,
        tokens=Tokens(input=1, output=2),
        model="opus",
        branch="main",
        cost=0.5,
    )
    return replace(event, **more)


async def _lived(journal: Journal, numbers: range) -> None:
    for number in numbers:
        await journal.append(list(life(number, START + 10 * number)))


@pytest.mark.parametrize("stations", [4, 40])
def test_a_floor_does_not_grow_with_sessions_that_are_over(tmp_path: Path, stations: int) -> None:
    async def run() -> list[FloorState]:
        journal, floors = await Journal.open(tmp_path / "journal.db"), list[FloorState]()
        for first in range(0, 3_000, 1_000):
            lives = [event for number in range(first, first + 1_000) for event in life(number, START, stations)]
            await journal.append(lives)
            floors.append(journal.state)
        await journal.close()
        return floors

    floors = asyncio.run(run())
    assert [floor.total.sessions for floor in floors] == [1_000, 2_000, 3_000]
    most = stations + past_sessions.MOST
    assert all(len(floor.sessions) <= most for floor in floors)
    sizes = [len(codec.write_state(floor)) for floor in floors]
    assert max(sizes) - min(sizes) < 500, "figures have a digit more, and that is all"
    with closing(JournalReader(tmp_path / "journal.db")) as reader:
        stored = reader.checkpoint()
        assert len(stored.sessions) <= most
        known = {**dict(reader.past_sessions()), **stored.sessions}
        assert len(known) == 3_000


def test_a_session_that_comes_back_is_the_one_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forgetful(monkeypatch)
    path = tmp_path / "journal.db"

    async def run() -> FloorState:
        journal = await Journal.open(path)
        await _lived(journal, range(9))
        assert session_of(0) not in journal.state.sessions
        await journal.close()
        journal = await Journal.open(path)
        seen = journal.state.seq
        written = await journal.write([used(0, START + 500), used(0, START + 501)])
        kinds = [type(event) for event in written.events]
        assert kinds == [ev.SessionReturned, ev.TokensUsed, ev.TokensUsed, ev.SessionsOver]
        assert written.last == journal.state.seq == seen + 4
        assert written.events.bodies == codec.encoded(written.events).bodies
        await journal.close()
        return journal.state

    state = asyncio.run(run())
    assert (state.total.sessions, state.total.calls) == (9, 11)
    with closing(JournalReader(path)) as reader:
        events = reader.events(0, 1_000)
        assert reader.latest() == state == fold_all(EMPTY, events)
        plain = fold_all(EMPTY, [event for event in events if not isinstance(event, OWN)])
        assert answers(state) == answers(plain)
        known = {**dict(reader.past_sessions()), **state.sessions}
        assert known == plain.sessions
        back = known[session_of(0)]
        assert (back.title, back.closed, back.opened) == ("no 0", True, START)


def test_one_that_is_back_is_not_brought_back_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The table still has it as it was when it was over."""
    forgetful(monkeypatch)

    async def run() -> list[ev.Event]:
        journal = await Journal.open(tmp_path / "journal.db")
        await _lived(journal, range(9))
        opened, *_ = life(0, START + 500)
        written = [await journal.write([event]) for event in (opened, used(0, START + 501), used(0, START + 502))]
        assert session_of(0) in journal.state.sessions
        assert (journal.state.total.sessions, journal.state.total.calls) == (9, 11)
        await journal.close()
        return [event for each in written for event in each.events]

    assert sum(isinstance(event, ev.SessionReturned) for event in asyncio.run(run())) == 1


def test_appends_that_share_a_commit_bring_a_session_back_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forgetful(monkeypatch)

    async def run() -> list[ev.Event]:
        journal = await Journal.open(tmp_path / "journal.db")
        await _lived(journal, range(9))
        written = await asyncio.gather(*(journal.write([used(0, START + 500 + n)]) for n in range(3)))
        assert journal.state.total.sessions == 9
        await journal.close()
        return [event for each in written for event in each.events]

    assert sum(isinstance(event, ev.SessionReturned) for event in asyncio.run(run())) == 1


@pytest.mark.parametrize(
    "lost", ["DELETE FROM slices", "UPDATE slices SET version = version - 1 WHERE name = 'stations'"]
)
def test_the_table_is_made_anew_with_the_floor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost: str) -> None:
    forgetful(monkeypatch)
    path = tmp_path / "journal.db"

    async def run() -> None:
        journal = await Journal.open(path)
        await _lived(journal, range(20))
        await journal.close()

    asyncio.run(run())
    with closing(JournalReader(path)) as reader:
        known = dict(reader.past_sessions())
    assert len(known) == 16
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM past_sessions")
        connection.execute(lost)
    asyncio.run(run_nothing(path))
    with closing(JournalReader(path)) as reader:
        assert dict(reader.past_sessions()) == known


async def run_nothing(path: Path) -> None:
    await (await Journal.open(path)).close()


def test_what_is_damaged_of_them_is_as_good_as_never_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forgetful(monkeypatch)
    path = tmp_path / "journal.db"

    async def run() -> int:
        journal = await Journal.open(path)
        await _lived(journal, range(20))
        with closing(sqlite3.connect(path)) as connection, connection:
            (size,) = connection.execute("SELECT avg(length(body)) FROM past_sessions").fetchone()
            assert size < 120, "what all have in common is not in each"
            for number, body in enumerate((b"", b"\x00", b"\xff" * 99, None, "text", 7)):
                values = (body if body is not None else b"{}", session_of(number))
                connection.execute("UPDATE past_sessions SET body = ? WHERE session = ?", values)
        await journal.append([used(number, START + 500) for number in range(6)])
        await journal.close()
        return journal.state.total.sessions

    assert asyncio.run(run()) == 20 + 6


def test_a_session_may_be_called_by_what_is_no_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A transcript's file name need not be UTF-8, and a session may be called by it."""
    forgetful(monkeypatch)
    strange = replace(used(0, START), session="session\udcff\x00")

    async def run() -> None:
        journal = await Journal.open(tmp_path / "journal.db")
        await _lived(journal, range(2))
        for _ in range(3):
            await journal.append([strange])
        assert (journal.state.total.sessions, journal.state.total.calls) == (3, 5)
        await journal.close()

    asyncio.run(run())
    with closing(JournalReader(tmp_path / "journal.db")) as reader:
        assert reader.past_session(strange.session) is not None


def test_whose_owner_tells_what_it_uses_is_still_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forgetful(monkeypatch)
    path = tmp_path / "journal.db"

    async def run() -> None:
        journal = await Journal.open(path)
        with closing(JournalReader(path)) as reader:
            assert not reader.past_owned()
            claim = ev.SessionClaimed(time=START, station="ship-0", session="mine", usage=UsageSource.OWNER)
            await journal.append([claim])
            await _lived(journal, range(3))
            assert "mine" not in journal.state.sessions
            assert reader.past_owned()
            known = reader.past_session("mine")
            assert known is not None
            assert (known.station, known.usage) == ("ship-0", UsageSource.OWNER)
            assert reader.past_session("nobody") is None
        await journal.close()

    asyncio.run(run())


@pytest.mark.parametrize("stations", [None, frozenset({"ship-1"})])
def test_a_recording_counts_them_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stations: frozenset[str] | None
) -> None:
    forgetful(monkeypatch)
    path = tmp_path / "journal.db"

    async def run() -> None:
        journal = await Journal.open(path)
        await _lived(journal, range(12))
        await journal.append([used(n, START + 500) for n in (0, 1, 5)])
        await journal.close()

    asyncio.run(run())
    with closing(JournalReader(path)) as reader:
        events = [event for event in reader.events(0, 1_000) if not isinstance(event, OWN)]
        chosen = [e for e in events if stations is None or (isinstance(e, ev.StationEvent) and e.station in stations)]
        expected = fold_all(EMPTY, chosen)
        for first in (1, 20):
            write(reader, tmp_path / f"{first}.ftr", first, reader.span.last_seq, stations)
            with closing(Recording(tmp_path / f"{first}.ftr")) as recording:
                assert answers(recording.state_at(recording.span.last_seq)) == answers(expected)


def test_a_branch_in_what_is_counted_is_redacted_as_elsewhere(tmp_path: Path) -> None:
    secret = "fix/sk-ant-api03-" + "aB3" * 30
    door = Door()
    with pytest.MonkeyPatch.context() as patched:
        forgetful(patched)
        door.write([used(0, START, branch=secret)])
        door.write([used(4, START + 1)])
        door.write([used(0, START + 2, branch=secret)])
    assert any(isinstance(event, ev.SessionReturned) for event in door.events)
    write(EventList(door.events), tmp_path / "a.ftr", 1, len(door.events))
    with closing(Recording(tmp_path / "a.ftr")) as recording:
        (meter,) = (m for name, m in recording.state_at(99).branch_meters.items() if name != "main")
        assert (meter.sessions, meter.calls) == (1, 2)
        assert not any(secret in str(event) for event in recording.events(0, 99))
