"""How long a station may be silent is for the operator to say, and a case says so where that is not as usual."""

from __future__ import annotations

import pytest

from sessions.errors import FactoryError
from sessions.floor import events as ev
from sessions.floor.fold.fold import fold_all
from sessions.floor.progress.signs import SILENT_S
from sessions.floor.state import FloorState
from sessions.floor.triage.case import Cause, Kind
from sessions.floor.triage.chosen import SHORTEST_S, Chosen, parsed
from sessions.floor.triage.lookout import Lookout
from tests.support.triage.floors import NOW, floor, ours


def silent(seconds: float) -> tuple[FloorState, Lookout]:
    """A station that began a turn, and who looks after it so."""
    state = floor(ours("api"), ev.TurnStarted(time=NOW, station="api", text="look"))
    lookout = Lookout(silent=seconds)
    lookout.look_at_all(state)
    look = lookout.take(NOW)
    assert lookout.changes(state, NOW, look) == []
    lookout.looked_at(state, NOW, look)
    return state, lookout


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (SILENT_S, "believed to for 15 m"),
        (60.0, "believed to for 1 m: the settings say 60 s, not 15 m"),
        (20.0, "believed to for 20 s: the settings say 20 s, not 15 m"),
    ],
)
def test_silence_is_a_case_as_soon_as_the_settings_say(seconds: float, words: str) -> None:
    state, lookout = silent(seconds)
    assert lookout.at == NOW + seconds
    assert not lookout.changes(state, NOW + seconds, lookout.take(NOW + seconds))
    lookout.look_at_all(state)
    (opened,) = lookout.changes(state, NOW + seconds + 1, lookout.take(NOW + seconds + 1))
    assert isinstance(opened, ev.CaseOpened)
    assert (opened.what.kind, opened.what.cause) == (Kind.STUCK, Cause.STALL)
    assert opened.what.evidence[0] == words
    assert fold_all(state, [opened]).cases


def test_what_is_set_holds_and_is_no_shorter_than_a_thought() -> None:
    def told(**triage: object) -> Chosen:
        return parsed(triage, (), (), "here")

    assert told().told.silent == SILENT_S and told(silent=60).told.silent == 60
    for wrong in (SHORTEST_S - 1, 90_000):
        with pytest.raises(FactoryError, match="here: silent is seconds"):
            told(silent=wrong)
