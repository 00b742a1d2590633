"""Writes answers for scripts: one line of JSON each, harmless on a terminal."""

from __future__ import annotations

import re

import msgspec


def text(value: msgspec.Struct) -> str:
    """A shape as one line of JSON that is harmless on a terminal: what draws nothing is escaped."""
    try:
        line = msgspec.json.encode(value).decode()
    except UnicodeEncodeError:  # a path that is no text; JSON can only escape it
        import json

        return json.dumps(msgspec.to_builtins(value))
    return line if line.isascii() and line.isprintable() else _NOT_PLAIN.sub(_escaped, line)


_NOT_PLAIN = re.compile(r"[^ -~]")


def _escaped(match: re.Match[str]) -> str:
    import json
    import unicodedata

    char = match[0]
    return json.dumps(char)[1:-1] if unicodedata.category(char)[0] in "CZ" else char
