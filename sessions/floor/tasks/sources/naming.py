"""Which task of a file, or of the queue, is meant by what another one waits for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from msgspec.structs import replace

from sessions.floor.tasks.sources.fault import Fault, WrongValueError
from sessions.floor.tasks.sources.key import reference
from sessions.floor.tasks.sources.written import Written
from sessions.floor.tasks.task import TaskSpec
from sessions.text import clean

Meant = Sequence[tuple[Written, TaskSpec]]
_ID = re.compile(r"t\d+")
"""An id of a task in the queue. Whether it is there, whoever adds the task looks."""
_SAY = "write the title or the id of another task of the file, or the id of one in the queue, such as t12"


def resolved(meant: Meant, groups: Mapping[str, Iterable[Written]], faults: list[Fault]) -> list[TaskSpec]:
    """The tasks, with references in place of names; each name that means nothing is in `faults`.

    `groups` are names that stand for several tasks, or for none any more.
    """
    numbers = {written: number for number, (written, _) in enumerate(meant)}
    names = _names(meant)
    several = {plain(name): [numbers[each] for each in those] for name, those in groups.items()}
    waits, found = dict[int, list[int]](), list[TaskSpec]()
    for number, (written, spec) in enumerate(meant):
        after, needs = dict[str, None](), [numbers[part] for part in written.parts]
        for name in spec.after:
            try:
                those = _meant_by(name, number, names, several, meant)
                needs += those
                if not those and plain(name) not in several:
                    after[name] = None
            except WrongValueError as error:
                line = written.values["after"][0].line
                faults.append(Fault(written.file, line, "after", error.wrong, error.cure))
        waits[number] = needs
        after |= dict.fromkeys(reference(meant[other][1]) for other in needs)
        found.append(replace(spec, after=tuple(after)))
    faults += _circle(meant, waits)
    return found


def plain(name: str) -> str:
    """A name as it is compared with others."""
    return " ".join(name.casefold().split())


def _names(meant: Meant) -> dict[str, list[int]]:
    names: dict[str, list[int]] = {}
    for number, (written, spec) in enumerate(meant):
        for name in {spec.title, *(value.text for value in written.values.get("id", ()))}:
            names.setdefault(plain(name), []).append(number)
    return names


def _meant_by(
    name: str, own: int, names: Mapping[str, Sequence[int]], several: Mapping[str, Sequence[int]], meant: Meant
) -> list[int]:
    """The tasks of the file that are meant; none for one of the queue. Raises `WrongValueError`."""
    called, group = names.get(plain(name), ()), several.get(plain(name))
    if not called and group is not None:
        return [*group]
    if not called and _ID.fullmatch(name):
        return []
    others = [number for number in called if number != own]
    if len({reference(meant[number][1]) for number in others}) > 1:
        raise WrongValueError(f"{len(others)} tasks are called {clean(name, 80)!r}", "give each an id, and name that")
    if not others:
        wrong = "it waits for itself" if called else f"there is no task {clean(name, 80)!r}"
        raise WrongValueError(wrong, _SAY)
    return others[:1]


def _circle(meant: Meant, waits: Mapping[int, Sequence[int]]) -> list[Fault]:
    try:
        TopologicalSorter(waits).prepare()
    except CycleError as error:
        circle: list[int] = error.args[1]
        written = meant[circle[0]][0]
        shown = " ← ".join(clean(meant[number][1].title, 40) for number in circle)
        return [Fault(written.file, written.line, "after", f"each waits for another: {shown}", "take one of them out")]
    return []
