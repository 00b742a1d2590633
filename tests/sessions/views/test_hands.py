"""What can be done to stations whose budget is used up: nothing that takes a turn, and the reason says what helps."""

from __future__ import annotations

import pytest

from sessions.floor import events as ev
from sessions.floor.commands import Command
from sessions.floor.decide.decide import decide
from sessions.floor.decide.decision import Refusal
from sessions.floor.fold.fold import fold
from sessions.floor.ours.lives import Asks, Life
from sessions.floor.scope import Budget
from sessions.views.hands import Hands, Verb
from tests.support.console import NOW, state_of
from tests.support.stations.still import asking, our_events, ours

SPENT = Budget(tokens=10_000)
WHY = "its budget is used up: tokens; S gives it more"


def hands(life: Life, budget: Budget = SPENT, asks: Asks | None = None) -> Hands:
    more = [asking("it", "q", NOW - 5, asks=asks)] if asks is not None else []
    return Hands(state_of([*our_events(), *ours("it", life=life, budget=budget), *more]), ("it",))


@pytest.mark.parametrize(
    ("life", "verb"),
    [
        (Life.RUNNING, Verb.PROMPT),
        (Life.PAUSED, Verb.PROMPT),
        (Life.PAUSED, Verb.PAUSE),
        (Life.PAUSED, Verb.RESUME),
        (Life.STOPPED, Verb.RESUME),
        (Life.LOST, Verb.RESUME),
    ],
)
def test_what_would_take_a_turn_is_refused_before_it_is_asked_for(life: Life, verb: Verb) -> None:
    spent = hands(life)
    assert spent.trouble("it", verb) == WHY
    decided = decide(spent.state, Command("c1", "ann@box", NOW, spent.wish("it", verb, "go on")), NOW)
    assert isinstance(decided, Refusal)
    assert decided.reason == WHY.partition(";")[0]
    more = hands(life, Budget(tokens=1_000_000)).trouble("it", verb)
    assert more == ("it is paused: bring it back first" if (life, verb) == (Life.PAUSED, Verb.PROMPT) else "")


@pytest.mark.parametrize("verb", [Verb.PAUSE, Verb.INTERRUPT, Verb.STOP, Verb.KILL])
def test_everything_else_can_be_done(verb: Verb) -> None:
    assert hands(Life.RUNNING).trouble("it", verb) == ""


@pytest.mark.parametrize("verb", [Verb.PAUSE, Verb.RESUME])
def test_what_rests_on_a_frozen_floor_goes_on_with_all_others(verb: Verb) -> None:
    rests = hands(Life.PAUSED, Budget())
    frozen = Hands(fold(rests.state, ev.FreezeWanted(time=NOW, command="f", frozen=True)), ("it",))
    assert (rests.trouble("it", verb), frozen.trouble("it", verb)) == ("", "the floor is frozen")


def test_one_that_asks_for_words_can_be_given_them() -> None:
    assert hands(Life.RUNNING, asks=Asks.WORDS).trouble("it", Verb.PROMPT) == ""
    assert hands(Life.RUNNING, asks=Asks.PERMISSION).trouble("it", Verb.PROMPT) == WHY
