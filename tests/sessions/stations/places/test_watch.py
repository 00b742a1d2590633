"""A commit is told at once, and its work is there at once."""

from __future__ import annotations

import queue
from collections.abc import Iterator

import pytest

from sessions.errors import FactoryError
from sessions.floor.events import Event, WorkArrived
from sessions.stations.places.absorb import Absorber
from sessions.stations.places.watch import CommitWatch
from sessions.watching import inotify
from tests.sessions.stations.places.world import World

PATIENCE_S = 30.0


@pytest.fixture
def told() -> queue.SimpleQueue[str]:
    return queue.SimpleQueue()


@pytest.fixture
def watch(told: queue.SimpleQueue[str]) -> Iterator[CommitWatch]:
    opened = CommitWatch(told.put)
    yield opened
    opened.close()


def test_a_commit_is_told_and_arrives(world: World, watch: CommitWatch, told: queue.SimpleQueue[str]) -> None:
    one, two = world.place("s1", "deep/er/branch"), world.place("s2")
    watch.add(one)
    watch.add(two)
    door = Absorber(one, ("**",))
    for number in range(3):
        head = world.repo.commit({"src/a.py": f"{number}\n"}, cwd=one.work)
        events: list[Event] = []
        while not events:
            assert told.get(timeout=PATIENCE_S) == "s1"
            events = door.look()
        assert [event.head for event in events if isinstance(event, WorkArrived)] == [head]
    watch.remove("s1")
    while not told.empty():
        told.get()
    world.repo.commit({"src/a.py": "unheard\n"}, cwd=one.work)
    world.repo.commit({"src/a.py": "heard\n"}, cwd=two.work)
    assert told.get(timeout=PATIENCE_S) == "s2"


def test_edits_and_staging_are_not_told(world: World, watch: CommitWatch, told: queue.SimpleQueue[str]) -> None:
    place = world.place()
    watch.add(place)
    world.repo.write({"src/a.py": "changed\n"}, cwd=place.work)
    world.repo.git("add", "--all", cwd=place.work)
    world.repo.git("pack-refs", "--all", cwd=place.work)
    assert told.get(timeout=PATIENCE_S) == "s1"
    assert told.empty() or told.get() == "s1"


def test_where_nothing_can_be_watched_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused() -> None:
        raise OSError(24, "too many")

    monkeypatch.setattr(inotify.Inotify, "__init__", lambda _: refused())
    with pytest.raises(FactoryError, match="cannot be watched"):
        CommitWatch(lambda _: None)
