"""The command loop: intents are committed before anything is done, carried out once, and taken up after a death."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from sessions import operator
from sessions.errors import FactoryError
from sessions.floor import events as ev
from sessions.floor.commands import AnyWish, Command, ImportPaths, RenameStation, SetBase, Stop, Undo
from sessions.floor.decide.decide import decide
from sessions.floor.decide.decision import Decision
from sessions.floor.state import FloorState
from sessions.journal.reader import JournalReader
from sessions.journal.writer import Journal, OvertakenError
from sessions.place import Place
from sessions.settings import Settings
from sessions.supervisor import life, outbox
from sessions.supervisor.outbox import TRIES
from sessions.supervisor.process import Options
from sessions.supervisor.recorder import Recorder, ServingRecorder
from sessions.supervisor.service import Asked, Service
from sessions.supervisor.supervisor import Supervisor
from sessions.supervisor.wire.feed import Feed
from sessions.supervisor.wire.frames import command_frame
from tests.support.house import LONG, House, house_in
from tests.support.supervisor import PATIENCE_S, dialled, opened, served, until, watched

OPENING = ev.FactoryOpened(time=1.0, repo="/srv/shop", name="shop", base="main")


class Hands(Service):
    """Carries out imports and bases, when it is let; and notes what it was asked."""

    name = "hands"
    handles = (ev.ImportWanted, ev.BaseWanted)
    hears = (ev.StationRenamed,)

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.heard: list[ev.Event] = []
        self.free, self.busy = asyncio.Event(), asyncio.Event()
        self.free.set()
        self.trouble: Exception | None = None

    async def follow(self) -> None:
        await asyncio.Event().wait()

    def hear(self, events: Sequence[ev.Event]) -> None:
        self.heard += events

    async def handle(self, asked: Asked) -> None:
        assert isinstance(asked, ev.CommandEvent)
        self.asked.append(asked.command)
        self.busy.set()
        await self.free.wait()
        if self.trouble is not None:
            raise self.trouble


@asynccontextmanager
async def working(path: Path, cleanly: bool = False) -> AsyncIterator[tuple[Supervisor, Hands, Feed]]:
    """A supervisor's work over the journal at `path`, until the block ends: killed, for all that the journal knows.

    Or it ends `cleanly`, as when it is told to.
    """
    journal = await Journal.open(path)
    feed, hands = Feed(journal.state), Hands()
    work = Supervisor(ServingRecorder(journal, feed), [hands], lambda: OPENING)
    running = asyncio.create_task(work.run())
    try:
        await until(feed, lambda state: state.runs > 0)
        yield work, hands, feed
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        if cleanly:
            await work.defer()
        await journal.close()


def kinds(path: Path) -> list[str]:
    """The journal's events about commands, in order."""
    ends = (ev.CommandDone, ev.CommandFailed, ev.StationRenamed)
    about = (ev.CommandEvent, ev.CommandResumed, ev.CommandDeferred, *ends)
    reader = JournalReader(path)
    try:
        return [type(event).__name__ for event in reader.events(0, 1_000) if isinstance(event, about)]
    finally:
        reader.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    yield from house_in(monkeypatch)


def test_what_is_wanted_is_committed_before_it_is_done(path: Path) -> None:
    async def check() -> None:
        async with working(path) as (work, hands, feed):
            hands.free.clear()
            command = operator.command(ImportPaths(("/a",)))
            asking = asyncio.create_task(work.obey(command))
            await hands.busy.wait()
            assert list(feed.state.intents) == [command.id]
            hands.free.set()
            assert (await asking).ok
            assert feed.state.intents == {}
            assert feed.state.ended[command.id].ok

    asyncio.run(check())
    assert kinds(path) == ["ImportWanted", "CommandDone"]


def test_a_command_given_many_times_is_done_once(path: Path) -> None:
    async def check() -> None:
        async with working(path) as (work, hands, _):
            command = operator.command(ImportPaths(("/a",)))
            replies = await asyncio.gather(*(work.obey(command) for _ in range(50)))
            assert all(reply.ok for reply in replies)
            assert (await work.obey(command)).ok
            assert hands.asked == [command.id]
        async with working(path) as (work, hands, _):
            assert (await work.obey(command)).ok
            assert hands.asked == [], "the next supervisor knows that it was done"

    asyncio.run(check())
    assert kinds(path) == ["ImportWanted", "CommandDone"]


def test_of_wishes_that_exclude_each_other_one_is_granted(path: Path) -> None:
    """64 consoles with 8 commands each, over real sockets: the same name for two stations."""

    async def check() -> None:
        async with working(path) as (work, _, feed):
            await work._recorder.record([opened(), ev.StationOpened(time=2.0, station="boat", kind="codex")])
            async with served(feed, work.obey) as (_, socket):
                consoles = await asyncio.to_thread(lambda: [watched(socket) for _ in range(64)])
                clients = [console.__enter__() for console in consoles]
                for client in clients:
                    await client.soon(lambda it: it.contact.connected)
                wishes = [RenameStation(("ship", "boat")[n % 2], "flagship") for n in range(64 * 8)]
                asked = [clients[n % 64].client.send(operator.command(wish)) for n, wish in enumerate(wishes)]
                replies = await asyncio.gather(*map(asyncio.wrap_future, asked))
                for console in consoles:
                    await asyncio.to_thread(console.__exit__, None, None, None)
            names = sorted(station.name for station in feed.state.stations.values())
            assert names in (["boat", "flagship"], ["flagship", "ship"])
            refused = [reply for reply in replies if not reply.ok]
            assert len(refused) == 64 * 4, "all those for the other station"

    asyncio.run(check())
    assert kinds(path) == ["NameWanted", "StationRenamed", "CommandDone"]


def test_events_that_must_come_next_are_not_written_after_others(path: Path) -> None:
    async def check() -> None:
        journal = await Journal.open(path)
        seq = await journal.append([OPENING])
        late = journal.append([opened()], after=seq)
        await asyncio.gather(journal.append([OPENING]), journal.append([opened()], after=seq + 1))
        with pytest.raises(OvertakenError):
            await late
        assert journal.state.seq == seq + 2
        assert list(journal.state.stations) == ["ship"]
        await journal.close()

    asyncio.run(check())


def test_a_decision_is_made_anew_when_it_was_overtaken(path: Path) -> None:
    async def check() -> None:
        journal = await Journal.open(path)
        recorder, seen = Recorder(journal), list[int]()
        both = [operator.command(SetBase(name)) for name in ("one", "two")]

        async def decided(command: Command) -> None:
            def look(state: FloorState) -> Decision:
                seen.append(state.seq)
                return decide(state, command, command.when)

            await recorder.decide(look)

        await asyncio.gather(*map(decided, both))
        assert sorted(seen) == [0, 0, 1], "the one that came second looked again"
        assert len(journal.state.intents) == 2
        await journal.close()

    asyncio.run(check())


@pytest.mark.parametrize("wish", [ImportPaths(("/a",)), SetBase("release")])
def test_the_next_supervisor_takes_up_what_one_died_over(path: Path, wish: AnyWish) -> None:
    command = operator.command(wish)

    async def check() -> None:
        async with working(path) as (work, hands, _):
            hands.free.clear()
            asking = asyncio.create_task(work.obey(command))
            await hands.busy.wait()
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        async with working(path) as (work, hands, feed):
            await until(feed, lambda state: command.id in state.ended)
            assert hands.asked == [command.id]
            assert (await work.obey(command)).ok, "whoever asks again is told"

    asyncio.run(check())
    assert kinds(path)[1:] == ["CommandResumed", "CommandDone"]


def test_what_supervisors_die_over_again_and_again_is_given_up(path: Path) -> None:
    command = operator.command(ImportPaths(("/a",)))

    async def check() -> None:
        for turn in range(TRIES + 1):
            await interrupted(path, False, command if turn == 0 else None)
        async with working(path) as (work, hands, feed):
            await until(feed, lambda state: command.id in state.ended)
            reply = await work.obey(command)
            assert hands.asked == []
            assert not reply.ok
            assert "given up" in reply.reason

    asyncio.run(check())
    assert kinds(path) == ["ImportWanted", *["CommandResumed"] * TRIES, "CommandFailed"]


async def interrupted(path: Path, cleanly: bool, command: Command | None = None) -> None:
    """A supervisor that ends while it has an intent in hand: `command`, if that is new."""
    async with working(path, cleanly) as (work, hands, _):
        hands.free.clear()
        asking = asyncio.create_task(work.obey(command)) if command is not None else None
        await hands.busy.wait()
    if asking is not None:
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)


def test_what_is_broken_off_by_ordinary_restarts_is_done_in_the_end(path: Path) -> None:
    """However often: that a supervisor is ended in good order says nothing against what it had in hand."""
    command = operator.command(ImportPaths(("/a",)))

    async def check() -> None:
        for turn in range(2 * TRIES):
            await interrupted(path, True, command if turn == 0 else None)
        async with working(path) as (_, hands, feed):
            await until(feed, lambda state: command.id in state.ended)
            assert hands.asked == [command.id]
            assert feed.state.ended[command.id].ok

    asyncio.run(check())
    assert kinds(path) == ["ImportWanted", *["CommandDeferred", "CommandResumed"] * 2 * TRIES, "CommandDone"]


def test_who_ends_a_supervisor_in_good_order_has_it_say_so(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its lock, its door and a signal: what it had in hand is recorded as left to the next one."""
    hands = Hands()

    def supervisor_of(
        place: Place, options: Options, chosen: Settings, recorder: ServingRecorder, marks: object
    ) -> Supervisor:
        return Supervisor(recorder, [hands], lambda: OPENING)

    async def check() -> None:
        hands.free.clear()
        ready = asyncio.Event()
        living = asyncio.create_task(life.live(house.place, LONG, ready.set))
        await asyncio.wait_for(ready.wait(), PATIENCE_S)
        async with dialled(house.place.socket) as peer:
            peer.say(command_frame(operator.command(ImportPaths(("/a",)))))
            await hands.busy.wait()
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.wait_for(living, PATIENCE_S)

    monkeypatch.setattr(life, "supervisor_of", supervisor_of)
    asyncio.run(check())
    assert kinds(house.place.journal) == ["ImportWanted", "CommandDeferred"]


@pytest.mark.parametrize("trouble", [FactoryError("the disk is gone"), None])
def test_an_end_does_not_wait_for_a_disk_that_takes_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch, trouble: FactoryError | None
) -> None:
    monkeypatch.setattr(outbox, "DEFERRING_S", 0.0)

    async def refused(_: Sequence[ev.Event]) -> None:
        if trouble is not None:
            raise trouble
        await asyncio.Event().wait()

    async def check() -> None:
        async with working(path, cleanly=True) as (work, hands, _):
            hands.free.clear()
            asking = asyncio.create_task(work.obey(operator.command(ImportPaths(("/a",)))))
            await hands.busy.wait()
            monkeypatch.setattr(work._recorder, "record", refused)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)

    asyncio.run(asyncio.wait_for(check(), PATIENCE_S))
    assert kinds(path) == ["ImportWanted"]


def test_what_was_done_at_the_very_end_is_not_left_to_the_next_one(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its end is committed, and who carried it out is broken off before it hears of that."""

    async def check() -> None:
        async with working(path, cleanly=True) as (work, _, _):
            record, done = work._recorder.record, asyncio.Event()

            async def slow(events: Sequence[ev.Event]) -> None:
                await record(events)
                if any(isinstance(event, ev.CommandDone) for event in events):
                    done.set()
                    await asyncio.Event().wait()

            monkeypatch.setattr(work._recorder, "record", slow)
            asking = asyncio.create_task(work.obey(operator.command(ImportPaths(("/a",)))))
            await done.wait()
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)

    asyncio.run(check())
    assert kinds(path) == ["ImportWanted", "CommandDone"]


def test_deaths_count_also_between_ordinary_restarts(path: Path) -> None:
    command = operator.command(ImportPaths(("/a",)))

    async def check() -> None:
        for turn in range(2 * (TRIES + 1)):
            await interrupted(path, turn % 2 == 0, command if turn == 0 else None)
        async with working(path) as (_, hands, feed):
            await until(feed, lambda state: command.id in state.ended)
            assert hands.asked == []
            assert "given up" in feed.state.ended[command.id].reason

    asyncio.run(check())


@pytest.mark.parametrize(
    ("trouble", "said"),
    [(FactoryError("no such base", "name another"), "no such base"), (ValueError("a mistake"), "failed to do it")],
)
def test_what_cannot_be_done_is_recorded_with_its_reason(path: Path, trouble: Exception, said: str) -> None:
    async def check() -> None:
        async with working(path) as (work, hands, feed):
            hands.trouble = trouble
            command = operator.command(SetBase("release"))
            reply = await work.obey(command)
            assert not reply.ok
            assert said in reply.reason
            assert reply.cure
            assert feed.state.ended[command.id].reason == reply.reason
            assert (await work.obey(operator.command(Undo(command.id)))).ok is False, "there is nothing to undo"

    asyncio.run(check())
    assert kinds(path) == ["BaseWanted", "CommandFailed"]


def test_a_service_is_told_of_what_it_hears_and_of_nothing_else(path: Path) -> None:
    async def check() -> None:
        async with working(path) as (work, hands, _):
            await work._recorder.record([opened()])
            assert hands.heard == []
            await work.obey(operator.command(RenameStation("ship", "flagship")))
            assert [type(event) for event in hands.heard] == [ev.NameWanted, ev.StationRenamed, ev.CommandDone]

    asyncio.run(check())


def test_the_one_who_stopped_it_is_in_the_journal(path: Path) -> None:
    command = operator.command(Stop())

    async def check() -> None:
        async with working(path) as (work, _, feed):
            assert (await work.obey(command)).ok
            assert work.stopped.is_set()
            assert feed.state.intents == {}
        async with working(path) as (work, _, _):
            assert not work.stopped.is_set(), "it ends the one that was meant"

    asyncio.run(check())
    assert kinds(path) == ["StopWanted", "CommandDone"]
