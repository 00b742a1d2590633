"""What of a tool's use or of an error stays the same when it is repeated. Pure."""

from __future__ import annotations

import re
from functools import lru_cache
from zlib import crc32

_ID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_TIME = r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:\.\d+)?Z?)?|\d\d:\d\d:\d\d(?:[.,]\d+)?"
_VOLATILE = re.compile(
    rf"(?<![\w.~*-])(?:/private)?/(?:tmp|var/tmp|dev/shm)/[^\s'\":;,)]*|{_ID}|{_TIME}|\b0x[0-9a-fA-F]+|\b\d{{5,}}\b"
)
"""What is another each time of a call that is the same: temporary paths, ids, times, large numbers.

Names of commits stay: an agent that looks at one after the other does not repeat itself.
"""
_HYPHENS = 4
"""In an id."""
_FLEETING = re.compile(
    rf"{_VOLATILE.pattern}|\b\d+(?:\.\d+)?\s?(?:ns|\u00b5s|us|ms|s|secs?|seconds?|mins?|minutes?)\b"
    r"|\b(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{7,40}\b|\b(?=[A-Za-z]*\d)[A-Za-z0-9]{16,}\b"
)
"""And of an error: durations and all ids, too. Small numbers stay: `5 failed` is not `3 failed`."""
_NUMBERS = re.compile(r"\d+")
_MAY_VARY = re.compile(r"\d(?:\d{4}|:\d\d:|\d{3}-\d\d|x)")
"""What a call has that has such a number, a time or a date: most have none, and that is found out fast."""
_WRITES = re.compile(
    r"(?:^|[\s;&|(])(?:sed\s+-\w*i|perl\s+-\w*i|tee|patch|mv|cp|rm|ln|touch|mkdir|apply_patch|git\s+(?:apply|am|add|"
    r"checkout|switch|restore|reset|stash|commit|merge|rebase|cherry-pick|revert|pull|mv|rm|clean)|(?:npm|pnpm|yarn|pip|"
    r"uv|cargo|poetry|apt-get|brew|mix|go)\s+(?:install|i|ci|add|sync|update|get|deps\S*)|make\s+\S*(?:fix|format)\S*)"
    r"(?=\s|$)|--(?:fix|write|in-place)\b|(?<![<>=\-&\d])>{1,2}\s*[^\s&>|]|<<"
)
"""Commands that change files, or what others see."""
_CHECKS = re.compile(
    r"\b(?:\w*tests?|pytest|check|build|lint|make|tox|nox|jest|vitest|tsc|mypy|pyright|ruff|eslint|gradle\w*|mvn|clippy)\b"
)
_HIDES = re.compile(r"\||;|&\s*$")
"""What makes a command end well that does not: `make check | tail`, `pytest; true`, `make || true`."""
_TO_NOTHING = re.compile(r"\d?>{1,2}\s*/dev/null|\d?>&\d|&>\s*/dev/null")
_POLLS = frozenset(
    {
        "bashoutput",
        "taskoutput",
        "write_stdin",
        "wait",
        "wait_agent",
        "wait_for",
        "sleep",
        "killshell",
        "monitor",
        "poll",
    }
)
_SLEEPY = ("sleep", "wait", "watch", "--follow", "tail -f")
_SLEEPS = re.compile(r"(?:\b(?:sleep|wait|watch|tail -f)|--follow)\b")


def call_key(tool: str, detail: str, source: str) -> int:
    """A number for a use of a tool, the same when it is repeated by the same conversation."""
    if "/tmp/" in detail or "/shm/" in detail or _MAY_VARY.search(detail) is not None or detail.count("-") >= _HYPHENS:
        detail = _VOLATILE.sub("#", detail)
    return crc32(f"{source}\0{tool}\0{detail}".encode("utf-8", "replace"))


@lru_cache(maxsize=1_024)
def error_key(detail: str) -> int:
    """A number for how something failed, never 0."""
    return crc32(_FLEETING.sub("#", detail).encode("utf-8", "replace")) or 1


def but_for_numbers(error: str) -> str:
    """An error with all that may be another number in it taken out."""
    return _NUMBERS.sub("#", _FLEETING.sub("#", error))


def number_of(text: str) -> int:
    """A number for a text, the same in every process."""
    return crc32(text.encode("utf-8", "replace"))


@lru_cache(maxsize=1_024)
def is_told(error: str) -> bool:
    """Whether an error says so much that two which say the same are one."""
    return len(re.findall(r"[^\W\d_]{2,}", error)) >= 4


@lru_cache(maxsize=1_024)
def writes(detail: str) -> bool:
    """Whether a command, by its words, changes files: what is done after it is done to something else."""
    return " " in detail and _WRITES.search(_TO_NOTHING.sub("", detail)) is not None


@lru_cache(maxsize=1_024)
def checks(detail: str) -> bool:
    """Whether a command, by its words, tries what was written, and ends well only where that is good."""
    return _CHECKS.search(detail) is not None and _HIDES.search(detail) is None


def waits(tool: str, detail: str) -> bool:
    """Whether a call looks again at what goes on elsewhere: to repeat it is to wait."""
    return tool.lower() in _POLLS or (any(map(detail.__contains__, _SLEEPY)) and _SLEEPS.search(detail) is not None)
