"""The one contract for agents: what a kind of agent can do, what it is started with, what it is asked, what it tells.

A kind is an object that the entry-point group `factory_tui.agents` names. There are two families. A kind that
*converses* runs inside a host process of ours and speaks some protocol with its agent (`Conversing`). A kind *in a
terminal* is a program in a pty, which tells its state by hooks (`InTerminal`). Both tell facts as the floor's own
events (`sessions.floor.events`); what they cannot place is a `SourceSkipped`, so nothing is dropped in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Protocol, runtime_checkable

import msgspec

from sessions.errors import FactoryError
from sessions.floor.events import Event
from sessions.floor.reports import Report
from sessions.floor.scope import Budget, Held, Scope

CONTRACT = 2
"""The version of all that stands here. A kind of an older one is served, with one warning (see `kinds`).

1 had no `Agent.assign` and no `Brief.budget`.
"""


class Ability(StrEnum):
    """What a kind of agent can do beyond taking a prompt."""

    INTERRUPT = "interrupt"
    PERMISSIONS = "permissions"
    """It asks before it acts, and obeys the answer."""
    RESUME = "resume"
    """It goes on with a conversation by its id."""
    USAGE = "usage"
    """It tells what its model calls use, to the token."""
    SHARED = "shared"
    """One process serves several stations."""
    MODEL = "model"
    """Its model can be chosen."""
    ATTACH = "attach"
    """It has a terminal."""
    HOOKS = "hooks"
    """It tells its state by hooks."""
    REBINDS = "rebinds"
    """Its boundary can be drawn anew while it runs (`Rebinding`)."""


class Usable(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whether a kind can be used on this machine, and what is missing if not."""

    ok: bool
    version: str = ""
    reason: str = ""
    cure: str = ""


class Brief(msgspec.Struct, frozen=True, omit_defaults=True):
    """All that an agent is started with."""

    station: str
    directory: str
    """Its work tree, absolute; inside the boundary it has the same path."""
    home: str
    """Its own home directory; the operator's is not there."""
    transcript: str
    """The file that a host writes the conversation to (see `sessions.observe.factory`)."""
    environment: Mapping[str, str] = {}
    """The whole environment of the agent, and nothing else of ours."""
    wrap: tuple[str, ...] = ()
    """Words that stand before those of every program that is started for the station: its boundary."""
    session: str = ""
    """The conversation to go on with; "" begins a new one."""
    prompt: str = ""
    """The first request, of an agent that takes it when it starts."""
    model: str = ""
    role: str = ""
    scope: Scope = Scope()
    held: Held = Held()
    budget: Budget = Budget()
    """What the conversation may use up, from its beginning on; a kind that tells its usage holds it."""
    options: Mapping[str, str] = {}
    """Of the kind; such as `command` of a kind that runs any."""
    pinned: tuple[str, ...] = ()
    """Files and directories in the work tree, by path, that its scope does not open by a name of theirs."""
    untrusted: tuple[str, ...] = ()
    """Files in the work tree, by path, that have programs run and that the operator has not allowed as they are: the
    agent is to be started so that it runs nothing by them. Only a `Discerning` kind is told any."""


class Decision(StrEnum):
    """The answer to a question of an agent."""

    ALLOW = "allow"
    ALWAYS = "always"
    """This and its like, as long as the conversation lasts."""
    DENY = "deny"
    EXPIRE = "expire"
    """Nobody answered in time: for the agent a denial, and said to be one."""


class LostSessionError(FactoryError):
    """The conversation to go on with is not there, or another one came in its place."""


Tell = Callable[[Sequence[Event]], None]
"""Takes what happened, in order; returns at once. The host journals it, exactly once."""


@runtime_checkable
class Bounded(Protocol):
    """A `Tell` that holds only so much. Whoever reads from an agent waits for room before reading on."""

    async def room(self) -> None:
        """Return when more may be told; at once but where the supervisor is away, or slower than the agents."""
        ...


class Agent(Protocol):
    """One running conversation. Methods raise `FactoryError`, with the cure, when they cannot do it."""

    async def prompt(self, prompt: str, text: str) -> None:
        """Begin a turn. `prompt` is the id of this prompt: the same one again is the same prompt, and not said twice.

        Returns when the agent has taken it, not when the turn is over: that is told.
        """
        ...

    async def interrupt(self) -> None:
        """End the turn under way, if any; the conversation stays."""
        ...

    async def answer(self, question: str, decision: Decision, reason: str = "") -> None:
        """Answer a question of it (`QuestionAsked`). Raises `FactoryError` when it waits for that no longer."""
        ...

    async def assign(self, scope: Scope, budget: Budget) -> bool:
        """Its boundary and its budget are these now. False when that holds from its next start only."""
        ...

    async def close(self) -> None:
        """End it, and every process that was started for it."""
        ...


@runtime_checkable
class Rebinding(Protocol):
    """An agent of a kind with `Ability.REBINDS`."""

    async def rebind(self, brief: Brief) -> bool:
        """What it starts from now on stands in the boundary of this brief. False when all stays in the old one.

        Before anything starts in the new one, all that runs in the old one is to have ended: it could put links where
        the mounts of the new one are made. Its scope was assigned before.
        """
        ...


@runtime_checkable
class Kind(Protocol):
    """A kind of agent."""

    contract: int
    """The version of the contract that it was written for."""
    name: str
    """As in the entry point: small letters, digits and `-`."""
    title: str
    abilities: frozenset[Ability]

    def usable(self, environment: Mapping[str, str]) -> Usable:
        """Whether it can be started here, looked up without starting an agent where possible."""
        ...


@runtime_checkable
class Optioned(Protocol):
    """A kind that says which options it knows (`Brief.options`): a start with another one is refused.

    Of any other kind nobody but itself knows that, and all are handed on.
    """

    options: Mapping[str, str]
    """What each is for, by name."""


def options_of(kind: Kind) -> Mapping[str, str] | None:
    """The options that a kind knows, with what each is for; None of one that does not say."""
    found: object = getattr(kind, "options", None)
    return {str(name): str(what) for name, what in found.items()} if isinstance(found, Mapping) else None


def goes_on(kind: Kind) -> bool:
    """Whether its agents go on by themselves with a turn that the end of their process broke off (`goes_on = True`)."""
    return getattr(kind, "goes_on", False) is True


@runtime_checkable
class Needing(Protocol):
    """A kind that needs something installed, whatever a start names."""

    def needs(self) -> None:
        """Raises `FactoryError`, with the cure, where it is missing."""
        ...


@runtime_checkable
class Affording(Protocol):
    """A kind that can tell before a start whether it could hold a budget."""

    def afford(self, model: str, budget: Budget) -> None:
        """Raises `FactoryError`, with the cure, where it could not, such as dollars for a model of unknown price."""
        ...


@runtime_checkable
class Discerning(Protocol):
    """A kind whose agents can be started so that they run nothing by what the repository brings.

    Of any other kind it is held that they run all of it: none begins before that is allowed.
    """

    runs: tuple[str, ...]
    """Patterns, as in a scope, of files by which its agents run programs all the same."""


@runtime_checkable
class Conversing(Kind, Protocol):
    """A kind whose agents speak with a host."""

    async def start(self, brief: Brief, tell: Tell) -> Agent:
        """Begin a conversation, or go on with `brief.session`.

        `SessionOpened` is told before it returns. A conversation that is another one than the one asked for is refused
        with `LostSessionError`: some agents open a blank one under the old id.
        """
        ...


class Launch(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a program in a terminal is started."""

    argv: tuple[str, ...]
    environment: Mapping[str, str] = {}
    """Added to that of the brief."""
    files: Mapping[str, str] = {}
    """To be written first: path below the station's home, and text."""
    session: str = ""
    """The conversation that it begins or goes on with, where that is known before it starts: to be claimed."""
    notice: str = ""
    """What an operator should know of this start, such as what it will ask in its terminal."""
    transcripts: tuple[str, ...] = ()
    """Directories below the station's home that it writes its conversations to."""


class Say(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a prompt is given to an agent in a terminal: by keys, or by a command that puts it into the agent's queue."""

    keys: tuple[bytes, ...] = ()
    """One write after the other."""
    argv: tuple[str, ...] = ()
    """To be run inside the station's boundary, with its environment."""


class Signal(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something that was told from inside a station, by a hook or a command."""

    id: str
    """Unique; the same one again is the same signal."""
    station: str
    name: str
    """The event of the agent's hook, or `TASK_COMPLETE`, `REQUIRES_INTERVENTION`, `PROGRESS`."""
    time: float
    payload: Mapping[str, object] = {}
    waits: bool = False
    """Whoever told it waits for an answer."""


@runtime_checkable
class InTerminal(Kind, Protocol):
    """A kind whose agents are programs in a terminal. Pure: it says what to start and what signals mean."""

    def launch(self, brief: Brief, outbox: Path) -> Launch:
        """What to start. Signals go to `outbox` (see `sessions.stations.signals`)."""
        ...

    def say(self, text: str, session: str) -> Say:
        """How to give it a prompt. Raises `FactoryError` for one that it would not take as words."""
        ...

    def interrupt(self) -> bytes:
        """The keys that end its turn, and do nothing where it has none."""
        ...

    def heard(self, signal: Signal, session: str) -> Sequence[Event]:
        """The facts that a signal of such an agent tells. `session` is the station's present conversation."""
        ...

    def reply(self, signal: Signal, decision: Decision, reason: str) -> bytes:
        """What the hook prints for the agent as the answer to a signal that waits."""
        ...


@runtime_checkable
class Stated(Protocol):
    """A kind in a terminal whose agents also keep a file that says what they do: their hooks do not tell all of it."""

    def state(self, home: Path, session: str) -> Report | None:
        """What the agent of this conversation says there at this moment; None where it says nothing.

        It reads below the station's home, which is the agent's: whatever lies there is foreign.
        """
        ...


@runtime_checkable
class Remembering(Protocol):
    """A kind in a terminal of which it can be told before a start whether a conversation is still there."""

    def remembers(self, home: Path, session: str) -> bool:
        """Whether what it goes on with lies in this home."""
        ...
