"""Thirty stations whose supervisor is killed in the middle of their turns."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Iterator

import pytest

from sessions.asking.past_questions import FloorNow, whole_floor
from sessions.floor import events as ev
from sessions.floor.commands import PromptStation, StartStation
from sessions.floor.ours.lives import Life
from sessions.floor.state import FloorState
from sessions.headless.supervised import Supervised
from sessions.journal.reader import JournalReader
from sessions.paths import mark_of
from sessions.stations.keeping.processes import everything, mark_of_process
from tests.support.house import House
from tests.support.stations.killing import words_of
from tests.support.stations.together import together
from tests.support.stations.yard import yard_in
from tests.support.supervisor import ended, settled

COUNT = 30
PROGRAM = "sleep 600"


@pytest.fixture
def yard(monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    yield from yard_in(monkeypatch)


def test_each_is_adopted_and_none_runs_twice(yard: House) -> None:
    """Case 1."""
    pid = yard.start()
    hosted, halves = [f"h{n}" for n in range(COUNT // 2)], [f"t{n}" for n in range(COUNT // 2)]
    options = (("command", PROGRAM),)
    together(yard, [StartStation("parrot", "wait", name=name) for name in hosted])
    together(yard, [StartStation("command", "go", name=name, options=options) for name in halves])
    before = _floor(yard)
    os.kill(pid, signal.SIGKILL)
    settled(lambda: ended(pid))
    with Supervised(yard.repo.path) as supervised:
        supervised.obey(PromptStation("h3", "say again"))
    after = _floor(yard)
    assert Counter(known.life for known in after.owned.values()) == {Life.RUNNING: COUNT}
    assert {name: known.process for name, known in after.owned.items()} == {
        name: known.process for name, known in before.owned.items()
    }
    assert _programs(yard) == dict.fromkeys(halves, 1)
    assert _turns(yard) == {name: 1 + (name == "h3") for name in hosted}


def _floor(yard: House) -> FloorState:
    with Supervised(yard.repo.path) as supervised:
        return whole_floor(supervised.ask(FloorNow()))


def _programs(yard: House) -> dict[str, int]:
    """How often the program of each station runs."""
    words = b"\0".join(word.encode() for word in PROGRAM.split()) + b"\0"
    marks = [mark for pid in everything() if words_of(pid) == words and (mark := mark_of_process(pid)) is not None]
    return dict(Counter(mark.station for mark in marks if mark.factory == mark_of(yard.place.state_dir)))


def _turns(yard: House) -> dict[str, int]:
    """How many turns of each station have begun."""
    reader = JournalReader(yard.place.journal)
    try:
        return dict(Counter(event.station for event in reader.events(0, 10_000) if isinstance(event, ev.TurnStarted)))
    finally:
        reader.close()
