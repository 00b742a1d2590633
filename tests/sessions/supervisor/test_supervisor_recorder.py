"""The way into the journal: consoles see what is committed, and a full disk loses nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from sessions.errors import FactoryError
from sessions.floor.decide.decision import Accepted
from sessions.floor.events import Event, SessionReturned, SessionsOver, TextWritten, TokensUsed
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY, FloorState
from sessions.floor.tokens import Tokens
from sessions.journal import codec
from sessions.journal.reader import JournalReader
from sessions.journal.writer import Journal
from sessions.supervisor import recorder
from sessions.supervisor.recorder import Recorder, ServingRecorder
from sessions.supervisor.wire.feed import RING, Feed
from sessions.supervisor.wire.frames import UNSETTLED, WorkFrame, encode
from sessions.supervisor.wire.protocol import Events, Snapshot
from tests.support.journal import forgetful
from tests.support.supervisor import PATIENCE_S, full_disk, spoken, told


def test_what_is_committed_goes_to_the_consoles(tmp_path: Path) -> None:
    async def check() -> None:
        journal = await Journal.open(tmp_path / "journal.db")
        feed = Feed(journal.state)
        serving = ServingRecorder(journal, feed)
        await asyncio.gather(*(serving.record(spoken(5, first)) for first in range(1, 51, 5)))
        news = feed.after(0)
        assert isinstance(news, Events)
        assert fold_all(EMPTY, news.read()) == feed.state == journal.state
        await serving.record(spoken(RING + 10, first=51), {"mark": b"1"})
        assert feed.after(50) == Snapshot(journal.state)
        assert await serving.marks() == {"mark": b"1"}
        await journal.close()

    asyncio.run(check())


def test_a_console_forgets_what_is_over_and_knows_it_again_with_the_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the journal adds of itself goes to the consoles in its place, also where several record at once."""
    forgetful(monkeypatch)

    async def check() -> None:
        journal = await Journal.open(tmp_path / "journal.db")
        feed, heard = Feed(journal.state), list[Event]()
        serving = ServingRecorder(journal, feed)
        serving.tell(heard.extend)
        names = [f"s{number}" for number in range(8)]
        for _ in range(3):
            await asyncio.gather(*(serving.record([_used(name), _used(name)]) for name in names))
        news = feed.after(0)
        assert isinstance(news, Events)
        assert news.read() == heard
        assert {SessionsOver, SessionReturned} < {type(event) for event in heard}
        assert fold_all(EMPTY, heard) == feed.state == journal.state
        assert (feed.state.total.sessions, feed.state.total.calls, feed.state.sessions) == (8, 48, {})
        await journal.close()

    asyncio.run(check())


def _used(session: str) -> TokensUsed:
    return TokensUsed(time=1.0, station="s", session=session, tokens=Tokens(1))


def test_the_past_ends_with_what_is_recorded_when_it_has_been_read_and_only_once(tmp_path: Path) -> None:
    async def check() -> None:
        journal = await Journal.open(tmp_path / "journal.db")
        feed = Feed(journal.state)
        feed.say(WorkFrame(past=UNSETTLED))
        serving = ServingRecorder(journal, feed)
        for count in (5, 7):
            await serving.record(spoken(5, journal.state.seq + 1))
            serving.progress("transcripts", None)
            serving.caught_up()
            assert feed.work.past == 5, count
        await journal.close()

    asyncio.run(check())


def test_consoles_get_what_the_journal_reads_back(tmp_path: Path) -> None:
    """A file name that is no UTF-8 cannot go over the wire as it is."""

    async def check() -> None:
        journal = await Journal.open(tmp_path / "journal.db")
        feed = Feed(journal.state)
        await ServingRecorder(journal, feed).record([TextWritten(time=1.0, station="s", text="a\udcffb")])
        news = feed.after(0)
        assert isinstance(news, Events)
        assert encode(news)
        await journal.close()
        reader = JournalReader(tmp_path / "journal.db")
        assert news.read() == list(reader.events(0, 9))
        reader.close()

    asyncio.run(check())


def test_an_event_is_written_once_for_the_journal_and_all_consoles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[object] = []
    encoder = codec._encoder

    class Counted:
        def encode(self, value: object) -> bytes:
            written.append(value)
            return encoder.encode(value)

    async def check() -> None:
        journal = await Journal.open(tmp_path / "journal.db")
        feed, events = Feed(journal.state), spoken(5)
        monkeypatch.setattr(codec, "_encoder", Counted())
        await ServingRecorder(journal, feed).record(events)
        frames = {encode(frame) for _ in range(3) if (frame := feed.after(0))}
        assert written == events
        assert len(frames) == 1
        monkeypatch.undo()
        await journal.close()

    asyncio.run(check())


def test_events_that_never_came_by_do_not_shift_the_others(tmp_path: Path) -> None:
    async def check() -> None:
        journal = await Journal.open(tmp_path / "journal.db")
        feed = Feed(journal.state)
        serving = ServingRecorder(journal, feed)
        await serving.record(spoken(3))
        await journal.append(spoken(2, first=4))
        await serving.record(spoken(1, first=6))
        assert feed.after(3) == Snapshot(journal.state)
        assert feed.after(5) == told(6, spoken(1, first=6))
        await journal.close()

    asyncio.run(check())


def test_a_full_disk_is_told_and_outlasted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder, "FIRST_RETRY_S", 0.001)

    async def check() -> None:
        journal = await Journal.open(tmp_path / "journal.db")
        feed = Feed(journal.state)
        serving = ServingRecorder(journal, feed)
        await serving.record(spoken(1), {"file": b"1"})
        with full_disk():
            bell = feed.bell
            first = asyncio.create_task(serving.record(spoken(2, first=2), {"file": b"3"}))
            second = asyncio.create_task(serving.record(spoken(1, first=4), {"file": b"4"}))
            await asyncio.wait_for(bell.wait(), PATIENCE_S)
            assert feed.work.trouble
            assert feed.state.seq == journal.state.seq == 1
            assert (await journal.marks())["file"] == b"1"
        await asyncio.wait_for(asyncio.gather(first, second), PATIENCE_S)
        assert not feed.work.trouble
        assert feed.state == fold_all(EMPTY, spoken(4))
        assert (await journal.marks())["file"] == b"4"
        await journal.close()

    asyncio.run(check())


def test_a_disk_that_takes_nothing_is_tried_again_for_whoever_waits_and_the_tries_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder, "FIRST_RETRY_S", 3_600.0)
    monkeypatch.setattr(recorder, "LAST_RETRY_S", 3_600.0)

    async def check() -> None:
        journal = await Journal.open(tmp_path / "journal.db")
        feed = Feed(journal.state)
        serving = ServingRecorder(journal, feed)
        for _ in range(2):  # the next time it is counted from the beginning
            with full_disk():
                writing = asyncio.create_task(serving.record(spoken(1, journal.state.seq + 1)))
                for tries in (1, 2, 3):
                    async with asyncio.timeout(PATIENCE_S):
                        while feed.work.tries < tries:
                            await feed.bell.wait()
                    assert (feed.work.tries, feed.work.halted, serving.halted) == (tries, True, True)
                    if tries < 3:
                        serving.again()
            serving.again()
            await asyncio.wait_for(writing, PATIENCE_S)
            assert (feed.work.tries, feed.work.halted, serving.halted) == (0, False, False)
        await journal.close()

    asyncio.run(check())


@pytest.mark.parametrize("first", [False, True])
def test_what_is_decided_on_a_full_disk_is_refused_and_never_done(
    first: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where others wait for the disk before it, for as long as they do."""
    monkeypatch.setattr(recorder, "FIRST_RETRY_S", 3_600.0)
    monkeypatch.setattr(recorder, "LAST_RETRY_S", 3_600.0)

    def decision(_: FloorState) -> Accepted:
        return Accepted(tuple(spoken(1, journal.state.seq + 1)))

    async def check() -> None:
        serving = ServingRecorder(journal, feed)
        with full_disk():
            waiting = [] if first else [asyncio.create_task(serving.record(spoken(2))) for _ in range(2)]
            for _ in range(2):
                with pytest.raises(FactoryError, match="nothing was written"):
                    await asyncio.wait_for(serving.decide(decision), PATIENCE_S)
        serving.again()
        await asyncio.wait_for(asyncio.gather(*waiting), PATIENCE_S)
        assert journal.state.seq == (0 if first else 4)
        await asyncio.wait_for(serving.decide(decision), PATIENCE_S)
        assert journal.state.seq == (1 if first else 5)
        assert not serving.halted
        await journal.close()

    async def opened() -> Journal:
        return await Journal.open(tmp_path / "journal.db")

    with asyncio.Runner() as runner:
        journal = runner.run(opened())
        feed = Feed(journal.state)
        runner.run(check())


def test_a_command_that_looks_once_fails_on_a_full_disk(tmp_path: Path) -> None:
    async def check() -> None:
        journal = await Journal.open(tmp_path / "journal.db")
        with full_disk(), pytest.raises(FactoryError):
            await Recorder(journal).record(spoken(1))
        await Recorder(journal).record(spoken(1))
        assert journal.state.seq == 1
        await journal.close()

    asyncio.run(check())
