"""What a try at a task came to, read off the floor, for whoever takes it next. Pure."""

from __future__ import annotations

from sessions.floor.state import FloorState
from sessions.floor.tasks.task import Learned, Task
from sessions.text import clean, clean_lines

OUTPUT, NOTES, FILES = 4_000, 400, 40
"""Characters of the longest output and notes, and files at most."""


def learned(state: FloorState, task: Task, output: str = "") -> Learned:
    """What its station came to. `output` is what failed last, where that is newer than what the task knows."""
    seen, known = state.stations.get(task.station), state.owned.get(task.station)
    wrote = seen.wrote.items() if seen is not None else ()
    root = f"{known.directory}/" if known is not None and known.directory else ""
    files = tuple(clean(name.removeprefix(root)) for name, when in wrote if when >= task.taken)
    said = output or task.output or _failing(state, task)
    return Learned(
        by=task.station,
        output="\n".join(clean_lines(said))[-OUTPUT:],
        files=files[-FILES:],
        notes=clean("" if seen is None else seen.activity, NOTES),
        branch="" if known is None else known.branch,
    )


def _failing(state: FloorState, task: Task) -> str:
    """What failed last in the same way, of all that its station tried since it took the task."""
    progress = state.progress.get(task.station)
    found = [each for each in progress.failing if each.last >= task.taken] if progress is not None else []
    last = max(found, key=lambda each: each.last, default=None)
    return f"{last.call}: {last.error}" if last is not None else ""
