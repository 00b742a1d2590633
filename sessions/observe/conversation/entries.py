"""What a conversation is: numbered entries, harmless and bounded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Literal, Protocol

import msgspec

from sessions.text import clean_lines

MAX_LINES = 2_000
MAX_CHARS = 200_000
"""What one entry shows at most; the last line says how much more there is."""


class EntryKind(StrEnum):
    """What an entry of a conversation is."""

    PROMPT = "prompt"
    TEXT = "text"
    THINKING = "thinking"
    TOOL = "tool"
    RESULT = "result"
    ERROR = "error"
    NOTE = "note"


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that was said or done. Its text is harmless: cleaned and bounded."""

    kind: EntryKind
    time: float = 0.0
    """Seconds since 1970; 0 when the source does not say."""
    title: str = ""
    """One line: the command, the path, the first words."""
    lines: tuple[str, ...] = ()
    failed: bool = False
    call: str = ""
    """The id of the tool's use that a tool and its result share."""
    tool: str = ""
    added: int = 0
    """Lines that the tool adds to files, and removes from them; 0 where that is not told."""
    removed: int = 0


def never() -> bool:
    """A search that nobody gives up."""
    return False


class Conversation(Protocol):
    """A session as numbered entries, oldest first. It may read the disk: use it from a worker."""

    kept: int
    """Entries before this one were left as they were by the last refresh that found others."""

    def __len__(self) -> int: ...

    def entry(self, i: int) -> Entry:
        """Entry `i`; raises IndexError outside of 0..len-1, and nothing else."""
        ...

    def refresh(self) -> bool:
        """Read what was written since; True when there are other entries than before.

        A tool's result is put behind its call, so entries behind an open call may move down.
        """
        ...

    def find(
        self, pattern: str, start: int, step: Literal[1, -1] = 1, given_up: Callable[[], bool] = never
    ) -> int | None:
        """The first entry from `start` on, in the direction `step`, that shows `pattern` in any case.

        None, too, once the search was `given_up`.
        """
        ...

    def close(self) -> None: ...


def show(text: str) -> tuple[str, ...]:
    """Foreign text as the lines of an entry: harmless, without blank ends, bounded."""
    lines = clean_lines(text.strip("\r\n"), MAX_CHARS)
    more = len(lines) - MAX_LINES
    if more > 0 or len(text) > MAX_CHARS:
        hidden = f"{more} more line{'s' * (more != 1)}" if more > 0 else f"{len(text) - MAX_CHARS} more characters"
        return (*lines[:MAX_LINES], f"… {hidden}")
    while lines and not lines[-1].strip():
        lines.pop()
    return tuple(lines)


def shows(entry: Entry, lowered: str) -> bool:
    """Whether the entry's title, tool or lines hold the pattern, which is in lower case."""
    return any(lowered in text.lower() for text in (entry.title, entry.tool, *entry.lines))


def walk(length: int, start: int, step: Literal[1, -1]) -> Sequence[int]:
    """The entries to look at from `start` on, in the direction `step`."""
    return range(max(0, start), length) if step > 0 else range(min(start, length - 1), -1, -1)
