"""The timeline: goldens as plain text, and where a click goes."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from textual.app import App, ComposeResult

from sessions.floor.zone import Zone
from tests.support.conversation import LOOK
from tests.support.replay import START
from widgets.draw.cells import line_width, plain, width
from widgets.floor.timeline import SHORT, TALL, Position, Slot, Timeline, moment_text, timeline

AT = Position(
    first_time=START,
    last_time=START + 1_800,
    moment=START + 271.25,
    seq=1_234,
    last_seq=56_789,
    speed=60,
    playing=True,
    skips_silence=True,
)
SLOTS = [Slot(events=x % 9, failures=int(x in (10, 50))) for x in range(78)]


def drawn(at: Position, cells: int, height: int) -> list[str]:
    slots = (SLOTS * 3)[: cells - 2]
    return [plain(line).rstrip() for line in timeline(at, slots, cells, height)]


def test_standing_still_it_says_what_happened() -> None:
    at = replace(
        AT, playing=False, event=[("docs-02", "text"), (" failed", "failed"), (" API error " + "x" * 99, "soft")]
    )
    wide, narrow = drawn(at, 160, SHORT)[0], drawn(at, 80, SHORT)[0]
    assert "docs-02 failed API error xxx" in wide
    assert "silence skipped" in wide
    assert "docs-02 failed API" in narrow
    assert "at the end" not in wide
    assert " at the end " in drawn(replace(at, seq=at.last_seq), 160, SHORT)[0]


def test_four_lines_on_a_small_screen() -> None:
    assert drawn(AT, 80, SHORT) == [
        " 12:04:31.2  ▶ 60×   seq 1,234 / 56,789   silence skipped          ✖ 2 failures",
        "  ▃▄▅▆▆▇▇█ ▃▄▅▆▆▇▇█ ▃▄▅▆▆▇▇█ ▃▄▅▆▆▇▇█ ▃▄▅▆▆▇▇█ ▃▄▅▆▆▇▇█ ▃▄▅▆▆▇▇█ ▃▄▅▆▆▇▇█ ▃▄▅▆▆",
        "           ✖▲                                      ✖",
        "              12:05        12:10        12:15        12:20        12:25",
    ]


def test_five_lines_where_there_is_room() -> None:
    lines = drawn(AT, 80, TALL)
    assert len(lines) == TALL
    assert lines[1].startswith("    ▂▃▅▆▇█   ▂▃▅▆▇█")
    assert lines[2].startswith("  ▆███████ ▆███████")
    assert lines[3:] == drawn(AT, 80, SHORT)[2:]


def test_a_past_over_a_change_of_the_clock_has_the_times_that_it_showed() -> None:
    # Half an hour after the beginning the clock goes back from 12:30 to 11:30.
    back = Zone(3_600, ((0.0, 0), (START + 1_800, -3_600)))
    at = replace(AT, last_time=START + 3 * 3_600, moment=START + 3_600, zone=back)
    lines = drawn(at, 80, SHORT)
    assert lines[0].startswith(" 12:00:00.0 ")
    assert lines[-1].split() == ["12:30", "13:00", "13:30"]
    assert lines[-1].index("13:00") == 1 + 78 * 2 // 3


def test_what_is_past_is_brighter_than_what_is_to_come() -> None:
    row = timeline(AT, SLOTS, 80, SHORT)[1]
    assert [(width(text), style) for text, style in row] == [
        (1, "text"),
        (11, "soft"),
        (1, "accent on cursor"),
        (66, "faint"),
        (1, "text"),
    ]


def test_a_paused_replay_says_so() -> None:
    assert "║ 60×" in drawn(replace(AT, playing=False), 80, SHORT)[0]
    assert "▶ 60× at most" in drawn(replace(AT, lagging=True), 80, SHORT)[0]


def test_failures_in_most_slots_are_bars() -> None:
    few = timeline(AT, [Slot(9, int(x % 3 == 0)) for x in range(78)], 80, SHORT)
    assert plain(few[2]).count("✖") == 26
    many = timeline(AT, [Slot(9, x % 9) for x in range(78)], 80, SHORT)
    assert plain(many[2]).startswith("  ▁▂▃▄▅▆▇█ ▁▲▃▄")
    assert {style for text, style in many[2] if text.strip()} == {"failed", "bold accent"}


def test_before_the_past_was_read_no_failures_are_counted() -> None:
    assert "failure" not in plain(timeline(AT, [Slot()] * 78, 80, SHORT)[0])


def test_trouble_takes_the_place_of_what_is_less_important() -> None:
    assert drawn(replace(AT, trouble="the recording is torn"), 80, SHORT)[0].endswith("the recording is torn")


def test_when_room_is_short_the_moment_and_the_speed_stay() -> None:
    assert drawn(AT, 30, SHORT)[0] == " 12:04:31.2  ▶ 60×"


def test_a_past_of_several_dates_shows_them() -> None:
    assert moment_text(AT) == "12:04:31.2"
    assert moment_text(replace(AT, last_time=START + 200_000)) == "2025-11-21 12:04:31.2"
    assert moment_text(replace(AT, last_time=START + 43_200)) == "2025-11-21 12:04:31.2"
    assert moment_text(replace(AT, zone=Zone(43_080))) == "2025-11-22 00:02:31.2"
    night = replace(AT, last_time=START + 86_400)
    assert drawn(night, 80, SHORT)[3].split() == ["18:00", "11-22", "06:00"]


def test_a_past_of_one_moment_shows_it_where_its_events_are() -> None:
    at = replace(AT, first_time=START, last_time=START, moment=START)
    lines = [plain(line) for line in timeline(at, [Slot(9, 0), *[Slot()] * 77], 80, SHORT)]
    assert (lines[1].rstrip(), lines[2].rstrip()) == (" █", " ▲")
    assert moment_text(replace(AT, moment=1e300)) == "--:--:--.-"


@given(
    st.floats(allow_nan=False, allow_infinity=False, min_value=-1e12, max_value=1e12),
    st.floats(0, 1e9),
    st.floats(0, 1),
    st.integers(3, 300),
    st.sampled_from((SHORT, TALL)),
)
def test_any_past_fits_its_room(start: float, length: float, share: float, cells: int, height: int) -> None:
    at = replace(AT, first_time=start, last_time=start + length, moment=start + share * length)
    lines = timeline(at, [Slot(1, 0)] * (cells - 2), cells, height)
    assert len(lines) == height
    assert {line_width(line) for line in lines} == {cells}


class TimelineApp(App[None]):
    """Nothing but a timeline."""

    CSS = "Timeline { width: 1fr; height: 3; }"

    def __init__(self) -> None:
        super().__init__()
        self.sought: list[float] = []

    def compose(self) -> ComposeResult:
        yield Timeline(LOOK)

    def on_timeline_sought(self, message: Timeline.Sought) -> None:
        self.sought.append(message.fraction)


@pytest.mark.parametrize(("x", "fraction"), [(0, 0.0), (1, 0.0), (78, 1.0), (79, 1.0)])
def test_a_click_goes_to_a_place(x: int, fraction: float) -> None:
    async def click() -> list[float]:
        app = TimelineApp()
        async with app.run_test(size=(80, 24)) as pilot:
            app.query_one(Timeline).set_position(AT)
            await pilot.click(Timeline, offset=(x, 1))
            await pilot.pause()
            return app.sought

    assert asyncio.run(click()) == [fraction]


def test_the_line_that_says_where_it_stands_is_no_place_to_go_to() -> None:
    async def click() -> list[float]:
        app = TimelineApp()
        async with app.run_test(size=(80, 24)) as pilot:
            app.query_one(Timeline).set_position(AT)
            await pilot.click(Timeline, offset=(40, 0))
            await pilot.pause()
            return app.sought

    assert asyncio.run(click()) == []


def test_a_drag_seeks_all_along() -> None:
    async def drag() -> list[float]:
        app = TimelineApp()
        async with app.run_test(size=(80, 24)) as pilot:
            app.query_one(Timeline).set_position(AT)
            await pilot.mouse_down(Timeline, offset=(1, 1))
            await pilot.hover(Timeline, offset=(40, 1))
            await pilot.mouse_up(Timeline, offset=(78, 1))
            await pilot.hover(Timeline, offset=(10, 1))
            await pilot.pause()
            return app.sought

    assert asyncio.run(drag()) == [0.0, pytest.approx(39 / 77), 1.0]
