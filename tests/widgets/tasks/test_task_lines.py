"""A task as a row and as a page of details: columns that stand under each other, whatever the texts are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from sessions.floor.tasks.task import Check, Learned, Task, TaskSpec, TaskState
from tests.support.console import HOSTILE, NOW, state_of
from tests.support.picture import text_of
from tests.support.tasks.queue import queue_events
from widgets.draw.cells import line_width, plain
from widgets.tasks.detail import OUTPUT, detail_lines, in_room
from widgets.tasks.rows import Shown, task_line

STATE = state_of(queue_events())
ROW = Shown(TaskState.TAKEN, "Make the pool retry", NOW - 300, 0, "proxy-03", True, "bounced 1 of 2: 2 tests fail")


def test_a_broad_row_has_columns_and_a_narrow_one_says_the_same_in_one() -> None:
    assert plain(task_line(ROW, NOW, 112)).split() == [
        *("●", "5m", "Make", "the", "pool", "retry", "proxy-03", "bounced", "1", "of", "2:", "2", "tests", "fail")
    ]
    assert plain(task_line(ROW, NOW, 80)).rstrip().endswith("proxy-03  bounced 1 of 2: 2…")
    queued = Shown(TaskState.QUEUED, "Make the pool retry", NOW, 12, why="waits for tests-11")
    assert plain(task_line(queued, NOW, 80)).startswith(" ○   12.  Make the pool retry ")


@given(
    st.text(max_size=60), st.text(max_size=30), st.sampled_from(TaskState), st.integers(10, 220), st.integers(0, 2_000)
)
def test_a_row_takes_its_cells_whatever_stands_in_it(
    title: str, who: str, state: TaskState, cells: int, place: int
) -> None:
    line = task_line(Shown(state, title, NOW - 90, place, who, True, title), NOW, cells, " on cursor")
    assert line_width(line) == cells or "\t" in title + who or not (title + who).isprintable()
    assert all(style.endswith(" on cursor") for _, style in line)


def test_the_details_of_a_task_that_bounced() -> None:
    assert text_of(detail_lines(STATE, STATE.tasks["t1"], NOW, 76, takers=("proxy-00",), overlaps=("t6 too",))) == [
        "  Make the pool retry what failed before a byte was sent",
        "  state     ● under way  4m",
        "  because   bounced 1 of 2: 2 tests fail in tests/pool",
        "  station   proxy-00",
        "  takers    proxy-00",
        "  overlaps  t6 too",
        "",
        " what its last check said ─────────────────────────────────────────────────",
        "  docs/pool.md must not change",
        "  tests/pool/test_retry.py::test_gives_up FAILED",
        "  E       assert 3 == 4",
        "  2 failed, 31 passed in 4.20s",
        "",
        " what is to be done ───────────────────────────────────────────────────────",
        "  The pool gives up at the first error.",
        "",
        "  Have it retry what failed before a byte was sent, three times at most.",
        "",
        " accepted when ────────────────────────────────────────────────────────────",
        "            $ pytest -q tests/pool",
        "            src/pool/** must change",
        "            docs/** must not change",
        "            at most 6 files, at most 200 lines",
        "            in 10m at most",
        "",
        " bounds ───────────────────────────────────────────────────────────────────",
        "  writes    src/pool/** tests/pool/**",
        "  role      ship",
        "  budget    $5",
        "  priority  2",
        "  retries   2",
        "  added     from the file todo.md:4, by mara@box, 49m ago",
        "",
        " tries ────────────────────────────────────────────────────────────────────",
        "  now       proxy-00: under way at 9f00aa11, checked 1 ×",
        "  before    tests-02",
        "            the timer is shared",
        "            touched src/pool/pool.py src/pool/timer.py",
        "            tests/pool/test_retry.py::test_gives_up FAILED",
        "            E       assert 3 == 4",
        "            2 failed, 31 passed in 4.20s",
        "            kept on kept/t1",
    ]


def test_what_must_be_finished_before_is_told_with_where_that_is() -> None:
    task = replace(STATE.tasks["t2"], spec=TaskSpec("x", after=("t1", "t7", "gone")))
    told = text_of(detail_lines(STATE, task, NOW, 76, waits="waits for t1", place=1))
    assert "  state     ○ 1. in the queue  49m" in told
    assert "  because   waits for t1" in told
    after = told.index("  after     ● t1  Make the pool retry what failed before a byt…  under way")
    assert told[after + 1 : after + 3] == [
        "            ✓ t7  Take the second timer out  finished",
        "            ? gone  nobody knows it",
    ]


def test_of_long_output_the_end_is_told_and_of_a_long_text_the_beginning() -> None:
    task = replace(
        STATE.tasks["t4"],
        output="\n".join(f"line {n}" for n in range(500)),
        spec=TaskSpec("x", "\n".join(f"word {n}" for n in range(500))),
    )
    told = text_of(detail_lines(STATE, task, NOW, 76))
    assert f"  {500 - OUTPUT:,} lines before" in told
    assert "  line 499" in told
    assert "  line 0" not in told
    assert "  460 more lines: e shows them" in told


@pytest.mark.parametrize("cells", [20, 76, 110])
def test_no_hostile_text_reaches_the_screen(cells: int) -> None:
    learned = Learned(HOSTILE, HOSTILE, (HOSTILE,), HOSTILE, HOSTILE)
    spec = TaskSpec(
        HOSTILE, HOSTILE, Check((HOSTILE,), (HOSTILE,), (HOSTILE,)), role=HOSTILE, after=(HOSTILE,), origin=HOSTILE
    )
    task = Task("t1", spec, TaskState.FAILED, who=HOSTILE, reason=HOSTILE, station=HOSTILE, lease=3, output=HOSTILE,
                learned=(learned,), base=HOSTILE, head=HOSTILE)  # fmt: skip
    for line in detail_lines(STATE, task, NOW, cells):
        assert plain(line).isprintable()
        assert line_width(line) <= cells or cells == 20


def test_a_rule_that_was_printed_for_a_broader_screen_takes_one_line() -> None:
    failures, short = f"{'=' * 35} FAILURES {'=' * 35}", "F....... [100%]"
    assert in_room(failures, 60) == "=== FAILURES ===" and in_room(failures, 80) == failures
    assert in_room("_" * 90 + " test_a_b", 60) == "___ test_a_b" and in_room(short, 80) == short
