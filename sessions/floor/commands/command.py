"""A command: a wish, by whom and when; and the answer to it."""

from __future__ import annotations

import msgspec

from sessions.floor.commands.cases import CaseWish
from sessions.floor.commands.errands import AnyErrand
from sessions.floor.commands.factory import ImportPaths, PruneEvents, SetBase, Stop
from sessions.floor.commands.stations import RenameStation, StationWish
from sessions.floor.commands.tasks import TaskWish
from sessions.floor.commands.undoing import Lasting, Undo
from sessions.text import Words

AnyWish = (
    Stop
    | ImportPaths
    | SetBase
    | PruneEvents
    | RenameStation
    | StationWish
    | TaskWish
    | CaseWish
    | Undo
    | Lasting
    | AnyErrand
)


class Command(msgspec.Struct, frozen=True):
    """A wish, given once. However often the same command arrives, it is carried out once and answered each time."""

    id: str
    """At most 64 letters and digits that no other command has."""
    who: str
    """The operator, as `user@host`."""
    when: float
    """Seconds since 1970."""
    wish: AnyWish
    together: str = ""
    """What was wanted with one key has the same: it is undone together. "" stands alone."""


class Reply(msgspec.Struct, frozen=True, omit_defaults=True):
    """The answer to a command: done, or refused with a reason; done with one where there was nothing to do."""

    ok: bool
    reason: Words = ""
    cure: str = ""
    about: str = ""
    """The station that it was about, or that came of it."""
    waits: str = ""
    """What its start waits for, which may take long: it begins by itself when that is over."""
    words: Words = ""
    """What was done, in a few words."""
