"""Recognises in what a command printed that it was refused a write, and where. Pure; what it finds is a guess.

The kernel tells nobody of a refusal but the program that asked. Our own tools and the agents' hooks know; of any other
command only its words are seen. They come from libraries, so a few forms cover nearly all programs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

LONGEST_LINE = 4_096
"""Characters of a line that are looked at."""
MOST_LINES = 20_000
MOST_TELLING = 500
"""Lines that tell of writing, of which each is taken apart."""
MOST_PATHS = 20
"""More paths of one output say nothing new."""
_NEAR = 3
"""Lines by which a reason may come after what it is the reason of."""
_REASON = re.compile(
    r"read-only file ?system|permission denied|operation not permitted|cross-device link|device or resource busy"
    r"|\bE(?:ROFS|ACCES|PERM)\b|os error (?:30|13)\b",
    re.IGNORECASE,
)
_WRITES = re.compile(
    r"read-only file ?system|\bEROFS\b|os error 30\b|cannot (?:create|touch|remove|move|overwrite|write|make)"
    r"|unable to (?:create|write|unlink|rename|open)|could(?: not|n't) (?:create|write|open|lock|set|move|remove)"
    r"|failed to (?:create|write|open|remove|rename|save|copy)|\b(?:mkdir|unlink|rename|rmdir|truncate|chmod)\b"
    r"|error opening .* for writing|for writing|changing permissions",
    re.IGNORECASE,
)
"""Besides "read-only", which is one by itself, words that tell a refused write from a refused read."""
_QUOTED = re.compile(r"'([^'\n]{1,1024})'|\"([^\"\n]{1,1024})\"|‘([^’\n]{1,1024})’|`([^'`\n]{1,1024})[`']")
_BEFORE = re.compile(r"(?:^|[\s:=(])((?:\.{0,2}/|[\w.@+-]+/)?[\w.@+~/-]*[\w@+~-])(?=: |\s*\(|, |\s*$)")
_OF_PROGRAMS = re.compile(
    r"^(?:line \d+|\d+|error|fatal|warning|sh|bash|zsh|dash|fish|E[A-Z]+|[\w.-]*Error)$", re.IGNORECASE
)


def violations(text: str) -> tuple[str, ...]:
    """The paths that something could not write, as they are told, each once; the first `MOST_PATHS` of them.

    Takes the time of the text's length. Any text is taken; what says no path says nothing here.
    """
    found: dict[str, None] = {}
    said_before, said_at, telling = "", 0, 0
    for number, whole in enumerate(text.splitlines()[:MOST_LINES]):
        line = whole[:LONGEST_LINE]
        reason, writes = _REASON.search(line), _WRITES.search(line)
        telling += writes is not None
        if telling > MOST_TELLING:
            break
        path = next(_paths(line, reason), "") if writes else ""
        if path:
            said_before, said_at = path, number
        if reason is not None and writes and said_before and number - said_at <= _NEAR:
            found[said_before] = None
            if len(found) >= MOST_PATHS:
                break
    return tuple(found)


def _paths(line: str, reason: re.Match[str] | None) -> Iterator[str]:
    """Paths in a line that tells of a refusal, the likeliest first; where another gives the reason, quoted ones."""
    quoted = [next(filter(None, groups)) for groups in _QUOTED.findall(line)]
    yield from (text for text in reversed(quoted) if _is_path(text))
    if reason is None:
        return
    after = line[reason.end() :].strip(" :,)(-")
    before = line[: reason.start()]
    candidates = [match.group(1) for match in _BEFORE.finditer(before)]
    yield from (text for text in reversed(candidates) if _is_path(text))
    for word in after.split():
        if "/" in word and _is_path(word.rstrip(".,;)")):
            yield word.rstrip(".,;)")


def _is_path(text: str) -> bool:
    return not _OF_PROGRAMS.match(text) and not text.isspace() and ("/" in text or " " not in text)
