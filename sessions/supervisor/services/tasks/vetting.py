"""What can be no check of a task: commands that the journal would not hold as they are."""

from __future__ import annotations

from sessions.errors import FactoryError
from sessions.floor.commands import AddTasks, AnyWish, EditTask, SplitTask
from sessions.floor.tasks.task import TaskSpec
from sessions.redact import redact


def vet_checks(wish: AnyWish) -> None:
    """Raises `FactoryError` for a command that holds a secret: it would be run without it."""
    specs: tuple[TaskSpec, ...] = ()
    match wish:
        case AddTasks():
            specs = wish.specs
        case SplitTask():
            specs = wish.parts
        case EditTask():
            specs = (wish.spec,)
    for spec in specs:
        if any(redact(command) != command for command in spec.check.commands):
            cure = "have it read that from a file"
            raise FactoryError("a command of its check holds what looks like a secret", cure)
