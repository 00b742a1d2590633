"""What the keys of the tasks do, and when they cannot."""

from __future__ import annotations

from collections.abc import Callable

from console.actions.action import Action, AnyAction, ScreenSpec, Situation, needs_branch
from console.actions.hands import untouchable
from console.actions.listed import listed_actions
from console.links.link import LinkMode
from sessions.floor.tasks.task import Task
from sessions.views.tasks.verbs import Verb, refusal


class TasksSituation(Situation, frozen=True):
    """What is so of the tasks."""

    tasks: tuple[Task, ...] = ()
    """Those that a key is for."""
    loud: bool = False
    """One needs a person."""
    over: bool = False
    """Some are over."""


def _needs(verb: Verb) -> Callable[[TasksSituation], str]:
    return lambda now: untouchable(now) or refusal(now.tasks, verb)


def needs_one(verb: Verb) -> Callable[[TasksSituation], str]:
    """What is done in the editor is done to one at a time."""

    def reason(now: TasksSituation) -> str:
        if len(now.tasks) > 1:
            return "one at a time: take the marks away"
        return untouchable(now) or refusal(now.tasks, verb)

    return reason


def needs_hold(now: TasksSituation) -> str:
    """`p` plays and pauses a replay."""
    return "" if now.mode is LinkMode.REPLAY else untouchable(now) or refusal(now.tasks, Verb.HOLD)


def needs_loud(now: TasksSituation) -> str:
    return "" if now.loud else "no task needs you"


def needs_over(now: TasksSituation) -> str:
    return "" if now.over else "no task is finished or dropped yet"


def _live(now: TasksSituation) -> bool:
    return now.mode is LinkMode.LIVE


def _judged(now: TasksSituation) -> bool:
    return _live(now) and not refusal(now.tasks, Verb.ACCEPT)


def _verb(
    verb: Verb, id: str, keys: tuple[str, ...], title: str, help: str, rank: int = 0, writes: bool = False,
    fits: Callable[[TasksSituation], bool] = _live,
) -> Action[TasksSituation]:  # fmt: skip
    return Action(f"tasks.{id}", keys, title, help, f"screen.verb('{verb.value}')", _needs(verb), rank,
                  fits=fits, writes=writes)  # fmt: skip


ACTIONS: tuple[AnyAction, ...] = (
    *listed_actions("tasks", "tasks", "Go into the station that has it in hand; else into what is told of it."),
    _verb(Verb.ACCEPT, "accept", ("a",), "accept", "Accept its work, though it has no check or that failed.", 2,
          fits=_judged),
    _verb(Verb.BACK, "give_back", ("d",), "give back", "Give it back to its station with a reason.", 3,
          writes=True, fits=_judged),
    Action("tasks.add", ("J",), "new task",
           "Put a task into the queue: a line, or with `ctrl+e` its whole form in `$EDITOR`.", "screen.add",
           untouchable, 12, fits=_live, writes=True),
    Action("tasks.edit", ("e",), "edit", "Change it in `$VISUAL` or `$EDITOR`; what is wrong there is told, and kept.",
           "screen.edit_task", needs_one(Verb.EDIT), 14, fits=_live),
    Action("tasks.hold", ("p",), "hold", "Have nobody take it, or let it be taken again, also when it was dropped.",
           "screen.hold", needs_hold, 16, fits=_live),
    _verb(Verb.ASSIGN, "assign", ("H",), "hand over", "Have a station of your choice take it, any, or a new one.", 18),
    _verb(Verb.REQUEUE, "requeue", ("T",), "requeue",
          "Take it from its station, and put it back into the queue with what was learned; its work is kept.", 19),
    _verb(Verb.EARLIER, "earlier", ("left_curly_bracket", "shift+up"), "earlier", "Have it taken one place earlier.",
          20),
    _verb(Verb.LATER, "later", ("right_curly_bracket", "shift+down"), "later", "Have it taken one place later.", 21),
    Action("tasks.split", ("Y",), "split", "Split it into several in `$VISUAL` or `$EDITOR`.",
           "screen.split", needs_one(Verb.SPLIT), 24, fits=_live),
    _verb(Verb.DROP, "drop", ("minus", "delete", "backspace"), "drop",
          "Have it not done; a station that has it in hand stops, and its work is kept.", 22),
    Action("tasks.load", ("ctrl+o",), "load", "Put the tasks of a file into the queue: check list, CSV or JSON lines.",
           "screen.load", untouchable, 26, fits=_live, writes=True),
    Action("tasks.loud", ("n",), "next", "Go to the next task that needs a person.", "screen.next(1)", needs_loud, 28),
    Action("tasks.loud_before", ("N",), "previous", "Go to the one before that needs a person.", "screen.next(-1)",
           needs_loud),
    Action("tasks.filter", ("f",), "filter", "Show only tasks in the states you choose by single keys.",
           "screen.filter", rank=30),
    Action("tasks.unfold", ("E",), "over", "Show or fold the tasks that are finished or dropped.", "screen.unfold",
           needs_over, rank=31),
    Action("tasks.work", ("D",), "its diff", "Show the commits, files and lines of the branch of its station.",
           "screen.work", needs_branch, rank=58),
)  # fmt: skip
WAY: Action[Situation] = Action(
    "app.tasks",
    ("6",),
    "tasks",
    "Go to the tasks: what waits and why, what is under way, and what was accepted.",
    "app.go('tasks')",
    rank=76,
)
SPEC = ScreenSpec("tasks", "Among the tasks", ACTIONS, WAY, at_hand=True, hands=True, beside=True)
