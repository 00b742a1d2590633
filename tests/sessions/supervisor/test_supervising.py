"""A supervisor's work: sources side by side, none able to end another; scans that can be cancelled and completed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence, Set
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypedDict

import msgspec
import pytest

from sessions import operator
from sessions.floor.commands import AnyWish, CatchUp, Command, ImportPaths, Progress, Reply, WatchPlaces
from sessions.floor.events import (
    Event,
    SessionClaimed,
    StationOpened,
    TokensUsed,
    ToolCalled,
    ToolFinished,
    TurnStarted,
)
from sessions.floor.identity import Owner, UsageSource
from sessions.floor.tokens import STANDARD, Terms, Tokens
from sessions.journal.writer import Journal
from sessions.models.prices import Prices
from sessions.supervisor import supervisor as module
from sessions.supervisor.recorder import Recorder
from sessions.supervisor.services import transcripts as transcript_watch
from sessions.supervisor.services.transcripts import TranscriptWatch
from sessions.supervisor.wire.frames import command_frame
from tests.support.house import SESSION, House, house_in, working
from tests.support.journal import forgetful
from tests.support.supervisor import PATIENCE_S, dialled, served, until

FILES, LINES = 60, 100
"""More events than one batch holds."""


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    yield from house_in(monkeypatch)


class BrokenPrices(Prices):
    """Breaks at the first question."""

    def __init__(self) -> None:
        super().__init__({}, None)

    def cost(self, model: str, tokens: Tokens, terms: Terms = STANDARD) -> float | None:
        raise ValueError("a mistake in the prices")


def test_a_source_that_breaks_is_told_and_the_others_go_on(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Prices, "load", lambda _path: BrokenPrices())
    monkeypatch.setattr(module, "FIRST_RETRY_S", 0.001)
    house.write(1, 2)

    async def check() -> None:
        async with working(house) as (_, feed):
            await until(feed, lambda state: state.skipped.get("observing transcripts broke") == 1)
            house.repo.git("branch", "topic")
            await until(feed, lambda state: "topic" in state.branches)
            assert feed.state.skipped["observing transcripts broke"] == 1, "the same trouble is told once"

    asyncio.run(check())


def test_a_repository_that_was_moved_is_said_in_a_line_until_it_is_back(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "FIRST_RETRY_S", 0.001)
    home, away = house.repo.path, house.root / "away"

    async def check() -> None:
        async with working(house) as (_, feed):
            await until(feed, lambda state: "main" in state.branches)
            home.rename(away)
            house.repo.git("branch", "there", cwd=away)
            async with asyncio.timeout(PATIENCE_S):
                while True:
                    bell = feed.bell
                    if f"no repository at {home}" in feed.work.trouble:
                        break
                    await bell.wait()
            away.rename(home)
            house.repo.git("branch", "back")
            await until(feed, lambda state: {"there", "back"} <= state.branches.keys())
            assert not feed.work.trouble

    asyncio.run(check())
    assert not [record for record in caplog.records if record.exc_info]


def test_a_source_that_broke_is_taken_up_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    prices = Prices({}, None)
    monkeypatch.setattr(Prices, "load", lambda _path: prices)
    monkeypatch.setattr(module, "FIRST_RETRY_S", 0.001)
    house.write(1, 2)

    async def check() -> None:
        with monkeypatch.context() as broken:
            broken.setattr(Prices, "cost", BrokenPrices.cost)
            async with working(house) as (_, feed):
                await until(feed, lambda state: bool(state.skipped))
                broken.undo()
                await until(feed, lambda state: state.total.calls == 2)

    asyncio.run(check())


def test_a_command_goes_on_when_the_one_who_gave_it_leaves(house: House) -> None:
    """What it names is watched by nobody, so nothing else brings it in."""
    other = house.elsewhere(house.root / "other" / f"{SESSION}.jsonl", 1, 2)

    async def check() -> None:
        begun, left = asyncio.Event(), asyncio.Event()

        async def obey(command: Command) -> Reply:
            begun.set()
            try:
                return await work.obey(command)
            finally:
                left.set()

        async with working(house) as (work, feed), served(feed, obey) as (_, path):
            await until(feed, lambda state: "main" in state.branches)
            async with dialled(path) as console:
                console.say(command_frame(operator.command(ImportPaths((str(other),)))))
                await begun.wait()
            await left.wait()
            assert not feed.state.total.calls, "it was to leave before the command is done"
            await until(feed, lambda state: state.total.calls == 2)

    asyncio.run(check())


@pytest.mark.parametrize("command", [ImportPaths, WatchPlaces])
def test_a_command_that_comes_first_finds_the_branches_known(
    house: House, command: type[ImportPaths | WatchPlaces]
) -> None:
    tree = house.repo.worktree(house.root / "elsewhere", "feature")
    line = house.say(1, SESSION).replace(str(house.repo.path).encode(), str(tree).encode())
    path = house.root / "home/.claude/projects/x" / f"{SESSION}.jsonl"
    path.parent.mkdir(parents=True)
    path.write_bytes(line.replace(b'"gitBranch":"main",', b""))

    async def check() -> None:
        async with working(house) as (work, feed):
            assert (await work.obey(operator.command(command((str(path.parent),))))).ok
            (station,) = feed.state.stations.values()
            assert (station.branch, station.elsewhere, station.name) == ("feature", False, "elsewhere")
            assert feed.state.runs == 1

    asyncio.run(check())


def test_commands_side_by_side_count_everything_once(house: House) -> None:
    house.write(1, 50)
    other = house.elsewhere(house.root / "other" / "77777777-2222-4333-8444-555555555555.jsonl", 101, 150)

    async def check() -> None:
        async with working(house) as (work, feed):
            commands: list[AnyWish] = [
                CatchUp(),
                ImportPaths((str(other),)),
                CatchUp(),
                ImportPaths((str(other.parent),)),
            ]
            replies = await asyncio.gather(*(work.obey(operator.command(command)) for command in commands))
            assert all(reply.ok for reply in replies)
            assert feed.state.total.calls == 100

    asyncio.run(check())


@pytest.mark.parametrize(("usage", "calls"), [(UsageSource.OWNER, 1), (UsageSource.TRANSCRIPT, 3)])
def test_a_session_that_its_owner_claims_is_seated_there_and_counts_once(
    house: House, usage: UsageSource, calls: int
) -> None:
    """An agent that is run from here tells its calls itself; then its transcript is found, and tells them again."""
    ours = "ours-1"

    async def check() -> None:
        async with working(house) as (work, feed):
            await until(feed, lambda state: "main" in state.branches)
            told: list[Event] = [
                StationOpened(time=1.0, station=ours, kind="claude", directory="/srv/x", owner=Owner.OURS, parent="p"),
                SessionClaimed(time=1.0, station=ours, session=SESSION, usage=usage),
                TokensUsed(time=2.0, tokens=Tokens(7), call="acp-1", station=ours, session=SESSION),
            ]
            await work._recorder.record(told)
            house.write(1, 2)
            assert (await work.obey(operator.command(CatchUp()))).ok
            (station,) = feed.state.stations.values()
            assert (station.id, station.owner, station.parent) == ("ours-1", Owner.OURS, "p")
            assert station.activity, "what it says is read from the transcript all the same"
            assert feed.state.total.calls == calls

    asyncio.run(check())


def test_a_session_that_was_over_is_still_its_owners_and_its_stations(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The floor has forgotten one that was claimed and one that was read; then their transcripts go on."""
    forgetful(monkeypatch)
    read, claimed, last = (f"{digit * 8}{SESSION[8:]}" for digit in "123")
    folder = house.transcript().parent
    house.elsewhere(folder / f"{read}.jsonl", 1, 2)

    async def before() -> Set[str]:
        async with working(house) as (work, feed):
            assert (await work.obey(operator.command(CatchUp()))).ok
            told: list[Event] = [
                StationOpened(time=1.0, station="ours-1", kind="claude", directory="/srv/x", owner=Owner.OURS),
                SessionClaimed(time=1.0, station="ours-1", session=claimed, usage=UsageSource.OWNER),
                TokensUsed(time=2.0, tokens=Tokens(7), call="acp-1", station="ours-1", session=claimed),
            ]
            await work._recorder.record(told)
            house.elsewhere(folder / f"{last}.jsonl", 11, 12)
            assert (await work.obey(operator.command(CatchUp()))).ok
            assert feed.state.sessions.keys() == {last}
            assert (feed.state.total.sessions, feed.state.total.calls) == (3, 5)
            return feed.state.stations.keys() - {"ours-1"}

    async def after() -> None:
        house.elsewhere(folder / f"{read}.jsonl", 3, 3)
        house.elsewhere(folder / f"{claimed}.jsonl", 21, 22)
        async with working(house) as (work, feed):
            assert (await work.obey(operator.command(CatchUp()))).ok
            assert feed.state.stations.keys() == {"ours-1", *stations}, "each is in the seat that it had"
            assert (feed.state.total.sessions, feed.state.total.calls) == (3, 6), "the owner has told the other's"
            assert feed.state.stations["ours-1"].activity
            assert (await work.obey(operator.command(ImportPaths((str(folder / f"{read}.jsonl"),))))).ok
            assert (feed.state.total.sessions, feed.state.total.calls) == (3, 6)

    stations = asyncio.run(before())
    asyncio.run(after())


class _Who(TypedDict):
    station: str
    session: str


def test_one_call_that_its_owner_and_its_transcript_tell_is_one_call(house: House) -> None:
    """The wire first, the transcript after it; and a session whose transcript alone tells what it uses."""
    owned, alone = (f"{digit * 8}{SESSION[8:]}" for digit in "12")
    who = _Who(station="ours-1", session=owned)

    async def check() -> None:
        async with working(house) as (work, feed):
            told: list[Event] = [
                StationOpened(time=1.0, station="ours-1", kind="claude", directory="/srv/x", owner=Owner.OURS),
                SessionClaimed(time=1.0, usage=UsageSource.OWNER, **who),
                SessionClaimed(time=1.0, station="ours-1", session=alone),
                TurnStarted(time=2.0, text="mend it", **who),
                ToolCalled(time=3.0, tool="Bash", call="t1", **who),
                ToolFinished(time=4.0, call="t1", failed=True, **who),
                TokensUsed(time=4.0, tokens=Tokens(100, output=1), call="acp-1", **who),
            ]
            await work._recorder.record(told)
            for first, session in ((1, owned), (11, alone)):
                house.transcript().with_stem(session).write_bytes(_turn(house, session, first))
            assert (await work.obey(operator.command(CatchUp()))).ok
            station, total = feed.state.stations["ours-1"], feed.state.total
            assert feed.state.stations.keys() == {"ours-1"}
            assert (total.calls, total.tokens.total, total.sessions) == (2, 202, 2)
            assert (station.turns, station.tools, station.errors) == (2, 2, 2)

    house.transcript().parent.mkdir(parents=True)
    asyncio.run(check())


def _turn(house: House, session: str, first: int) -> bytes:
    """A request, and an answer that used a tool in vain, as a transcript tells them."""
    asked, used, came, answer = (msgspec.json.decode(house.say(first + n % 3, session)) for n in range(4))
    use = {"type": "tool_use", "id": "t1", "name": "Bash", "input": {}}
    result = {"type": "tool_result", "tool_use_id": "t1", "is_error": True, "content": "no"}
    asked |= {"type": "user", "message": {"role": "user", "content": "mend it"}}
    used |= {"requestId": answer["requestId"], "message": {**answer["message"], "content": [use]}}
    came |= {"type": "user", "message": {"role": "user", "content": [result]}}
    lines = [{**line, "uuid": f"{number}{session[1:]}"} for number, line in enumerate((asked, used, came, answer))]
    return b"".join(msgspec.json.encode(line) + b"\n" for line in lines)


async def nothing() -> None:
    """No branches to bring up to date."""


class CancellingRecorder(Recorder):
    """Cancels the reading when its first full batch is written."""

    watch: TranscriptWatch
    cancelled = False

    async def record(
        self,
        events: Sequence[Event],
        marks: Mapping[str, bytes] | None = None,
        calls: Mapping[bytes, bytes] | None = None,
    ) -> None:
        await super().record(events, marks, calls)
        if len(events) > LINES and not self.cancelled:
            self.cancelled = True
            self.watch.cancel()


@asynccontextmanager
async def reading(house: House, recorder: type[Recorder] = Recorder) -> AsyncIterator[tuple[Journal, TranscriptWatch]]:
    """The reader of transcripts alone, and the journal it writes to."""
    journal = await Journal.open(house.place.journal)
    writes = recorder(journal)
    watch = TranscriptWatch(house.place.journal, (), Prices({}, None), writes, nothing)
    if isinstance(writes, CancellingRecorder):
        writes.watch = watch
    try:
        yield journal, watch
    finally:
        await watch.close()
        await journal.close()


def many(house: House, folder: Path) -> None:
    """`FILES` transcripts of `LINES` answers each."""
    for n in range(FILES):
        house.elsewhere(folder / f"{n:08}{SESSION[8:]}.jsonl", n * LINES, (n + 1) * LINES - 1)


def test_a_cancelled_scan_keeps_what_it_read_and_can_be_completed(house: House) -> None:
    many(house, house.transcript().parent)

    async def check() -> None:
        async with reading(house, CancellingRecorder) as (journal, watch):
            await watch.catch_up()
            assert 0 < journal.state.total.calls < FILES * LINES
            await watch.catch_up()
            assert journal.state.total.calls == FILES * LINES

    asyncio.run(check())


def test_a_place_that_is_named_before_anything_is_followed_is_read(house: House) -> None:
    house.write(1, 2)
    other = house.elsewhere(house.root / "other" / "77777777-2222-4333-8444-555555555555.jsonl", 3, 5)

    async def check() -> None:
        async with reading(house) as (journal, watch):
            await watch.catch_up()
            await watch.follow_also([other.parent])
            assert journal.state.total.calls == 5

    asyncio.run(check())


def test_what_was_imported_keeps_its_seat_against_what_is_followed(house: House) -> None:
    """Two directories of one name, one imported between two looks at the usual places: two stations."""
    folder, imported, followed = house.transcript().parent, "1" * 8, "2" * 8
    folder.mkdir(parents=True)

    def write(path: Path, directory: str, number: int) -> None:
        path.write_bytes(house.say(number, path.stem).replace(str(house.repo.path).encode(), directory.encode()))

    async def check() -> None:
        async with reading(house) as (journal, watch):
            await watch.catch_up()
            write(path := house.root / f"{imported}{SESSION[8:]}.jsonl", "/one/shop", 1)
            await watch.read([path])
            write(folder / f"{followed}{SESSION[8:]}.jsonl", "/two/shop", 2)
            await watch.catch_up()
            homes = {station.home: station.meter.calls for station in journal.state.stations.values()}
            assert homes == {"/one/shop": 1, "/two/shop": 1}

    asyncio.run(check())


def test_an_import_can_be_cancelled(house: House) -> None:
    folder = house.root / "other"
    many(house, folder)

    async def check() -> None:
        async with reading(house, CancellingRecorder) as (journal, watch):
            await watch.read([folder])
            assert 0 < journal.state.total.calls < FILES * LINES
            await watch.read([folder])
            assert journal.state.total.calls == FILES * LINES

    asyncio.run(check())


@pytest.mark.parametrize(("threshold", "is_told"), [(1, True), (transcript_watch.WORTH_TELLING, False)])
def test_only_a_long_reading_has_its_progress_told(
    house: House, monkeypatch: pytest.MonkeyPatch, threshold: int, is_told: bool
) -> None:
    monkeypatch.setattr(transcript_watch, "WORTH_TELLING", threshold)
    house.write(1, 2)
    told: list[Progress | None] = []

    async def check() -> None:
        journal = await Journal.open(house.place.journal)
        watch = TranscriptWatch(house.place.journal, (), Prices({}, None), Recorder(journal, told.append), nothing)
        await watch.catch_up()
        assert journal.state.total.calls == 2
        await watch.close()
        await journal.close()

    asyncio.run(check())
    size = house.transcript().stat().st_size
    assert (Progress("reading transcripts", size, size, "bytes") in told) is is_told
    assert told[-1] is None, "and its end is told"
