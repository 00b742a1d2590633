"""A queue for the tests of what shows it: tasks of every state, told as events."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sessions.floor import events as ev
from sessions.floor.scope import Budget
from sessions.floor.tasks.task import Check, Learned, Source, TaskSpec
from tests.support.console import NOW

OUTPUT = """tests/pool/test_retry.py::test_gives_up FAILED
E       assert 3 == 4
2 failed, 31 passed in 4.20s
"""
RETRY = TaskSpec(
    "Make the pool retry what failed before a byte was sent",
    "The pool gives up at the first error.\n\nHave it retry what failed before a byte was sent, three times at most.",
    check=Check(("pytest -q tests/pool",), ("src/pool/**",), ("docs/**",), 6, 200),
    write=("src/pool/**", "tests/pool/**"),
    role="ship",
    budget=Budget(dollars=5.0),
    priority=2,
    source=Source.FILE,
    origin="todo.md:4",
)


def specs() -> Iterator[TaskSpec]:
    yield RETRY
    yield TaskSpec("Say in the guide what a retry costs", write=("docs/**",), after=("t1",))
    yield TaskSpec("Look through the open reports of the cache", role="document")
    yield TaskSpec("Mend the test of the limit, which fails now and then", check=Check(("pytest -q tests/limit",)),
                   write=("tests/limit/**",))  # fmt: skip
    yield TaskSpec("Drop the old settings", write=("src/settings/**",), check=Check(("make test",)))
    yield TaskSpec("接続プールの再試行を直す", write=("src/pool/**",), check=Check(("pytest -q tests/pool",)))
    yield TaskSpec("Take the second timer out", write=("src/timer/**",), check=Check(("pytest -q tests/timer",)))
    yield TaskSpec("Rename the parts", priority=-1)


def queue_events(now: float = NOW) -> list[ev.Event]:
    """Tasks t1 to t8: under way, waiting, to be accepted, failed, held, waiting, finished, dropped."""
    begin = now - 3_000.0
    told: list[ev.Event] = [
        ev.TaskAdded(time=begin + at, source="operator", task=f"t{at}", who="mara@box", spec=spec, order=float(at))
        for at, spec in enumerate(specs(), 1)
    ]

    def taking(at: float, kind: Callable[..., ev.Event], task: int, station: str, lease: int = 1, **more: Any) -> None:
        told.append(kind(time=now - at, source="factory", station=station, task=f"t{task}", lease=lease, **more))

    taking(2_400.0, ev.TaskTaken, 1, "tests-02", base="4f2c91e0")
    learned = Learned("tests-02", OUTPUT, ("src/pool/pool.py", "src/pool/timer.py"), "the timer is shared", "kept/t1")
    taking(1_500.0, ev.TaskReturned, 1, "tests-02", reason="it was slow", learned=learned, hedged=True)
    taking(1_200.0, ev.TaskTaken, 1, "proxy-00", lease=2, base="4f2c91e0")
    taking(300.0, ev.TaskClaimed, 1, "proxy-00", lease=2, text="done")
    taking(260.0, ev.CheckFinished, 1, "proxy-00", lease=2, passed=False, head="9f00aa11", output=OUTPUT,
           failures=("docs/pool.md must not change",))  # fmt: skip
    taking(260.0, ev.TaskBounced, 1, "proxy-00", lease=2, reason="2 tests fail in tests/pool")
    taking(900.0, ev.TaskTaken, 3, "docs-01")
    taking(610.0, ev.TaskClaimed, 3, "docs-01", text="read all of them")
    taking(2_000.0, ev.TaskTaken, 4, "ship-03")
    for bounce in range(3):
        taking(1_900.0 - bounce * 300, ev.TaskClaimed, 4, "ship-03")
        taking(1_880.0 - bounce * 300, ev.CheckFinished, 4, "ship-03", passed=False, output=OUTPUT)
        if bounce < 2:
            taking(1_880.0 - bounce * 300, ev.TaskBounced, 4, "ship-03", reason="2 tests fail")
    taking(1_270.0, ev.TaskFailed, 4, "ship-03", reason="its check failed 3 times")
    told.append(ev.TaskHeld(time=now - 700, source="operator", task="t5", who="mara@box", reason="not before 4.3"))
    taking(2_700.0, ev.TaskTaken, 7, "cache-04")
    taking(2_100.0, ev.TaskClaimed, 7, "cache-04")
    taking(2_060.0, ev.CheckFinished, 7, "cache-04", passed=True, head="77aa00ff")
    taking(2_060.0, ev.TaskFinished, 7, "cache-04", head="77aa00ff")
    told.append(ev.TaskDropped(time=now - 650, source="operator", task="t8", who="mara@box", reason="nobody wants it"))
    return sorted(told, key=lambda event: event.time)
