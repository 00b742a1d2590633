"""What a terminal answers by itself, for programs that ask while nobody looks.

Some do not start until they have an answer. Only what every terminal says in the same way is answered, and the place of
the cursor, which is said to be the first of the screen.
"""

from __future__ import annotations

import re

ASKED = re.compile(rb"\x1b\[(?:(>)?0?(c)|\??([56])n)")
KIND, SECOND_KIND = b"\x1b[?62;22c", b"\x1b[>0;0;0c"
"""A VT220 with colours, and the version of nothing in particular (DA1, DA2)."""
WELL, CURSOR = b"\x1b[0n", b"\x1b[1;1R"
LONGEST = 6
"""Bytes of the longest question."""


def answers(data: bytes) -> bytes:
    """The answers to all that is asked in what a program wrote."""
    if b"\x1b[" not in data:
        return b""
    return b"".join(_answer(*asked.groups()) for asked in ASKED.finditer(data))


def _answer(second: bytes | None, kind: bytes | None, report: bytes | None) -> bytes:
    if kind is not None:
        return KIND if second is None else SECOND_KIND
    return WELL if report == b"5" else CURSOR
