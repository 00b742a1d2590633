"""What a console and a supervisor say to each other: frames over a unix stream socket (see `frames`)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TypeVar

import msgspec

from sessions.errors import FactoryError
from sessions.floor.commands import Command
from sessions.floor.events import Event
from sessions.floor.state import FloorState
from sessions.journal import codec
from sessions.supervisor.wire.frames import (
    LENGTH,
    CommandFrame,
    Frame,
    Hello,
    NevermindFrame,
    ProtocolError,
    QuestionFrame,
    Told,
    TornError,
)


class Events(Frame, frozen=True, omit_defaults=True, tag="events"):
    """Events in the order of the journal, without gaps; `first` is the sequence number of the first.

    They travel as the journal's own bodies: written once for it and all consoles, and one that the reader does not
    know costs no other.
    """

    first: int
    count: int
    events: msgspec.Raw
    """An array of so many bodies."""

    def read(self) -> list[Event]:
        """The events, one for each number: what cannot be read is a `SourceSkipped`, as in the journal.

        Raises `ProtocolError` when there are not as many as it says.
        """
        try:
            events = codec.decode_array(self.events)
        except FactoryError as error:
            raise ProtocolError(error.message) from error
        if len(events) != self.count:
            raise ProtocolError(f"{len(events)} events came as {self.count}")
        return events


def events_frame(first: int, bodies: Iterable[bytes]) -> Events:
    """The events with these bodies, of which `first` is the first."""
    bodies = tuple(bodies)
    return Events(first, len(bodies), msgspec.Raw(b"[" + b",".join(bodies) + b"]"))


class Snapshot(Frame, frozen=True, omit_defaults=True, tag="snapshot"):
    """The whole floor, in place of more events than are worth sending."""

    state: FloorState


Request = Hello | CommandFrame | QuestionFrame | NevermindFrame
Answer = Told | Events | Snapshot

F = TypeVar("F")

COMMANDS: msgspec.json.Decoder[Command] = msgspec.json.Decoder(Command)
REQUESTS: msgspec.json.Decoder[Request] = msgspec.json.Decoder(Request)
ANSWERS: msgspec.json.Decoder[Answer] = msgspec.json.Decoder(Answer)


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
