"""One task as a text for an editor: keys on top between two lines of `---`, and below them all that is to be done.

What is written is read as the same task again. A key may be there several times; lines below `check: |` that are
indented are one command together. Lines that begin with `#` are hints, and mean nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from sessions.floor.tasks.sources import amounts, lists
from sessions.floor.tasks.sources.fault import Fault
from sessions.floor.tasks.sources.meaning import spec_of
from sessions.floor.tasks.sources.written import KEYS, Value, Written, key_of, near
from sessions.floor.tasks.task import TaskSpec

EDGE = "---"
BLOCK = "|"
_INDENT = "    "
_TOP = "Save it to have it done like this; empty it to change nothing. What it may have is listed below the keys."
EMPTY = TaskSpec("")


def rendered(spec: TaskSpec) -> str:
    """The text of a task, with what else it may have as hints."""
    said = {key: list(values) for key, values in _said(spec)}
    lines = [EDGE, f"# {_TOP}"]
    for key, values in said.items():
        lines += [f"{key}: {value}" for value in values]
    lines += [f"# {key}: {KEYS[key]}" for key in said if not said[key]]
    return "\n".join([*lines, EDGE, *([spec.text] if spec.text else []), ""])


def _said(spec: TaskSpec) -> Iterator[tuple[str, list[str]]]:
    """Each key with its values as they are written; none for what is as it is without it."""
    check, plain = spec.check, EMPTY.check

    def several(values: tuple[str, ...]) -> list[str]:
        return [lists.joined(values)] if values else []

    yield "title", [spec.title]
    yield "check", [_command(command) for command in check.commands]
    yield "must", several(check.must)
    yield "must_not", several(check.must_not)
    yield "files", [str(check.most_files)] * (check.most_files != plain.most_files)
    yield "lines", [str(check.most_lines)] * (check.most_lines != plain.most_lines)
    yield "seconds", [amounts.said_seconds(check.seconds)] * (check.seconds != plain.seconds)
    yield "scope", several(spec.write)
    yield "role", [spec.role] * bool(spec.role)
    yield "budget", list(filter(None, [amounts.said_budget(spec.budget)]))
    yield "priority", [str(spec.priority)] * (spec.priority != EMPTY.priority)
    yield "retries", [str(spec.retries)] * (spec.retries != EMPTY.retries)
    yield "after", several(spec.after)


def _command(command: str) -> str:
    if "\n" not in command and command != BLOCK:
        return command
    return "\n".join([BLOCK, *(_INDENT + line if line else "" for line in command.split("\n"))])


def parsed(text: str, known: TaskSpec = EMPTY, file: str = "task") -> TaskSpec:
    """The task that a text says; where it comes from stays as `known` has it. Raises the first `Fault`."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    faults = list[Fault]()
    written = Written(file, 1)
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    if lines[first].rstrip() != EDGE:
        raise Fault(file, first + 1, "", f"it does not begin with {EDGE}", f"write {EDGE}, then keys, then {EDGE}")
    last = next((n for n, line in enumerate(lines[first + 1 :], first + 1) if line.rstrip() == EDGE), 0)
    if not last:
        raise Fault(file, len(lines), "", f"the keys do not end with {EDGE}", f"write {EDGE} below them")
    _keys(written, lines[:last], first + 1, faults)
    written.add("text", Value("\n".join(lines[last + 1 :]).strip("\n"), last + 2))
    spec = None if faults else spec_of(written, known.source, faults)
    if spec is None:
        raise min(faults, key=lambda fault: fault.line)
    return replace(spec, origin=known.origin)


def _keys(written: Written, lines: list[str], at: int, faults: list[Fault]) -> None:
    while at < len(lines):
        line, number = lines[at], at + 1
        at += 1
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        word, colon, value = line.partition(":")
        key, value = key_of(word), value.strip()
        if key in ("", "text", "id") or not colon:
            meant = near(word) if colon else ""
            cure = f"write {meant}: if that is meant" if meant else f"the keys are {', '.join(_own())}"
            wrong = "it is no key" if colon else "there is no key before a colon"
            faults.append(Fault(written.file, number, word[:40] if colon else "", wrong, cure))
            continue
        if key == "check" and value == BLOCK:
            end = at
            while end < len(lines) and (not lines[end].strip() or lines[end].startswith(_INDENT)):
                end += 1
            value, at = "\n".join(line.removeprefix(_INDENT) for line in lines[at:end]).strip("\n"), end
        written.add(key, Value(value, number, alone=key == "check"))


def _own() -> list[str]:
    return [key for key in KEYS if key not in ("text", "id")]
