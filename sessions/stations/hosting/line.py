"""What a supervisor and a host say to each other: frames over a unix socket (see `sessions.sockets.framing`).

The host speaks first (`Ready`). The supervisor's first word is `Ack`, with the last number of that host that it has
committed; what was told since is said again, then what is new. Everything it asks bears an id of its own: said again
after a lost connection, it is answered again and not done again.
"""

from __future__ import annotations

import msgspec

from sessions.floor.scope import Budget, Scope
from sessions.sockets.framing import framed
from sessions.stations.contract import Brief, Decision

VERSION = 1
"""Of this line; a host of another one is ended and started again."""
MAX_FRAME = 1 << 26
"""Bytes of the largest frame either side takes."""


class Frame(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="frame"):
    """One thing said."""


class Ack(Frame, frozen=True, omit_defaults=True, tag="ack"):
    """All that was told up to this number is committed."""

    seq: int


class Request(Frame, frozen=True, omit_defaults=True):
    """Something that is asked, and answered by the `Done` of the same id."""

    id: str


class Begin(Request, frozen=True, omit_defaults=True, tag="begin"):
    """Start an agent of this kind. One that runs already for the station is left as it is."""

    kind: str
    brief: Brief


class Prompt(Request, frozen=True, omit_defaults=True, tag="prompt"):
    """Give the station a request. The id is the prompt's own: the agent is not given the same one twice."""

    station: str
    text: str


class Interrupt(Request, frozen=True, omit_defaults=True, tag="interrupt"):
    station: str


class Answer(Request, frozen=True, omit_defaults=True, tag="answer"):
    station: str
    question: str
    decision: Decision
    reason: str = ""


class Assign(Request, frozen=True, omit_defaults=True, tag="assign"):
    """The station's boundary and budget are these. `Done.now` tells whether that holds at once."""

    station: str
    scope: Scope
    budget: Budget
    brief: Brief | None = None
    """With its boundary drawn anew, of an agent that can be bound anew."""


class Close(Request, frozen=True, omit_defaults=True, tag="close"):
    """End the station's agent, and every process of it. One that does not run is left so."""

    station: str


class List(Request, frozen=True, omit_defaults=True, tag="list"):
    """What runs; answered by `Running`."""


class End(Request, frozen=True, omit_defaults=True, tag="end"):
    """End all agents, then the host."""


class Ready(Frame, frozen=True, omit_defaults=True, tag="ready"):
    """The host's first word."""

    version: int
    contract: int
    host: str
    """Chosen by chance when it began, and kept by one that goes on with what another left: numbers count within it."""
    pid: int
    started: int
    """When its process began, as the kernel counts it (field 22 of /proc/PID/stat); 0 where it does not tell."""
    kinds: tuple[str, ...] = ()


class Done(Frame, frozen=True, omit_defaults=True, tag="done"):
    """What was asked is done, or cannot be."""

    id: str
    ok: bool = True
    reason: str = ""
    cure: str = ""
    lost: bool = False
    """It failed as the conversation is another one, or gone (`LostSessionError`)."""
    now: bool = True
    seq: int = 0
    """The facts that came of it are among those told up to this number."""


class Told(Frame, frozen=True, omit_defaults=True, tag="told"):
    """What happened, as the journal's own bodies, already without secrets. Kept by the host until acknowledged."""

    seq: int
    events: tuple[msgspec.Raw, ...]


class Seated(msgspec.Struct, frozen=True, omit_defaults=True):
    """An agent that runs."""

    station: str
    kind: str
    session: str = ""
    busy: bool = False
    """In a turn."""


class Running(Frame, frozen=True, omit_defaults=True, tag="running"):
    """All agents that run."""

    id: str
    stations: tuple[Seated, ...] = ()


Down = Ack | Begin | Prompt | Interrupt | Answer | Assign | Close | List | End
Up = Ready | Done | Told | Running
Asked = Begin | Prompt | Interrupt | Answer | Assign | Close
"""What is done once, whoever asks it how often."""

DOWN: msgspec.json.Decoder[Down] = msgspec.json.Decoder(Down)
UP: msgspec.json.Decoder[Up] = msgspec.json.Decoder(Up)
_ENCODER = msgspec.json.Encoder()


def encode(frame: Frame) -> bytes:
    """The frame, ready for the wire."""
    return framed(_ENCODER.encode(frame))
