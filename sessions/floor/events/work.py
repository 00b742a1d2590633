"""What agents do: turns, what they say of themselves, tools, and what model calls use."""

from __future__ import annotations

from sessions.floor.events.event import StationEvent
from sessions.floor.reports import Report
from sessions.floor.tokens import Certainty, Tokens
from sessions.text import Words


class TurnStarted(StationEvent, frozen=True, kw_only=True, omit_defaults=True, tag="turn_started.1"):
    """A request was given to the agent."""

    text: Words = ""
    """First words of the request, cleaned, at most 200 characters."""
    prompt: str = ""
    """The id by which the request was given; "" where that is not known."""


class TurnFinished(StationEvent, frozen=True, kw_only=True, omit_defaults=True, tag="turn_finished.1"):
    """The agent stopped and waits for the next request."""

    interrupted: bool = False
    """The operator stopped it, which is no failure."""


class TurnFailed(StationEvent, frozen=True, kw_only=True, omit_defaults=True, tag="turn_failed.1"):
    """The turn ended in an error: the API failed, or the agent crashed."""

    reason: Words


class PersonNeeded(StationEvent, frozen=True, kw_only=True, omit_defaults=True, tag="person_needed.1"):
    """The agent asked for permission or for an answer and waits for a person."""

    reason: Words
    guess: bool = False
    amid: bool = False
    """In the middle of its turn, not by the words that its turn ends with."""


class AgentReported(StationEvent, frozen=True, kw_only=True, omit_defaults=True, tag="agent_reported.1"):
    """A running agent says itself what it does, apart from its conversation."""

    state: Report
    reason: Words = ""
    """What it waits for, when it needs a person."""
    process: int = 0
    """The number of its process, which lives."""


class AgentLost(StationEvent, frozen=True, kw_only=True, omit_defaults=True, tag="agent_lost.1"):
    """The agent's process ended without a word: it was killed, or crashed."""

    reason: Words


class MachineAwaited(StationEvent, frozen=True, kw_only=True, omit_defaults=True, tag="machine_awaited.1"):
    """The agent waits for a machine: a rate limit, a retry, an overloaded provider."""

    reason: Words


class ActivitySeen(StationEvent, frozen=True, kw_only=True, omit_defaults=True, tag="activity_seen.1"):
    """The session wrote something that is no fact of its own; evidence that it is alive."""


class TextWritten(StationEvent, frozen=True, kw_only=True, omit_defaults=True, tag="text_written.1"):
    """The agent said something. `text` is cleaned, its first 200 characters."""

    text: Words


class ToolCalled(StationEvent, frozen=True, kw_only=True, omit_defaults=True, tag="tool_called.1"):
    """The agent began to use a tool."""

    tool: str
    call: str = ""
    """The agent's id of this use, by which `ToolFinished` refers to it."""
    detail: Words = ""
    """What it does, in a few words: the command, the path, the pattern; cleaned, at most 200 characters."""
    file: str = ""
    """The file it writes, when it writes one."""
    more_files: tuple[str, ...] = ()
    """Further files that the same use writes, as a patch may."""


class ToolFinished(StationEvent, frozen=True, kw_only=True, omit_defaults=True, tag="tool_finished.1"):
    """A tool came back."""

    call: str = ""
    failed: bool = False
    detail: Words = ""


class TokensUsed(StationEvent, frozen=True, kw_only=True, omit_defaults=True, tag="tokens_used.1"):
    """Tokens were used by a model call.

    Transcripts state the usage of one call several times, growing. Each statement becomes the difference to the one
    before it, so that events add up: `calls` is 1 on the first statement of a call and 0 on a correction. A call that
    turns out to be another model's is taken back (`calls` is -1, with all its tokens) and stated anew.
    """

    tokens: Tokens
    call: str = ""
    """Identity of the model call in its source."""
    calls: int = 1
    model: str = ""
    branch: str = ""
    """The branch the call worked on, where known."""
    subagent: str = ""
    """The sub-agent that made the call; it is attributed to this station, its parent."""
    cost: float | None = None
    """Dollars by the prices known when it was observed (a difference, like tokens); None when unpriced."""
    certainty: Certainty = Certainty.EXACT
    settled: bool = False
    """What was stated of the call before was under-counted, and with this it is not any more."""
    context: int = 0
    """Tokens in the context window of the station's main conversation after this call; 0: no statement."""
    window: int = 0
    """Size of the model's context window; 0 when unknown."""
