"""What the simulated stations share: a clock, the branches, the providers' good and bad hours."""

from __future__ import annotations

import random
from collections.abc import Iterator
from heapq import heappush, heapreplace

from msgspec.structs import replace

from sessions.floor.events import BranchChanged, Event, FactoryOpened
from sessions.simulation import words
from sessions.simulation.collisions import Collisions
from sessions.simulation.tasks import OPENS_S, TaskQueue

Process = Iterator[float]
"""Something that goes on: it emits events when it is resumed, and yields how many seconds it then sleeps."""

BASE = "main"
REPO = "/srv/acme/api"
PROVIDERS = ("anthropic", "openai", "deepseek", "local")


class World:
    """The clock and what processes share. Events leave in the order of time."""

    def __init__(self, seed: int, start: float, stations: int, branches: int) -> None:
        self.seed, self.start, self.now = seed, start, start
        self.out: list[Event] = []
        self.random = random.Random(f"{seed}:world")
        self.trouble_until = dict.fromkeys(PROVIDERS, 0.0)
        self.branches: dict[str, BranchChanged] = {}
        self.streaming_from = float("inf")
        """From this time on models stream what they write, one event per chunk."""
        self.chunk_s = 1.0
        self.names = branch_names(stations, branches)
        self._queue: list[tuple[float, int, Process]] = []
        self._collisions = Collisions(seed, self.emit)
        self.tasks = TaskQueue(seed, self.emit)

    def emit(self, event: Event) -> None:
        self.out.append(event)

    def begin(self, process: Process) -> None:
        heappush(self._queue, (self.now, len(self._queue), process))

    def run(self) -> Iterator[Event]:
        """All events, without end, in the order of time."""
        queue, out = self._queue, self.out
        while queue:
            self.now, number, process = queue[0]
            delay = next(process)
            heapreplace(queue, (self.now + delay, number, process))
            if out:
                yield from out
                out.clear()

    def open(self) -> None:
        """The factory opens, and every branch is seen for the first time."""
        head = self.hash()
        now = round(self.now, 3)
        self.emit(
            FactoryOpened(
                time=now, source="simulation", repo=REPO, name="acme/api", base=BASE, base_head=head, simulated=True
            )
        )
        base = BranchChanged(
            time=now,
            source="git",
            branch=BASE,
            head=head,
            author=self.pick(words.AUTHORS),
            subject="Release 4.2",
            committed=now - 900.0,
            worktree=REPO,
        )
        self.change(base)
        for name in self.names:
            self.change(self._first_seen(name))

    def _first_seen(self, name: str) -> BranchChanged:
        rng, ours = self.random, name.startswith("station/")
        merged = not ours and rng.random() < 0.2
        return BranchChanged(
            time=round(self.now, 3),
            source="git",
            branch=name,
            head=self.hash(),
            ahead=0 if merged else rng.randrange(0, 9),
            behind=rng.randrange(0, 6 if ours else 60),
            author=self.pick(words.AUTHORS),
            subject=self.pick(words.SUBJECTS).format(area=self.pick(words.AREAS), part=self.pick(words.PARTS)),
            committed=round(self.now - rng.expovariate(1 / (3_600.0 if ours else 200_000.0)), 3),
            worktree=f"{REPO}-trees/{name.removeprefix('station/')}" if ours else "",
            dirty=rng.randrange(0, 4) if ours else 0,
            merged=merged,
        )

    def change(self, branch: BranchChanged) -> None:
        """A branch is now like this."""
        self.branches[branch.branch] = branch
        self.emit(branch)
        self._collisions.changed(branch, BASE)

    def edited(self, branch: str, file: str) -> None:
        """A file was changed on a branch; the branch is seen to have changed a little later."""
        self._collisions.edited(branch, file)

    def hash(self) -> str:
        """An object name, as git would give it."""
        return f"{self.random.getrandbits(160):040x}"

    def pick(self, values: tuple[str, ...]) -> str:
        return values[int(self.random.random() * len(values))]

    def fill(self) -> Process:
        """Work comes into the queue."""
        yield OPENS_S
        while True:
            yield self.tasks.fill(round(self.now, 3))

    def merges(self) -> Process:
        """Every few minutes a branch with commits lands on the base, and all others fall behind."""
        rng = self.random
        while True:
            yield rng.uniform(400.0, 1_400.0)
            ready = [b for b in self.branches.values() if b.ahead and not b.dirty and b.branch != BASE]
            if not ready:
                continue
            landing = ready[int(rng.random() * len(ready))]
            head, now = self.hash(), round(self.now, 3)
            subject = f"Merge {landing.branch}"
            self.change(replace(self.branches[BASE], time=now, head=head, subject=subject, committed=now))
            for name, branch in list(self.branches.items()):
                if name == landing.branch:
                    self.change(replace(branch, time=now, ahead=0, behind=0, merged=True, head=head))
                elif name != BASE and not branch.merged:
                    self.change(replace(branch, time=now, behind=branch.behind + landing.ahead + 1))

    def incidents(self, provider: str) -> Process:
        """A provider's errors come in bursts: an hour or two of quiet, then some bad minutes."""
        rng = random.Random(f"{self.seed}:{provider}")
        while True:
            yield rng.expovariate(1 / 5_400.0)
            lasts = rng.uniform(180.0, 900.0)
            self.trouble_until[provider] = self.now + lasts
            yield lasts


def branch_names(stations: int, branches: int) -> list[str]:
    """Names of all branches but the base: first the stations', then those of people."""
    ours = [f"station/{name}" for name in station_names(stations)][: max(1, branches - 1)]
    others = max(0, branches - 1 - len(ours))
    return ours + [f"{_person(i)}/{_feature(i)}" for i in range(others)]


def _person(number: int) -> str:
    return words.AUTHORS[number % len(words.AUTHORS)].split()[0].lower()


def _feature(number: int) -> str:
    name, round_ = words.FEATURES[number % len(words.FEATURES)], number // len(words.FEATURES)
    return f"{name}-{round_ + 1}" if round_ else name


def station_names(count: int) -> list[str]:
    """Names of the stations; they are unique because each carries its number."""
    names = []
    for i in range(count):
        _, name = words.ROLES[i % len(words.ROLES)]
        names.append(f"{name or words.AREAS[(i * 3 + i // 10) % len(words.AREAS)]}-{i + 1:02}")
    return names
