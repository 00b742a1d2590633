"""What operators want, committed before it is done, and what it came to."""

from __future__ import annotations

from sessions.floor.commands import AnyWish
from sessions.floor.events.event import Event
from sessions.floor.ours.lives import Change, Life
from sessions.floor.scope import Budget, Scope
from sessions.text import Words


class CommandEvent(Event, frozen=True, kw_only=True, omit_defaults=True):
    """What an operator wants, committed before anything of it is done; `CommandDone` or `CommandFailed` follows."""

    command: str
    """The command's id, which no other command has."""
    who: str = ""
    """The operator, as `user@host`, or `rule:` and the name of a standing rule."""
    together: str = ""
    """As in `Command`."""
    undo: AnyWish | None = None
    """What would undo it, as the floor was then."""


class StopWanted(CommandEvent, frozen=True, kw_only=True, omit_defaults=True, tag="stop_wanted.1"):
    """The supervisor is to end."""


class BaseWanted(CommandEvent, frozen=True, kw_only=True, omit_defaults=True, tag="base_wanted.1"):
    """Branches are to be measured against another base; an empty one is the one that is sensible."""

    base: str = ""
    before: str = ""
    """The base until then."""


class ImportWanted(CommandEvent, frozen=True, kw_only=True, omit_defaults=True, tag="import_wanted.1"):
    """These transcripts, or all below these directories, are to be read."""

    paths: tuple[str, ...]


class PruneWanted(CommandEvent, frozen=True, kw_only=True, omit_defaults=True, tag="prune_wanted.1"):
    """Events up to `last` are to be taken out for good, as was planned for the time `before`."""

    before: float
    last: int
    kept: bool = False
    """A recording holds them: where it lies, whoever asks knows."""


class NameWanted(CommandEvent, frozen=True, kw_only=True, omit_defaults=True, tag="name_wanted.1"):
    """A station is to have another name."""

    station: str
    name: str
    before: str = ""
    """Its name until then."""


class StartWanted(CommandEvent, frozen=True, kw_only=True, omit_defaults=True, tag="start_wanted.1"):
    """An agent is to work as this station, which was opened with this; its first prompt is `text`, if any."""

    station: str
    text: Words = ""
    branch: str = ""
    """The branch that its work is for; made where there is none."""
    start: str = ""
    """What a new branch begins at; "" for the base."""
    model: str = ""
    options: tuple[tuple[str, str], ...] = ()
    """Of its kind of agent, such as a command."""


class PromptWanted(CommandEvent, frozen=True, kw_only=True, omit_defaults=True, tag="prompt_wanted.1"):
    """The station is to be given a request."""

    station: str
    text: Words


class LifeWanted(CommandEvent, frozen=True, kw_only=True, omit_defaults=True, tag="life_wanted.1"):
    """The station's turn, process or whole life is to change."""

    station: str
    change: Change
    fresh: bool = False
    """With a new conversation."""
    words: Words = ""
    model: str = ""
    session: str = ""
    """As in `commands.ChangeLife`."""


class AnswerWanted(CommandEvent, frozen=True, kw_only=True, omit_defaults=True, tag="answer_wanted.1"):
    """A question is to be answered."""

    station: str
    question: str
    decision: str
    """As in `QuestionAnswered`."""
    reason: Words = ""


class ScopeWanted(CommandEvent, frozen=True, kw_only=True, omit_defaults=True, tag="scope_wanted.1"):
    """The station's boundary is to be another one."""

    station: str
    scope: Scope
    budget: Budget = Budget()


class FreezeWanted(CommandEvent, frozen=True, kw_only=True, omit_defaults=True, tag="freeze_wanted.1"):
    """All stations that this factory runs are to rest as they are, or to go on."""

    frozen: bool


class RestoreWanted(CommandEvent, frozen=True, kw_only=True, omit_defaults=True, tag="restore_wanted.1"):
    """What was kept of a station is to be a branch again."""

    ref: str
    branch: str


class RestoredDropWanted(CommandEvent, frozen=True, kw_only=True, omit_defaults=True, tag="restored_drop_wanted.1"):
    """The branch that was made of what was kept is to go again."""

    ref: str
    branch: str


class StandAgainWanted(CommandEvent, frozen=True, kw_only=True, omit_defaults=True, tag="stand_again_wanted.1"):
    """The station that was removed is to stand there as it did; as in `commands.StandAgain`."""

    station: str
    life: Life
    reason: Words = ""
    tip: str = ""


class RequeueWanted(CommandEvent, frozen=True, kw_only=True, omit_defaults=True, tag="requeue_wanted.1"):
    """The station is to end with all of its work kept, and its task to be in the queue again."""

    station: str
    task: str = ""
    lease: int = 0
    why: Words = ""
    slow: bool = False
    to: str = ""
    hold: bool = False


class BringBackWanted(CommandEvent, frozen=True, kw_only=True, omit_defaults=True, tag="bring_back_wanted.1"):
    """The station is to be there again in its conversation, with this task."""

    station: str
    task: str
    taker: str = ""
    """Who has it in hand by now, and stops."""


class DropWanted(CommandEvent, frozen=True, kw_only=True, omit_defaults=True, tag="drop_wanted.1"):
    """The station is to stop what it does for a task that is dropped or has gone to another one."""

    station: str
    task: str
    also: tuple[str, ...] = ()
    """Further stations, for other tasks."""


class CommandUndone(Event, frozen=True, kw_only=True, omit_defaults=True, tag="command_undone.1"):
    """What was done for a command is undone by another one; if that fails, it is not."""

    command: str
    by: str


class CommandResumed(Event, frozen=True, kw_only=True, omit_defaults=True, tag="command_resumed.1"):
    """A supervisor found the command neither done nor failed when it began, and takes it up again."""

    command: str


class CommandDeferred(Event, frozen=True, kw_only=True, omit_defaults=True, tag="command_deferred.1"):
    """A supervisor that ended in good order broke the command off, for the next one to take up again."""

    command: str


class CommandDone(Event, frozen=True, kw_only=True, omit_defaults=True, tag="command_done.1"):
    """What was wanted is so. The facts that came of it stand before this."""

    command: str
    who: str = ""
    together: str = ""
    undo: AnyWish | None = None
    """As in `CommandEvent`, where nothing had to be carried out; these and `about` are known of an intent already."""
    about: str = ""
    """The station or task that it was about."""
    words: Words = ""
    """What was done, in a few words."""


class CommandFailed(Event, frozen=True, kw_only=True, omit_defaults=True, tag="command_failed.1"):
    """What was wanted cannot be."""

    command: str
    reason: Words = ""
    cure: Words = ""
