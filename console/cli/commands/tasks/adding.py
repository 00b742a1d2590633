"""`task add`: one task by its words, or the tasks of a file."""

from __future__ import annotations

import sys
from pathlib import Path

from console.cli.commands.tasks.specs import Specified
from console.cli.output import count, say, warn
from console.cli.words import Parser, filled, path
from sessions.errors import EXIT_FAILURE, FactoryError, UsageError
from sessions.floor.tasks.task import TaskSpec
from sessions.text import clean

FORMS = ("md", "csv", "tsv", "jsonl")
INPUT = "-"


class Add(Specified, frozen=True, kw_only=True):
    """Put work into the queue; what is there already, by its content, is not put there twice."""

    title: str = ""
    file: Path | None = None
    form: str = ""
    hold: bool = False
    dry_run: bool = False
    json: bool = False

    @classmethod
    def words(cls, parser: Parser) -> None:
        parser.add_argument("title", type=filled, nargs="?", metavar="TITLE", help="in a few words; the text is --text")
        parser.add_argument(
            "--from", dest="file", type=path, metavar="FILE",
            help="the tasks of a check list (.md), a table (.csv) or lines of JSON (.jsonl); - reads the input",
        )  # fmt: skip
        parser.add_argument("--form", choices=FORMS, metavar="|".join(FORMS), help="of what --from reads")
        parser.add_argument("--hold", action="store_true", help="nobody takes them before they are released")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be added")
        parser.json()
        super().words(parser)

    def run(self) -> int:
        if bool(self.title) == (self.file is not None):
            raise UsageError("a task is its title, or those of a file", "factory-tui task add TITLE, or --from FILE")
        specs = (self.spec(TaskSpec(self.title)),) if self.file is None else self._read(self.file)
        if specs is None:
            return EXIT_FAILURE
        if self.dry_run:
            return self._show(specs)
        from console.cli.commands.tasks.obeyed import obey
        from sessions.floor.commands import AddTasks

        return obey(self.repo, {self.title or str(self.file): AddTasks(specs, self.hold)}, self.json)

    def _read(self, file: Path) -> tuple[TaskSpec, ...] | None:
        """The tasks of a file, each with what else was said of all; None where something in it cannot be meant."""
        from sessions.floor.tasks.sources.read import MOST_BYTES, read

        name = "input" if str(file) == INPUT else str(file)
        if name == "input" and not self.form:
            raise UsageError("what form the input has is not known", f"say --form {'|'.join(FORMS)}")
        try:
            if name == "input":
                raw = sys.stdin.buffer.read(MOST_BYTES + 1)
            else:
                with file.open("rb") as opened:
                    raw = opened.read(MOST_BYTES + 1)
        except OSError as error:
            raise FactoryError(f"{name} cannot be read ({error.strerror or error})", "name another file") from error
        found = read(raw, name, self.form)
        if found.faults:
            for fault in found.faults:
                warn(str(fault))
            return None
        left = [f"{found.done:,} done already" if found.done else "", f"{found.twice:,} twice" if found.twice else ""]
        if any(left):
            warn(f"left out: {', '.join(filter(None, left))}")
        return tuple(self.spec(spec) for spec in found.specs)

    def _show(self, specs: tuple[TaskSpec, ...]) -> int:
        from sessions.headless.line import text
        from sessions.headless.tasks import shape as tasks_shape

        for spec in specs:
            say(text(tasks_shape.spec_shape(spec)) if self.json else clean(spec.title, 200))
        if not self.json:
            say(f"{count(len(specs), 'task')}; nothing was added")
        return 0
