"""What is said over the line, but for floors and events: enough for a command that asks and follows nothing.

A frame is its length (four bytes, big endian) and one JSON value. The first one each way tells what that end can do
(see `capabilities`), so that nothing is said which the other end would misread.
"""

from __future__ import annotations

import msgspec

from sessions.floor.commands import Command, Progress, Reply
from sessions.sockets.framing import framed
from sessions.supervisor.wire.capabilities import SPEAKS, VERSION

MAX_REQUEST = 1 << 20
"""Bytes of the largest frame a supervisor takes from a console."""
MAX_PART = 1 << 24
"""Bytes of the largest part of an answer: one entry of a session that fills its bounds with escaped signs."""
MAX_ANSWER = 1 << 28
"""Bytes of the largest frame a console takes from its supervisor: a snapshot of a very large floor."""


class Frame(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="frame"):
    """One thing said."""


class Hello(Frame, frozen=True, omit_defaults=True, tag="hello"):
    """First word of a console: it has folded the events up to `after` and wants those that follow."""

    version: int
    after: int = 0
    speaks: tuple[str, ...] = ()
    follows: bool = True
    """It wants events at all; somebody who only has a question does not."""
    fingerprint: str = ""
    """Of its settings (see `sessions.settings.fingerprint`), where that matters to it."""


class CommandFrame(Frame, frozen=True, omit_defaults=True, tag="command"):
    """An operator's command, whose id this is. A supervisor that does not know its wish refuses it, and no more.

    Sent again after a lost connection, it is answered again and not done again.
    """

    id: str
    command: msgspec.Raw


class QuestionFrame(Frame, frozen=True, omit_defaults=True, tag="question"):
    """Something a console wants to know (see `sessions.asking.questions`), in parts that bear the same id.

    The id names a stream of its own on the line, which either side may end; commands and questions share the numbers.
    """

    id: int
    question: msgspec.Raw


class NevermindFrame(Frame, frozen=True, omit_defaults=True, tag="nevermind"):
    """The console has lost interest in this question: nothing more is said of it."""

    id: int


class AttachFrame(Frame, frozen=True, omit_defaults=True, tag="attach"):
    """A console wants a station's terminal, for one of this size. The id names the stream, as that of a question does.

    What is typed, other sizes and the end of interest follow under the same id; output comes, and an `EndFrame`.
    """

    id: int
    station: str
    columns: int
    lines: int
    looks: bool = False
    """It types nothing and gives the terminal no size."""


class KeysFrame(Frame, frozen=True, omit_defaults=True, tag="keys"):
    """What was typed at a terminal that this console is attached to."""

    id: int
    data: bytes


class SizeFrame(Frame, frozen=True, omit_defaults=True, tag="size"):
    """The operator's terminal has another size now."""

    id: int
    columns: int
    lines: int


class DetachFrame(Frame, frozen=True, omit_defaults=True, tag="detach"):
    """The console has let go of this terminal; the agent in it goes on."""

    id: int


class Welcome(Frame, frozen=True, omit_defaults=True, tag="welcome"):
    """First word of a supervisor: who it is, and how far its journal goes."""

    version: int
    pid: int
    repo: str
    seq: int
    speaks: tuple[str, ...] = ()


class Refused(Frame, frozen=True, omit_defaults=True, tag="refused"):
    """The supervisor does not serve this console; it closes the connection."""

    reason: str
    cure: str = ""
    version: int = 0
    """What the supervisor speaks, where that is why."""
    speaks: tuple[str, ...] = ()


class WorkFrame(Frame, frozen=True, omit_defaults=True, tag="work"):
    """What the supervisor is at. The last one holds; it is also sent as a sign of life."""

    progress: Progress | None = None
    trouble: str = ""
    """What keeps it from its work now, with the cure; such as a full disk."""
    halted: bool = False
    """The journal takes nothing at present: commands that write are refused, and those that read wait."""
    tries: int = 0
    """How often it has taken nothing; it is tried again for every command."""
    past: int = 0
    """Up to the event with this number the floor is told what happened while nobody looked (see `UNSETTLED`)."""


class ReplyFrame(Frame, frozen=True, omit_defaults=True, tag="reply"):
    """The answer to the command with this id."""

    id: str
    reply: Reply


class PartFrame(Frame, frozen=True, omit_defaults=True, tag="part"):
    """A part of the answer to the question with this id."""

    id: int
    part: msgspec.Raw


class EndFrame(Frame, frozen=True, omit_defaults=True, tag="end"):
    """There are no more parts of this answer; with a reason, why there is none, or not all of it."""

    id: int
    reason: str = ""
    cure: str = ""


class OutputFrame(Frame, frozen=True, omit_defaults=True, tag="output"):
    """What is to be written to the operator's terminal. The first one makes it show the screen as it is."""

    id: int
    data: bytes


class Farewell(Frame, frozen=True, omit_defaults=True, tag="farewell"):
    """The supervisor ends by its own will. `stopped` says that the operator asked for it: nobody starts it again."""

    reason: str
    stopped: bool = False


AtTerminal = AttachFrame | KeysFrame | SizeFrame | DetachFrame
"""What somebody says who is, or wants to be, attached to a terminal."""
Told = Welcome | Refused | WorkFrame | ReplyFrame | PartFrame | EndFrame | OutputFrame | Farewell
"""What a supervisor says to somebody who follows nothing."""


_ENCODER = msgspec.json.Encoder()


NOTHING = -1
"""What a console has folded that has no floor yet: it wants the whole floor, not the past in pieces."""
UNSETTLED = 2**63 - 1
"""The end of the past while it is still being read."""


def hello(after: int = 0, *, follows: bool = True, fingerprint: str = "") -> Hello:
    """The first word of a console of this program."""
    return Hello(VERSION, after, SPEAKS, follows, fingerprint)


def command_frame(command: Command) -> CommandFrame:
    """The command as it is sent. Raises `UnicodeEncodeError` for a name that is no text."""
    return CommandFrame(command.id, msgspec.Raw(_ENCODER.encode(command)))


def encode(frame: Frame) -> bytes:
    """The frame with its length in front, ready for the wire."""
    return framed(_ENCODER.encode(frame))
