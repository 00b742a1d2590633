"""What is done to one task: edited, assigned, moved, split."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from console.cli.command import InRepository
from console.cli.commands.tasks.specs import Specified
from console.cli.output import say
from console.cli.words import Parser, filled, path
from sessions.errors import FactoryError, UsageError
from sessions.floor.commands import AnyWish, AssignTask, EditTask, MoveTask, SplitTask
from sessions.floor.tasks.task import Task, TaskSpec


class OfTask(InRepository, frozen=True, kw_only=True):
    """A command about one task."""

    task: str
    json: bool = False

    @classmethod
    def words(cls, parser: Parser) -> None:
        parser.add_argument("task", type=filled, metavar="TASK-ID", help="its id, as `task list` has it")
        parser.json()
        super().words(parser)

    def obey(self, wish: AnyWish) -> int:
        from console.cli.commands.tasks.obeyed import obey

        return obey(self.repo, {self.task: wish}, self.json)


class Edit(Specified, frozen=True, kw_only=True):
    """Have another one done instead."""

    task: str
    title: str | None = None
    json: bool = False

    @classmethod
    def words(cls, parser: Parser) -> None:
        parser.add_argument("task", type=filled, metavar="TASK-ID", help="its id; without options it opens in $EDITOR")
        parser.add_argument("--title", type=filled, metavar="TITLE", help="in a few words")
        parser.json()
        super().words(parser)

    def run(self) -> int:
        from msgspec.structs import replace

        from console.cli.commands.tasks.obeyed import obey

        task = task_of(self.repo, self.task)
        if self.said or self.title is not None:
            spec = self.spec(task.spec)
            spec = spec if self.title is None else replace(spec, title=self.title)
        else:
            found = edited(task)
            if found is None:
                say("nothing was changed")
                return 0
            spec = found
        return obey(self.repo, {self.task: EditTask(self.task, spec)}, self.json)


class Assign(OfTask, frozen=True, kw_only=True):
    """Have one station take it."""

    station: str = ""
    any: bool = False

    @classmethod
    def words(cls, parser: Parser) -> None:
        super().words(parser)
        parser.add_argument("station", type=filled, nargs="?", metavar="STATION", help="its name or id")
        parser.add_argument("--any", action="store_true", help="whoever is free")

    def run(self) -> int:
        if bool(self.station) == self.any:
            raise UsageError("a task is for one station, or for any", "name a station, or say --any")
        return self.obey(AssignTask(self.task, self.station))


class Move(OfTask, frozen=True, kw_only=True):
    """Give it another place."""

    before: str = ""
    last: bool = False

    @classmethod
    def words(cls, parser: Parser) -> None:
        super().words(parser)
        where = parser.add_mutually_exclusive_group(required=True)
        where.add_argument("--before", type=filled, metavar="TASK-ID", help="the task that is to come next")
        where.add_argument("--last", action="store_true", help="behind all of its priority")

    def run(self) -> int:
        return self.obey(MoveTask(self.task, self.before))


class Split(OfTask, frozen=True, kw_only=True):
    """Have its parts done."""

    parts: tuple[str, ...] = ()
    file: Path | None = None
    chained: bool = False

    @classmethod
    def words(cls, parser: Parser) -> None:
        super().words(parser)
        parser.add_argument(
            "--part", dest="parts", type=filled, action="append", metavar="TITLE",
            help="of a part (again; default: a check list of them opens in $EDITOR)",
        )  # fmt: skip
        parser.add_argument("--from", dest="file", type=path, metavar="FILE", help="a check list of the parts")
        parser.add_argument("--chained", action="store_true", help="one after the other")

    def run(self) -> int:
        if self.parts and self.file is not None:
            raise UsageError("the parts are named, or in a file", "leave one out")
        task = task_of(self.repo, self.task)
        parts = self._parts(task)
        if not parts:
            say("nothing was changed")
            return 0
        return self.obey(SplitTask(self.task, parts, self.chained))

    def _parts(self, task: Task) -> tuple[TaskSpec, ...]:
        from msgspec.structs import replace

        from sessions.views.tasks.texts import PARTS, parts_in, parts_text

        if self.parts:
            return tuple(replace(task.spec, title=title, text="", after=()) for title in self.parts)
        if self.file is not None:
            return parts_in(_text_of(self.file), task)
        begins = parts_text(task)
        written = in_editor(begins, PARTS)
        return parts_in(written, task) if written.strip() and written != begins else ()


def task_of(repo: Path, name: str) -> Task:
    """The task with this id. Raises `FactoryError`."""
    from console.cli.commands.stations.named import floor_now
    from sessions.floor.decide.decision import Refusal
    from sessions.floor.decide.queue.specs import found

    task = found(floor_now(repo), name)
    if isinstance(task, Refusal):
        raise FactoryError(task.reason, task.cure)
    return task


def edited(task: Task) -> TaskSpec | None:
    """What becomes of it in the operator's editor; None where that is nothing else. Raises `Fault`."""
    from sessions.floor.tasks.sources.edited import parsed, rendered

    begins = rendered(task.spec)
    written = in_editor(begins, "task.md")
    return parsed(written, task.spec) if written.strip() and written != begins else None


def in_editor(text: str, name: str) -> str:
    """The text as the operator leaves it. Raises `FactoryError`; what was written is kept then, and named."""
    from console.shell import write_in

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("an editor needs a terminal", "say what is to be another with options")
    directory = Path(tempfile.mkdtemp(prefix="factory-tui-"))
    file = directory / name
    file.write_text(text, encoding="utf-8")
    if trouble := write_in(file):
        raise FactoryError(f"{trouble}: nothing was changed", f"what was written is in {file}")
    written = file.read_text(encoding="utf-8", errors="replace")
    file.unlink()
    directory.rmdir()
    return written


def _text_of(file: Path) -> str:
    try:
        return sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FactoryError(f"{file} cannot be read ({error})", "name another file") from error
