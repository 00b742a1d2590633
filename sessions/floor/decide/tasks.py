"""What commands about the queue come to. Pure."""

from __future__ import annotations

from sessions.floor import events as ev
from sessions.floor.commands import (
    AddTasks,
    AssignTask,
    DropTask,
    DropTasks,
    EditTask,
    HoldTask,
    JoinTask,
    JudgeTask,
    MoveTask,
    ReopenTask,
    SplitTask,
    TakeTasks,
    TaskWish,
)
from sessions.floor.decide.decision import SOURCE, Accepted, Decision, Hand, Refusal, done_at_once
from sessions.floor.decide.naming import meant
from sessions.floor.decide.queue import adding, changing, judging, parting
from sessions.floor.state import FloorState, name_of


def decide_task(state: FloorState, wish: TaskWish, hand: Hand) -> Decision:  # noqa: PLR0911 - one for each wish
    """What `wish` comes to on this floor."""
    match wish:
        case AddTasks():
            return adding.added(state, wish, hand)
        case EditTask():
            return changing.edited(state, wish, hand)
        case MoveTask():
            return changing.moved(state, wish, hand)
        case HoldTask():
            return changing.held(state, wish, hand)
        case AssignTask():
            return changing.assigned(state, wish, hand)
        case SplitTask():
            return parting.split(state, wish, hand)
        case JoinTask():
            return parting.joined(state, wish, hand)
        case DropTask():
            return parting.dropped(state, wish, hand)
        case DropTasks():
            return parting.all_dropped(state, wish, hand)
        case JudgeTask():
            return judging.judged(state, wish, hand)
        case ReopenTask():
            return judging.reopened(state, wish, hand)
        case TakeTasks():
            return _enlisted(state, wish, hand)


def _enlisted(state: FloorState, wish: TakeTasks, hand: Hand) -> Decision:
    station = meant(state, wish.station)
    if isinstance(station, Refusal):
        return station
    name, words = name_of(state, station), "takes tasks whenever it is free" if wish.takes else "takes no more tasks"
    if wish.takes and (trouble := changing.deaf(state.stations[station].kind, name)):
        return trouble
    if state.owned[station].takes is wish.takes:
        return Accepted(told=f"{name} {words} already" if wish.takes else f"{name} takes no tasks")
    told = ev.StationEnlisted(time=hand["time"], source=SOURCE, station=station, takes=wish.takes, who=hand["who"])
    return Accepted((told, done_at_once(hand, TakeTasks(station, not wish.takes), station, f"{name} {words}")))
