"""The lines of a transcript that a host writes: one JSON object each, whole texts, in the order in which it happened.

The journal's events hold the first words of what is told here. A line that was torn by the end of its writer is
followed by a whole one on a line of its own. An agent without a memory of its own goes on from this one.
"""

from __future__ import annotations

import msgspec

from sessions.floor.tokens import Certainty, Tokens

FIRST = b'{"line":"session'
"""How each transcript begins."""


class Line(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="line"):
    """One thing that was said or done; `time` is in seconds since 1970."""

    time: float = 0.0


class Session(Line, frozen=True, kw_only=True, omit_defaults=True, tag="session.1"):
    """The conversation began, or is gone on with by another process."""

    session: str
    kind: str = ""
    version: str = ""
    model: str = ""
    directory: str = ""
    system: str = ""
    """What the agent is told of its work beside the prompts."""


class Prompt(Line, frozen=True, kw_only=True, omit_defaults=True, tag="prompt"):
    """A request was taken. It is begun at its `Turn`, or at once where there is none."""

    id: str = ""
    text: str


class Turn(Line, frozen=True, kw_only=True, omit_defaults=True, tag="turn"):
    """The work on the request with this id began."""

    prompt: str = ""


class Text(Line, frozen=True, kw_only=True, omit_defaults=True, tag="text"):
    """The agent said this. `message` is the same for all that stands in one answer of the model."""

    text: str
    message: str = ""


class Thinking(Line, frozen=True, kw_only=True, omit_defaults=True, tag="thinking"):
    text: str
    message: str = ""


class Tool(Line, frozen=True, kw_only=True, omit_defaults=True, tag="tool"):
    """A tool is used. `arguments` is a JSON object."""

    call: str
    tool: str
    arguments: msgspec.Raw = msgspec.Raw(b"{}")
    message: str = ""
    title: str = ""


class Question(Line, frozen=True, kw_only=True, omit_defaults=True, tag="question"):
    """The operator was asked about a use of a tool; until `Reply` it is not begun."""

    call: str
    question: str


class Reply(Line, frozen=True, kw_only=True, omit_defaults=True, tag="reply"):
    call: str
    decision: str
    reason: str = ""


class Result(Line, frozen=True, kw_only=True, omit_defaults=True, tag="result"):
    """A tool came back. `diff` is what it changed in files, in lines that begin with `+`, `-` or a blank."""

    call: str
    text: str = ""
    failed: bool = False
    diff: str = ""


class Calling(Line, frozen=True, kw_only=True, omit_defaults=True, tag="calling"):
    """A model is called; `Usage` with the same id says what that used. One without it was broken off."""

    call: str
    model: str = ""
    about: int = 0
    """Tokens that its request has, by estimation."""


class Usage(Line, frozen=True, kw_only=True, omit_defaults=True, tag="usage"):
    call: str
    model: str = ""
    tokens: Tokens = Tokens()
    cost: float | None = None
    certainty: Certainty = Certainty.EXACT


class Spent(Line, frozen=True, kw_only=True, omit_defaults=True, tag="spent"):
    """This share of a part of the budget is used; it was told."""

    share: float
    what: str


class Note(Line, frozen=True, kw_only=True, omit_defaults=True, tag="note"):
    """Something that is no part of the conversation proper: a wait, a question and its answer, a failure."""

    text: str
    failed: bool = False


class End(Line, frozen=True, kw_only=True, omit_defaults=True, tag="end"):
    """The turn is over."""

    interrupted: bool = False
    reason: str = ""
    """Why it failed, where it did."""


AnyLine = (
    Session | Prompt | Turn | Text | Thinking | Tool | Question | Reply | Result | Calling | Usage | Spent | Note | End
)

ANY: msgspec.json.Decoder[AnyLine] = msgspec.json.Decoder(AnyLine)
