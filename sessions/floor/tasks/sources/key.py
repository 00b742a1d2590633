"""By what two tasks are the same work: their content, and not when, how urgent or where it was written."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from hashlib import blake2b

from msgspec.structs import replace

from sessions.floor.tasks.task import TaskSpec

MARK = "="
"""Stands before the content key of a task that another one of the same file waits for."""


def content_key(spec: TaskSpec) -> str:
    """32 letters: the same for the same work, for ever.

    Counted are title, text, role, what it may write, and its check, but for how long that may take. Blanks that show
    nothing, and a text that only says the title again, make no difference.
    """
    title = " ".join(spec.title.split())
    text = "\n".join(line.rstrip() for line in spec.text.strip().splitlines())
    check = spec.check
    counted = [
        title,
        "" if " ".join(text.split()) == title else text,
        spec.role,
        list(spec.write),
        [[command.strip() for command in check.commands], list(check.must), list(check.must_not)],
        [check.most_files, check.most_lines],
    ]
    return blake2b(json.dumps(counted).encode(), digest_size=16).hexdigest()


def reference(spec: TaskSpec) -> str:
    """What stands in `TaskSpec.after` for a task that has no id yet."""
    return MARK + content_key(spec)


def placed(specs: Iterable[TaskSpec], ids: Mapping[str, str]) -> tuple[TaskSpec, ...]:
    """The same with the ids of tasks in place of references to them; `ids` has them by content key."""

    def known(after: str) -> str:
        return ids.get(after[len(MARK) :], after) if after.startswith(MARK) else after

    return tuple(replace(spec, after=tuple(known(after) for after in spec.after)) for spec in specs)
