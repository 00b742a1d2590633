"""What an edit changes, from the arguments of the tool that makes it: as a patch to read, and in figures."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping

Arguments = Mapping[str, object]

OLD = ("old_string", "oldText", "old_str")
NEW = ("new_string", "newText", "new_str")
WHOLE = ("content", "new_source", "file_text")
"""Arguments that hold a file or a cell as it is written."""
COMPARED = 1_000
"""Lines of an edit up to which those that stay are looked for: it takes their product in the worst case."""
_PATCH = "*** Begin Patch"


def changed_lines(old: str, new: str) -> list[str]:
    """The lines of `old` that go, as `- line`, those of `new` that come, as `+ line`, between those that stay."""
    before, after = old.split("\n") if old else [], new.split("\n") if new else []
    if max(len(before), len(after)) > COMPARED:
        return [*(f"- {line}" for line in before), *(f"+ {line}" for line in after)]
    lines: list[str] = []
    for what, a, b, c, d in difflib.SequenceMatcher(None, before, after).get_opcodes():
        if what == "equal":
            lines += [f"  {line}" for line in before[a:b]]
        else:
            lines += [f"- {line}" for line in before[a:b]]
            lines += [f"+ {line}" for line in after[c:d]]
    return lines


def edited(arguments: Arguments) -> list[str]:
    """All that the edits in the arguments change, one after the other; nothing where they hold no edit."""
    return [line for old, new in _pairs(arguments) for line in changed_lines(old, new)]


def extent(tool: str, arguments: Arguments) -> tuple[int, int]:
    """How many lines the tool adds and removes; (0, 0) where it edits nothing, or does not say what was there."""
    lines = edited(arguments)
    if lines:
        # What ends in a line's end has no line behind it, where there is nothing on the other side to compare it with.
        pairs = list(_pairs(arguments))
        added = sum(line[0] == "+" for line in lines) - sum(not old and new.endswith("\n") for old, new in pairs)
        return added, sum(line[0] == "-" for line in lines) - sum(not new and old.endswith("\n") for old, new in pairs)
    lines = [line for value in arguments.values() if isinstance(value, str) for line in _patched(value)]
    if not lines and tool.lower() in {"write", "create", "notebookedit"}:
        whole = next((text for key in WHOLE if isinstance(text := arguments.get(key), str)), "")
        return len(whole.splitlines()), 0
    return sum(line.startswith("+") for line in lines), sum(line.startswith("-") for line in lines)


def _pairs(arguments: Arguments) -> Iterator[tuple[str, str]]:
    """What is there and what comes in its place, of one edit or of a list of them."""
    old, new = _first(arguments, OLD), _first(arguments, NEW)
    if old is not None or new is not None:
        yield old or "", new or ""
    edits = arguments.get("edits")
    for edit in edits if isinstance(edits, list) else ():
        if isinstance(edit, dict):
            yield from _pairs({key: value for key, value in edit.items() if key != "edits"})


def _patched(text: str) -> list[str]:
    """The lines of a patch in Codex's form that add or remove."""
    if _PATCH not in text:
        return []
    return [line for line in text[text.index(_PATCH) :].split("\n") if line[:1] in ("+", "-")]


def _first(arguments: Arguments, keys: tuple[str, ...]) -> str | None:
    return next((text for key in keys if isinstance(text := arguments.get(key), str)), None)
