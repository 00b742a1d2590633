"""`task list` and `task show`: the queue, now or as of a time of the past."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from console.cli.command import OfFloor
from console.cli.words import LAST, MOMENT, Parser, filled, whole
from sessions.errors import FactoryError
from sessions.floor.tasks.task import TaskState
from sessions.text import clean

if TYPE_CHECKING:
    from sessions.floor.state import FloorState

STATES = tuple(state.value for state in TaskState)


class Looking(OfFloor, frozen=True, kw_only=True):
    """A command that shows tasks."""

    past: str = ""
    """A file or directory, or a run of the journal; "" is the floor as it is now."""
    at: str = ""
    seq: int | None = None
    json: bool = False

    @classmethod
    def words(cls, parser: Parser) -> None:
        parser.add_argument("--past", type=filled, metavar="FILE|RUN", help="a recording or another past")
        moment = parser.add_mutually_exclusive_group()
        moment.add_argument("--at", type=filled, metavar="TIME", help=f"as of this time: {MOMENT}")
        moment.add_argument("--seq", type=whole(0, LAST), metavar="N", help="as of this event")
        parser.json()
        super().words(parser)

    def floor(self) -> tuple[FloorState, float]:
        """The floor that is meant, and when that is."""
        from console.cli.source import floor_asked, past_of, place_in

        if not self.past and not self.at and self.seq is None:
            return floor_asked(self), time.time()
        past = past_of(self.repo, self.past or "journal", self.at, self.seq)
        try:
            place = place_in(past, self.at, self.seq)
            seq, now = place if place is not None else (past.span.last_seq, past.span.last_time)
            return past.state_at(seq), now
        finally:
            past.close()


class List(Looking, frozen=True, kw_only=True):
    """List them."""

    all: bool = False
    states: tuple[str, ...] = ()

    @classmethod
    def words(cls, parser: Parser) -> None:
        parser.add_argument("--all", action="store_true", help="also what is finished or dropped")
        parser.add_argument(
            "--state",
            dest="states",
            choices=STATES,
            action="append",
            metavar="|".join(STATES),
            help="only these (again)",
        )
        super().words(parser)

    def run(self) -> int:
        from console.cli.told.tasks import print_tasks

        state, now = self.floor()
        states = frozenset(map(TaskState, self.states)) or None
        print_tasks(state, now, self.json, self.all, states)
        return 0


class Show(Looking, frozen=True, kw_only=True):
    """Show them."""

    tasks: tuple[str, ...]

    @classmethod
    def words(cls, parser: Parser) -> None:
        parser.add_argument("tasks", type=filled, nargs="+", metavar="TASK-ID", help="ids, as `task list` has them")
        super().words(parser)

    def run(self) -> int:
        from console.cli.told.tasks import print_task

        state, now = self.floor()
        if unknown := [name for name in self.tasks if name not in state.tasks]:
            raise FactoryError(f"there is no task {clean(unknown[0], 80)!r}", "see `factory-tui task list --all`")
        for name in self.tasks:
            print_task(state, state.tasks[name], now, self.json)
        return 0
