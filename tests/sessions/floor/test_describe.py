"""Every event has words of its own, said in one place."""

from __future__ import annotations

import pytest

from sessions.floor import events as ev
from sessions.floor.describe import Said, Tone, describe, whose
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY
from sessions.floor.tokens import Tokens
from tests.support.folds import made
from tests.support.journal import KINDS


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_kind_of_event_has_words_of_its_own(kind: type[ev.Event]) -> None:
    said = describe(made(kind, "one"))
    assert said.word
    assert said.word != "noted", f"{kind.__name__} has no words in sessions/floor/describe.py"


def test_what_nobody_has_words_for_is_noted() -> None:
    assert describe(ev.Event(time=1.0, source="later")) == Said("noted", "later", Tone.FAINT)


def test_that_it_does_something_names_no_source() -> None:
    seen = ev.ActivitySeen(time=1.0, station="s", source="builtin:8704a271")
    assert describe(seen) == Said("is active", tone=Tone.FAINT)


def test_usage_is_told_in_figures() -> None:
    used = ev.TokensUsed(time=1.0, station="s", tokens=Tokens(5, output=2), cost=0.5, subagent="explore")
    assert describe(used) == Said("tokens", "explore", Tone.QUIET, tokens=7, dollars=0.5)


def test_a_turn_ends_by_itself_or_by_the_operator() -> None:
    ends = [ev.TurnFinished(time=1.0, station="s", interrupted=interrupted) for interrupted in (True, False)]
    assert [describe(end).word for end in ends] == ["stopped", "finished"]


def test_an_event_is_about_somebody() -> None:
    opened = ev.StationOpened(time=1.0, station="docs-02", kind="claude")
    renamed = ev.StationRenamed(time=2.0, station="docs-02", name="docs")
    state = fold_all(EMPTY, [opened, renamed])
    for event, who in [
        (opened, "docs"),
        (ev.BranchRemoved(time=3.0, branch="ship", source="git"), "ship"),
        (ev.StopWanted(time=3.0, command="c", who="ann@box", source="operator"), "ann@box"),
        (ev.StopWanted(time=3.0, command="c", source="operator"), "operator"),
        (ev.CommandDone(time=3.0, command="c", source="supervisor"), "supervisor"),
    ]:
        assert whose(event, describe(event), state) == who
