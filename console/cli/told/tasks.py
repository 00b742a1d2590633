"""Tasks, for programs or for people."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from console.cli.output import age, count, moment, say, table
from sessions.floor.state import FloorState, name_of
from sessions.floor.tasks.task import OVER, Task, TaskState
from sessions.headless.line import text
from sessions.headless.tasks import shape as tasks_shape
from sessions.text import clean, clean_lines
from sessions.views.tasks.words import SOURCE, STATE, check_words, standing, who_of

OUTPUT_LINES = 20


def print_tasks(
    state: FloorState, now: float, as_json: bool, over: bool = True, states: Collection[TaskState] | None = None
) -> None:
    """The queue; also what is `over`, or only tasks of some states."""
    wanted = states or (None if over else frozenset(TaskState) - OVER)
    shape = tasks_shape.tasks(state, now, wanted)
    if as_json:
        say(text(shape))
        return
    say(tasks_counted(shape.counts) or "no tasks")
    rows = [
        (
            each.id,
            STATE[TaskState(each.state)],
            age(each.age_s),
            str(each.spec.priority or ""),
            each.spec.title,
            who_of(state, state.tasks[each.id]),
            each.waits or standing(state.tasks[each.id]),
        )
        for each in shape.tasks
    ]
    if rows:
        say()
        table(("task", "state", "for", "priority", "title", "station", "why"), rows, left=7, told=True)


def tasks_counted(counts: Mapping[str, int]) -> str:
    """How many there are of each state."""
    return ", ".join(f"{number:,} {STATE[TaskState(word)]}" for word, number in counts.items() if number)


def print_task(state: FloorState, task: Task, now: float, as_json: bool) -> None:
    """All that is known of one."""
    from sessions.floor.tasks.queue import why  # the status of a floor needs no more than words for states

    waits = why(state, task.id)
    if as_json:
        say(text(tasks_shape.task_shape(task, now, waits)))
        return
    say(f"{task.id}: {clean(task.spec.title, 200)}")
    for word, said in _lines(state, task, now, waits.reason if waits is not None else ""):
        say(f"  {word:9}{said}")
    for line in clean_lines(task.spec.text):
        say(f"    {line}".rstrip())
    if task.output:
        say("  its last check said:")
        for line in clean_lines(task.output)[-OUTPUT_LINES:]:
            say(f"    {line}".rstrip())


def _lines(state: FloorState, task: Task, now: float, waits: str) -> Iterator[tuple[str, str]]:
    spec = task.spec
    yield "state", f"{STATE[task.state]}, for {age(max(0.0, now - task.since))}"
    if said := waits or standing(task):
        yield "why", clean(said, 400)
    if task.station:
        yield "station", f"{clean(name_of(state, task.station), 80)}, taken {count(task.lease, 'time')}"
    if task.assigned:
        yield "for", clean(name_of(state, task.assigned), 80)
    for word, value in (("role", spec.role), ("write", " ".join(spec.write)), ("after", ", ".join(spec.after))):
        if value:
            yield word, clean(value, 400)
    if spec.priority:
        yield "priority", str(spec.priority)
    checks = check_words(spec.check) or ["none: somebody accepts it"]
    yield from (("check" if not number else "", line) for number, line in enumerate(checks))
    yield "retries", f"{spec.retries}, {count(task.bounces, 'bounce')} so far"
    origin = f", {clean(spec.origin, 200)}" if spec.origin else ""
    yield "added", f"{moment(task.added)} by {clean(task.who, 80) or '?'}, {SOURCE[spec.source]}{origin}"
    if task.head:
        yield "head", task.head[:12]
    for each in task.learned:
        parts = [f"by {clean(name_of(state, each.by), 80)}", f"on {clean(each.branch, 120)}" if each.branch else ""]
        parts += [f"{count(len(each.files), 'file')}" if each.files else "", clean(each.notes, 200)]
        yield "tried", ", ".join(filter(None, parts))
