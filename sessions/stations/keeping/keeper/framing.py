"""How a keeper and its clients talk: two lengths, an object in JSON, and bytes as they are.

A request may bear a number, `ask`, and is then answered with the same one; without it nothing is answered. What is
told unasked is a `note`. A request that a keeper does not know is answered with an error, and costs nothing else: this
is all that has to stay as it is for as long as agents run.
"""

from __future__ import annotations

import json
import struct

VERSION = 1
"""Of the frames, told by both sides in their first word."""
HEAD = struct.Struct(">II")
MOST_WORDS = 8 << 20
"""Bytes of the longest JSON: all words and the environment of a start."""
MOST_BYTES = 2 << 20
CHUNK = 1 << 16
"""Bytes that are read or told at once."""

Words = dict[str, object]


class FramingError(Exception):
    """The other side does not speak like this."""


def packed(words: Words, data: bytes = b"") -> bytes:
    """A frame, ready to be sent. Names that are no text come through as they are."""
    body = json.dumps(words, separators=(",", ":")).encode()
    return HEAD.pack(len(body), len(data)) + body + data


class Frames:
    """Takes bytes as they come, and gives the frames that are whole."""

    def __init__(self) -> None:
        self._heard = bytearray()

    def feed(self, data: bytes) -> list[tuple[Words, bytes]]:
        """The frames that became whole. Raises `FramingError` for what is none."""
        heard = self._heard
        heard += data
        found: list[tuple[Words, bytes]] = []
        while len(heard) >= HEAD.size:
            words, rest = HEAD.unpack_from(heard)
            if words > MOST_WORDS or rest > MOST_BYTES:
                raise FramingError(f"a frame of {words + rest} bytes")
            end = HEAD.size + words + rest
            if len(heard) < end:
                break
            found.append((read(bytes(heard[HEAD.size : HEAD.size + words])), bytes(heard[HEAD.size + words : end])))
            del heard[:end]
        return found


def read(body: bytes) -> Words:
    """The words of a frame."""
    try:
        words = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise FramingError("not JSON") from error
    if not isinstance(words, dict):
        raise FramingError("not an object")
    return words
