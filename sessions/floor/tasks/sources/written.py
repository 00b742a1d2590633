"""A task as somebody wrote it: keys with values and where they stand, before it is known what they mean."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

KEYS: Mapping[str, str] = {
    "title": "what is to be done, in a line",
    "text": "all of it, as its station is told",
    "check": "a command that must end with 0; the key once more for a further one",
    "must": "patterns: each must match a file that was changed",
    "must_not": "patterns of what must not be changed",
    "files": "how many files may be changed at most",
    "lines": "how many lines may be changed at most",
    "seconds": "how long all commands may take together, such as 10m",
    "scope": "patterns of what it may change; none: whatever its station may",
    "role": "only stations of this role take it",
    "budget": "what it may use up, such as $5, 200k tokens, 30m, 20 turns",
    "priority": "a number: the higher comes first",
    "retries": "how often it goes back with what its check said",
    "after": "titles or ids of tasks that must be finished before",
    "id": "a name by which other tasks of the file wait for it",
}
"""All of them, in the order in which they are written."""
SEVERAL = frozenset({"check", "must", "must_not", "scope", "after"})
"""Those that may be there more than once."""
_ALSO = {
    "checks": "check", "command": "check", "commands": "check", "description": "text", "write": "scope",
    "paths": "scope", "depends": "after", "depends_on": "after", "time": "seconds", "timeout": "seconds",
    "most_files": "files", "most_lines": "lines", "name": "title", "mustnot": "must_not",
}  # fmt: skip
"""Other words for the same."""
_LONGEST = 20


@dataclass(frozen=True)
class Value:
    """What stands at a key, and where."""

    text: str
    line: int
    alone: bool = False
    """It is one value, whatever stands in it; else there may be several with commas between."""


@dataclass(eq=False)
class Written:
    """All of it."""

    file: str
    line: int
    values: dict[str, list[Value]] = field(default_factory=dict)
    parts: list[Written] = field(default_factory=list)
    """What must be finished before it, as it is made of that."""

    def add(self, key: str, value: Value) -> None:
        self.values.setdefault(key, []).append(value)


def key_of(word: str) -> str:
    """The key that a word stands for; "" for none."""
    word = re.sub(r"[\s-]+", "_", word.strip().lower())
    return word if word in KEYS else _ALSO.get(word, "")


def near(word: str) -> str:
    """The key that somebody may have meant who wrote another word; "" for none."""
    word = word.strip().lower()
    found = difflib.get_close_matches(word, [*KEYS, *_ALSO], 1, 0.8) if 3 < len(word) < _LONGEST else []
    return key_of(found[0]) if found else ""
