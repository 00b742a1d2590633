"""What an operator can have undone: the newest of what was done for them, and all that came of the same key. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sessions.floor.commands import (
    AnyWish,
    AssignScope,
    BringBack,
    ChangeLife,
    ExpectKind,
    FreezeFloor,
    RenameStation,
    ReopenCase,
    SetBase,
)
from sessions.floor.ours.lives import Change
from sessions.floor.state import Ended, FloorState, name_of
from sessions.text import clean

NAMED = 3
"""Of several that are undone together so many are told."""


def newest(state: FloorState, who: str, without: Collection[str] = ()) -> tuple[str, ...]:
    """The ids of the commands that `u` would undo: the last that ended well first; empty where there are none.

    `without` are those that cannot be undone any more, as was found out.
    """
    for command, ended in reversed([*state.ended.items()]):
        if _open(ended, who) and command not in without:
            return with_its_key(state, command)
    return ()


def with_its_key(state: FloorState, command: str) -> tuple[str, ...]:
    """A command that can be undone, with all that were wanted by the same key; empty where it cannot be."""
    ended = state.ended.get(command)
    if ended is None or not _open(ended, ended.who):
        return ()
    if not ended.together:
        return (command,)
    alike = ((other, it) for other, it in state.ended.items() if it.together == ended.together)
    return tuple(other for other, it in reversed([*alike]) if _open(it, ended.who))


def _open(ended: Ended, who: str) -> bool:
    return ended.ok and ended.who == who and ended.undo is not None and not ended.undone and not ended.undoes


def told(state: FloorState, commands: Sequence[str]) -> str:
    """What is undone when these are, in words; of several the first few."""
    words = [*dict.fromkeys(_words(state, state.ended[command]) for command in commands if command in state.ended)]
    more = f", and {len(words) - NAMED} more" if len(words) > NAMED else ""
    return clean(", ".join(words[:NAMED]) + more, 300)


def _words(state: FloorState, ended: Ended) -> str:
    """What was done, as it was told then; where nothing was, what its opposite is about."""
    name = clean(name_of(state, ended.about), 40) if ended.about else ""
    if ended.words:
        return ended.words if not name or name in ended.words else f"{name}: {ended.words}"
    if isinstance(ended.undo, ReopenCase) and (settled := state.settled.get(ended.undo.case)) and settled.act:
        return f"{settled.act.value} {name}".strip()
    done = _done(ended.undo)
    return f"{done} {name}".strip() if name else done


def _done(undo: AnyWish | None) -> str:  # noqa: PLR0911
    match undo:
        case ChangeLife(change=Change.RESUME):
            return "ending or pausing"
        case ChangeLife():
            return "bringing back"
        case AssignScope():
            return "the new scope of"
        case RenameStation():
            return "the new name of"
        case SetBase():
            return "the other base"
        case FreezeFloor(frozen=frozen):
            return "letting the floor go on" if frozen else "freezing the floor"
        case BringBack():
            return "taking its task from"
        case ReopenCase() | ExpectKind():
            return "settling a case of"
    return "what was done last to" if undo is not None else "nothing"
