"""What a command comes to: events to be committed, or a refusal with its cure. Pure: whoever calls it commits them.

It is asked with the floor after the last committed event, and its answer is committed as the very next ones. So of two
commands of which only one can be, the later one sees what the earlier one did.
"""

from __future__ import annotations

from sessions.floor import events as ev
from sessions.floor.commands import (
    AnyErrand,
    AnyWish,
    CancelScan,
    CaseWish,
    CatchUp,
    Command,
    ImportPaths,
    Lasting,
    NoteRecording,
    PruneEvents,
    RenameStation,
    SetBase,
    StationWish,
    Stop,
    StoreFloor,
    TaskWish,
    Undo,
    WatchPlaces,
)
from sessions.floor.decide.cases import decide_case
from sessions.floor.decide.decision import FRESH_S, SOURCE, Accepted, Decision, Errands, Hand, Known, Refusal, done
from sessions.floor.decide.stations import decide_station
from sessions.floor.decide.tasks import decide_task
from sessions.floor.state import FloorState
from sessions.text import clean

AHEAD_S = 600.0
"""How far the clock of whoever gives a command may be ahead."""
MOST_INTENTS = 1_000
"""Commands under way at once."""
ID_CHARS, NAME_CHARS = 64, 80
_OUT = "factory-tui prune takes out what is old"
_GONE = "what was taken out is gone"


def decide(state: FloorState, command: Command, now: float) -> Decision:
    """What `command` comes to on this floor, at `now` (seconds since 1970)."""
    if command.id in state.intents:
        return Known()
    if (ended := state.ended.get(command.id)) is not None:
        return Known(ended)
    return _unfit(state, command, now) or _answer(state, command, command.wish, now)


def _unfit(state: FloorState, command: Command, now: float) -> Refusal | None:
    """Why no wish is heard in this command."""
    if not (command.id.isascii() and command.id.isalnum() and len(command.id) <= ID_CHARS):
        return Refusal("the command has no id", "give it one of letters and digits")
    if now - command.when > FRESH_S:
        return Refusal("the command is more than an hour old", "give it again")
    if command.when - now > AHEAD_S:
        return Refusal("the command is from the future", "set the clock")
    if len(state.intents) >= MOST_INTENTS:
        return Refusal(f"{MOST_INTENTS:,} commands are under way", "wait for some of them")
    return None


def _answer(state: FloorState, command: Command, wish: AnyWish, now: float) -> Decision:
    who, together = clean(command.who, NAME_CHARS), clean(command.together, ID_CHARS)
    hand: Hand = {"time": now, "source": SOURCE, "command": command.id, "who": who, "together": together}
    if isinstance(wish, Stop):  # who ends is not there any more to say that it ended
        return Accepted((ev.StopWanted(**hand), done(command.id, now)))
    if isinstance(wish, CancelScan):
        return Errands(wish)
    if state.simulated:
        return Refusal("this floor is simulated", "open a real one with `factory-tui` in a git repository")
    if isinstance(wish, Lasting):
        return Refusal(f"nothing undoes {wish.what}: {wish.why}", wish.cure)
    return _undone(state, command, wish, now) if isinstance(wish, Undo) else _by_subject(state, wish, hand)


def _undone(state: FloorState, command: Command, wish: Undo, now: float) -> Decision:
    ended = state.ended.get(wish.command)
    if ended is None or ended.undo is None:
        return Refusal("that cannot be undone", "it was too long ago, or changed nothing that can be put back")
    if ended.undone:
        return Refusal("that is undone already", "look at what is so now")
    decision = _answer(state, command, ended.undo, now)
    if isinstance(decision, Accepted):  # where there is nothing to do it is undone, too, and not offered again
        who = clean(command.who, NAME_CHARS)
        done = ev.CommandDone(time=now, source=SOURCE, command=command.id, who=who, words=decision.told)
        undone = ev.CommandUndone(time=now, source=SOURCE, command=wish.command, by=command.id)
        return Accepted((*(decision.events or (done,)), undone), decision.told)
    return decision


def _by_subject(
    state: FloorState,
    wish: AnyErrand | ImportPaths | SetBase | PruneEvents | RenameStation | StationWish | TaskWish | CaseWish,
    hand: Hand,
) -> Decision:
    if isinstance(wish, TaskWish):
        return decide_task(state, wish, hand)
    if isinstance(wish, CaseWish):
        return decide_case(state, wish, hand)
    return decide_station(state, wish, hand) if isinstance(wish, StationWish) else _wanted(state, wish, hand)


def _wanted(
    state: FloorState, wish: AnyErrand | ImportPaths | SetBase | PruneEvents | RenameStation, hand: Hand
) -> Decision:
    decision: Decision
    match wish:
        case CatchUp() | CancelScan() | StoreFloor() | NoteRecording():
            decision = Errands(wish)
        case WatchPlaces(paths):
            decision = _misnamed(paths) or Errands(wish)
        case ImportPaths(paths):
            undo: Lasting = Lasting("reading transcripts in", "what was read is in the journal", _OUT)
            decision = _misnamed(paths) or Accepted((ev.ImportWanted(paths=paths, undo=undo, **hand),))
        case PruneEvents(before, last, kept):
            cure = "see factory-tui replay, which shows a recording" if kept else ""
            undo = Lasting("pruning the journal", "what was taken out is in a recording" if kept else _GONE, cure)
            decision = Accepted((ev.PruneWanted(before=before, last=last, kept=kept, undo=undo, **hand),))
        case SetBase(base):
            decision = _other_base(state, base, hand)
        case RenameStation(station, name):
            decision = _renamed(state, station, name, hand)
    return decision


def _other_base(state: FloorState, base: str, hand: Hand) -> Decision:
    if base.startswith("-") or not (base.isprintable() or not base):
        return Refusal("that is no name of a branch", "name a local or remote branch, a tag or a commit")
    return Accepted() if base == state.base else Accepted((ev.BaseWanted(base=base, before=state.base, **hand),))


def _renamed(state: FloorState, station: str, name: str, hand: Hand) -> Decision:
    known = state.stations.get(station)
    if known is None:
        return Refusal(f"there is no station {clean(station, NAME_CHARS)!r}", "see `factory-tui status`")
    if not name or clean(name, NAME_CHARS) != name or name != name.strip():
        return Refusal("that is no name", f"take one of at most {NAME_CHARS} visible characters")
    if name == known.name:
        return Accepted()
    if any(name in (other.id, other.name) for other in state.stations.values() if other.id != station):
        return Refusal(f"another station is called {name!r}", "take another name")
    wanted = ev.NameWanted(station=station, name=name, before=known.name, **hand)
    renamed = ev.StationRenamed(time=hand["time"], source=SOURCE, station=station, name=name)
    return Accepted((wanted, renamed, done(hand["command"], hand["time"])))


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
