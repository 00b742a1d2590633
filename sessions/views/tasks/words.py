"""What is said of a task in a line: its state, and why nothing goes on with it. Pure; every text is harmless."""

from __future__ import annotations

from sessions.floor.state import FloorState, Status, name_of
from sessions.floor.tasks.task import Check, Source, Task, TaskState
from sessions.text import clean

STATE = {
    TaskState.QUEUED: "queued",
    TaskState.HELD: "held",
    TaskState.TAKEN: "under way",
    TaskState.CHECKING: "its check runs",
    TaskState.REVIEW: "to be accepted",
    TaskState.FAILED: "check failed",
    TaskState.FINISHED: "finished",
    TaskState.DROPPED: "dropped",
}
STATUS = {
    TaskState.QUEUED: Status.IDLE,
    TaskState.HELD: Status.STALE,
    TaskState.TAKEN: Status.WORKING,
    TaskState.CHECKING: Status.WAITING,
    TaskState.REVIEW: Status.NEEDS_ME,
    TaskState.FAILED: Status.FAILED,
    TaskState.FINISHED: Status.IDLE,
    TaskState.DROPPED: Status.STALE,
}
"""The status of a station that has the same colour and sign."""
SOURCE = {
    Source.TYPED: "typed",
    Source.FILE: "from a file",
    Source.CHECK: "from a failed check",
    Source.REVIEW: "from a review",
    Source.SURVEY: "from a survey",
    Source.SPLIT: "part of another task",
    Source.STATION: "what its station was started with",
}
_FROM = {
    Source.FILE: "from the file {}",
    Source.CHECK: "from the check {}",
    Source.SPLIT: "a part of {}",
    Source.STATION: "what {} was started with",
}
LOUD = (TaskState.FAILED, TaskState.REVIEW)


def title_of(task: Task, limit: int = 200) -> str:
    """Its title, harmless; a task always has a name."""
    return clean(task.spec.title, limit) or task.id


def who_of(state: FloorState, task: Task) -> str:
    """The name of the station that has it in hand or had it, or that alone may take it."""
    station = task.assigned if task.state in (TaskState.QUEUED, TaskState.HELD) else task.station
    return clean(name_of(state, station), 60) if station else ""


def standing(task: Task) -> str:
    """Why it is where it is, as far as the task itself says so; of a queued one nothing."""
    reason, said = clean(task.reason, 160), first_of(task.output)
    back = f"{bounced(task)}: {reason or said or 'its check failed'}"
    return {
        TaskState.HELD: reason or "until it is released",
        TaskState.CHECKING: "says that it is done",
        TaskState.REVIEW: "has no check: somebody accepts it",
        TaskState.FAILED: reason or said or "its check failed too often",
        TaskState.TAKEN: back if task.bounces else "",
        TaskState.FINISHED: "its check passed" if task.checks else "accepted",
        TaskState.DROPPED: reason,
    }.get(task.state, "")


def bounced(task: Task) -> str:
    """How often its check failed and it went on with that; a person may give it back beyond its retries."""
    of = f"{task.bounces} of {task.spec.retries}" if task.bounces <= task.spec.retries else f"{task.bounces} ×"
    return f"bounced {of}"


def first_of(output: str) -> str:
    """The first line that says something."""
    return next((said for line in output[:2_000].splitlines() if (said := clean(line, 160))), "")


def source_words(state: FloorState, task: Task) -> str:
    """Where it came from, and who put it there."""
    source, origin = task.spec.source, task.spec.origin
    name = clean(name_of(state, origin) if source is Source.STATION else origin, 120)
    told = _FROM.get(source, SOURCE[source] + " {}").format(name) if name else SOURCE[source]
    return told + (f", by {clean(task.who, 60)}" if task.who else "")


def check_words(check: Check) -> list[str]:
    """What must be so before it is accepted, each in words; nothing where nothing must."""
    words = [f"$ {clean(command, 400)}" for command in check.commands]
    words += [f"{clean(' '.join(check.must), 400)} must change"] if check.must else []
    words += [f"{clean(' '.join(check.must_not), 400)} must not change"] if check.must_not else []
    limits = [f"at most {check.most_files:,} files"] if check.most_files else []
    limits += [f"at most {check.most_lines:,} lines"] if check.most_lines else []
    return [*words, *([", ".join(limits)] if limits else [])]


def after_words(state: FloorState, task: Task) -> list[tuple[str, TaskState | None]]:
    """The tasks that must be finished before it, each with its state; None of one that nobody knows."""
    return [
        (f"{clean(other, 20)}  {title_of(known, 80)}" if known is not None else clean(other, 60),
         known.state if known is not None else None)
        for other in task.spec.after
        for known in (state.tasks.get(other),)
    ]  # fmt: skip
