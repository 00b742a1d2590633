"""The tasks screen: what it shows, what its keys ask of the supervisor, and what it says where they cannot."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from textual.pilot import Pilot

from console.actions.registry import BY_ID
from console.app import FactoryApp
from console.screens.station.screen import StationScreen
from console.screens.tasks.asking import moved
from console.screens.tasks.screen import TasksScreen
from sessions.floor.commands import (
    AddTasks,
    AnyWish,
    AssignTask,
    DropTask,
    HoldTask,
    JudgeTask,
    MoveTask,
    Reply,
    RequeueStation,
)
from sessions.floor.tasks.task import Task, TaskSpec
from sessions.views.tasks.board import Row
from tests.console.screens.floor.played import press
from tests.console.screens.tasks.played import past, play, queue_state
from tests.support.console import NOW, StillLink, factory_state
from tests.support.picture import at_rest, text
from widgets.draw.cells import Line


def sent(app: FactoryApp) -> list[AnyWish]:
    assert isinstance(app.link, StillLink)
    return app.link.sent


async def on(screen: TasksScreen, pilot: Pilot[None], task: str) -> None:
    assert screen.go_to(task)
    await at_rest(pilot)


@pytest.mark.parametrize("size", [(200, 60), (120, 40), (80, 24)])
def test_the_first_line_counts_and_what_needs_a_person_is_under_the_cursor(size: tuple[int, int]) -> None:
    async def test(app: FactoryApp, screen: TasksScreen, pilot: Pilot[None]) -> None:
        lines = text(app).splitlines()
        assert "✖ 1 failed" in lines[0]
        assert screen.row is not None
        assert screen.row.task.id == "t4"
        assert "what its last check said" in text(app)
        assert "2 over: E shows them" in text(app)
        assert "7 finished" not in text(app)

    play(test, size=size)


def test_a_thousand_tasks_are_one_list_of_which_only_what_is_in_view_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    tasks = {f"t{at}": Task(f"t{at}", TaskSpec(f"task {at}"), order=at) for at in range(1_000)}
    made: list[str] = []
    drawn = TasksScreen.row_line

    def note(screen: TasksScreen, row: Row, cells: int, ground: str, marked: bool) -> Line:
        made.append(row.task.id)
        return drawn(screen, row, cells, ground, marked)

    monkeypatch.setattr(TasksScreen, "row_line", note)

    async def test(app: FactoryApp, screen: TasksScreen, pilot: Pilot[None]) -> None:
        assert len(list(screen.query("*"))) <= 6
        made.clear()
        layouts = screen._layout_updates
        await pilot.press("j")
        await pilot.pause()
        assert screen.row is not None
        assert screen.row.task.id == "t1"
        assert len(made) <= 24
        assert screen._layout_updates == layouts
        board = screen.board
        screen.draw()
        assert screen.board is board, "it is sorted only when a task is another"

    play(test, StillLink(replace(factory_state(3, 3), tasks=tasks)), (80, 24))


def test_a_line_becomes_a_task_and_an_empty_one_none() -> None:
    async def test(app: FactoryApp, screen: TasksScreen, pilot: Pilot[None]) -> None:
        await press(pilot, "J", "enter")
        assert sent(app) == []
        await press(pilot, "J", *"Mend it", "enter")
        await at_rest(pilot)
        assert sent(app) == [AddTasks((TaskSpec("Mend it"),))]
        assert "in the queue: Mend it" in text(app)

    play(test)


class Adding(StillLink):
    """Says of what is added which task that is."""

    async def send(self, command: AnyWish, together: str = "") -> Reply:
        await super().send(command, together)
        return Reply(True, about="t99")


@pytest.mark.parametrize("moves", [False, True])
def test_the_cursor_goes_to_the_new_task_as_it_comes_unless_somebody_went_elsewhere(moves: bool) -> None:
    async def test(app: FactoryApp, screen: TasksScreen, pilot: Pilot[None]) -> None:
        assert isinstance(app.link, StillLink)
        await press(pilot, "J", *"Mend it", "enter")
        await at_rest(pilot)
        if moves:
            await press(pilot, "down")
        there, state = screen.row, app.link.state
        app.link.state = replace(state, tasks={**state.tasks, "t99": Task("t99", TaskSpec("Mend it"), since=NOW)})
        screen.draw()
        assert screen.row is not None and there is not None
        assert screen.row.task.id == (there.task.id if moves else "t99")

    play(test, Adding(queue_state()))


def test_what_keys_do_to_one_task() -> None:
    async def test(app: FactoryApp, screen: TasksScreen, pilot: Pilot[None]) -> None:
        await press(pilot, "a")
        await press(pilot, "d", *"too slow", "enter")
        await on(screen, pilot, "t2")
        await press(pilot, "p")
        await press(pilot, "minus")
        await on(screen, pilot, "t5")
        await press(pilot, "p")
        await at_rest(pilot)
        assert sent(app) == [
            JudgeTask("t4", True),
            JudgeTask("t4", False, "too slow"),
            HoldTask("t2"),
            DropTask("t2"),
            HoldTask("t5", False),
        ]
        assert "is in the queue again" in text(app)

    play(test)


def test_a_task_that_is_in_hand_is_dropped_only_after_a_yes_that_names_who_stops() -> None:
    async def test(app: FactoryApp, screen: TasksScreen, pilot: Pilot[None]) -> None:
        await on(screen, pilot, "t1")
        await press(pilot, "minus")
        assert "proxy-00 stops, branch and work are kept" in text(app)
        await press(pilot, "n")
        assert sent(app) == []
        await press(pilot, "minus", "y")
        await at_rest(pilot)
        assert sent(app) == [DropTask("t1")]

    play(test)


def test_marked_tasks_are_done_together_and_every_refusal_is_told() -> None:
    class Refusing(StillLink):
        async def send(self, command: AnyWish, together: str = "") -> Reply:
            await super().send(command, together)
            return Reply(False, "it was \x1b[31mtaken", "wait") if command == HoldTask("t6") else Reply(True)

    async def test(app: FactoryApp, screen: TasksScreen, pilot: Pilot[None]) -> None:
        for task in ("t1", "t2", "t6"):
            await on(screen, pilot, task)
            await press(pilot, "space")
        assert "3 marked" in text(app)
        await press(pilot, "p")
        await at_rest(pilot)
        assert sent(app) == [HoldTask("t2"), HoldTask("t6")]
        said = text(app).splitlines()[-1]
        assert "“Say in the guide what a retry costs” is held" in said
        assert "t1: a station has it in hand" in said
        await press(pilot, "M")
        assert screen.marks == set()

    play(test, Refusing(queue_state()), (200, 60))


def test_the_order_is_moved_within_a_priority() -> None:
    async def test(app: FactoryApp, screen: TasksScreen, pilot: Pilot[None]) -> None:
        await on(screen, pilot, "t2")
        await press(pilot, "left_curly_bracket")
        assert "it is the first of its priority already" in text(app)
        await press(pilot, "right_curly_bracket")
        await on(screen, pilot, "t6")
        await press(pilot, "shift+up")
        await press(pilot, "shift+down")
        assert sent(app) == [MoveTask("t2"), MoveTask("t6", "t2")]
        await on(screen, pilot, "t5")
        await press(pilot, "right_curly_bracket")
        assert "it is not in the queue" in text(app)

    play(test)


@given(st.lists(st.sampled_from("abcdefgh"), unique=True), st.sets(st.sampled_from("abcdefgh")))
def test_what_is_moved_keeps_its_order_and_goes_at_most_one_place(order: list[str], these: set[str]) -> None:
    for step in (-1, 1):
        after = moved(order, these, step)
        assert sorted(after) == sorted(order)
        assert [each for each in after if each in these] == [each for each in order if each in these]
        assert [each for each in after if each not in these] == [each for each in order if each not in these]
        assert all(after.index(each) - order.index(each) in (0, step) for each in order if each in these)
        ends = order[: sum(each in these for each in order)] if step < 0 else []
        assert after != order or set(order) <= these or not these & {*order} or step > 0 or {*ends} <= these


def test_a_task_is_handed_to_a_station_that_is_chosen_by_a_few_letters() -> None:
    async def test(app: FactoryApp, screen: TasksScreen, pilot: Pilot[None]) -> None:
        await on(screen, pilot, "t2")
        await press(pilot, "H")
        assert "hand “Say in the guide what a retry costs” to" in text(app)
        await press(pilot, *"any", "enter")
        await at_rest(pilot)
        await on(screen, pilot, "t1")
        await press(pilot, "H", *"any", "enter")
        await at_rest(pilot)
        assert sent(app) == [AssignTask("t2"), RequeueStation("proxy-00", "handed over")]

    play(test)


def test_enter_goes_into_the_station_that_has_it_and_else_into_what_is_told() -> None:
    async def test(app: FactoryApp, screen: TasksScreen, pilot: Pilot[None]) -> None:
        await on(screen, pilot, "t2")
        await press(pilot, "enter")
        assert screen.panel.has_focus
        await press(pilot, "escape")
        assert screen.listing.has_focus
        await on(screen, pilot, "t1")
        await press(pilot, "enter")
        await at_rest(pilot)
        assert isinstance(app.screen, StationScreen)
        assert app.screen.station == "proxy-00"

    play(test)


def test_states_are_shown_alone_and_what_is_over_is_unfolded() -> None:
    async def test(app: FactoryApp, screen: TasksScreen, pilot: Pilot[None]) -> None:
        await press(pilot, "f", "h", "x")
        await at_rest(pilot)
        assert [row.task.id for row in screen.shown] == ["t5"]
        assert "only held" in text(app)
        await press(pilot, "escape", "E")
        await at_rest(pilot)
        assert [row.task.id for row in screen.shown] == ["t4", "t3", "t1", "t2", "t6", "t5", "t8", "t7"]
        await press(pilot, "slash", *"timer", "enter")
        assert [row.task.id for row in screen.shown] == ["t7"]
        await press(pilot, "n")
        assert "no task needs you" in text(app)

    play(test)


def test_the_palette_offers_tasks_by_their_titles() -> None:
    async def test(app: FactoryApp, screen: TasksScreen, pilot: Pilot[None]) -> None:
        await press(pilot, "colon", *"old settings", "enter")
        await at_rest(pilot)
        assert screen.row is not None
        assert screen.row.task.id == "t5"

    play(test)


def test_the_floor_s_palette_goes_to_a_task() -> None:
    async def test(app: FactoryApp, screen: TasksScreen, pilot: Pilot[None]) -> None:
        await press(pilot, "1")
        await at_rest(pilot)
        await press(pilot, "colon", *"task drop the old", "enter")
        await at_rest(pilot)
        assert isinstance(app.screen, TasksScreen)
        assert app.screen.row is not None
        assert app.screen.row.task.id == "t5"

    play(test)


def test_in_a_replay_the_tasks_are_as_of_then_and_nothing_is_done_to_them() -> None:
    async def test(app: FactoryApp, screen: TasksScreen, pilot: Pilot[None]) -> None:
        for key in ("a", "d", "minus", "J", "e", "Y", "ctrl+o", "H", "T"):
            await press(pilot, key)
            assert "a replay shows what was" in text(app)
        await press(pilot, "n", "tab")
        assert "its check failed 3 times" in text(app)

    play(test, past())


@pytest.mark.parametrize("size", [(200, 60), (80, 24)])
def test_where_there_is_nothing_it_is_said_what_puts_something_there(size: tuple[int, int]) -> None:
    async def test(app: FactoryApp, screen: TasksScreen, pilot: Pilot[None]) -> None:
        assert "there is nothing to do: no task was put into the queue yet" in text(app)
        assert BY_ID["tasks.hold"].refuse(screen.present()) == "nothing is selected"

    play(test, StillLink(factory_state(3, 3)), size)


def test_ages_are_of_the_link_s_clock() -> None:
    async def test(app: FactoryApp, screen: TasksScreen, pilot: Pilot[None]) -> None:
        assert isinstance(app.link, StillLink)
        app.link.clock = NOW + 3_600
        screen.draw()
        assert "1h21" in text(app)

    play(test)
