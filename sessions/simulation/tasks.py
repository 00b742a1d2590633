"""The queue of the simulated factory: tasks come, are taken, checked, bounced and finished, and one station is slow.

It has a source of chance of its own, and takes from those of agents nothing: what they do is the same with it, but for
the one that is slow, from when it is.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TypedDict

from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.scope import Budget
from sessions.floor.scopes.sets import inside, overlaps
from sessions.floor.tasks.task import NO_CHECK, Check, Learned, Source, TaskSpec
from sessions.simulation import words

SLOW = 4
"""Of the factory's own stations the one that is slow, counted from 0."""
SLOW_S = (2_000.0, 6_300.0)
"""From when until when after the beginning."""
OPENS_S = 480.0
"""When the queue gets its first tasks."""
FIRST = 26
"""Tasks of the file that is loaded then."""
EVERY_S = 200.0
"""How often about another one comes."""
PASSES = 0.6
CHECKLESS, CHAINED, HELD = 0.12, 0.15, 0.08
"""Parts of the tasks that have no check, come after another one, are held for a while."""
_LINES = (80, 120, 160)
OUTPUT = """F...................                                             [100%]
=================================== FAILURES ===================================
______________________________ test_{part}_when_full ______________________________
E       assert 3 == 4
E        +  where 3 = len({part}.waiting)
FAILED tests/{area}/test_{part}.py::test_{part}_when_full - assert 3 == 4
1 failed, 19 passed in 2.31s"""

Emit = Callable[[ev.Event], None]


class About(TypedDict):
    """What every event about a taking says."""

    time: float
    source: str
    station: str
    task: str
    lease: int


class Told(TypedDict):
    """What every event about a task says."""

    time: float
    source: str
    task: str
    who: str


class Job:
    """A task under way in this simulation."""

    def __init__(self, number: int, spec: TaskSpec, facts: dict[str, str]) -> None:
        self.id, self.spec, self.facts = f"t{number}", spec, facts
        self.lease = self.turns = self.bounces = 0
        self.held = self.claimed = self.failed = False
        self.assigned = ""

    def about(self, now: float, station: str, source: str = "tasks") -> About:
        return {"time": now, "source": source, "station": station, "task": self.id, "lease": self.lease}


class TaskQueue:
    """All tasks, and who has which. Stations ask it at the beginning and at the end of each turn."""

    def __init__(self, seed: int, emit: Emit) -> None:
        self.random = random.Random(f"{seed}:tasks")
        self._emit = emit
        self._jobs: list[Job] = []
        """Those that wait, in their order."""
        self._hands: dict[str, Job] = {}
        self._scopes: dict[str, tuple[str, str, tuple[str, ...]]] = {}
        """By station that takes tasks its role, the area it works in, and what it may write."""
        self._count = 0
        self._done: set[str] = set()
        self._titles: set[str] = set()

    # Tasks come

    def enlist(self, now: float, station: str, role: str, area: str, write: tuple[str, ...]) -> None:
        """The station takes tasks from now on."""
        self._scopes[station] = (role, area, write)
        self._emit(ev.StationEnlisted(time=now, source="operator", station=station, who="mara@box"))

    def fill(self, now: float) -> float:
        """Put tasks into the queue: at first many of a file, then one now and then; how long until the next one."""
        first = not self._count
        for number in range(FIRST if first else 1):
            self._add(now, f"todo.md:{number + 1}" if first else "")
        if not first:
            self._arrange(now)
        return self.random.uniform(0.4, 1.6) * EVERY_S

    def _arrange(self, now: float) -> None:
        """Somebody has an eye on what waits."""
        rng = self.random
        draw, job = rng.random(), rng.choice(self._jobs) if self._jobs else None
        if draw < 0.4:
            job = next((job for job in self._jobs if job.held), None)
        if job is None:
            return
        about: Told = {"time": now, "source": "operator", "task": job.id, "who": "mara@box"}
        if draw < 0.4:
            job.held = False
            self._emit(ev.TaskReleased(**about))
        elif draw < 0.55:
            self._jobs.remove(job)
            self._jobs.insert(0, job)
            self._emit(ev.TaskOrdered(**about, order=-float(self._count)))
        elif draw < 0.65:
            self._jobs.remove(job)
            self._emit(ev.TaskDropped(**about, reason="nobody needs it any more"))
        elif draw < 0.75:
            fit = [name for name, (_, _, scope) in self._scopes.items() if inside(job.spec.write, scope)]
            if fit and not job.assigned:
                job.assigned = rng.choice(fit)
                self._emit(ev.TaskAssigned(**about, station=job.assigned))
        elif draw < 0.85:
            job.spec = replace(job.spec, text=f"{job.spec.text} Leave the old name in place for one release.")
            self._emit(ev.TaskChanged(**about, spec=job.spec))

    def _add(self, now: float, origin: str) -> None:
        rng = self.random
        if not self._scopes:
            return
        role, area, _ = rng.choice([*self._scopes.values()])
        part = rng.choice(words.PARTS)
        facts = {"area": area, "part": part, "branch": "main", "file": words.file_of(role, area, part)}
        title = rng.choice(words.TASKS[role]).format_map(facts)
        if title in self._titles:
            return  # somebody had that idea already
        self._titles.add(title)
        write = words.file_of(role, area, "*") if rng.random() < 0.5 else facts["file"]
        command = rng.choice(words.COMMANDS[role][:2]).format_map(facts)
        check = Check((command,), (facts["file"],), most_lines=rng.choice(_LINES))
        self._count += 1
        spec = TaskSpec(
            title=title,
            text=f"{title}.\n\nStart at {facts['file']}; say in the commit what was wrong.",
            check=NO_CHECK if rng.random() < CHECKLESS else check,
            write=(write,),
            role=role if rng.random() < 0.5 else "",
            budget=Budget(dollars=rng.choice((2.0, 4.0))),
            priority=rng.choice((0, 0, 0, 0, 1)),
            after=(self._jobs[-1].id,) if self._jobs and rng.random() < CHAINED else (),
            retries=rng.choice((1, 2)),
            source=Source.FILE if origin else Source.TYPED,
            origin=origin,
        )
        job = Job(self._count, spec, facts)
        self._emit(ev.TaskAdded(time=now, source="operator", task=job.id, who="mara@box", spec=spec,
                                order=float(self._count)))  # fmt: skip
        if rng.random() < HELD:
            job.held = True
            self._emit(
                ev.TaskHeld(time=now, source="operator", task=job.id, who="mara@box", reason="after the release")
            )
        self._jobs.append(job)

    # Stations take them

    def begin(self, now: float, station: str) -> str:
        """Its turn begins: what its check came to, and what it has in hand then; "" where that is nothing."""
        job = self._hands.get(station)
        if job is not None and job.claimed:
            job = self._checked(now, station, job)
        if job is None and (job := self._next(station)) is not None:
            self._take(now, station, job)
        return job.spec.text if job is not None else ""

    def _next(self, station: str) -> Job | None:
        """The first that fits it, comes after nothing, and meets nothing under way."""
        if station not in self._scopes:
            return None
        role, _, scope = self._scopes[station]
        busy = [job.spec.write for job in self._hands.values()]
        for job in sorted(self._jobs, key=lambda job: -job.spec.priority):
            spec = job.spec
            mine = job.assigned in ("", station) and not job.held
            fits = mine and spec.role in ("", role) and self._done.issuperset(spec.after)
            if fits and inside(spec.write, scope) and not any(overlaps(spec.write, other) for other in busy):
                return job
        return None

    def _take(self, now: float, station: str, job: Job) -> None:
        self._jobs.remove(job)
        self._hands[station] = job
        job.lease += 1
        job.turns, job.bounces = self.random.choice((1, 1, 2)), 0
        self._emit(ev.TaskTaken(**job.about(now, station)))

    def ends(self, now: float, station: str, said: str) -> None:
        """Its turn ended in good order: it may say that its task is done."""
        job = self._hands.get(station)
        if job is None or job.failed:
            return
        job.turns -= 1
        if job.turns <= 0:
            job.claimed = True
            self._emit(
                ev.TaskClaimed(time=now, source="tasks", station=station, task=job.id, lease=job.lease, text=said)
            )

    def _checked(self, now: float, station: str, job: Job) -> Job | None:
        """What became of it; the task that it still has in hand."""
        if job.failed:
            return self._decided(now, station, job)
        about = job.about(now, station)
        if job.spec.check == NO_CHECK:
            self._emit(ev.CheckFinished(**about, passed=True, files=1, lines=20))
            job.failed = True  # it waits for a person
            return job
        rng, command = self.random, job.spec.check.commands[0]
        passed, head = rng.random() < PASSES, f"{rng.getrandbits(160):040x}"
        self._emit(
            ev.CheckFinished(
                **about,
                passed=passed,
                head=head,
                failures=() if passed else (f"{command} exits with 1",),
                output="" if passed else OUTPUT.format_map(job.facts),
                files=rng.randrange(1, 5),
                lines=rng.randrange(10, 80),
                seconds=round(rng.uniform(2.0, 40.0), 1),
            )
        )
        if passed:
            self._finish(about, head)
            return None
        job.claimed = False
        if job.bounces >= job.spec.retries:
            job.claimed = job.failed = True
            self._emit(ev.TaskFailed(**about, reason=f"{command} exits with 1"))
        else:
            job.bounces, job.turns = job.bounces + 1, 1
            self._emit(ev.TaskBounced(**about, reason=f"{command} exits with 1"))
        return job

    def _decided(self, now: float, station: str, job: Job) -> Job | None:
        """A person looked at it, or has not come yet."""
        draw = self.random.random()
        if draw < 0.5:
            return job
        job.failed = job.claimed = False
        about = job.about(now, station, "operator")
        if draw < 0.8 or job.spec.check == NO_CHECK:
            self._finish(about, "", "mara@box")
            return None
        job.turns, job.bounces = 1, job.bounces + 1
        self._emit(ev.TaskBounced(**about, reason="the check is right: look at the second caller", who="mara@box"))
        return job

    def _finish(self, about: About, head: str, who: str = "") -> None:
        self._emit(ev.TaskFinished(**about, head=head, who=who))
        self._done.add(about["task"])
        del self._hands[about["station"]]

    # One is slow

    def works(self, station: str) -> bool:
        """Whether it is at work at a task."""
        job = self._hands.get(station)
        return job is not None and not job.claimed

    def give_back(self, now: float, station: str, output: str, files: tuple[str, ...]) -> None:
        """It was slow: its task goes back to the queue with what was learned."""
        job = self._hands.pop(station)
        learned = Learned(station, output, files, "it ran the same test again and again", f"station/{station}")
        about = job.about(now, station, "operator")
        self._emit(ev.TaskReturned(**about, who="mara@box", reason="it was slow", learned=learned, hedged=True))
        self._jobs.insert(0, job)
