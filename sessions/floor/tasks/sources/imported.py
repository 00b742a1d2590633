"""What comes of a file of tasks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sessions.floor.tasks import most
from sessions.floor.tasks.sources.fault import Fault
from sessions.floor.tasks.sources.key import content_key
from sessions.floor.tasks.sources.meaning import spec_of
from sessions.floor.tasks.sources.naming import resolved
from sessions.floor.tasks.sources.written import Written
from sessions.floor.tasks.task import Source, TaskSpec

MOST_FAULTS = 100
"""Of one file that are told: who mends those sees the next ones."""


@dataclass(frozen=True)
class Imported:
    """The tasks of one file; none where there are faults, as half a file would be hard to mend."""

    specs: tuple[TaskSpec, ...] = ()
    """In their order, each content once. `after` names those of the same file by reference (see `key`)."""
    faults: tuple[Fault, ...] = ()
    """By line."""
    done: int = 0
    """Items that were ticked off: they are left out."""
    twice: int = 0
    """Items with the content of an earlier one: they are left out, too."""


def understood(
    file: str,
    items: Sequence[Written],
    faults: list[Fault],
    done: int = 0,
    groups: Mapping[str, Iterable[Written]] | None = None,
) -> Imported:
    """What is meant by all that was written in a file; `groups` are names that stand for several items."""
    if len(items) > most.TASKS:
        wrong, cure = "these are too many tasks", f"put {most.TASKS:,} at most into a file"
        return Imported(faults=(Fault(file, items[most.TASKS].line, "", wrong, cure),))
    specs = [(item, spec) for item in items if (spec := spec_of(item, Source.FILE, faults)) is not None]
    placed = resolved(specs, groups or {}, faults) if not faults else []
    if faults:
        return Imported(faults=tuple(sorted(faults, key=_line)[:MOST_FAULTS]))
    kept: dict[str, TaskSpec] = {}
    for spec in placed:
        kept.setdefault(content_key(spec), spec)
    return Imported(tuple(kept.values()), (), done, len(placed) - len(kept))


def nothing(file: str, cure: str) -> Fault:
    """That there is no task in a file."""
    return Fault(file, 1, "", "there is no task in it", cure)


def _line(fault: Fault) -> int:
    return fault.line
