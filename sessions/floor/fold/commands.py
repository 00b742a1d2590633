"""How the floor keeps what operators want, and what it came to."""

from __future__ import annotations

from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.commands import AnyWish, RenameStation, SetBase
from sessions.floor.decide.decision import FRESH_S
from sessions.floor.fold import versions
from sessions.floor.fold.draft import Draft
from sessions.floor.fold.slice import Slice
from sessions.floor.state import Ended, Intent

COMMANDS = Slice("commands", versions.COMMANDS, ("intents", "ended"))


@COMMANDS.folds
def wanted(draft: Draft, event: ev.AnyIntent) -> None:
    draft.intents[event.command] = Intent(event)


@COMMANDS.folds
def resumed(draft: Draft, event: ev.CommandResumed) -> None:
    if (intent := draft.intents.get(event.command)) is not None:
        resumed = intent.resumed + (not intent.deferred)
        draft.intents[event.command] = replace(intent, resumed=resumed, deferred=False)


@COMMANDS.folds
def deferred(draft: Draft, event: ev.CommandDeferred) -> None:
    if (intent := draft.intents.get(event.command)) is not None:
        draft.intents[event.command] = replace(intent, deferred=True)


@COMMANDS.folds
def done(draft: Draft, event: ev.CommandDone) -> None:
    intent = draft.intents.pop(event.command, None)
    ended = Ended(
        event.time,
        True,
        undo=event.undo or (undoing(intent.wanted) if intent else None),
        about=_about(intent) or event.about,
        who=intent.wanted.who if intent else event.who,
        together=intent.wanted.together if intent else event.together,
        words=event.words,
        undoes=intent.undoes if intent else "",
    )
    _end(draft, event.command, ended)


@COMMANDS.folds
def failed(draft: Draft, event: ev.CommandFailed) -> None:
    intent = draft.intents.pop(event.command, None)
    if intent is not None and (undone := draft.ended.get(intent.undoes)) is not None:
        draft.ended[intent.undoes] = replace(undone, undone="")
    _end(draft, event.command, Ended(event.time, False, event.reason, event.cure, about=_about(intent)))


@COMMANDS.folds
def undone(draft: Draft, event: ev.CommandUndone) -> None:
    if (old := draft.ended.get(event.command)) is not None:
        draft.ended[event.command] = replace(old, undone=event.by)
    if (intent := draft.intents.get(event.by)) is not None:
        draft.intents[event.by] = replace(intent, undoes=event.command)
    elif (ended := draft.ended.get(event.by)) is not None:
        draft.ended[event.by] = replace(ended, undoes=event.command)


def _about(intent: Intent | None) -> str:
    """The station that was wanted something of."""
    return "" if intent is None else getattr(intent.wanted, "station", "")


def _end(draft: Draft, command: str, ended: Ended) -> None:
    for old in [old for old, known in draft.ended.items() if ended.time - known.time > 2 * FRESH_S]:
        del draft.ended[old]
    draft.ended[command] = ended


def undoing(intent: ev.AnyIntent) -> AnyWish | None:
    """What undoes an intent that was carried out; None where nothing can."""
    if intent.undo is not None:
        return intent.undo
    match intent:
        case ev.BaseWanted(before=before):
            return SetBase(before)
        case ev.NameWanted(station=station, before=before):
            return RenameStation(station, before)
    return None
