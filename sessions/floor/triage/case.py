"""A case: something that needs a person, with its cause and the evidence for it. Values."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from sessions.text import Words


class Kind(StrEnum):
    """What a case is. The order is that of their urgency, the most urgent first."""

    PERMISSION = "permission"
    """An agent asks, and waits."""
    DISK = "disk"
    MEMORY = "memory"
    PROVIDER = "provider"
    """A provider answers nobody."""
    CRASH_LOOP = "crash_loop"
    FAILED = "failed"
    SCOPE = "scope"
    """It left its scope, or asks for more."""
    BUDGET = "budget"
    CHECK = "check"
    """A task's check failed too often."""
    REVIEW = "review"
    """A task without a check waits to be accepted."""
    STUCK = "stuck"
    CONFLICT = "conflict"
    """It collides with what is about to land."""
    SIGNAL = "signal"
    """A station asks for somebody to come."""
    RESULT = "result"
    """What a station came to, whose parent is gone."""


class Cause(StrEnum):
    """Why, as far as rules can tell; `unknown` is an honest answer."""

    PROVIDER = "provider"
    AUTH = "auth"
    RATE_LIMIT = "rate limit"
    CONTEXT_FULL = "context full"
    TOOL_ERROR = "tool error"
    FAILING_TEST = "failing test"
    BUILD = "build"
    CRASH = "crash"
    STALL = "stall"
    LOOP = "loop"
    SCOPE = "scope"
    CONFLICT = "conflict"
    BUDGET = "budget"
    ENVIRONMENT = "environment"
    UNKNOWN = "unknown"


class Wake(StrEnum):
    """What a case can be out of sight until, by the name that a wish, a command and the journal have for it."""

    TURN = "turn_ended"
    COMMIT = "commit"
    CHECKED = "check_passed"
    MERGES = "conflict_gone"
    BOUNDS = "bounds_changed"
    ENDED = "ended"


class Act(StrEnum):
    """What settles a case."""

    ALLOW = "allow"
    ALWAYS = "always"
    DENY = "deny"
    ANSWER = "answer"
    """With words."""
    RETRY = "retry"
    MORE = "more"
    """Again with a larger budget, another model, or an empty context."""
    FRESH = "fresh"
    """A new conversation that is told what was learned."""
    RESCOPE = "rescope"
    HAND_OVER = "hand over"
    REQUEUE = "requeue"
    GIVE_UP = "give up"
    KILL = "kill"
    HOLD = "hold"
    SNOOZE = "snooze"
    EXPECTED = "expected"
    """This kind is not shown for this station again."""
    SEEN = "seen"
    """Nothing is done about it."""


class Case(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something that needs a person."""

    id: str
    """Made of its evidence: the same evidence is never a second case, and new evidence is a new one."""
    kind: Kind
    station: str = ""
    """"" for the whole floor."""
    cause: Cause = Cause.UNKNOWN
    rule: str = ""
    """The name of the rule that told the cause."""
    title: Words = ""
    """In a few words, cleaned."""
    evidence: tuple[Words, ...] = ()
    """What led to the cause, each in a line, cleaned: exit status, last output, failing check, the repeated call."""
    since: float = 0.0
    """When what it is about began."""
    about: str = ""
    """The question, task, signal, branch or child that it is about."""
    group: str = ""
    """Cases with the same one are one row: the same cause, of the same kind, at the same place; "" stands alone."""
    opened: float = 0.0
    snoozed: float = 0.0
    """It is out of sight until then; 0 when it is in sight."""
    wakes: str = ""
    """What brings it back before, as in `CaseSnoozed`."""
    plan: str = ""
    """The standing rule that will settle it by itself."""
    plan_act: Act = Act.RETRY
    plan_at: float = 0.0
    note: Words = ""
    """Why it is back, after it was settled."""
    returned: float = 0.0
    """When it came back: it stays until its station does something else, or somebody settles it."""


class Settled(msgspec.Struct, frozen=True, omit_defaults=True):
    """A case that left the queue, and how."""

    case: Case
    time: float
    why: Words = ""
    act: Act | None = None
    """None where it was over by itself."""
    who: str = ""
    command: str = ""
    rule: str = ""
    """The standing rule that did it; "" for a person."""
