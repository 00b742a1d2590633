"""Whatever operators, stations, checks and late words do: no task is lost, or under way twice, and all is undone."""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.commands import (
    AddTasks,
    AnyWish,
    AssignTask,
    BringBack,
    ChangeLife,
    Command,
    DropTask,
    EditTask,
    HoldTask,
    JudgeTask,
    MoveTask,
    RequeueStation,
    SplitTask,
    Undo,
)
from sessions.floor.decide.decide import decide
from sessions.floor.decide.decision import Accepted, Decision, Refusal, done
from sessions.floor.fold.fold import fold_all
from sessions.floor.ours.lives import Change, Life
from sessions.floor.scopes.sets import overlaps
from sessions.floor.tasks import moves
from sessions.floor.tasks.queue import in_order
from sessions.floor.tasks.task import Check, Source, TaskSpec, TaskState
from tests.support.queue.floors import START, Fact, floor, free

STATIONS = ("ship", "test", "doc")
WRITES = ((), ("src/**",), ("src/api/**",), ("src/web/*.py",), ("docs/**",), ("**",))
CHECKS = (Check(), Check(commands=("make",)))
specs = st.builds(
    TaskSpec,
    st.text("abcdefgh", min_size=1, max_size=4),
    check=st.sampled_from(CHECKS),
    write=st.sampled_from(WRITES),
    role=st.sampled_from(("", "", "test")),
    priority=st.integers(-1, 1),
    retries=st.integers(0, 1),
)
stations = st.sampled_from(STATIONS)
Shown = list[tuple[str, str, TaskSpec, str, str, str]]


class Factory(RuleBasedStateMachine):
    """A floor, and everybody who changes it."""

    @initialize(wanted=st.lists(specs, min_size=3, max_size=6))
    def open(self, wanted: list[TaskSpec]) -> None:
        self.now, self.commands = START, 0
        roles = {"test": "test"}
        self.state = floor(*(free(name, role=roles.get(name, "")) for name in STATIONS))
        self.leases: dict[str, int] = {}
        self.finished: set[str] = set()
        self.added: set[str] = set()
        self.add(wanted, held=False)
        self.take()

    # Who acts

    def commit(self, *events: ev.Event) -> None:
        self.state = fold_all(self.state, events)

    def fact(self) -> Fact:
        self.now += 1.0
        return {"time": self.now, "source": "test"}

    def decided(self, decision: Decision) -> Decision:
        if isinstance(decision, Accepted):
            self.commit(*decision.events)
        else:
            assert isinstance(decision, Refusal) and decision.reason and decision.cure, decision
        return decision

    def wish(self, wish: AnyWish) -> str:
        """Have it done, as a supervisor does; the command, or "" where it is refused or nothing is done."""
        self.commands += 1
        self.now += 1.0
        command = f"c{self.commands}"
        decision = self.decided(decide(self.state, Command(command, "ann@box", self.now, wish), self.now))
        if not (isinstance(decision, Accepted) and decision.events):
            return ""
        for event in decision.events:
            self.carry_out(event)
        return command

    def carry_out(self, event: ev.Event) -> None:
        match event:
            case ev.RequeueWanted():
                task = moves.present(self.state, event.task, event.lease)
                assert not isinstance(task, Refusal)
                back = moves.returned(self.state, task, self.now, event.why)
                back = replace(back, to=event.to, held=event.hold, hedged=event.slow)
                self.commit(ev.LifeChanged(station=event.station, life=Life.KILLED, **self.fact()), back)
            case ev.BringBackWanted(station=station):
                self.runs(station)
                if event.taker:
                    self.interrupted(event.taker)
            case ev.DropWanted(station=station):
                for each in (station, *event.also):
                    self.interrupted(each)
            case ev.LifeWanted(station=station, change=Change.KILL):
                self.commit(ev.LifeChanged(station=station, life=Life.KILLED, **self.fact()))
            case ev.LifeWanted(station=station, change=Change.RESUME):
                self.runs(station)
        if isinstance(event, ev.CommandEvent):
            self.commit(done(event.command, self.now))
            for station in STATIONS:
                self.decided(moves.ended(self.state, station, self.now))

    def runs(self, station: str) -> None:
        if self.state.owned[station].life is not Life.RUNNING:
            run = ev.LifeChanged(station=station, life=Life.RUNNING, process=7, started=7, host="parrot", **self.fact())
            self.commit(run)

    def interrupted(self, station: str) -> None:
        if self.state.owned[station].turn_since:
            self.commit(ev.TurnFinished(station=station, interrupted=True, **self.fact()))

    def shown(self, exactly: bool = True) -> Shown:
        """What waits, in order, and what is in hand, and where; `exactly`: also how far it is there."""
        return [
            (
                task.id,
                task.state.value if exactly or not task.under_way else "in hand",
                task.spec,
                task.assigned,
                task.station * task.under_way,
                task.head,
            )
            for task in sorted(in_order(self.state.tasks.values()), key=lambda task: task.id if task.under_way else "")
            if not task.over
        ]

    def some(self, number: int) -> str:
        names = [*self.state.tasks, "t0"]
        return names[number % len(names)]

    # What they do

    @rule(wanted=st.lists(specs, min_size=1, max_size=4), held=st.booleans())
    def add(self, wanted: list[TaskSpec], held: bool) -> None:
        self.undoable(AddTasks(tuple(wanted), held))

    @rule(at=st.integers(0, 7), spec=specs, other=st.integers(0, 7))
    def edit(self, at: int, spec: TaskSpec, other: int) -> None:
        after = (self.some(other),) if other % 3 == 0 else ()
        self.undoable(EditTask(self.some(at), replace(spec, after=after)))

    @rule(at=st.integers(0, 7), before=st.integers(-3, 7))
    def move(self, at: int, before: int) -> None:
        self.undoable(MoveTask(self.some(at), self.some(before) if before >= 0 else ""))

    @rule(at=st.integers(0, 7), hold=st.booleans())
    def hold(self, at: int, hold: bool) -> None:
        self.undoable(HoldTask(self.some(at), hold))

    @rule(at=st.integers(0, 7), station=st.sampled_from((*STATIONS, "")))
    def assign(self, at: int, station: str) -> None:
        self.undoable(AssignTask(self.some(at), station))

    @rule(at=st.integers(0, 7), parts=st.lists(specs, min_size=2, max_size=3), chained=st.booleans())
    def split(self, at: int, parts: list[TaskSpec], chained: bool) -> None:
        self.undoable(SplitTask(self.some(at), tuple(parts), chained))

    @rule(at=st.integers(0, 7))
    def drop(self, at: int) -> None:
        self.undoable(DropTask(self.some(at)))

    @rule(at=st.integers(0, 7), accepted=st.booleans())
    def judge(self, at: int, accepted: bool) -> None:
        self.undoable(JudgeTask(self.some(at), accepted))

    @rule(station=stations, slow=st.booleans(), hold=st.booleans())
    def requeue(self, station: str, slow: bool, hold: bool) -> None:
        self.undoable(RequeueStation(station, "slow", slow=slow, hold=hold))

    @rule(station=stations)
    def kill(self, station: str) -> None:
        self.undoable(ChangeLife(station, Change.KILL))

    @rule(station=stations)
    def resume(self, station: str) -> None:
        self.wish(ChangeLife(station, Change.RESUME))

    @rule(station=stations, at=st.integers(0, 7))
    def bring_back(self, station: str, at: int) -> None:
        self.wish(BringBack(station, self.some(at)))

    def undoable(self, wish: AnyWish) -> None:
        """Undo it at once, and have it done again: the queue in between is the one from before."""
        exactly = not isinstance(wish, RequeueStation)  # which begins again what was to be checked
        before, lived = self.shown(exactly), {name: known.life for name, known in self.state.owned.items()}
        command = self.wish(wish)
        ended = self.state.ended.get(command)
        if ended is None or ended.undo is None:
            return
        if self.commands % 2:
            assert self.wish(Undo(command)), (wish, ended.undo)
            assert self.shown(exactly) == before, (wish, ended.undo)
            assert {name: known.life for name, known in self.state.owned.items()} == lived

    # What stations and checks do

    @rule(again=st.booleans())
    def take(self, again: bool = False) -> None:
        bases = dict.fromkeys(STATIONS, "b" * 40)
        for station, known in self.state.owned.items() if again else ():
            if not known.lives:
                self.wish(ChangeLife(station, Change.RESUME))
        self.decided(moves.take(self.state, bases, self.now))

    @rule(station=stations, ends=st.sampled_from(("well", "interrupted", "failed", "not")))
    def turn(self, station: str, ends: str) -> None:
        if self.state.owned[station].life is not Life.RUNNING:
            return
        self.commit(ev.TurnStarted(station=station, **self.fact()))
        match ends:
            case "well":
                self.commit(ev.TurnFinished(station=station, **self.fact()))
            case "interrupted":
                self.commit(ev.TurnFinished(station=station, interrupted=True, **self.fact()))
            case "failed":
                self.commit(ev.TurnFailed(station=station, reason="HTTP 500", **self.fact()))
        task = self.state.tasks.get(self.state.hands.get(station, ""))
        if task is not None and task.state is TaskState.TAKEN and moves.is_done(self.state, task):
            self.decided(moves.claimed(self.state, task.id, task.lease, self.now))

    @rule(station=stations, passed=st.booleans())
    def check(self, station: str, passed: bool) -> None:
        task = self.state.tasks.get(self.state.hands.get(station, ""))
        if task is not None and task.state is TaskState.CHECKING:
            about = moves.about(task, self.now)
            result = ev.CheckFinished(**about, passed=passed, head="c" * 40, failures=() if passed else ("no",))
            self.decided(moves.checked(self.state, result))

    @rule(station=stations, life=st.sampled_from((Life.HELD, Life.STOPPED)))
    def end(self, station: str, life: Life) -> None:
        if self.state.owned[station].life is Life.RUNNING:
            self.commit(ev.LifeChanged(station=station, life=life, **self.fact()))
            self.decided(moves.ended(self.state, station, self.now))

    @precondition(lambda self: any(task.lease for task in self.state.tasks.values()))
    @rule(at=st.integers(0, 7), station=stations)
    def speak_late(self, at: int, station: str) -> None:
        """Whoever had it before says something of it: it is refused, and told anyway it changes nothing."""
        task = self.state.tasks.get(self.some(at))
        if task is None or not task.lease:
            return
        old = replace(task, lease=task.lease - 1, station=station)
        about, before = moves.about(old, self.now), self.state.tasks
        result = ev.CheckFinished(**about, passed=True, head="d" * 40)
        assert isinstance(moves.claimed(self.state, task.id, old.lease, self.now), Refusal)
        assert isinstance(moves.checked(self.state, result), Refusal)
        kinds = (ev.TaskClaimed, ev.TaskFinished, ev.TaskBounced, ev.TaskFailed, ev.TaskReturned, ev.TaskTaken)
        self.commit(result, *(kind(**about) for kind in kinds))
        assert self.state.tasks == before

    # What always holds

    @invariant()
    def nothing_is_lost(self) -> None:
        tasks = self.state.tasks
        self.added |= tasks.keys()
        assert self.added == tasks.keys() and len(tasks) == self.state.task_count

    @invariant()
    def nothing_is_under_way_twice(self) -> None:
        working = {task.id: task.station for task in self.state.tasks.values() if task.under_way}
        assert {station: task for task, station in working.items()} == dict(self.state.hands)
        assert len(working) == len(self.state.hands)

    @invariant()
    def nothing_is_to_be_done_as_a_whole_and_in_parts(self) -> None:
        tasks = self.state.tasks
        for part in tasks.values():
            whole = part
            while part.state is not TaskState.DROPPED and whole.spec.source is Source.SPLIT:
                whole = tasks[whole.spec.origin]
                assert whole.state is TaskState.DROPPED, (part, whole)

    @invariant()
    def nothing_under_way_meets(self) -> None:
        working = [task for task in self.state.tasks.values() if task.under_way and task.spec.write]
        for number, task in enumerate(working):
            for other in working[:number]:
                assert not overlaps(task.spec.write, other.spec.write), (task, other)

    @invariant()
    def leases_rise(self) -> None:
        for task in self.state.tasks.values():
            assert task.lease >= self.leases.get(task.id, 0)
            self.leases[task.id] = task.lease

    @invariant()
    def what_is_finished_stays_so(self) -> None:
        now = {task.id for task in self.state.tasks.values() if task.state is TaskState.FINISHED}
        assert self.finished <= now, "only a person takes back what they said, and at once"
        self.finished = now

    @invariant()
    def nobody_waits_for_ever_for_a_station_that_has_ended(self) -> None:
        for station, task in self.state.hands.items():
            if self.state.owned[station].life in (Life.KILLED, Life.STOPPED, Life.HELD):
                assert self.state.tasks[task].state is not TaskState.TAKEN


TestFactory = Factory.TestCase
TestFactory.settings = settings(
    max_examples=40, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
