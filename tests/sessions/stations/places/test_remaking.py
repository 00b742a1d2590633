"""The place of a station that was removed is made again, also by whoever goes on with what a killed process left."""

from __future__ import annotations

from pathlib import Path

import pytest

from sessions.floor.scope import Mode
from sessions.stations.places import layout, pins
from sessions.stations.places.layout import Place
from sessions.stations.places.making import Wanted
from sessions.stations.places.removing import remove
from sessions.stations.running.remaking import Past, remade
from tests.sessions.stations.places.world import World

NOW = 2_000_000_000.0


class KilledError(Exception):
    """In place of a SIGKILL."""


def again(world: World, place: Place, left: str = "") -> Place:
    record = place.record
    wanted = Wanted(record.station, record.branch, "main", None, Mode.SAFE if record.clone else Mode.FULL)
    return remade(world.common_dir, world.state_dir, wanted, Past(record.base, "", record.base, left))


def set_aside(world: World) -> Place:
    """A place that was removed with what no ref can keep."""
    place = world.place()
    inner = place.work / "vendor" / "lib"
    inner.mkdir(parents=True)
    world.repo.git("init", "--quiet", cwd=inner)
    (inner / "work.txt").write_text("precious\n")
    (place.work / "src/a.py").write_text("not committed\n")
    assert remove(place, NOW).aside is not None
    return place


def as_it_was(place: Place) -> bool:
    return (place.work / "src/a.py").read_text() == "not committed\n" and (
        place.work / "vendor/lib/work.txt"
    ).read_text() == "precious\n"


def test_one_that_was_set_aside_as_a_whole_comes_back_as_it_was(world: World) -> None:
    place = set_aside(world)
    assert not place.root.exists()
    assert again(world, place).root == place.root
    assert as_it_was(place)
    assert world.refs("refs/factory-tui/places")
    assert not list(layout.aside_dir(world.state_dir).iterdir())


def test_one_that_had_come_back_when_its_supervisor_was_killed_is_left_as_it_was(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = set_aside(world)
    (aside,), outside = layout.aside_dir(world.state_dir).iterdir(), world.root / "outside"
    outside.mkdir()
    (aside / "work/.git/refs/heads/agent").symlink_to(outside)  # nothing is written through what an agent has made

    def killed(place: Place, commits: object) -> None:
        raise KilledError

    with monkeypatch.context() as patch, pytest.raises(KilledError):
        patch.setattr(pins, "hold", killed)
        again(world, place)
    assert again(world, place).root == place.root
    assert as_it_was(place), "what was not committed is there"
    assert not list(outside.iterdir())
    assert world.refs("refs/factory-tui/places")


def test_a_worktree_that_was_not_made_yet_when_its_supervisor_was_killed_is_made(world: World) -> None:
    place = world.place(mode=Mode.FULL)
    (place.work / "new.txt").write_text("precious\n")
    removed = remove(place, NOW)
    fresh = layout.begin_root(world.state_dir, "s1")
    layout.write_record(fresh, place.record)
    (fresh / "work").rmdir()
    layout.finish_root(world.state_dir, "s1", fresh)
    assert again(world, place, removed.left).work == place.work
    assert Path(place.work, "new.txt").read_text() == "precious\n"
    assert world.repo.git("status", "--porcelain", cwd=place.work) == "?? new.txt"
