"""What the tasks screen asks before it does something to tasks, and how it is done to many: every refusal is told."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from console.screens.handed import NAMED
from console.screens.tasks.offers import station_offers
from console.screens.tasks.sending import Asked
from console.screens.tasks.writing import WritingList
from sessions.floor.commands import AddTasks, AnyWish, JudgeTask, MoveTask
from sessions.floor.state import name_of
from sessions.floor.tasks.task import Task, TaskSpec
from sessions.text import clean
from sessions.views.tasks.board import Board, Row
from sessions.views.tasks.verbs import Verb, said, trouble, wish_of
from sessions.views.tasks.words import title_of
from widgets.parts.prompt import Choose, Menu, Typing

LINE = "line of a task"
"""What is typed and not sent is kept under it."""


class AskingTasks(WritingList[Row]):
    """A line that is typed, a station that is chosen, a yes."""

    board: Board

    def action_add(self) -> None:
        """Type a task; what was typed and not sent is there again."""
        drafts = self.factory.drafts

        def left(title: str) -> None:
            drafts.pop(LINE, None)
            if title:
                drafts[LINE] = title

        def more(title: str) -> None:
            self._asked = None
            drafts.pop(LINE, None)
            self.write_new(title)

        typing = Typing("new task", drafts.get(LINE, ""))
        hint = "enter adds it   ctrl+e says more in $EDITOR   esc back"
        self._asked = Asked(typing, hint, self._add, left, {"ctrl+e": more})

    def _add(self, title: str) -> None:
        if title:
            self.factory.drafts.pop(LINE, None)
            self.send_all([("", AddTasks((TaskSpec(title),)))], lambda _: f"in the queue: {clean(title, 80)}")

    def ask_reason(self, tasks: Sequence[Task]) -> None:
        """Why what a station did is not accepted."""

        def then(reason: str) -> None:
            if reason:
                self.do_all(tasks, Verb.BACK, lambda task: JudgeTask(task.id, False, reason))

        typing = Typing(f"give back {self._called(tasks)}: why?")
        self._asked = Asked(typing, "enter gives it back   esc leaves it", then)

    def ask_first(self, tasks: Sequence[Task], verb: Verb) -> None:
        """Have a yes before a station stops for it."""
        working = [clean(name_of(self.factory.link.state, task.station), 30) for task in tasks if task.under_way]
        names = ", ".join(working[:NAMED]) + (f" and {len(working) - NAMED} more" if len(working) > NAMED else "")
        stop = f"{names} stop{'s' * (len(working) == 1)}, branch and work are kept"
        items = (Choose("y", verb.value), Choose("n", "leave it"))

        def then(key: str) -> None:
            if key == "y":
                self.do_all(tasks, verb, lambda task: wish_of(task, verb))

        self._choice = (Menu(f"{verb.value} {self._called(tasks)}?  {stop}", items, ""), then)

    def _called(self, tasks: Sequence[Task]) -> str:
        return f"“{title_of(tasks[0], 40)}”" if len(tasks) == 1 else f"{len(tasks)} tasks"

    # Who is to have it

    def ask_station(self, tasks: Sequence[Task]) -> None:
        """Choose a station among those that take tasks, any, or a new one."""
        from console.screens.palette.choosing import ChoosingScreen

        def to(station: str) -> None:
            name = clean(name_of(self.factory.link.state, station), 60)
            done = f"is for {name} alone" if station else "is for whoever is free"
            self.do_all(tasks, Verb.ASSIGN, lambda task: wish_of(task, Verb.ASSIGN, station=station), done)

        offers = station_offers(self.factory.link.state, to, self.action_create)
        self.app.push_screen(ChoosingScreen(self, f"hand {self._called(tasks)} to", offers))

    # The order

    def move(self, tasks: Sequence[Task], step: int) -> None:
        """One place earlier or later among those of its priority."""
        meant = {task.id: task for task in tasks if not trouble(task, Verb.EARLIER)}
        queue = [row.task for row in self.board.rows if row.place]
        wishes: list[tuple[str, AnyWish]] = []
        for priority in {task.spec.priority for task in meant.values()}:
            peers = [task.id for task in queue if task.spec.priority == priority]
            after = moved(peers, meant.keys(), step)
            # The last ones first: what each comes before is then where it stays.
            wishes += [
                (name, MoveTask(name, before))
                for name, before, was in reversed([*zip(after, [*after[1:], ""], peers, strict=True)])
                if name in meant and name != was
            ]
        if not wishes:
            end = "first" if step < 0 else "last"
            self.say(f"it is the {end} of its priority already: its priority stands in its form, e")
            return
        self.send_all(wishes, lambda done: "")

    # Doing it

    def do_all(self, tasks: Sequence[Task], verb: Verb, wish: Callable[[Task], AnyWish], words: str = "") -> None:
        """Do it to all to which it can be done, and tell the rest with their reasons; `words` say what was done."""
        refused = {task.id: reason for task in tasks if (reason := trouble(task, verb))}
        able = [task for task in tasks if task.id not in refused]
        self.say(f"{verb.value} {self._called(able)} …")

        def done(ids: Sequence[str]) -> str:
            if len(ids) > 1:
                return f"{len(ids)} tasks: each {words or said(able[0], verb)}"
            return (
                f"{self._called([task for task in able if task.id in ids])} {words or said(able[0], verb)}"
                if ids
                else ""
            )

        self.send_all([(task.id, wish(task)) for task in able], done, refused)


def moved(order: Sequence[str], these: Collection[str], step: int) -> list[str]:
    """The order with these one place earlier or later; those at the end stay, and so do those behind them."""
    found = [*order] if step < 0 else [*reversed(order)]
    for at in range(1, len(found)):
        if found[at] in these and found[at - 1] not in these:
            found[at - 1], found[at] = found[at], found[at - 1]
    return found if step < 0 else found[::-1]
