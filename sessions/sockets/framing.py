"""Frames over a stream: the length of each (four bytes, big endian) and one JSON value."""

from __future__ import annotations

import struct

from sessions.errors import FactoryError

LENGTH = struct.Struct(">I")


class ProtocolError(FactoryError):
    """The other side does not speak the protocol."""


class TornError(ProtocolError):
    """The other side went in the middle of a frame."""


def framed(body: bytes) -> bytes:
    """One JSON value with its length in front, ready for the wire."""
    return LENGTH.pack(len(body)) + body
