"""What a command comes to: events and effects, or a refusal with a reason. Pure: the supervisor carries it out."""

from __future__ import annotations

import msgspec

from sessions.floor.commands import AnyCommand, CancelScan, CatchUp, ImportPaths, SetBase, Stop, WatchPlaces
from sessions.floor.events import Event
from sessions.floor.state import FloorState


class Effect(msgspec.Struct, frozen=True):
    """Something to be done outside the floor."""


class EndSupervisor(Effect, frozen=True):
    """Write what is known and end."""


class ReadDisk(Effect, frozen=True):
    """Read everything that is on disk now; the command is answered after it."""


class ReadPaths(Effect, frozen=True):
    """Read these transcripts; the command is answered after it."""

    paths: tuple[str, ...]


class FollowPaths(Effect, frozen=True):
    """Read the transcripts in these places, and follow them; the command is answered when they have been read."""

    paths: tuple[str, ...]


class MeasureFrom(Effect, frozen=True):
    """Measure branches against this base from now on; empty: against the one that is sensible."""

    base: str


class CancelReading(Effect, frozen=True):
    """Stop reading old transcripts."""


AnyEffect = EndSupervisor | ReadDisk | ReadPaths | FollowPaths | MeasureFrom | CancelReading


class Decision(msgspec.Struct, frozen=True):
    """The command will be done: these facts are recorded first, then these effects happen, in order."""

    events: tuple[Event, ...] = ()
    effects: tuple[AnyEffect, ...] = ()


class Refusal(msgspec.Struct, frozen=True):
    """The command will not be done."""

    reason: str
    cure: str = ""


def decide(state: FloorState, command: AnyCommand) -> Decision | Refusal:
    """What `command` comes to on this floor."""
    return _refusal(state, command) or Decision(effects=_effects(state, command))


def _effects(state: FloorState, command: AnyCommand) -> tuple[AnyEffect, ...]:
    effect: AnyEffect
    match command:
        case Stop():
            effect = EndSupervisor()
        case CancelScan():
            effect = CancelReading()
        case CatchUp():
            effect = ReadDisk()
        case ImportPaths(paths):
            effect = ReadPaths(paths)
        case WatchPlaces(paths):
            effect = FollowPaths(paths)
        case SetBase(base):
            return () if base == state.base else (MeasureFrom(base),)
    return (effect,)


def _refusal(state: FloorState, command: AnyCommand) -> Refusal | None:
    match command:
        case Stop() | CancelScan():
            return None
        case _ if state.simulated:
            return Refusal("this floor is simulated", "open a real one with `factory-tui` in a git repository")
        case ImportPaths(paths) | WatchPlaces(paths):
            return _misnamed(paths)
        case SetBase(base) if base.startswith("-") or (base and not base.isprintable()):
            return Refusal("that is no name of a branch", "name a local or remote branch, a tag or a commit")
    return None


def _misnamed(paths: tuple[str, ...]) -> Refusal | None:
    if not paths:
        return Refusal("no place was named", "name transcripts or directories")
    for path in paths:
        if not path.startswith("/"):
            return Refusal(f"{path!r} is no absolute path", "the supervisor works in another directory")
        if path.endswith(".ftr"):
            # Its model calls may be in the journal already, and then they would count twice.
            return Refusal(f"{path!r} is a recording", "look at it with `factory-tui replay`")
    return None
