"""The journal's one writer: what it acknowledged is there, whole and for good."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sessions.errors import FactoryError
from sessions.floor import events as ev
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY
from sessions.journal.reader import JournalReader
from sessions.journal.writer import Journal, JournalGoneError
from tests.sessions.journal.short import STREAM, write
from tests.support.chance import of_hundred
from tests.support.journal import event_lists

pytestmark = pytest.mark.usefixtures("short")


def test_what_was_appended_is_there_after_reopening(path: Path) -> None:
    async def check() -> None:
        journal = await Journal.open(path)
        assert await journal.append(STREAM[:300], {"a": b"1", "b": b"2"}, {b"call": b"x"}) == 300
        assert await journal.append(STREAM[300:], {"a": b"3"}) == 700
        assert await journal.append([], {"c": b""}) == 700
        assert journal.state == fold_all(EMPTY, STREAM)
        await journal.close()
        await journal.close()
        journal = await Journal.open(path)
        assert journal.state == fold_all(EMPTY, STREAM)
        assert await journal.marks() == {"a": b"3", "b": b"2", "c": b""}
        await journal.close()
        with pytest.raises(FactoryError, match="closed"):
            await journal.append(STREAM)

    asyncio.run(check())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=of_hundred(25))
@given(st.lists(event_lists, max_size=4))
def test_any_events_come_back_and_fold_alike(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[ev.Event]]
) -> None:
    path = tmp_path_factory.mktemp("any") / "journal.db"
    # Of one that is over and heard of again, the journal itself says that it is back.
    batches = [[event for event in batch if not isinstance(event, ev.SessionsOver)] for batch in batches]
    write(path, *batches)
    facts = [event for batch in batches for event in batch]
    reader = JournalReader(path)
    try:
        assert list(reader.events(0, 1_000)) == facts
        assert reader.latest() == fold_all(EMPTY, facts)
    finally:
        reader.close()


def test_appends_side_by_side_share_commits_and_keep_their_order(path: Path) -> None:
    async def check() -> None:
        journal = await Journal.open(path)
        commits = 0
        commit = journal._connection.commit

        async def counted() -> None:
            nonlocal commits
            commits += 1
            await commit()

        journal._connection.commit = counted  # type: ignore[method-assign]  # counts, and does the real thing
        seqs = await asyncio.gather(*(journal.append([event]) for event in STREAM))
        assert seqs == list(range(1, 701))
        assert commits < 10
        await journal.close()

    asyncio.run(check())
    reader = JournalReader(path)
    assert list(reader.events(0, 1_000)) == list(STREAM)
    reader.close()


def test_closing_finishes_what_waits(path: Path) -> None:
    async def check() -> None:
        journal = await Journal.open(path)
        waiting = [asyncio.ensure_future(journal.append([event])) for event in STREAM[:50]]
        await asyncio.sleep(0)
        await journal.close()
        assert await asyncio.gather(*waiting) == list(range(1, 51))

    asyncio.run(check())


def test_a_cancelled_append_is_written_whole_or_not_at_all(path: Path) -> None:
    async def check() -> None:
        journal = await Journal.open(path)
        first = asyncio.ensure_future(journal.append(STREAM[:20]))
        await asyncio.sleep(0)
        first.cancel()
        last = await journal.append(STREAM[20:30])
        assert last in (10, 30)
        assert journal.state.seq == last
        await journal.close()

    asyncio.run(check())


class _Foreign(ev.Event, frozen=True, kw_only=True, tag="foreign.1"):
    """A kind that is not in the vocabulary."""


def test_one_wrong_append_does_not_spoil_the_others(path: Path) -> None:
    async def check() -> None:
        journal = await Journal.open(path)
        results = await asyncio.gather(
            journal.append(STREAM[:2]),
            journal.append([_Foreign(time=1.0)]),
            journal.append(STREAM[2:5]),
            return_exceptions=True,
        )
        assert (results[0], results[2]) == (2, 5)
        assert isinstance(results[1], KeyError)
        await journal.close()

    asyncio.run(check())


def test_a_second_writer_is_told_who_writes(path: Path) -> None:
    async def check() -> None:
        journal = await Journal.open(path)
        with pytest.raises(FactoryError, match=f"already running .process {os.getpid()}"):
            await Journal.open(path)
        await journal.append(STREAM[:1])
        await journal.close()
        await (await Journal.open(path)).close()

    asyncio.run(check())


@pytest.mark.parametrize("replaced", [False, True])
def test_what_would_go_into_a_removed_file_is_not_acknowledged(path: Path, replaced: bool) -> None:
    def remove() -> None:
        path.unlink()
        if replaced:
            path.write_bytes(b"")

    async def check() -> None:
        journal = await Journal.open(path)
        await journal.append(STREAM[:5])
        remove()
        for _ in range(2):
            with pytest.raises(JournalGoneError, match="was removed"):
                await journal.append(STREAM[5:7])
        assert journal.state.seq == 5
        with pytest.raises(JournalGoneError):
            await journal.close()

    async def go_on() -> None:
        journal = await Journal.open(path)
        assert await journal.append(STREAM[:1]) == 1
        await journal.close()

    asyncio.run(check())
    path.unlink(missing_ok=True)
    asyncio.run(go_on())


@pytest.mark.parametrize("beside", ["-wal", ".lock"])
def test_a_writer_ends_when_what_lies_beside_its_journal_was_removed(path: Path, beside: str) -> None:
    """As by a removal of its directory that is still under way: others would not see what it writes, or write too."""

    async def check() -> None:
        journal = await Journal.open(path)
        await journal.append(STREAM[:5], {"mark": b"5"})
        path.with_name(path.name + beside).unlink()
        with pytest.raises(JournalGoneError, match="was removed"):
            await journal.append(STREAM[5:7], {"mark": b"7"})
        with pytest.raises(JournalGoneError):
            await journal.close()
        again = await Journal.open(path)
        assert (again.state.seq, await again.marks()) == (5, {"mark": b"5"}), "what was acknowledged is there"
        assert await again.append(STREAM[5:7]) == 7
        await again.close()

    asyncio.run(check())
    reader = JournalReader(path)
    assert list(reader.events(0, 100)) == list(STREAM[:7])
    reader.close()


def test_a_journal_is_private(full: Path) -> None:
    for file in full.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


def test_events_are_final(full: Path) -> None:
    connection = sqlite3.connect(full)
    for sql in (
        "DELETE FROM events",
        "UPDATE events SET body = x'00'",
        "DELETE FROM packed",
        "UPDATE packed SET lines = x'00'",
    ):
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute(sql)
    connection.close()


def test_a_text_that_is_none_is_told_as_damage_and_not_repeated(full: Path) -> None:
    with closing(sqlite3.connect(full)) as connection, connection:
        connection.execute("INSERT INTO marks VALUES ('torn', CAST(x'1b5b33316dff' AS TEXT))")

    async def marks() -> None:
        journal = await Journal.open(full)
        try:
            await journal.marks()
        finally:
            await journal.close()

    with pytest.raises(FactoryError, match=r"cannot be used as a journal \(a text in it is none\)") as told:
        asyncio.run(marks())
    assert "[31m" not in str(told.value)
