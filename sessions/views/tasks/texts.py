"""Tasks as texts for an editor, and what is read of them again: one whole, or the parts of one. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from sessions.errors import FactoryError
from sessions.floor.tasks.sources.edited import EDGE, rendered
from sessions.floor.tasks.sources.fault import Fault
from sessions.floor.tasks.sources.read import read
from sessions.floor.tasks.task import NO_CHECK, Source, Task, TaskSpec

WRONG = "# WRONG, "
"""A line that begins so says what was wrong with the text, and is taken out before it is read again."""
PARTS = "parts.md"
_KEPT = ("check", "must", "must_not", "scope", "role")
"""What the parts of a task have of it, unless they say something else."""


def with_trouble(text: str, error: FactoryError) -> tuple[str, int]:
    """The text with what is wrong in its first lines, and the line that is meant, from 1; 0 where that is not known."""
    text = without_trouble(text)
    line = error.line if isinstance(error, Fault) else 0
    wrong = error.wrong if isinstance(error, Fault) else error.message
    key = f"{error.key}: " if isinstance(error, Fault) and error.key else ""
    head, edge, rest = text.partition("\n") if text.startswith(EDGE) else ("", "", text)
    said = f"{WRONG}line {line + 1}: {key}{wrong}; {error.cure}" if line else f"{WRONG}{wrong}; {error.cure}"
    return f"{head}{edge}{said}\n{rest}", line + 1 if line else 0


def without_trouble(text: str) -> str:
    """The text as its writer left it."""
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith(WRONG))


def parts_text(task: Task) -> str:
    """What a task is broken up in: a check list, of which each open item becomes a task."""
    spec = task.spec
    lines = [
        f"Break up {task.id}: each item below becomes a task, and {task.id} is dropped; empty this to change nothing.",
        "What belongs to an item stands below it, indented; an item inside another one is done before that.",
        "",
    ]
    for number in (1, 2):
        lines += [f"- [ ] {spec.title} ({number})", *(f"  {line}" for line in _kept(spec)), ""]
    lines += ["What the whole says:", "", *(f"> {line}" for line in spec.text.splitlines())] if spec.text else []
    return "\n".join([*lines, ""])


def _kept(spec: TaskSpec) -> Iterator[str]:
    """The lines of a task's form that its parts begin with."""
    block = False
    for line in rendered(spec).splitlines()[1:]:
        if line == EDGE:
            return
        key, _, value = line.partition(":")
        block = value.strip() == "|" or (block and line.startswith(" "))
        if key in _KEPT and not block:
            yield line


def parts_in(text: str, task: Task) -> tuple[TaskSpec, ...]:
    """The parts that were written. Raises the first `Fault`, also where they are too few."""
    found = read(text.encode("utf-8", "replace"), PARTS)
    if found.faults:
        raise found.faults[0]
    if len(found.specs) < 2:
        raise Fault(PARTS, 1, "", "it is one task still", "write two open items at least, such as - [ ] its title")
    return tuple(_part(spec, task) for spec in found.specs)


def _part(part: TaskSpec, task: Task) -> TaskSpec:
    """Urgency and commands of several lines, which a list cannot say, are those of the whole."""
    whole = task.spec
    check = whole.check if part.check == NO_CHECK and any("\n" in each for each in whole.check.commands) else part.check
    return replace(
        part,
        check=check,
        priority=part.priority or whole.priority,
        source=Source.SPLIT,
        origin=task.id,
    )
