"""Whom a station is compared with: others of its role, with tasks of like size."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from sessions.floor.progress.progress import Progress
from sessions.floor.rank.cohorts import Member, alike, cohort_of, role_of, sizes_of
from sessions.floor.rank.ranking import Cohort
from sessions.floor.scope import Budget
from sessions.floor.state import EMPTY
from sessions.floor.tasks.task import Check, Task, TaskSpec
from tests.sessions.floor.working import Working, floor


@pytest.mark.parametrize(
    ("one", "other", "like"),
    [
        ((), (), True),
        ((("lines", 100.0),), (), False),
        ((), (("lines", 100.0),), False),
        ((("lines", 100.0),), (("lines", 300.0),), True),
        ((("lines", 300.0),), (("lines", 100.0),), True),
        ((("lines", 301.0),), (("lines", 100.0),), False),
        ((("lines", 100.0),), (("files", 100.0),), False),
        ((("lines", 9.0), ("files", 9.0)), (("files", 9.0),), True),
        ((("lines", 9.0), ("files", 9.0)), (("lines", 90.0), ("files", 9.0)), False),
    ],
)
def test_tasks_are_of_like_size_by_what_both_are_bounded_in(
    one: tuple[tuple[str, float], ...], other: tuple[tuple[str, float], ...], like: bool
) -> None:
    assert alike(one, other) is like


def test_how_large_a_task_may_become() -> None:
    bounds = Budget(tokens=3, dollars=4, seconds=5, turns=6)
    spec = TaskSpec("x", check=Check(most_lines=1, most_files=2), budget=bounds)
    state = floor()
    for given, sizes in (
        (spec, (("lines", 1.0), ("files", 2.0), ("tokens", 3.0), ("dollars", 4.0), ("seconds", 5.0))),
        (TaskSpec("x", budget=Budget(dollars=4)), (("dollars", 4.0),)),
    ):
        tasks = {"t1": Task("t1", given)}
        assert sizes_of(replace(state, tasks=tasks), Progress(task="t1")) == sizes
    assert sizes_of(EMPTY, Progress(task="t1")) == ()


def test_the_role_by_which_it_is_compared() -> None:
    seen = floor(Working("x", "test")).stations["x"]
    bare = floor(Working("x", "")).stations["x"]
    assert role_of(seen, Progress()) == "test"
    assert (role_of(bare, Progress()), role_of(bare, Progress(task="t1"))) == ("", "any")


def test_whom_it_is_compared_with() -> None:
    size = (("lines", 1_200.0),)
    members = [Member(f"t{n}", "test", size, float(9 - n), None if n == 2 else float(n)) for n in range(4)]
    others = [Member("x", "test", size, 1.0), Member("y", "ship", size, 1.0), Member("z", "test", (), 1.0)]
    cohort, paces = cohort_of("x", "test", size, [*members, *others])
    assert cohort == Cohort("test", "up to 1,200 lines", 4, 7.5, 1.0)
    assert paces == [6.0, 7.0, 8.0, 9.0]
    few, _ = cohort_of("x", "test", (), others)
    assert few == Cohort("test", "of unknown size", 1, None, None)
