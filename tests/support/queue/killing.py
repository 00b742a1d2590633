"""Kills everybody at random while stations work off a queue, and then asks git what of it was done, and how often."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from sessions.errors import FactoryError
from sessions.floor import events as ev
from sessions.floor.commands import AddTasks, HoldTask, JudgeTask, StartStation
from sessions.floor.state import FloorState
from sessions.floor.tasks.task import Check, TaskSpec, TaskState
from sessions.journal.reader import JournalReader
from tests.support.house import House
from tests.support.stations.killing import Killing

LOG = "log"
WORK = (
    "run: rm -f .git/index.lock; grep -qx {0} log || echo {0} >> log; git add log; "
    "git -c user.name=p -c user.email=p@p commit -qm {0}"
)
"""What a station does for a task, such that whoever is told to go on with it does it once: a git that was killed may
have left its lock."""
REST_S, LOOK_S = 0.4, 0.5
PATIENCE_S = 60.0
"""So long it is waited for another task to be finished."""


class Worked(msgspec.Struct, frozen=True):
    """What became of the queue; nothing of the first four should be."""

    lost: Sequence[str]
    """Tasks whose work is in no accepted commit."""
    twice: Sequence[str]
    """Tasks whose work is in the accepted commits of two takings, or that were finished twice."""
    together: Sequence[str]
    """Tasks that two stations had in hand at the same time."""
    unfinished: Sequence[str]
    killed: Mapping[str, int]
    takings: int
    seconds: float


class Range(NamedTuple):
    """The commits by which a task was accepted."""

    task: str
    base: str
    head: str


class TaskKilling(Killing):
    """One factory whose stations take tasks. `work` it."""

    def __init__(self, house: House, seed: int, stations: int, tasks: int) -> None:
        super().__init__(house, seed, stations, builtin=False)
        self._tasks = tasks

    def work(self, kills: int) -> Worked:
        began = time.monotonic()
        self._house.start()
        for number in range(self._stations):
            self._wish(StartStation("parrot", name=f"s{number}"))
        check = Check(must=(LOG,))
        specs = [TaskSpec(f"n{number}", WORK.format(f"n{number}"), check) for number in range(self._tasks)]
        self._wish(AddTasks(tuple(specs)))
        for _ in range(kills):
            time.sleep(self._chance.uniform(0.2, 2.0) * REST_S)
            self._kill()
        self._finished()
        seconds = time.monotonic() - began
        self._end()
        return self._found(seconds)

    def _finished(self) -> None:
        """Wait until all is done; what waits for a person is given back, as a person would."""
        left, deadline = -1, time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            self._brought_back()
            state = self._now()
            open_ = [task for task in state.tasks.values() if not task.over] if state is not None else []
            if state is not None and state.tasks and not open_:
                return
            if len(open_) != left:
                left, deadline = len(open_), time.monotonic() + PATIENCE_S
            for task in open_:
                if task.state is TaskState.HELD:
                    self._wish(HoldTask(task.id, hold=False))
                elif task.state is TaskState.FAILED:
                    self._wish(JudgeTask(task.id, accepted=False))
            time.sleep(LOOK_S)

    def _now(self) -> FloorState | None:
        try:
            return self._floor()
        except FactoryError:
            return None

    def _found(self, seconds: float) -> Worked:
        titles: dict[str, str] = {}
        holders: dict[str, str] = {}
        bases: dict[tuple[str, int], str] = {}
        ranges: list[Range] = []
        together: list[str] = []
        for event in self._events():
            match event:
                case ev.TaskAdded():
                    titles[event.task] = event.spec.title
                case ev.TaskTaken():
                    if event.task in holders:
                        together.append(event.task)
                    holders[event.task] = event.station
                    bases[event.task, event.lease] = event.base
                case ev.TaskReturned():
                    holders.pop(event.task, None)
                case ev.TaskFinished():
                    holders.pop(event.task, None)
                    ranges.append(Range(event.task, bases[event.task, event.lease], event.head))
        worked = Counter(line for each in ranges for line in self._lines(each))
        finished = Counter(each.task for each in ranges)
        return Worked(
            lost=[task for task, title in titles.items() if not worked[title]],
            twice=[task for task, title in titles.items() if worked[title] > 1 or finished[task] > 1],
            together=together,
            unfinished=[task for task in titles if not finished[task]],
            killed=dict(self.killed),
            takings=len(bases),
            seconds=seconds,
        )

    def _lines(self, each: Range) -> list[str]:
        """The lines that the accepted commits of a task add."""
        out = self._house.repo.git("diff", "--unified=0", "--no-color", each.base, each.head, "--", LOG)
        return [line[1:] for line in out.splitlines() if line.startswith("+") and not line.startswith("+++")]

    def _events(self) -> list[ev.Event]:
        reader, found = JournalReader(self._house.place.journal), list[ev.Event]()
        try:
            while chunk := reader.events(reader.span.first_seq - 1 + len(found), 5_000):
                found += chunk
        finally:
            reader.close()
        return found
