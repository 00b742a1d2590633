"""What a console and a supervisor say to each other: frames over a unix stream socket (see `frames`)."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from sessions.errors import FactoryError
from sessions.floor.commands import Command
from sessions.floor.events import Event
from sessions.floor.state import FloorState
from sessions.journal import codec
from sessions.sockets.framing import ProtocolError
from sessions.supervisor.wire.frames import (
    AtTerminal,
    CommandFrame,
    Frame,
    Hello,
    NevermindFrame,
    QuestionFrame,
    Told,
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


Request = Hello | CommandFrame | QuestionFrame | NevermindFrame | AtTerminal
Answer = Told | Events | Snapshot

COMMANDS: msgspec.json.Decoder[Command] = msgspec.json.Decoder(Command)
REQUESTS: msgspec.json.Decoder[Request] = msgspec.json.Decoder(Request)
ANSWERS: msgspec.json.Decoder[Answer] = msgspec.json.Decoder(Answer)
