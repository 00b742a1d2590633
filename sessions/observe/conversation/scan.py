"""Whether a transcript may show some text, without reading a line of it: what is searched in many is in few of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from sessions.find import find
from sessions.observe.conversation.entries import never
from sessions.observe.files.archive import opened

BLOCK = 4 << 20
_WORD = re.compile(r"[a-z0-9][a-z0-9_.-]*")


def words_of(pattern: str) -> Sequence[bytes]:
    """The words of a pattern that stand in a transcript's bytes as they are, in lower case; signs may be escaped."""
    return [word.encode() for word in _WORD.findall(pattern.lower())]


def may_hold(path: Path, words: Sequence[bytes], given_up: Callable[[], bool] = never) -> bool:
    """Whether the longest of these words is in the file's plain bytes, in any case; true where there is none.

    Raises OSError where it cannot be read. What was given up holds nothing.
    """
    word = max(words, key=len, default=b"")
    if not word:
        return True
    with opened(path) as file:
        kept = b""
        while not given_up() and (data := file.read(BLOCK)):
            block = kept + data.lower()
            if find(block, word, 0, len(block)) >= 0:
                return True
            kept = block[1 - len(word) :] if len(word) > 1 else b""
    return False
