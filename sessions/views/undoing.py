"""What an operator can have undone: the newest of what was done for them, and all that came of the same key. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sessions.floor.commands import (
    AnyWish,
    AssignScope,
    BringBack,
    ChangeLife,
    DropRestored,
    ExpectKind,
    FreezeFloor,
    Lasting,
    PromptStation,
    RenameStation,
    ReopenCase,
    Reply,
    SetBase,
    StandAgain,
    UnassignScope,
    Wish,
)
from sessions.floor.ours.lives import Change, Life
from sessions.floor.state import Ended, FloorState, name_of
from sessions.text import clean

NAMED = 3
"""Of several that are undone together so many are told."""


def newest(state: FloorState, who: str, without: Collection[str] = ()) -> tuple[str, ...]:
    """The ids of the commands that `u` would undo: the last that ended well first; empty where there are none.

    What nothing can undo is named, too, and refused with the reason: nothing is passed over in silence. `without` are
    those of which that was found out.
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


def came_to(state: FloorState, replies: Mapping[str, Reply]) -> str:
    """What was undone, what of it stays, and what is not undone and why; on the floor before, with the replies."""
    done = [command for command, reply in replies.items() if reply.ok and not reply.reason]
    moot = [command for command, reply in replies.items() if reply.ok and reply.reason]
    refused = [command for command, reply in replies.items() if not reply.ok]
    said = []
    if done:
        known = [state.ended[command] for command in done if command in state.ended]
        effects = dict.fromkeys(filter(None, (effect(state, each.undo) for each in known)))
        said.append(": ".join((f"undone: {told(state, done)}", *effects)))
    if moot:
        reasons = dict.fromkeys(replies[command].reason for command in moot)
        said.append(": ".join((told(state, moot), *reasons)))
    if refused:
        many, first = f"{len(refused)} of {len(replies)} " * (len(replies) > 1), replies[refused[0]]
        said.append(f"{many}not undone: {why_not(state, refused[0], first)}: {first.cure}".rstrip(": "))
    return "; ".join(said)


def why_not(state: FloorState, command: str, reply: Reply) -> str:
    """What is not undone, and why."""
    what = told(state, (command,))
    return f"{what}: {reply.reason}" if what and what not in reply.reason else reply.reason


def effect(state: FloorState, undo: AnyWish | None) -> str:
    """What comes of it, where that is not simply all as it was before; on the floor before it is done."""
    match undo:
        case ReopenCase(also=also) if also is not None:
            return effect(state, also)
        case ChangeLife(change=Change.INTERRUPT, stays=stays):
            return "; ".join(filter(None, ("its turn ends, and what it did in it stays", stays)))
        case ChangeLife(change=Change.RESUME, session=session) if session:
            return "it goes on with the conversation before; what was said since is in the other one"
        case PromptStation():
            return "it is told that it was a mistake"
        case StandAgain(station=station) if station in state.owned and state.owned[station].life is Life.REMOVED:
            return "its place is as what was kept says; its conversation, and what git ignores, went with the old one"
    return ""


def _words(state: FloorState, ended: Ended) -> str:
    """What was done, as it was told then; where nothing was, what its opposite is about."""
    name = clean(name_of(state, ended.about), 40) if ended.about else ""
    if ended.words:
        return ended.words if not name or name in ended.words else f"{name}: {ended.words}"
    if isinstance(ended.undo, ReopenCase) and (settled := state.settled.get(ended.undo.case)) and settled.act:
        return f"{settled.act.value} {name}".strip()
    done = _done(ended.undo)
    return f"{done} {name}".strip() if name else done


def _done(undo: AnyWish | None) -> str:
    match undo:
        case Lasting(what=what):
            return what
        case ChangeLife(change=Change.RESUME, session=session):
            return "the new conversation of" if session else "ending or pausing"
        case ChangeLife(change=Change.INTERRUPT):
            return "what was asked or allowed of"
        case FreezeFloor(frozen=frozen):
            return "letting the floor go on" if frozen else "freezing the floor"
        case DropRestored(branch=branch):
            return f"restoring {branch}"
    return _DONE.get(type(undo), "what was done last to") if undo is not None else "nothing"


_DONE: dict[type[Wish], str] = {
    ChangeLife: "bringing back",
    PromptStation: "what was denied or broken off of",
    StandAgain: "ending or removing",
    AssignScope: "the new scope of",
    UnassignScope: "the new scope of",
    RenameStation: "the new name of",
    SetBase: "the other base",
    BringBack: "taking its task from",
    ReopenCase: "settling a case of",
    ExpectKind: "settling a case of",
}
