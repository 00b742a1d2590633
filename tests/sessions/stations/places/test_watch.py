"""A commit is told at once, and its work is there at once."""

from __future__ import annotations

import select
from collections.abc import Iterator

import pytest

from sessions.floor.events import Event, WorkArrived
from sessions.stations.places.absorb import Absorber
from sessions.stations.places.watch import RefWatch
from sessions.watching import inotify
from tests.sessions.stations.places.world import World

PATIENCE_S = 30.0
pytestmark = pytest.mark.skipif(not inotify.available(), reason="this system has no inotify")


@pytest.fixture
def watch() -> Iterator[RefWatch]:
    opened = RefWatch()
    yield opened
    opened.close()


def told(watch: RefWatch) -> set[str]:
    """What is told next."""
    while True:
        ready, _, _ = select.select([watch.descriptor], [], [], PATIENCE_S)
        assert ready
        if found := watch.take():
            return found


def test_every_commit_is_told_and_arrives(world: World, watch: RefWatch) -> None:
    one, two = world.place("s1", "deep/er/branch"), world.place("s2")
    watch.add(one)
    watch.add(two)
    door = Absorber(one, ("**",))
    for number in range(3):
        head = world.repo.commit({"src/a.py": f"{number}\n"}, cwd=one.work)
        events: list[Event] = []
        while not events:
            assert told(watch) == {"s1"}
            events = door.look()
        assert [event.head for event in events if isinstance(event, WorkArrived)] == [head]
    watch.remove("s1")
    watch.take()
    world.repo.commit({"src/a.py": "unheard\n"}, cwd=one.work)
    world.repo.commit({"src/a.py": "heard\n"}, cwd=two.work)
    assert told(watch) == {"s2"}


def test_edits_and_staging_are_not_told(world: World, watch: RefWatch) -> None:
    place = world.place()
    watch.add(place)
    world.repo.write({"src/a.py": "changed\n"}, cwd=place.work)
    world.repo.git("add", "--all", cwd=place.work)
    world.repo.git("status", cwd=place.work)
    assert watch.take() == set()
    world.repo.git("pack-refs", "--all", cwd=place.work)
    assert told(watch) == {"s1"}


def test_a_link_in_place_of_refs_leads_nowhere(world: World, watch: RefWatch) -> None:
    place = world.place()
    outside = world.root / "outside"
    outside.mkdir()
    (place.git_dir / "refs").rename(place.git_dir / "refs.away")
    (place.git_dir / "refs").symlink_to(outside)
    watch.add(place)
    (outside / "x").write_text("x")
    assert watch.take() == set()


def test_no_station_takes_all_watches_of_the_user(
    world: World, watch: RefWatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sessions.stations.places.watch.MOST", 10)
    one, two = world.place("s1"), world.place("s2")
    for number in range(30):
        (one.git_dir / f"refs/x/{number}").mkdir(parents=True)
    watch.add(one)
    watch.add(two)
    assert len(watch._folders) < 20
    world.repo.commit({"src/a.py": "heard\n"}, cwd=two.work)
    assert told(watch) == {"s2"}
    watch.remove("s1")
    watch.add(one)
    assert [owner for owner, _, _ in watch._folders.values()].count("s1") == 10


def test_when_more_happens_than_is_told_all_stations_are(
    world: World, watch: RefWatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("s1", "s2"):
        watch.add(world.place(name))
    monkeypatch.setattr(inotify.Inotify, "read", lambda _: iter([inotify.Notice(-1, inotify.OVERFLOW, "")]))
    assert (watch.take(), watch.lost) == ({"s1", "s2"}, True)
    monkeypatch.undo()
    assert (watch.take(), watch.lost) == (set(), False)
