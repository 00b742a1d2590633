"""A clock that is set is noticed as something is recorded, once; where it went back, by the next supervisor, too."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.decide.decision import Accepted, Decision
from sessions.floor.identity import Owner
from sessions.floor.ours.lives import Life
from sessions.floor.progress.signs import SILENT_S
from sessions.floor.state import EMPTY, FloorState, Status
from sessions.floor.triage.rounds import changes
from sessions.journal.reader import JournalReader
from sessions.journal.writer import Journal
from sessions.supervisor.clocks import ASLEEP_S, LATEST_S, SLACK_S, Clocks
from sessions.supervisor.recorder import ServingRecorder
from sessions.supervisor.wire.feed import Feed

NOW = 1_795_000_000.0


class Machine:
    """Two clocks, of which one can be set."""

    def __init__(self) -> None:
        self.wall, self.steady = NOW, 50.0
        self.clocks = Clocks(lambda: self.wall, lambda: self.steady)

    def go_on(self, seconds: float) -> None:
        self.wall += seconds
        self.steady += seconds

    def record(self, late: float = 0.0, latest: float = 0.0, lost: bool = False) -> Sequence[ev.Event]:
        """Record something that is dated so much later than now; what the clock has added to it."""
        event = ev.TextWritten(time=self.wall + late, station="s", text="well")
        found = self.clocks.look([event], replace(EMPTY, time=latest))
        assert [each for each in found if each is not event and not isinstance(each, ev.ClockSet)] == []
        if not lost:
            self.clocks.committed(found)
        return [each for each in found if each is not event]


def test_a_clock_that_goes_back_is_told_once() -> None:
    machine = Machine()
    assert machine.record() == []
    machine.go_on(100.0)
    machine.wall -= 3_600.0
    assert machine.record(lost=True) == [ev.ClockSet(time=NOW - 3_500.0, source="clock", before=NOW + 100.0)]
    machine.go_on(1.0)
    assert len(machine.record()) == 1, "what was not committed is told again"
    assert machine.record() == []
    assert machine.clocks.look([], EMPTY) == []


def test_what_is_told_late_of_the_time_before_is_of_now_too() -> None:
    machine = Machine()
    machine.record()
    machine.wall -= 3_600.0
    assert len(machine.record()) == 1
    assert machine.record(late=3_000.0) == [ev.ClockSet(time=machine.wall, source="clock")]
    machine.go_on(3_700.0)
    assert machine.record(late=3_000.0) == [], "it has caught up: whose clock that was is not known"


def test_a_clock_that_went_back_while_nobody_watched_is_told_by_what_was_recorded() -> None:
    machine = Machine()
    assert machine.record(latest=NOW + 3_600.0) == [ev.ClockSet(time=NOW, source="clock")]
    assert machine.record(late=3_000.0, latest=NOW + 3_600.0) == [ev.ClockSet(time=NOW, source="clock")]
    odd = Machine()
    assert len(odd.record(latest=NOW + 2 * LATEST_S)) == 1
    assert odd.record(late=LATEST_S, latest=NOW + 2 * LATEST_S) == [], "some transcript is dated so"
    assert Machine().record(latest=NOW - 9.0) == Machine().record(latest=NOW + SLACK_S) == []


@given(st.lists(st.tuples(st.floats(0.0, 900.0), st.floats(-4.0, ASLEEP_S - 5)), max_size=9))
def test_a_clock_that_is_kept_or_goes_on_a_little_is_never_told(steps: list[tuple[float, float]]) -> None:
    machine, most, now = Machine(), 0.0, 0.0
    machine.record()
    for seconds, moved in steps:
        machine.go_on(seconds)
        now += moved
        most = max(most, now)
        machine.wall += moved
        if most - now <= SLACK_S - 0.01:
            assert machine.record() == []
        else:
            assert len(machine.record()) == 1
            most = now


def test_it_is_in_the_journal_before_what_was_recorded_then(tmp_path: Path) -> None:
    async def run() -> None:
        machine, path = Machine(), tmp_path / "journal.db"
        journal = await Journal.open(path)
        recorder = ServingRecorder(journal, Feed(journal.state), machine.clocks)
        started = ev.TurnStarted(time=NOW, station="s", text="mend it")
        await recorder.record([ev.StationOpened(time=NOW, station="s", kind="claude"), started])
        machine.wall -= 3_600.0
        done = ev.TurnFinished(time=machine.wall, station="s")
        await recorder.decide(lambda _: Accepted((done,)))
        assert recorder.state.stations["s"].evidence.status is Status.IDLE
        await journal.close()
        with closing(JournalReader(path)) as reader:
            assert [type(event) for event in reader.events(2, 9)] == [ev.ClockSet, ev.TurnFinished]

    asyncio.run(run())


def test_a_machine_that_was_asleep_is_told_once() -> None:
    machine = Machine()
    machine.record()
    machine.go_on(600.0)
    machine.wall += 7_200.0
    assert machine.record() == [ev.ClockSet(time=NOW + 7_800.0, source="clock", before=NOW + 600.0)]
    machine.go_on(600.0)
    assert machine.record() == []


def test_what_is_decided_after_a_sleep_knows_of_it(tmp_path: Path) -> None:
    async def run() -> None:
        machine = Machine()
        journal = await Journal.open(tmp_path / "journal.db")
        recorder = ServingRecorder(journal, Feed(journal.state), machine.clocks)
        opened = ev.StationOpened(time=NOW, station="s", kind="claude", owner=Owner.OURS)
        started = ev.TurnStarted(time=NOW, station="s", text="mend it")
        await recorder.record([opened, ev.LifeChanged(time=NOW, station="s", life=Life.RUNNING, process=7), started])

        def decide(state: FloorState) -> Decision:
            return Accepted(tuple(changes(state, ["s"], machine.wall)))

        machine.wall += 7_200.0
        assert await recorder.decide(decide) == Accepted()
        machine.go_on(SILENT_S + 1)
        decision = await recorder.decide(decide)
        assert isinstance(decision, Accepted) and len(decision.events) == 1, "from then on silence is one"
        await journal.close()

    asyncio.run(run())
