"""Reads frames from a stream. Apart from what they are: who asks once, on a plain socket, needs no loop."""

from __future__ import annotations

import asyncio
from typing import TypeVar

import msgspec

from sessions.sockets.framing import LENGTH, ProtocolError, TornError

F = TypeVar("F")


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
