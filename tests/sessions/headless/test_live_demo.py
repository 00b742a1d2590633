"""The live demo: all of it real but the words of the model, and nothing left of it at its end."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from sessions.floor.identity import Owner
from sessions.floor.ours.lives import Life
from sessions.floor.scopes.sets import inside
from sessions.headless.live_demo import LiveFactory
from sessions.place import place_of
from sessions.simulation.live import story
from sessions.stations.keeping.processes import everything, mark_of_process
from tests.support.stations.live import told
from tests.support.supervisor import watched


def test_the_story_is_told_by_as_many_as_are_asked_for() -> None:
    assert [part.name for part in story.parts(2)] == ["cart", "release"]
    eight = story.parts(8)
    assert [part.parent for part in eight if part.parent] == ["lead"]
    assert len(eight) == 9
    assert len({part.name for part in story.parts(40)}) == len(story.parts(40)) == 41
    assert set(story.script(eight).scripts) == {story.VISITOR, *(part.name for part in eight)}


def test_who_works_for_another_asks_for_no_more_than_that_one_has() -> None:
    parts = {part.name: part for part in story.parts(8)}
    for part in parts.values():
        if part.parent:
            assert inside(part.scope.write, parts[part.parent].scope.write)
            assert 0 < part.budget.tokens <= parts[part.parent].budget.tokens


@pytest.mark.skipif(importlib.util.find_spec("litellm") is None, reason="needs litellm: factory-tui[models]")
@pytest.mark.timeout(120)
def test_real_stations_edit_test_commit_ask_fail_collide_and_stay_inside() -> None:
    with LiveFactory(story.parts(8, pace=0.02)) as factory:
        root, place = factory.root, place_of(factory.repo)
        factory.begin()
        factory.started()
        with watched(place.socket) as console:
            console.until(lambda client: told(client.state), 90.0)
            state = console.client.state
        assert state.scripted and not state.simulated
        assert factory.troubles == []
        assert all(station.owner is Owner.OURS for station in state.stations.values())
        assert all(known.life is Life.RUNNING for known in state.owned.values())
        assert state.here.tokens.total > 10_000 and state.here.cost > 0
    assert not root.exists()
    factories = {mark.factory for pid in everything() if (mark := mark_of_process(pid)) is not None}
    assert place.state_dir.name not in factories
    assert not Path(place.state_dir).exists()
