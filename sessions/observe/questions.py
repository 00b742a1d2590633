"""Whether the last words of a turn ask something of the operator."""

from __future__ import annotations

import re

from sessions.redact import redact
from sessions.text import clean

PLAN = "<proposed_plan>"
"""Begins a plan of Codex, which waits for the operator's yes."""
_END = 1_000
_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.DOTALL)
_DECORATION = "*_~\"'”’»)]} \t"
_SENTENCE = re.compile(r"[^.!?。！？\n]*[?？]$")


def asked_by(text: str) -> str:
    """The question that a text ends with, cleaned, at most 200 characters; `PLAN` for a plan; "" where it asks nothing.

    Only the last line that is no code counts: a question in the middle was rhetorical, or has been answered.
    """
    if PLAN in text:
        return PLAN
    end = text[-_END:]
    if "?" not in end and "？" not in end:
        return ""
    lines = _CODE.sub(" ", end).rstrip().rsplit("\n", 1)
    last = lines[-1].rstrip(_DECORATION)
    found = _SENTENCE.search(last)
    return redact(clean(found[0].lstrip("#>-* \t"))) if found else ""
