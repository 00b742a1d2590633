"""What is done alike to one task or to many, and to stations that take them."""

from __future__ import annotations

from console.cli.command import InRepository
from console.cli.words import Parser, filled
from sessions.floor.commands import AnyWish, DropTask, HoldTask, JudgeTask, TakeTasks


class Lot(InRepository, frozen=True, kw_only=True):
    """Tasks to which the same is done."""

    tasks: tuple[str, ...]
    reason: str = ""
    json: bool = False

    @classmethod
    def words(cls, parser: Parser) -> None:
        parser.add_argument("tasks", type=filled, nargs="+", metavar="TASK-ID", help="ids, as `task list` has them")
        parser.json()
        super().words(parser)

    def run(self) -> int:
        from console.cli.commands.tasks.obeyed import obey

        return obey(self.repo, {task: self.wish(task) for task in self.tasks}, self.json)

    def wish(self, task: str) -> AnyWish:
        """What is wanted of one."""
        raise NotImplementedError


class Reasoned(Lot, frozen=True, kw_only=True):
    """The same, with a reason."""

    @classmethod
    def words(cls, parser: Parser) -> None:
        parser.add_argument("--reason", type=filled, metavar="TEXT", help="why")
        super().words(parser)


class Drop(Reasoned, frozen=True, kw_only=True):
    """Have them not done."""

    def wish(self, task: str) -> AnyWish:
        return DropTask(task, self.reason)


class Hold(Reasoned, frozen=True, kw_only=True):
    """Have nobody take them."""

    def wish(self, task: str) -> AnyWish:
        return HoldTask(task, reason=self.reason)


class Release(Lot, frozen=True, kw_only=True):
    """Have them taken again."""

    def wish(self, task: str) -> AnyWish:
        return HoldTask(task, hold=False)


class Accept(Lot, frozen=True, kw_only=True):
    """Take them as done."""

    def wish(self, task: str) -> AnyWish:
        return JudgeTask(task, accepted=True)


class Reject(Reasoned, frozen=True, kw_only=True):
    """Give them back."""

    def wish(self, task: str) -> AnyWish:
        return JudgeTask(task, accepted=False, reason=self.reason)


class Enlist(InRepository, frozen=True, kw_only=True):
    """Have stations take tasks."""

    stations: tuple[str, ...]
    json: bool = False

    @classmethod
    def words(cls, parser: Parser) -> None:
        parser.stations()
        parser.json()
        super().words(parser)

    def run(self) -> int:
        return take(self, True, "takes tasks whenever it is free")


class Dismiss(Enlist, frozen=True, kw_only=True):
    """Have them take no more."""

    def run(self) -> int:
        return take(self, False, "takes no more tasks")


def take(asked: Enlist, takes: bool, done: str) -> int:
    """Have these take tasks, or not any more."""
    from console.cli.commands.stations.obeyed import obey_all

    return obey_all(asked.repo, {each: TakeTasks(each, takes) for each in asked.stations}, done, asked.json)
