"""What commands about stations that this factory runs come to. Pure."""

from __future__ import annotations

import re

from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.commands import (
    AnswerQuestion,
    AssignScope,
    BringBack,
    ChangeLife,
    DropRestored,
    FreezeFloor,
    PromptStation,
    RequeueStation,
    RestoreKept,
    StandAgain,
    StartStation,
    StationWish,
    UnassignScope,
)
from sessions.floor.decide import undoing
from sessions.floor.decide.decision import SOURCE, Accepted, Decision, Hand, Refusal
from sessions.floor.decide.limits import exclusive_clash, wider
from sessions.floor.decide.living import changed, stood_again
from sessions.floor.decide.naming import (
    NAME_CHARS,
    as_called,
    called_already,
    free_branch,
    free_name,
    meant,
    misnamed,
    misnamed_branch,
    too_long,
    word,
)
from sessions.floor.decide.queue.changing import deaf
from sessions.floor.decide.requeue import brought_back, requeued
from sessions.floor.decide.scopes import assigned, unassignable, unassigned
from sessions.floor.identity import Owner
from sessions.floor.ours import budget
from sessions.floor.ours.family import above
from sessions.floor.ours.lives import Asks, Change, Life
from sessions.floor.ours.owned import Owned
from sessions.floor.scopes import sets
from sessions.floor.state import UNMETERED, FloorState, name_of
from sessions.text import clean

DEPTH = 4
"""Stations that work for one another, one above the other."""
_KIND = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def decide_station(state: FloorState, wish: StationWish, hand: Hand) -> Decision:
    """What `wish` comes to on this floor."""
    match wish:
        case StartStation():
            return _started(state, wish, hand)
        case FreezeFloor(frozen):
            return _frozen(state, frozen, hand)
        case RestoreKept(ref, branch):
            return _restored(state, ref, branch, hand)
        case DropRestored(ref, branch):
            return _restored_dropped(state, ref, branch, hand)
        case _:
            station = meant(state, wish.station)
            return station if isinstance(station, Refusal) else _about(state, replace(wish, station=station), hand)


def _frozen(state: FloorState, frozen: bool, hand: Hand) -> Decision:
    if frozen == state.frozen:
        return Accepted(told="the floor was frozen already" if frozen else "the floor was not frozen")
    return Accepted((ev.FreezeWanted(frozen=frozen, undo=FreezeFloor(not frozen), **hand),))


def _about(  # noqa: PLR0911 - one for each wish
    state: FloorState,
    wish: PromptStation
    | ChangeLife
    | AnswerQuestion
    | AssignScope
    | UnassignScope
    | RequeueStation
    | BringBack
    | StandAgain,
    hand: Hand,
) -> Decision:
    known = state.owned[wish.station]
    match wish:
        case PromptStation():
            return _prompted(state, known, wish, hand)
        case ChangeLife():
            return changed(state, known, wish, hand)
        case AnswerQuestion():
            return _answered(state, known, wish, hand)
        case AssignScope():
            return assigned(state, known, wish, hand)
        case UnassignScope():
            return unassigned(state, known, wish, hand)
        case RequeueStation():
            return requeued(state, wish, hand)
        case BringBack():
            return brought_back(state, wish, hand)
        case StandAgain():
            return stood_again(state, known, wish, hand)


def _started(state: FloorState, wish: StartStation, hand: Hand) -> Decision:
    if wish.parent:
        parent_id = meant(state, wish.parent)
        if isinstance(parent_id, Refusal):
            return parent_id
        wish = replace(wish, parent=parent_id)
    station, branch = would_be(state, wish)
    untold = deaf(wish.kind, "what is started") if wish.takes else None
    if trouble := unstartable(wish) or untold or _out_of_place(state, wish, station):
        return trouble
    parent, now = state.owned.get(wish.parent), hand["time"]
    opened = ev.StationOpened(
        time=now,
        source=SOURCE,
        station=station,
        kind=wish.kind,
        branch=branch,
        role=clean(wish.role, NAME_CHARS),
        owner=Owner.OURS,
        parent=wish.parent,
    )
    called = as_called(state, wish.name, station)
    named = [ev.StationRenamed(time=now, source=SOURCE, station=station, name=called)] if called else []
    bounded = ev.ScopeAssigned(
        time=now,
        source=SOURCE,
        station=station,
        scope=wish.scope,
        mode=wish.mode,
        budget=wish.budget,
        who=hand["who"],
    )
    takes = wish.takes if wish.takes is not None else not wish.text and wish.kind not in UNMETERED
    listed = [ev.StationEnlisted(time=now, source=SOURCE, station=station, who=hand["who"])] if takes else []
    waits = ev.LifeChanged(time=now, source=SOURCE, station=station, life=Life.WAITING, reason="to be started")
    wanted = ev.StartWanted(
        station=station,
        text=wish.text,
        branch=branch,
        start=wish.start or (parent.branch if parent is not None else ""),
        model=wish.model,
        options=wish.options,
        undo=ChangeLife(station, Change.STOP),
        **hand,
    )
    return Accepted((opened, *named, bounded, *listed, waits, wanted))


def would_be(state: FloorState, wish: StartStation) -> tuple[str, str]:
    """The id and the branch of the station that would come of it."""
    station = free_name(state, wish.name or wish.branch or word(wish.text) or wish.kind)
    return station, wish.branch or free_branch(state, station)


def unstartable(wish: StartStation) -> Refusal | None:
    """Why nobody could ever start this."""
    if _KIND.fullmatch(wish.kind) is None:
        return Refusal(f"{clean(wish.kind, NAME_CHARS)!r} is no kind of agent", "see `factory-tui agents`")
    if wish.name and (trouble := misnamed(wish.name)):
        return trouble
    if wish.text and not wish.text.strip():
        return Refusal("its task is empty", "say what it is to do, or leave the task out and prompt it later")
    if wish.start.startswith("-") or not (wish.start.isprintable() or not wish.start):
        return Refusal("that is nothing to begin a branch at", "name a branch, a tag or a commit")
    if reason := sets.trouble(wish.scope.write) or sets.trouble(wish.scope.read):
        return Refusal(reason, "see the README for how scopes are written")
    return too_long(wish.text) or (misnamed_branch(wish.branch) if wish.branch else None)


def _out_of_place(state: FloorState, wish: StartStation, station: str) -> Refusal | None:
    """Why there is no place for it on this floor."""
    parent = state.owned.get(wish.parent)
    if wish.branch and any(known.lives and known.branch == wish.branch for known in state.owned.values()):
        return Refusal(f"another station works on {wish.branch!r}", "stop it, or take another branch")
    if parent is not None and (trouble := childless(state, wish.parent, parent) or _too_deep(state, wish.parent)):
        return trouble
    above = wider(state, wish, wish.parent, parent) if parent is not None else None
    return called_already(state, wish.name) or above or exclusive_clash(state, station, wish.scope, wish.parent)


def _prompted(state: FloorState, known: Owned, wish: PromptStation, hand: Hand) -> Decision:
    if trouble := too_long(wish.text):
        return trouble
    if not wish.text.strip():
        return Refusal("there is nothing to ask", "write a request")
    if known.lives and (spent := budget.over(state, wish.station, hand["time"], another=True)):
        return Refusal(*spent)
    if known.life is not Life.RUNNING:
        return Refusal(f"it is {known.life.value}", "bring it back first: resume it")
    undo = ChangeLife(wish.station, Change.INTERRUPT, turn=known.turns + 1)
    return Accepted((ev.PromptWanted(station=wish.station, text=wish.text, undo=undo, **hand),))


def _answered(state: FloorState, known: Owned, wish: AnswerQuestion, hand: Hand) -> Decision:
    question = known.questions.get(wish.question or next(iter(known.questions), ""))
    if question is None and not wish.question:
        return Refusal("it asks nothing", "look at what it does now")
    if question is None:
        return Refusal("it does not wait for that answer any more", "look at what it does now")
    if wish.decision not in ("allow", "always", "deny"):
        return Refusal(f"{clean(wish.decision, 20)!r} is no answer", "allow, always or deny")
    if wish.decision == "always" and not question.always:
        return Refusal("it cannot be allowed for good", "allow it once")
    if question.asks is Asks.SCOPE and wish.decision != "deny":
        asked = AssignScope(wish.station, known.scope.opened(question.paths), known.budget)
        if trouble := unassignable(state, asked):
            return Refusal(trouble.reason, f"deny it; {trouble.cure}")
    return Accepted(
        (
            ev.AnswerWanted(
                station=wish.station,
                question=question.id,
                decision=wish.decision,
                reason=wish.reason[:2_000],
                undo=undoing.of_answer(known, wish, question),
                **hand,
            ),
        )
    )


def _restored(state: FloorState, ref: str, branch: str, hand: Hand) -> Decision:
    if not ref.startswith("refs/factory-tui/kept/"):
        return Refusal(f"{clean(ref, 80)!r} keeps no work of a station", "see `factory-tui kept`")
    if branch and (trouble := misnamed_branch(branch)):
        return trouble
    if not branch or branch in state.branches:
        return Refusal("that branch is there already" if branch else "no branch is named", "name a new branch")
    return Accepted((ev.RestoreWanted(ref=ref, branch=branch, undo=DropRestored(ref, branch), **hand),))


def _restored_dropped(state: FloorState, ref: str, branch: str, hand: Hand) -> Decision:
    """The ref keeps it all along, so that nothing goes but a name. Whether that was moved on is seen when it goes."""
    for station, known in state.owned.items():
        if known.branch == branch and known.life is not Life.REMOVED:
            return Refusal(
                f"{name_of(state, station)} works on {clean(branch, 80)} by now", "remove that station first"
            )
    return Accepted((ev.RestoredDropWanted(ref=ref, branch=branch, **hand),))


def childless(state: FloorState, station: str, known: Owned) -> Refusal | None:
    """Why nobody can work for a station: what came of it would wait for one that nobody expects back."""
    if known.life is Life.REMOVED:
        return Refusal(f"{name_of(state, station)} is removed", "let it work for another station, or for none")
    if known.life is Life.KILLED:
        cure = f"resume it first: factory-tui resume {station}; or let it work for another station, or for none"
        return Refusal(f"{name_of(state, station)} is killed", cure)
    return None


def _too_deep(state: FloorState, parent: str) -> Refusal | None:
    if len(above(state, parent)) + 1 < DEPTH:
        return None
    return Refusal(f"{DEPTH} stations stand above it already", "let one further up spawn it")
