"""The words that say what a task is."""

from __future__ import annotations

from msgspec.structs import replace

from console.cli.command import InRepository
from console.cli.commands.stations.bounds import amount
from console.cli.words import Parser, filled, whole
from sessions.floor.scope import Budget
from sessions.floor.tasks.task import Check, TaskSpec

MOST = 10**9


class Specified(InRepository, frozen=True, kw_only=True):
    """A command that takes what a task is; None is what was not said of it."""

    text: str | None = None
    commands: tuple[str, ...] | None = None
    must: tuple[str, ...] | None = None
    must_not: tuple[str, ...] | None = None
    most_files: int | None = None
    most_lines: int | None = None
    check_minutes: float | None = None
    write: tuple[str, ...] | None = None
    role: str | None = None
    priority: int | None = None
    retries: int | None = None
    after: tuple[str, ...] | None = None
    tokens: int | None = None
    dollars: float | None = None
    minutes: float | None = None
    turns: int | None = None

    @classmethod
    def words(cls, parser: Parser) -> None:
        parser.add_argument("--text", type=filled, metavar="TEXT", help="all of it; - reads it from the input")
        parser.add_argument("--role", metavar="WORD", help="only stations of this role take it; '' for any")
        parser.add_argument("--priority", type=_priority, metavar="N", help="the higher comes first (default: 0)")
        parser.add_argument(
            "--after",
            type=filled,
            action="append",
            metavar="TASK-ID",
            help="a task that comes before (again)",
        )
        parser.add_argument(
            "--write", type=filled, action="append", metavar="PATTERN", help="what it may change (again; default: all)"
        )
        check = parser.add_argument_group("check")
        check.add_argument(
            "--check", dest="commands", type=filled, action="append", metavar="COMMAND", help="must end with 0 (again)"
        )
        for word, help in (("must", "a file that matches must be changed"), ("must-not", "no such file may be")):
            check.add_argument(f"--{word}", type=filled, action="append", metavar="PATTERN", help=f"{help} (again)")
        check.add_argument("--most-files", type=whole(0, MOST), metavar="N", help="files changed; 0 is no limit")
        check.add_argument("--most-lines", type=whole(0, MOST), metavar="N", help="lines added and removed")
        check.add_argument("--check-minutes", type=amount, metavar="N", help="for all commands (default: 10)")
        check.add_argument("--retries", type=whole(0, 100), metavar="N", help="times that it bounces (default: 2)")
        budget = parser.add_argument_group("budget")
        budget.add_argument("--tokens", type=whole(0, 10**15), metavar="N", help="tokens; 0 is no bound, of any")
        budget.add_argument("--dollars", type=amount, metavar="N", help="dollars")
        budget.add_argument("--minutes", type=amount, metavar="N", help="minutes of its turns")
        budget.add_argument("--turns", type=whole(0, MOST), metavar="N", help="requests")
        super().words(parser)

    @property
    def said(self) -> bool:
        """Anything was said of what it is."""
        return any(getattr(self, name) is not None for name in Specified.__struct_fields__ if name != "repo")

    def spec(self, known: TaskSpec) -> TaskSpec:
        """`known` with what was said."""
        from console.cli.commands.stations.start import spoken

        check, budget = known.check, known.budget
        names = ("role", "priority", "retries", "after", "write")
        said = {name: value for name in names if (value := getattr(self, name)) is not None}
        return replace(
            known,
            text=known.text if self.text is None else spoken(self.text),
            check=Check(
                commands=check.commands if self.commands is None else self.commands,
                must=check.must if self.must is None else self.must,
                must_not=check.must_not if self.must_not is None else self.must_not,
                most_files=check.most_files if self.most_files is None else self.most_files,
                most_lines=check.most_lines if self.most_lines is None else self.most_lines,
                seconds=check.seconds if self.check_minutes is None else self.check_minutes * 60,
            ),
            budget=Budget(
                tokens=budget.tokens if self.tokens is None else self.tokens,
                dollars=budget.dollars if self.dollars is None else self.dollars,
                seconds=budget.seconds if self.minutes is None else self.minutes * 60,
                turns=budget.turns if self.turns is None else self.turns,
            ),
            **said,
        )


def _priority(text: str) -> int:
    import argparse

    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number") from None
