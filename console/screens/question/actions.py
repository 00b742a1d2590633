"""What the keys of a question do, beside those that answer it."""

from __future__ import annotations

from console.actions.action import Action, ScreenSpec, Situation


class QuestionSituation(Situation, frozen=True):
    """What is so of what is asked."""

    others: int = 0
    """Further questions, of any station."""


def needs_others(now: QuestionSituation) -> str:
    return "" if now.others else "nothing else is asked"


ACTIONS: tuple[Action[QuestionSituation], ...] = (
    Action("question.back", ("escape",), "out", "Come out; it goes on waiting.", "screen.back", rank=1),
    Action("question.next", ("n",), "next", "Go to the next question, of any station.",
           "screen.next(1)", needs_others, rank=6),
    Action("question.previous", ("N",), "previous", "Go to the question before.", "screen.next(-1)", needs_others),
    Action("question.open", ("enter",), "station", "Go into the station that asks.", "screen.open", rank=7),
    Action("question.up", ("up", "k"), "up", "Move up.", "screen.move(-1)"),
    Action("question.down", ("down", "j"), "down", "Move down.", "screen.move(1)"),
    Action("question.page_up", ("pageup", "ctrl+b"), "page up", "Move up by a screen.", "screen.page(-1)"),
    Action("question.page_down", ("pagedown", "ctrl+f"), "page down", "Move down by a screen.", "screen.page(1)"),
    Action("question.home", ("home",), "first", "Go to the beginning.", "screen.home"),
    Action("question.end", ("end", "G"), "last", "Go to the end.", "screen.end"),
)  # fmt: skip
SPEC = ScreenSpec("question", "At a question", ACTIONS, at_hand=True, hands=True)
