"""What the tasks screen asks before it does something to tasks, and how it is done to many: every refusal is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from console.screens.handed import NAMED, TOLD_S
from console.screens.listed import ListedScreen
from console.screens.palette.offers import Offer
from sessions.floor.commands import AddTasks, AnyWish, JudgeTask, MoveTask, Reply
from sessions.floor.ours.lives import Life
from sessions.floor.state import name_of
from sessions.floor.tasks.task import Task, TaskSpec
from sessions.text import clean
from sessions.views.tasks.board import Row, title_of
from sessions.views.tasks.verbs import Verb, said, trouble, wish_of
from widgets.draw.cells import Line
from widgets.parts.prompt import Choose, Menu, Typing

if TYPE_CHECKING:
    from sessions.views.tasks.board import Board

LINE = "line of a task"
"""What is typed and not sent is kept under it."""


def _nothing(_: str) -> None:
    pass


class Asked:
    """A line that is typed: what `enter` does with it, `esc`, and other keys."""

    def __init__(
        self, typing: Typing, hint: str, then: Callable[[str], None], left: Callable[[str], None] = _nothing,
        keys: Mapping[str, Callable[[str], None]] | None = None,
    ) -> None:  # fmt: skip
        self.typing, self.hint, self.then, self.left, self.keys = typing, hint, then, left, keys or {}


class AskingTasks(ListedScreen[Row]):
    """A line that is typed, a station that is chosen, a yes."""

    board: Board

    def __init__(self) -> None:
        super().__init__()
        self.waits: Mapping[str, str] = {}
        """By task why it waits."""
        self._asked: Asked | None = None

    # A line that is typed

    def question(self) -> Line:
        if self._asked is None:
            return super().question()
        return self._asked.typing.line(self.size.width, "", self._asked.hint)

    async def answer(self, key: str, character: str | None) -> bool:
        it = self._asked
        if it is None:
            return await super().answer(key, character)
        if key in it.keys:
            it.keys[key](it.typing.text)
        elif key in ("enter", "escape"):
            self._asked = None
            (it.then if key == "enter" else it.left)(it.typing.text.strip())
        else:
            it.typing.type(key, character)
        self.draw_footer()
        return True

    def answer_paste(self, text: str) -> None:
        if self._asked is None:
            super().answer_paste(text)
        else:
            self._asked.typing.paste(text)
            self.draw_footer()

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

    def write_new(self, title: str) -> None:
        """Write a task whole."""
        raise NotImplementedError

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

    def ask_drop(self, tasks: Sequence[Task]) -> None:
        """Have a yes before a station stops for it."""
        working = [clean(name_of(self.factory.link.state, task.station), 30) for task in tasks if task.under_way]
        names = ", ".join(working[:NAMED]) + (f" and {len(working) - NAMED} more" if len(working) > NAMED else "")
        stop = f"{names} stop{'s' * (len(working) == 1)}, branch and work are kept"
        items = (Choose("y", "drop"), Choose("n", "leave it"))

        def then(key: str) -> None:
            if key == "y":
                self.do_all(tasks, Verb.DROP, lambda task: wish_of(task, Verb.DROP))

        self._choice = (Menu(f"drop {self._called(tasks)}?  {stop}", items, ""), then)

    def _called(self, tasks: Sequence[Task]) -> str:
        return f"“{title_of(tasks[0], 40)}”" if len(tasks) == 1 else f"{len(tasks)} tasks"

    # Who is to have it

    def ask_station(self, tasks: Sequence[Task]) -> None:
        """Choose a station among those that take tasks, any, or a new one."""
        from console.screens.palette.choosing import ChoosingScreen

        def to(station: str) -> Callable[[], object]:
            return lambda: self.do_all(tasks, Verb.ASSIGN, lambda task: wish_of(task, Verb.ASSIGN, station=station))

        state = self.factory.link.state
        offers = [Offer("any station that fits", "whoever is free first takes it", "", "", to(""))]
        for station, known in state.owned.items():
            if known.life in (Life.REMOVED, Life.STOPPED, Life.LOST):
                continue
            inhand = next((task for task in state.tasks.values() if task.under_way and task.station == station), None)
            told = f"has “{title_of(inhand, 40)}” in hand" if inhand is not None else "takes tasks" * known.takes
            told = told or "takes no tasks from the queue: it takes this one alone"
            offers.append(Offer(clean(name_of(state, station), 60), told, "", "", to(station)))
        offers.append(Offer("a new station", "start one for it", "", "", self.action_create))
        self.app.push_screen(ChoosingScreen(self, f"hand {self._called(tasks)} to", offers))

    # The order

    def move(self, tasks: Sequence[Task], step: int) -> None:
        """One place earlier or later among those of its priority."""
        queue = [row.task for row in self.board.rows if row.place]
        meant = {task.id for task in tasks}
        wishes: list[tuple[str, AnyWish]] = []
        for task in tasks if step < 0 else reversed(tasks):
            if trouble(task, Verb.EARLIER):
                continue
            peers = [each for each in queue if each.spec.priority == task.spec.priority]
            at = peers.index(task) + step
            if not 0 <= at < len(peers) or peers[at].id in meant:
                continue
            before = peers[at] if step < 0 else peers[at + 1] if at + 1 < len(peers) else None
            wishes.append((task.id, MoveTask(task.id, before.id if before is not None else "")))
            if step < 0 or before is not None:
                continue
        if not wishes:
            end = "first" if step < 0 else "last"
            self.say(f"it is the {end} of its priority already: its priority stands in its form, e")
            return
        self.send_all(wishes, lambda done: "")

    # Doing it

    def do_all(self, tasks: Sequence[Task], verb: Verb, wish: Callable[[Task], AnyWish]) -> None:
        """Do it to all to which it can be done, and tell the rest with their reasons."""
        refused = {task.id: reason for task in tasks if (reason := trouble(task, verb))}
        able = [task for task in tasks if task.id not in refused]
        self.say(f"{verb.value} {self._called(able)} …")

        def done(ids: Sequence[str]) -> str:
            if len(ids) > 1:
                return f"{len(ids)} tasks: each {said(able[0], verb)}"
            return f"{self._called([task for task in able if task.id in ids])} {said(able[0], verb)}" if ids else ""

        self.send_all([(task.id, wish(task)) for task in able], done, refused)

    def send_all(
        self, wishes: Sequence[tuple[str, AnyWish]], done: Callable[[Sequence[str]], str],
        refused: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        """Ask the supervisor for all of it, one after the other, and tell what came of it; `done` of those done."""
        self.begin(lambda: self._send_all(wishes, done, refused or {}), group="hands")

    async def _send_all(
        self, wishes: Sequence[tuple[str, AnyWish]], done: Callable[[Sequence[str]], str], refused: Mapping[str, str]
    ) -> None:
        replies = await self.answers_to([wish for _, wish in wishes])
        pairs = [(id, reply) for (id, _), reply in zip(wishes, replies, strict=True)]
        went = [id for id, reply in pairs if reply.ok]
        told = [done(went)] if went else []
        troubles = [*refused.items(), *((id, _why(reply)) for id, reply in pairs if not reply.ok)]
        alone = len(wishes) + len(refused) == 1
        told += [reason if alone else f"{id}: {reason}" for id, reason in troubles[:NAMED]]
        told += [f"and {len(troubles) - NAMED} more could not"] if len(troubles) > NAMED else []
        told += [reply.reason for _, reply in pairs if reply.ok and reply.reason]
        if self.lives and (words := "; ".join(filter(None, told))):
            self.say(clean(words, 400), TOLD_S)


def _why(reply: Reply) -> str:
    return clean(f"{reply.reason}: {reply.cure}" if reply.cure else reply.reason, 300)
