"""How a station's task is taken from it, with all of its work kept, and how that is undone. Pure."""

from __future__ import annotations

from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.commands import BringBack, RequeueStation
from sessions.floor.decide.decision import SOURCE, Accepted, Decision, Hand, Refusal, done_at_once
from sessions.floor.decide.limits import exclusive_clash, lowered
from sessions.floor.decide.naming import meant
from sessions.floor.decide.queue.adding import events_of
from sessions.floor.decide.queue.changing import about, unfit
from sessions.floor.ours import budget
from sessions.floor.ours.changes import FROM
from sessions.floor.ours.lives import Change, Life
from sessions.floor.state import FloorState, name_of
from sessions.floor.tasks import moves
from sessions.floor.tasks.queue import clash
from sessions.floor.tasks.task import Source, Task, TaskSpec, TaskState
from sessions.text import clean

REASON, TITLE = 200, 120
_ENDS = FROM[Change.KILL]
_AT_WORK = (TaskState.TAKEN, TaskState.CHECKING)


def requeued(state: FloorState, wish: RequeueStation, hand: Hand) -> Decision:
    """It is killed, and its task is back in the queue; one that was started with a text of its own has that for one."""
    station, to = wish.station, meant(state, wish.to) if wish.to else ""
    if isinstance(to, Refusal):
        return to
    task, facts = _of(state, station, hand)
    if task is None:
        cure = f"kill it: factory-tui kill {station}"
        return Refusal(f"{name_of(state, station)} has no task", cure)
    if trouble := _unreturnable(state, station, task, to, wish.slow):
        return trouble
    why = clean(wish.why, REASON) or "taken from it"
    if state.owned[station].life not in _ENDS:  # it has ended already, and its task waited for a person
        back = replace(moves.returned(state, task, hand["time"], why, who=hand["who"]), source=SOURCE)
        back = replace(back, hedged=wish.slow, to=to, held=wish.hold)
        return Accepted((*facts, back, done_at_once(hand, BringBack(station, task.id), station, _words(task, wish))))
    wanted = ev.RequeueWanted(
        station=station,
        task=task.id,
        lease=task.lease,
        why=why,
        slow=wish.slow,
        to=to,
        hold=wish.hold,
        undo=BringBack(station, task.id),
        **hand,
    )
    return Accepted((*facts, wanted))


def _words(task: Task, wish: RequeueStation) -> str:
    return f"{task.id} is {'held' if wish.hold else 'back in the queue'}"


def _of(state: FloorState, station: str, hand: Hand) -> tuple[Task | None, tuple[ev.Event, ...]]:
    """What a station has in hand, and what makes that a task where it is none yet."""
    known = state.owned[station]
    if (name := state.hands.get(station)) is not None:
        return state.tasks[name], ()
    if not known.text or any(_was_of(task, station) for task in state.tasks.values()):
        return None, ()  # and what it was started with is done, or is a task already
    first = next((line for line in known.text.splitlines() if line.strip()), "")
    spec = TaskSpec(
        title=clean(first, TITLE) or station,
        text=known.text,
        write=() if known.scope.write == ("**",) else known.scope.write,
        role=state.stations[station].role,
        budget=known.budget,
        source=Source.STATION,
        origin=station,
    )
    added = events_of(state, (spec,), hand)[0]
    task = Task(added.task, added.spec, order=added.order, added=added.time)
    taken = moves.taken(state, task, station, known.base, hand["time"], SOURCE)
    task = replace(task, state=TaskState.TAKEN, station=station, lease=taken.lease, base=taken.base)
    return task, (added, taken)


def _was_of(task: Task, station: str) -> bool:
    return task.station == station or (task.spec.source is Source.STATION and task.spec.origin == station)


def _unreturnable(state: FloorState, station: str, task: Task, to: str, slow: bool) -> Refusal | None:
    name = name_of(state, station)
    if state.owned[station].life is Life.REMOVED and task.state in _AT_WORK:
        return Refusal(f"{name} is removed", "its task is being put back")
    if slow and task.hedged:
        cure = f"give it another model, narrow its scope, or hand it over: factory-tui requeue {station} --to STATION"
        return Refusal(f"{task.id} was taken from a slow station once already: that is done once only", cure)
    if to == station:
        return Refusal(f"{name} cannot be handed its own task", "name another station")
    return unfit(state, task, to) if to else None


def brought_back(state: FloorState, wish: BringBack, hand: Hand) -> Decision:
    """Its task is with it again by a lease of its own, from now on; whoever had that stops, and it is resumed."""
    station, task = wish.station, state.tasks.get(wish.task)
    if task is None:
        return Refusal(f"there is no task {clean(wish.task, 80)!r} any more", f"factory-tui resume {station}")
    if task.over and not (wish.dropped and task.state is TaskState.DROPPED):
        return _over(state, station, task)
    if trouble := _unbringable(state, station, task):
        return trouble
    name, taker = name_of(state, station), task.station if task.under_way else ""
    if taker == station and state.owned[station].life is Life.RUNNING:
        return Accepted(told=f"{name} has {task.id} in hand")
    facts: list[ev.Event] = []
    if taker:
        reason = f"{name} is back, and goes on with it"
        facts.append(replace(moves.returned(state, task, hand["time"], reason, who=hand["who"]), source=SOURCE))
    if clash(state, task.spec.write, task.id):  # somebody writes there for another one: it waits for that, here
        facts += [] if taker else [ev.TaskReleased(**about(task, hand))]
        facts.append(ev.TaskAssigned(**about(task, hand), station=station))
    else:
        facts.append(moves.taken(state, task, station, moves.base_of(state, station), hand["time"], SOURCE))
    stops = taker if taker != station else ""
    return Accepted((*facts, ev.BringBackWanted(station=station, task=task.id, taker=stops, **hand)))


def _unbringable(state: FloorState, station: str, task: Task) -> Refusal | None:
    known, name = state.owned[station], name_of(state, station)
    if known.life is Life.REMOVED:
        return Refusal(f"{name} is removed", "what it left is kept: factory-tui kept")
    other = state.hands.get(station, task.id)
    if other != task.id:
        return Refusal(f"{name} has {other} in hand by now", f"assign it: factory-tui task assign {task.id} {station}")
    if spent := budget.over(state, station, state.time):
        return Refusal(*spent)
    if known.life in (Life.RUNNING, Life.PAUSED, Life.WAITING):
        return None
    return exclusive_clash(state, station, known.scope) or lowered(state, station)


def _over(state: FloorState, station: str, task: Task) -> Refusal:
    """That there is nothing to go on with: it was finished since, or somebody wants it no more."""
    if task.state is TaskState.FINISHED:
        by = name_of(state, task.station)
        return Refusal(f"{task.id} is finished by now, by {by}", f"factory-tui resume {station}, if it is to do more")
    reason = f"{task.id} was dropped since" + (f": {task.reason}" if task.reason else "")
    return Refusal(reason, f"release it first, or factory-tui resume {station}")
