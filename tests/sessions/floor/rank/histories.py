"""Histories with known answers: a station among three healthy ones of its role, and what is to be said of it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from functools import lru_cache

import msgspec

from sessions.floor import events as ev
from sessions.floor.ours.lives import Life
from sessions.floor.rank.ranking import Why
from sessions.floor.reports import Report
from tests.sessions.floor.working import START, Working

COUNT = 200
LASTS_S = 4_800.0
"""Of each history."""
PEERS = 3
SEEN = "seen"
"""The station that a history is about."""


class History(msgspec.Struct, frozen=True):
    """What happened, and what is to be said of it."""

    name: str
    events: tuple[ev.Event, ...]
    named: Why | None
    """Why the station is to be named; None where it never is. The others never are."""
    begins: float = 0.0
    """When that which it is named for began."""


def histories() -> Iterator[History]:
    """All of them, the same each time: every kind in turn, each with chance of its own."""
    kinds = [*HEALTHY, *SICK]
    for number in range(COUNT):
        yield history(kinds[number % len(kinds)], number)


def history(kind: str, number: int) -> History:
    """One of a kind."""
    chance = random.Random(f"{kind} {number}")
    station = Working(SEEN, at=START + chance.uniform(0, 60))
    begins = 0.0
    more: tuple[ev.Event, ...] = ()
    named = SICK[kind][0] if kind in SICK else None
    if kind in SICK:
        begins = SICK[kind][1](station, chance)
    else:
        more = tuple(HEALTHY[kind](station, chance) or ())
    told = [*peers(number % 5), *station.events, *more]
    told.sort(key=lambda event: event.time)
    return History(f"{kind} {number}", tuple(told), named, begins)


@lru_cache(maxsize=5)
def peers(seed: int) -> tuple[ev.Event, ...]:
    """Healthy stations of the same role: they are not equally fast."""
    found: list[ev.Event] = []
    for number in range(PEERS):
        chance = random.Random(f"peer {seed} {number}")
        station = Working(f"peer-{number}", at=START)
        work(station, chance, START + LASTS_S, speed=(0.7, 1.0, 1.4)[number])
        found += station.events
    return tuple(found)


def work(station: Working, chance: random.Random, until: float, speed: float = 1.0) -> None:
    """Healthy work, request by request: reading, writing, checking that sometimes fails, committing."""
    while station.now < until:
        station.ask(f"do {chance.randrange(10_000)}")
        files = [f"src/{chance.choice(AREAS)}/{chance.choice(PARTS)}.py" for _ in range(chance.randint(1, 4))]
        for file in files:
            step(station, chance, speed).use("Read", file)
            if chance.random() < 0.5:
                step(station, chance, speed).use("Grep", f"def {chance.choice(PARTS)}")
            for _ in range(chance.randint(1, 3)):
                step(station, chance, speed).edit(file)
            check(station, chance, file, speed)
        step(station, chance, speed).run(f"git commit -qm 'part {chance.randrange(10_000)}'").commit()
        station.end().rest(chance.uniform(5, 60))


AREAS, PARTS = ("auth", "mail", "pool", "queue", "cache"), ("store", "retry", "views", "schema", "router", "limits")


def step(station: Working, chance: random.Random, speed: float) -> Working:
    seconds = chance.uniform(20, 60) / speed
    return station.think(seconds) if chance.random() < 0.4 else station.rest(seconds)


def check(station: Working, chance: random.Random, file: str, speed: float) -> None:
    """A test that fails a few times, each time in another way, while the same file is edited."""
    command = f"pytest -q {file}"
    for left in range(chance.choice((0, 0, 1, 2, 4)), 0, -1):
        step(station, chance, speed).run(command, chance.uniform(3, 40), f"{left} failed, 9 passed in 2.{left}s")
        step(station, chance, speed).edit(file)
    step(station, chance, speed).run(command, chance.uniform(3, 40))


# What is not to be named.


def spread(speed: float) -> Callable[[Working, random.Random], None]:
    return lambda station, chance: work(station, chance, START + LASTS_S, speed)


def waits_for_person(station: Working, chance: random.Random) -> None:
    work(station, chance, START + 900)
    station.ask("more").think().wait_for_person(chance.uniform(1_200, 2_500)).run("rm -rf build")
    work(station, chance, START + LASTS_S)


def asks_at_the_end(station: Working, chance: random.Random) -> None:
    work(station, chance, START + 1_200)
    station.ask("more").say("which of the two shall it be?").tell(
        ev.PersonNeeded, reason="a question", guess=True
    ).end()


def waits_for_provider(station: Working, chance: random.Random) -> None:
    work(station, chance, START + 900)
    station.ask("more").think().wait_for_provider(chance.uniform(1_200, 2_500)).run("ls src")
    work(station, chance, START + LASTS_S)


def builds(station: Working, chance: random.Random) -> None:
    """A build that is silent for long, twelve minutes and more."""
    work(station, chance, START + 600)
    for n in range(2):
        station.ask(f"build it, {n}").think().run("make all", chance.uniform(720, 1_900))
        station.edit(f"src/made_{n}.py").end().rest(20)
    work(station, chance, START + LASTS_S)


def polls(station: Working, chance: random.Random) -> None:
    """It looks again and again at a build that goes on in the background."""
    station.ask("build it").think().run("make all &")
    for _ in range(chance.randint(20, 40)):
        station.think(5).use("BashOutput", "bash_1", 0.2).rest(50)
    work(station, chance, START + LASTS_S)


def parent(station: Working, chance: random.Random) -> list[ev.Event]:
    """It waits in silence for a station that works for it."""
    work(station, chance, START + 900)
    station.ask("have it done").think().say("a helper does that now")
    child = Working("child", at=station.now, parent=SEEN)
    work(child, chance, station.now + chance.uniform(1_500, 3_000))
    child.life(Life.STOPPED)
    station.now = child.now
    station.tell(ev.ChildEnded, child="child", ok=True, result="done").think().edit("src/merged.py").end()
    work(station, chance, START + LASTS_S)
    return child.events


def subagent(station: Working, chance: random.Random) -> None:
    """An open call whose sub-agent works, beside which others of it read the same files."""
    work(station, chance, START + 600)
    station.ask("look around").think()
    call = station.call("Task", "survey the code")
    for n in range(60):
        station.rest(chance.uniform(10, 40))
        for agent in range(3):
            source = f"claude:{SEEN}/a{agent}"
            station.tell(ev.ToolCalled, tool="Read", detail=f"src/part_{n // 2}.py", source=source)
    station.tell(ev.ToolFinished, call=call).end()


def rests(station: Working, chance: random.Random) -> None:
    work(station, chance, START + 900)
    station.ask("more").think().life(Life.PAUSED).rest(chance.uniform(1_500, 3_000)).life(Life.RUNNING)
    work(station, chance, START + LASTS_S)


def just_started(station: Working, chance: random.Random) -> None:
    station.now = START + LASTS_S - chance.uniform(60, 500)
    station.ask("begin").think(40)
    for part in PARTS:
        station.use("Read", f"src/mail/{part}.py").think(20)


def finished(station: Working, chance: random.Random) -> None:
    work(station, chance, START + chance.uniform(1_200, 2_400))


def stopped(station: Working, chance: random.Random) -> None:
    work(station, chance, START + 1_200)
    station.ask("more").think().life(chance.choice((Life.STOPPED, Life.KILLED, Life.LOST)))


def drives_tests(station: Working, chance: random.Random) -> None:
    """One file, edited and tested until it works: fewer tests fail each time."""
    while station.now < START + LASTS_S:
        station.ask(f"make part {station.now:.0f} work")
        file = f"src/part_{station.now:.0f}.py"
        for left in range(chance.randint(5, 11), 0, -1):
            step(station, chance, 1.0).edit(file).run("pytest -q", 12, f"{left} failed, {12 - left} passed in 3.1s")
        step(station, chance, 1.0).edit(file).run("pytest -q", 12).run("git commit -qam part").commit().end().rest(30)


def pages(station: Working, chance: random.Random) -> None:
    """It reads a file too large for one look, page by page, and then works."""
    station.ask("understand it")
    for n in range(8):
        station.think(9).use("Read", "src/generated.py").use("Grep", f"class {n}")
    for _ in range(7):
        station.think(9).use("Read", "src/generated.py")
    work(station, chance, START + LASTS_S)


def reports_busy(station: Working, chance: random.Random) -> None:
    """It thinks for long, and its process says that it works."""
    work(station, chance, START + 900)
    station.report(Report.WORKING).ask("think hard").think().rest(chance.uniform(1_000, 2_400))
    station.think().edit("src/thought.py").end()


HEALTHY: dict[str, Callable[[Working, random.Random], list[ev.Event] | None]] = {
    "fast": spread(2.5),
    "as the others": spread(1.0),
    "slow within the spread": spread(0.55),
    "waits for a person": waits_for_person,
    "asks at the end": asks_at_the_end,
    "waits for a provider": waits_for_provider,
    "builds": builds,
    "polls": polls,
    "parent": parent,
    "subagent": subagent,
    "rests": rests,
    "just started": just_started,
    "finished": finished,
    "stopped": stopped,
    "drives tests": drives_tests,
    "pages": pages,
    "reports busy": reports_busy,
}


# What is to be named. Each returns when that began.

ERROR = "FAILED tests/test_pool.py::test_retry - AssertionError: expected 3 calls, got 2"


def loops(station: Working, chance: random.Random) -> float:
    """The same command fails in the same way."""
    work(station, chance, START + chance.uniform(600, 1_500))
    period, begins = chance.uniform(15, 110), station.ask("make the check pass").now
    while station.now < begins + 1_500:
        station.think(period * 0.4).run("make check", period * 0.6, ERROR)
    return begins


def loops_well(station: Working, chance: random.Random) -> float:
    """The same command, which says the same each time."""
    work(station, chance, START + chance.uniform(600, 1_500))
    period, begins = chance.uniform(15, 75), station.ask("find the fault").now
    while station.now < begins + 1_500:
        station.think(period * 0.4).run("cat src/pool.py | head -100", period * 0.6)
    return begins


def loops_around(station: Working, chance: random.Random) -> float:
    """A few calls, one after the other, round and round, with an id that is another each time."""
    work(station, chance, START + chance.uniform(600, 1_500))
    begins = station.ask("why is it slow?").now
    while station.now < begins + 1_500:
        probe = chance.randrange(100_000, 999_999)
        station.think(chance.uniform(5, 20)).run(f"curl -s localhost:8000/?probe={probe}", 3.0)
        station.think(chance.uniform(5, 20)).use("Read", "src/pool.py").use("Grep", "retry")
    return begins


def loops_reading(station: Working, chance: random.Random) -> float:
    """The same command fails in the same way, and something else is read each time."""
    work(station, chance, START + chance.uniform(600, 1_500))
    begins, n = station.ask("make the check pass").now, 0
    while station.now < begins + 1_500:
        n += 1
        station.think(chance.uniform(8, 25)).run("make check", 12.0, ERROR)
        station.think(chance.uniform(8, 25)).use("Read", f"lib/part_{n}.py")
    return begins


def loops_on_an_error(station: Working, chance: random.Random) -> float:
    """Different commands end in the same error."""
    work(station, chance, START + chance.uniform(600, 1_500))
    begins, n = station.ask("push it").now, 0
    while station.now < begins + 1_500:
        n += 1
        error = f"remote: Permission to shop.git denied to deploy key {chance.randrange(16**12):012x}a1"
        station.think(chance.uniform(10, 40)).run(f"git push origin HEAD:try-{n}", 6.0, error)
    return begins


def thrashes(station: Working, chance: random.Random) -> float:
    """Two files, written in turns, while the check fails as before."""
    work(station, chance, START + chance.uniform(600, 1_200))
    begins = station.ask("make the check pass").now
    station.edit("src/a.py").edit("src/b.py")
    while station.now < begins + 3_000:
        station.think(chance.uniform(10, 40)).edit(chance.choice(("src/a.py", "src/b.py")))
        station.think(chance.uniform(10, 40)).run("make check", 12.0, ERROR)
    return begins


def back_and_forth(station: Working, chance: random.Random) -> float:
    """Two files, written in turns, and nothing checked."""
    begins = station.ask("clean it up").now
    station.edit("src/a.py").edit("src/b.py")
    while station.now < begins + 4_200:
        station.think(chance.uniform(10, 40)).edit("src/a.py").think(chance.uniform(10, 40)).edit("src/b.py")
    return begins


def stalls(station: Working, chance: random.Random) -> float:
    work(station, chance, START + chance.uniform(600, 1_500))
    return station.ask("more").say("let me see").now


def crawls(station: Working, chance: random.Random) -> float:
    """It works all the time and hardly gets anything done."""
    n = 0
    while station.now < START + LASTS_S:
        if n % 150 == 0:
            station.ask("do all of it").edit(f"src/crawl_{n}.py")
        n += 1
        station.think(chance.uniform(20, 50)).run(f"rg -n 'step {n}' src")
    return START


SICK: dict[str, tuple[Why, Callable[[Working, random.Random], float]]] = {
    "loops": (Why.LOOP, loops),
    "loops well": (Why.LOOP, loops_well),
    "loops around": (Why.LOOP, loops_around),
    "loops reading": (Why.LOOP, loops_reading),
    "loops on an error": (Why.LOOP, loops_on_an_error),
    "thrashes": (Why.THRASH, thrashes),
    "back and forth": (Why.THRASH, back_and_forth),
    "stalls": (Why.STALL, stalls),
    "crawls": (Why.PACE, crawls),
}
