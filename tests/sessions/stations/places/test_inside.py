"""A place inside its boundary: git works there, and what it commits arrives."""

from __future__ import annotations

import subprocess

import pytest

from sessions.floor.events import WorkArrived
from sessions.floor.scope import HeldBy, Scope
from sessions.stations.boundary import machine
from sessions.stations.boundary.bounds import Boundary, Bounds
from sessions.stations.boundary.draw import draw
from sessions.stations.places import origin, pins
from sessions.stations.places.absorb import Absorber
from sessions.stations.places.layout import Place
from tests.sessions.stations.places.world import World

HERE = machine.here()
SCOPE = Scope(write=("src/**",))

pytestmark = pytest.mark.skipif(not HERE.bubblewrap, reason=f"bubblewrap: {HERE.trouble}")


def drawn(world: World, place: Place) -> Boundary:
    private = place.ours / "boundary"
    private.mkdir()
    bounds = Bounds(
        place=place.work,
        git_dir=place.git_dir,
        home=place.home,
        private=private,
        tmp=place.tmp,
        readable=origin.readable(world.common_dir, world.state_dir),
        scope=SCOPE,
    )
    return draw(bounds)


def run(place: Place, boundary: Boundary, script: str) -> subprocess.CompletedProcess[str]:
    words = boundary.wrap(("/bin/sh", "-ec", script))
    return subprocess.run(
        words, cwd=place.work, env=dict(boundary.environment), capture_output=True, text=True, check=False
    )


def test_an_agent_commits_fetches_and_rebases_and_its_work_arrives(world: World) -> None:
    place = world.place()
    boundary = drawn(world, place)
    assert boundary.held.by is HeldBy.BUBBLEWRAP
    world.repo.commit({"src/deep/b.py": "b = 3\n"}, "theirs")
    origin.refresh(world.common_dir, world.state_dir, "main")
    script = """
        test -z "$(git status --porcelain)"
        git config --global user.name Agent; git config --global user.email agent@example.com
        echo new > src/new.py; git add -A; git commit -qm "by the agent"
        git fetch -q; git rebase -q origin/main
        echo more >> src/new.py; git stash -q; git stash pop -q
        git gc -q; git fsck --strict --no-dangling
    """
    done = run(place, boundary, script)
    assert done.returncode == 0, done.stderr
    (arrived,) = Absorber(place, SCOPE.write).look()
    assert isinstance(arrived, WorkArrived)
    assert world.git("log", "--format=%s %an", "agent/s1").splitlines() == [
        "by the agent Agent",
        "theirs Ada Author",
        "first Ada Author",
    ]
    assert pins.loose(place.work, place.ours) == []


def test_who_pushes_reads_that_nothing_is_to_be_pushed(world: World) -> None:
    place = world.place()
    boundary = drawn(world, place)
    for words in ("git push", "git push -u origin HEAD", "git push --force origin agent/s1"):
        done = run(place, boundary, words)
        assert done.returncode != 0
        assert "what is committed arrives by itself" in done.stderr, words


def test_the_operators_repository_is_not_there_but_for_its_objects(world: World) -> None:
    place = world.place()
    world.repo.git("config", "remote.x.url", "https://user:secret@example.com/")
    boundary = drawn(world, place)
    done = run(place, boundary, f"ls -A {world.common_dir}; ls -A {world.state_dir}; ls -A {place.root}")
    assert done.stdout.split() == ["objects", "origin.git", "places", "home", "work"], done.stdout
