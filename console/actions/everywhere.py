"""What is the same on many screens: each action with the kind of screen on which it works."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from operator import is_not

from msgspec.structs import replace

from console.actions.action import (
    Action,
    ScreenSpec,
    Situation,
    needs_at_hand,
    needs_calls,
    needs_loss,
    needs_shell,
)
from console.actions.hands import untouchable

Shared = tuple[Action[Situation], Callable[[ScreenSpec], bool]]


def needs_done(now: Situation) -> str:
    return untouchable(now) or ("" if now.undoable else "nothing that you did can be undone")


def _anywhere(_: ScreenSpec) -> bool:
    return True


def _in_use(screen: ScreenSpec) -> bool:
    return not screen.reads_only


def _supervised(screen: ScreenSpec) -> bool:
    return not screen.reads_only and not screen.past


def _above(screen: ScreenSpec) -> bool:
    return screen.above


def _at_hand(screen: ScreenSpec) -> bool:
    return screen.at_hand


_FIRST: tuple[Shared, ...] = (
    (Action("app.again", ("r",), "start again", "Start the supervisor again; one that hangs is ended first.",
            "app.again", needs_loss, rank=1, passing=True), _supervised),
    (Action("app.help", ("question_mark", "f1"), "help", "Show every key and what the signs mean.",
            "app.help", rank=90), _in_use),
    (Action("app.palette", ("colon", "ctrl+p"), "palette", "Find an action, a station or a branch by typing.",
            "app.palette", rank=80), _in_use),
    (Action("app.theme", ("t",), "theme", "Switch between the dark, light and colour-blind themes.",
            "app.next_theme"), _anywhere),
    (Action("app.floor", ("1",), "floor", "Go to the floor.", "app.floor", rank=74), _above),
)  # fmt: skip
_LAST: tuple[Shared, ...] = (
    (Action("app.caller", ("C",), "caller",
            "Go to what the station that called last asks, else into it; then on to the next that needs you or failed.",
            "app.caller", needs_calls, rank=9, passing=True), _anywhere),
    (Action("app.undo", ("u",), "undo", "Undo what you did last, all that one key did; again, what was before that.",
            "app.undo", needs_done, rank=69, passing=True), _supervised),
    (Action("app.copy", ("y",), "copy", "Copy its directory, session id, the command that resumes it, or its branch.",
            "screen.copy", needs_at_hand, rank=67), _at_hand),
    (Action("app.shell", ("exclamation_mark",), "shell", "Open a shell where the station works, or in the worktree.",
            "screen.shell", needs_shell, rank=68), _at_hand),
    (Action("app.redraw", ("ctrl+l",), "redraw", "Draw the whole screen again.", "app.redraw"), _anywhere),
    (Action("app.suspend", ("ctrl+z",), "suspend", "Go back to the shell; `fg` there comes back.",
            "app.suspend"), _anywhere),
    (Action("app.back", ("q",), "back", "Go back one screen; on the floor this key quits.",
            "app.back", rank=95), _above),
    (Action("app.leave", ("ctrl+c",), "leave",
            "Leave what is typed or asked, as `esc` does, which keeps a draft; elsewhere, pressed twice, quit.",
            "app.leave"), _anywhere),
    (Action("app.quit", ("ctrl+q",), "quit", "Leave the console; the supervisor and the agents go on.",
            "app.quit"), _anywhere),
)  # fmt: skip


def everywhere(screens: Sequence[ScreenSpec]) -> Iterator[Action[Situation]]:
    """The shared actions, and the ways to the screens that have one from everywhere."""
    for action, works in (*_FIRST, *_ways(screens), *_LAST):
        yield replace(action, where=tuple(screen.name for screen in screens if works(screen)))


def _ways(screens: Sequence[ScreenSpec]) -> Iterator[Shared]:
    for goal in screens:
        if goal.way is not None:
            yield goal.way, partial(is_not, goal)
