"""Frames over a stream: the length of each (four bytes, big endian) and one JSON value."""

from __future__ import annotations

import asyncio
import struct
from typing import TypeVar

import msgspec

from sessions.errors import FactoryError

LENGTH = struct.Struct(">I")

F = TypeVar("F")


class ProtocolError(FactoryError):
    """The other side does not speak the protocol."""


class TornError(ProtocolError):
    """The other side went in the middle of a frame."""


def framed(body: bytes) -> bytes:
    """One JSON value with its length in front, ready for the wire."""
    return LENGTH.pack(len(body)) + body


async def read(reader: asyncio.StreamReader, decoder: msgspec.json.Decoder[F], limit: int) -> F | None:
    """The next frame, or None at the end of the stream.

    Raises `ProtocolError` for a frame longer than `limit` bytes, a torn one, or one that is no frame of this protocol.
    """
    try:
        (size,) = LENGTH.unpack(await reader.readexactly(LENGTH.size))
        if size > limit:
            raise ProtocolError(f"a frame of {size:,} bytes, over the limit of {limit:,}")
        return decoder.decode(await reader.readexactly(size))
    except asyncio.IncompleteReadError as error:
        if error.partial or error.expected != LENGTH.size:
            raise TornError("the connection ended inside a frame") from error
        return None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProtocolError(f"not a frame of this protocol ({error})") from error
