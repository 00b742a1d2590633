"""What a station is told of a task: all that it needs, and nothing that it has to ask for. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from sessions.floor.state import FloorState
from sessions.floor.tasks.task import Check, Learned, Task

OUTPUT = 6_000
"""Characters of what a check said, of its end."""


def prompt_id(task: Task, again: bool) -> str:
    """The id of the request by which a station is told: an agent takes the same one once.

    `again`: one whose process was lost does not go on by itself.
    """
    parts = [task.id, str(task.lease), str(task.bounces)]
    parts += [f"e{task.edits}"] if task.edits else []
    parts += [f"on{task.broken}"] if again and task.broken else []
    return "-".join(parts)


def is_of(prompt: str, task: Task) -> bool:
    """Whether a request with this id told of the present taking of a task."""
    return prompt.startswith(f"{task.id}-{task.lease}-")


def told(state: FloorState, task: Task, text: str, untidy: bool = False) -> str:
    """The request. `text` is what is to be done, as it was said; `untidy`: its work tree holds what is not committed,
    of something else."""
    parts = [_opening(task), text, *_bounds(task)]
    if task.bounces and task.output:
        parts.append(f"This is what the check said:\n\n{task.output[-OUTPUT:]}")
    if not task.bounces:
        parts += [_learned(each, task.station, state) for each in task.learned]
    if untidy:
        parts.append(
            "Your work tree holds changes that are not committed and belong to something else: put them aside first, "
            "with `git stash -u`."
        )
    parts.append("Commit your work on the branch that you are on. When you have ended your turn it is checked.")
    return "\n\n".join(filter(None, parts))


def _opening(task: Task) -> str:
    name = f"task {task.id}, {task.spec.title.rstrip('.')}"
    if task.broken:
        return f"Your turn was broken off. Go on with {name}:"
    if task.edits:
        return f"Your task has changed. This is {name}, as it is now:"
    if task.bounces:
        return f"It is not done yet: {task.reason}. Go on with {name}:"
    if task.learned and task.learned[-1].by == task.station:
        return f"You are back, and so is your task. Go on with {name}:"
    return f"This is {name}:"


def _bounds(task: Task) -> Iterator[str]:
    """What it may change, and how it is checked."""
    if task.spec.write:
        yield f"Change nothing but: {' '.join(task.spec.write)}"
    if said := list(_checked(task.spec.check)):
        yield "It is done when this is so:\n" + "\n".join(f"- {line}" for line in said)


def _checked(check: Check) -> Iterator[str]:
    for command in check.commands:
        yield f"`{command}` ends with 0"
    for glob in check.must:
        yield f"a file that matches {glob} is changed"
    for glob in check.must_not:
        yield f"no file that matches {glob} is changed"
    if check.most_files:
        yield f"no more than {check.most_files:,} files are changed"
    if check.most_lines:
        yield f"no more than {check.most_lines:,} lines are added and removed"


def _learned(known: Learned, station: str, state: FloorState) -> str:
    """What an earlier try came to."""
    if known.by == station:
        return ""
    by = state.stations[known.by].name if known.by in state.stations else known.by
    lines = [f"{by or 'Another station'} was at this before you and did not come to its end."]
    if known.branch:
        lines.append(f"Its work is on the branch {known.branch}: take from it what is good.")
    if known.files:
        lines.append(f"It touched: {', '.join(known.files)}")
    if known.notes:
        lines.append(f"It said last: {known.notes}")
    if known.output:
        lines.append(f"This failed last:\n{known.output}")
    return "\n".join(lines)
