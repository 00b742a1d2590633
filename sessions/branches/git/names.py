"""Names of refs and paths as text that any screen, log or JSON can carry, and that leads back to the ref.

Git allows bytes that are no UTF-8, bidi marks and zero-width characters in a branch name. They are written as
`\\xff`, `\\u202e` or `\\U000e0001`. A backslash, which no ref but a path may have, is written as `\\x5c` where it would
read as the beginning of one of these: no two names look the same, and the way back is unambiguous.
"""

from __future__ import annotations

import re
from pathlib import Path

_ESCAPE = re.compile(r"\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8}))")
_LOOKALIKE = re.compile(rb"\\(?=x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8})")


def shown(raw: bytes) -> str:
    """The name of a ref as text in which every character is visible."""
    if b"\\" in raw:
        raw = _LOOKALIKE.sub(rb"\\x5c", raw)
    text = raw.decode("utf-8", "backslashreplace")
    return text if text.isprintable() else "".join(c if c.isprintable() else _escaped(c) for c in text)


def shown_path(path: Path) -> str:
    """A path as text in which every character is visible; the usual path is itself."""
    return shown(str(path).encode("utf-8", "surrogateescape"))


def ref_bytes(name: str) -> bytes:
    """The name that git knows for what `shown` made of it."""
    out, end = b"", 0
    for match in _ESCAPE.finditer(name):
        byte, *characters = match.groups()
        out += name[end : match.start()].encode()
        code = int(byte or characters[0] or characters[1], 16)
        out += bytes([code]) if byte else chr(code).encode("utf-8", "surrogatepass")
        end = match.end()
    return out + name[end:].encode("utf-8", "surrogatepass")


def _escaped(char: str) -> str:
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"
