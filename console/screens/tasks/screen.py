"""The tasks: what needs a person, what is under way, the queue with why each waits, and all that is known of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import ClassVar

from msgspec.structs import replace
from textual.binding import BindingType

from console.actions.action import ScreenSpec
from console.links.link import LinkMode
from console.screens.base import bindings
from console.screens.station.bar import link_spans
from console.screens.tasks.actions import SPEC, TasksSituation
from console.screens.tasks.asking import AskingTasks
from console.screens.tasks.menus import chosen_parts, filter_menu, picked_parts
from console.screens.tasks.writing import edit_of, split_of
from sessions.floor.state import FloorState
from sessions.floor.tasks.task import TaskState
from sessions.views.tasks.board import EVERYTHING, Board, Part, Row, board, counted
from sessions.views.tasks.verbs import JUDGED, Verb, wish_of
from sessions.views.tasks.waiting import Waits, meeting, takers
from sessions.views.tasks.words import standing, title_of, who_of
from widgets.draw.cells import Line, Span, line_width
from widgets.parts.panel import Bar
from widgets.parts.prompt import Menu
from widgets.tasks.detail import detail_lines
from widgets.tasks.rows import Shown, counts_line, task_line


class TasksScreen(AskingTasks):
    """The list, and what keys do with it; what they ask for first is in `asking`, what is written in `writing`."""

    SPEC: ClassVar[ScreenSpec] = SPEC
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(SPEC)]
    LIST_TITLE: ClassVar[str] = "tasks"
    TOLD_TITLE: ClassVar[str] = "task"
    LIST_SHARE: ClassVar[tuple[str, str]] = ("60%", "40%")

    def __init__(self) -> None:
        super().__init__()
        self.choice = EVERYTHING
        self.board = Board()
        self._made_of: tuple[object, ...] = ()
        self._menu: Menu | None = None
        self._waits = Waits()
        self.waits: Mapping[str, str] = {}
        """By task why it waits."""

    # What there is

    def make_rows(self, state: FloorState, now: float) -> Sequence[Row]:
        made_of = (state.tasks, self.choice)
        if len(self._made_of) != 2 or self._made_of[0] is not state.tasks or self._made_of[1] != self.choice:
            self._made_of, self.board = made_of, board(state.tasks, self.choice)
        self.waits = self._waits.look(state)
        return self.board.rows

    def key_of(self, row: Row) -> str:
        return row.task.id

    def searched(self, row: Row) -> str:
        return f"task {title_of(row.task)}"

    def stations_of(self, row: Row) -> tuple[str, ...]:
        return (row.task.station,) if row.task.under_way and row.task.station else ()

    # How it is drawn

    def row_line(self, row: Row, cells: int, ground: str, marked: bool) -> Line:
        task, state = row.task, self.factory.link.state
        why = self.waits.get(task.id, "") or standing(task)
        bounced = task.state is TaskState.TAKEN and task.bounces > 0
        who = who_of(state, task)
        shown = Shown(task.state, title_of(task), task.since, row.place, who, bounced, why, marked)
        return task_line(shown, self.factory.link.now(), cells, ground)

    def told(self, row: Row, cells: int, rows: int) -> Sequence[Line]:
        link, task = self.factory.link, row.task
        may = takers(link.state, task) if row.place else ()
        meets = meeting(link.state, task) if not task.over else ()
        return detail_lines(
            link.state, task, link.now(), cells, self.waits.get(task.id, ""), may, meets, place=row.place
        )

    def told_note(self, row: Row) -> str:
        return row.task.id

    def list_note(self) -> str:
        parts = chosen_parts(self.choice)
        folded = f"{self.board.folded:,} over: E shows them" if self.board.folded else ""
        return ", ".join(filter(None, (parts, folded)))

    def head(self) -> Sequence[Span]:
        link = self.factory.link
        right = line_width(link_spans(link, link.now(), max(30, self.size.width // 3)))
        free = self.query_one(Bar).free(self.counters()) - right - 3
        return [(" tasks", "bold text on bar"), *counts_line(counted(self.board), free - len(" tasks"))]

    def nothing(self) -> Sequence[str]:
        past = self.factory.link.mode is LinkMode.REPLAY
        if self.board.every and self.choice.parts:
            return ("no task is in these states", "f shows others")
        if self.board.folded:
            return (f"nothing is left to do: {self.board.folded:,} finished or dropped", "E shows them")
        if past:
            return ("there were no tasks up to here",)
        return (
            "there is nothing to do: no task was put into the queue yet",
            "J puts one there, ctrl+o a file of many; stations that take tasks (*) take the first that fits them",
        )

    # What it says of itself

    def situation(self) -> TasksSituation:
        base = super().situation()
        return TasksSituation(
            at_hand=base.at_hand,
            branched=base.branched,
            tasks=tuple(row.task for row in self.meant),
            loud=any(row.task.state in JUDGED for row in self.shown),
            over=any(self.board.counts.get(state, 0) for state in (TaskState.FINISHED, TaskState.DROPPED)),
        )

    def question(self) -> Line:
        return self._menu.line(self.size.width) if self._menu is not None else super().question()

    async def answer(self, key: str, character: str | None) -> bool:
        if self._menu is None:
            return await super().answer(key, character)
        self.choice, stays = picked_parts(self.choice, self._menu, character or key)
        self._menu = filter_menu(self.choice) if stays else None
        self.draw()
        return True

    # Keys

    async def open_row(self, row: Row) -> None:
        if stations := self.stations_of(row):
            await self.factory.open_station(stations[0])
        else:
            self.panel.focus()

    def action_next(self, step: int) -> None:
        """Go round the tasks that need a person."""
        at, every = self.listing.cursor, len(self.shown)
        for further in range(1, every + 1):
            there = (at + step * further) % every
            if self.shown[there].task.state in JUDGED:
                self.go_to(self.key_of(self.shown[there]))
                return

    def action_filter(self) -> None:
        self._menu = filter_menu(self.choice)

    def action_unfold(self) -> None:
        self.choice = replace(self.choice, unfolded=not self.choice.unfolded)
        self.draw()

    def action_back(self) -> None:
        if not (self.panel.has_focus or self.search or self.marks) and self.choice.parts:
            self.choice = replace(self.choice, parts=frozenset[Part]())
            self.draw()
        else:
            super().action_back()

    def action_hold(self) -> None:
        if self.factory.link.mode is LinkMode.REPLAY:
            self.action_transport("toggle")
        else:
            self.action_verb(Verb.HOLD.value)

    def action_edit_task(self) -> None:
        for row in self.meant[:1]:
            self.write(edit_of(row.task))

    def action_split(self) -> None:
        for row in self.meant[:1]:
            self.write(split_of(row.task))

    def action_verb(self, verb: str) -> None:
        """Do it to what is meant, or ask first."""
        it, tasks = Verb(verb), [row.task for row in self.meant]
        match it:
            case Verb.ASSIGN:
                self.ask_station(tasks)
            case Verb.BACK:
                self.ask_reason(tasks)
            case Verb.EARLIER | Verb.LATER:
                self.move(tasks, -1 if it is Verb.EARLIER else 1)
            case Verb.DROP if any(task.under_way for task in tasks):
                self.ask_first(tasks, it)
            case Verb.REQUEUE:
                self.ask_first(tasks, it)
            case _:
                self.do_all(tasks, it, partial(wish_of, verb=it))
