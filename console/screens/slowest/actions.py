"""What the keys of the slowest do, and when they cannot."""

from __future__ import annotations

from console.actions.action import Action, AnyAction, ScreenSpec, Situation, needs_branch
from console.actions.hands import needs_bounded, untouchable
from console.actions.listed import listed_actions
from console.links.link import LinkMode
from sessions.views.hands import NOTHING


class SlowestSituation(Situation, frozen=True):
    """What is so of the ranking."""

    untakeable: str = NOTHING
    """Why no task can be taken from those that a key is for."""
    task: bool = False
    """The one at hand has a task of the queue in hand."""
    several: bool = False


def needs_task(now: SlowestSituation) -> str:
    return untouchable(now) or now.untakeable


def needs_one_task(now: SlowestSituation) -> str:
    if now.several:
        return "one at a time: take the marks away"
    return needs_task(now) or ("" if now.task else "what it does is no task of the queue: T makes it one")


def _live(now: SlowestSituation) -> bool:
    return now.mode is LinkMode.LIVE


_INTO = "Take its task from it and end it, after a yes: the task is in the queue again, and all of its work is kept."
ACTIONS: tuple[AnyAction, ...] = (
    *(
        Action(each.id, each.keys, "requeue", _INTO, "screen.requeue", needs_task, 10, fits=_live)
        if each.id == "slowest.open"
        else each
        for each in listed_actions("slowest", "stations", _INTO)
    ),
    Action("slowest.requeue", ("T",), "requeue", "Put its task back into the queue with what was learned.",
           "screen.requeue", needs_task),
    Action("slowest.hand_over", ("H",), "hand over", "Have a station of your choice go on with its task.",
           "screen.hand_over", needs_task, 12, fits=_live),
    Action("slowest.more", ("plus",), "more", "Have it go on with more: a larger budget, another model, empty context.",
           "screen.more", needs_bounded, 14, fits=_live),
    Action("slowest.split", ("Y",), "split", "Split its task into several in `$VISUAL` or `$EDITOR`.",
           "screen.split", needs_one_task, 16, fits=_live),
    Action("slowest.into", ("right", "l"), "into it", "Go into the station.", "screen.into", rank=18),
    Action("slowest.work", ("D",), "its diff", "Show the commits, files and lines of the branch it works on.",
           "screen.work", needs_branch, rank=58),
)  # fmt: skip
WAY: Action[Situation] = Action(
    "app.slowest",
    ("K",),
    "slowest",
    "Go to the slowest: which station is clearly slow and why, what is kept when its task is taken from it.",
    "app.go('slowest')",
    rank=78,
)
SPEC = ScreenSpec("slowest", "At the slowest", ACTIONS, WAY, at_hand=True, hands=True, beside=True)
