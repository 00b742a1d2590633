"""One look at the disk: always by a supervisor, which is there already or comes for it and goes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from sessions.errors import FactoryError, UnwritableError
from sessions.floor.commands import ImportPaths, Progress
from sessions.floor.tokens import By
from sessions.headless import floor as module
from sessions.headless.floor import floor_of, used
from sessions.headless.supervised import Supervised
from sessions.journal.reader import JournalReader
from sessions.supervisor import process
from tests.support.house import House, house_in

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
    assert process.running(house.repo.path) is not None


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


@pytest.mark.parametrize("supervised", [False, True])
def test_imports_count_their_events_once(house: House, supervised: bool) -> None:
    other = house.elsewhere(house.root / "other" / f"{SECOND}.jsonl", 1, 5)
    if supervised:
        house.start()
    floor_of(house.repo.path)
    with Supervised(house.repo.path) as line, closing(JournalReader(house.place.journal)) as journal:
        before = journal.span.last_seq
        line.obey(ImportPaths((str(other),)))
        after = journal.span.last_seq
        assert after > before + 2
        line.obey(ImportPaths((str(other.parent),)))
        assert journal.span.last_seq == after + 2, "the wish and its end, and nothing else"


@pytest.mark.parametrize("journal", [True, False])
def test_where_no_supervisor_can_write_there_is_what_the_journal_holds_and_else_the_disk(
    house: House, monkeypatch: pytest.MonkeyPatch, journal: bool
) -> None:
    house.write(1, 3)
    house.repo.git("branch", "release")
    house.repo.commit({"a": "1"})
    floor_of(house.repo.path)
    process.stop(house.repo.path)
    if not journal:
        house.place.journal.unlink()

    def full(*_: object) -> None:
        raise UnwritableError("the disk is full", "make room")

    monkeypatch.setattr(module, "catch_up", full)
    warned: list[str] = []
    state = floor_of(house.repo.path, warn=warned.append)
    assert (state.base, state.total.calls, set(state.branches)) == ("main", 3, {"main", "release"})
    assert warned == ["the disk is full: make room", "shown is what was read before that"][: 1 + journal]
    assert used(house.repo.path, By.MODEL).total.calls == 3
    assert not house.place.socket.exists()
    state = floor_of(house.repo.path, base="release")
    assert (state.base, state.branches["main"].ahead) == ("release", 1)
