"""One look at the disk, with and without a supervisor, and the pasts that files hold."""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from pathlib import Path

import pytest

from sessions import catchup
from sessions.catchup import floor_of, import_paths, past_of
from sessions.errors import FactoryError
from sessions.floor.commands import Command, Progress, Reply
from sessions.floor.events import TextWritten
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY
from sessions.journal.past.chronicle import arranged
from sessions.journal.reader import JournalReader
from sessions.journal.recording import record
from sessions.supervisor import process
from sessions.supervisor.lock import HeldError, hold
from sessions.supervisor.wire.feed import Feed
from sessions.supervisor.wire.protocol import Farewell
from sessions.supervisor.wire.server import Server
from tests.support.house import LONG, House, house_in
from tests.support.supervisor import PATIENCE_S

SECOND = "77777777-2222-4333-8444-555555555555"


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    yield from house_in(monkeypatch)


@pytest.mark.parametrize("supervised", [False, True])
def test_it_reads_what_is_new_and_nothing_twice(house: House, supervised: bool) -> None:
    house.write(1, 3)
    if supervised:
        house.start()
    state = floor_of(house.repo.path)
    assert (state.total.calls, state.total.tokens.input) == (3, 300)
    assert set(state.branches) == {"main"}
    again = floor_of(house.repo.path)
    assert again.seq == state.seq
    house.write(4, 4)
    assert floor_of(house.repo.path).total.calls == 4
    assert (process.running(house.repo.path) is not None) is supervised


def test_many_looks_are_one_run(house: House) -> None:
    for _ in range(3):
        assert floor_of(house.repo.path).runs == 1


@pytest.mark.parametrize("supervised", [False, True])
def test_further_places_are_read_too(house: House, supervised: bool) -> None:
    other = house.root / "other"
    house.elsewhere(other / f"{SECOND}.jsonl", 1, 5)
    if supervised:
        house.start()
    for _ in range(2):
        assert floor_of(house.repo.path, sessions=[other]).total.calls == 5


def test_only_these_places_and_nothing_is_written(house: House) -> None:
    house.write(1, 3)
    other = house.root / "other"
    house.elsewhere(other / f"{SECOND}.jsonl", 11, 15)
    told: list[Progress | None] = []
    state = floor_of(Path("/nonexistent"), sessions=[other], only=True, progress=told.append)
    assert state.here.calls == state.total.calls == 5
    assert told
    assert not (house.root / "state").exists()


def test_another_base_holds_for_one_answer(house: House) -> None:
    house.repo.git("branch", "release")
    house.repo.commit({"a": "1"})
    state = floor_of(house.repo.path, base="release")
    assert (state.base, state.branches["main"].ahead) == ("release", 1)
    assert floor_of(house.repo.path).base == "main"
    with pytest.raises(FactoryError, match="nowhere"):
        floor_of(house.repo.path, base="nowhere")


def test_who_cannot_get_the_journal_says_who_has_it(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catchup, "PATIENCE_S", 0.0)
    with hold(house.place.lock), pytest.raises(HeldError):
        floor_of(house.repo.path)


def test_who_has_the_journal_is_waited_for_while_that_goes_on(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """As while another command brings a long one up to date."""
    monkeypatch.setattr(catchup, "PATIENCE_S", 0.0)
    reaches = iter([(8_192, 0), (16_384, 0), (16_384, 0), (16_384, 9), (16_384, 9), (16_384, 9)])
    monkeypatch.setattr(catchup, "_reach", lambda place: next(reaches))
    with hold(house.place.lock), pytest.raises(HeldError):
        floor_of(house.repo.path)
    assert list(reaches) == []


@pytest.mark.parametrize("supervised", [False, True])
def test_imports_count_their_events_once(house: House, supervised: bool) -> None:
    other = house.elsewhere(house.root / "other" / f"{SECOND}.jsonl", 1, 5)
    if supervised:
        house.start()
    floor_of(house.repo.path)
    before, after = import_paths(house.repo.path, [other])
    assert after > before
    assert import_paths(house.repo.path, [other.parent]) == (after, after + 2), "the wish and its end, and nothing else"


def test_a_transcript_is_a_past_in_order_of_time(house: House) -> None:
    for name, first in (("a", 6), (SECOND, 1)):
        house.elsewhere(house.root / "other" / f"{name}.jsonl", first, first + 4)
    past = past_of(house.root / "other")
    state = past.state_at(past.span.last_seq)
    assert state.total.calls == 10
    times = [event.time for event in past.events(0, 1000)]
    assert times == sorted(times)
    halfway = past.state_at(past.seq_at(times[-1] - 5.0))
    assert 0 < halfway.total.calls < 10


def test_a_journal_is_a_past(house: House) -> None:
    state = floor_of(house.repo.path)
    past = past_of(house.place.journal)
    assert isinstance(past, JournalReader)
    assert past.state_at(state.seq) == state
    past.close()


def test_a_file_that_holds_no_past_says_so(house: House) -> None:
    for name, content in (("x.jsonl", b'{"a":1}\n'), ("x.ftr", b"junk"), ("x.db", b"junk")):
        path = house.root / name
        path.write_bytes(content)
        with pytest.raises(FactoryError):
            past_of(path)
    with pytest.raises(FactoryError, match="there is no"):
        past_of(house.root / "nothing")


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


def test_options_have_a_supervisor_of_their_own(house: House) -> None:
    assert LONG.arguments() == ["--idle-minutes=5.0"]


def test_a_supervisor_that_is_about_to_answer_is_not_waited_out(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    state, tried = floor_of(house.repo.path), threading.Event()

    def seen(path: Path, patience_s: float, in_vain: Callable[[], bool]) -> AbstractContextManager[int]:
        tried.set()
        return hold(path, patience_s, in_vain)

    async def obey(command: Command) -> Reply:
        return Reply(True)

    async def check() -> None:
        with hold(house.place.lock):  # as a supervisor does before it listens
            look = asyncio.create_task(asyncio.to_thread(floor_of, house.repo.path))
            await asyncio.to_thread(tried.wait)
            server = Server(Feed(state), "", obey)
            await server.listen(house.place.socket)
            assert (await asyncio.wait_for(look, PATIENCE_S)).seq == state.seq
            await server.close(Farewell("the test is over", stopped=True))

    monkeypatch.setattr(catchup, "hold", seen)
    monkeypatch.setattr(catchup, "PATIENCE_S", 10 * PATIENCE_S)
    asyncio.run(check())


def test_a_past_is_known_by_what_it_is_whatever_its_name(house: House) -> None:
    state = floor_of(house.repo.path)
    journal = house.root / "copy"
    shutil.copy(house.place.journal, journal)
    for name in ("run", "run.rec"):
        with closing(JournalReader(house.place.journal)) as reader:
            record.write(reader, house.root / name, 1, state.seq)
        with closing(past_of(house.root / name)) as past:
            assert past.state_at(state.seq).branches == state.branches
    with closing(past_of(journal)) as past:
        assert isinstance(past, JournalReader)
