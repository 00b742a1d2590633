"""Every way out that we know of, tried for real; and that each is one, where there is no boundary.

Sockets, keys and siblings (case 28) and links that lead outside (case 24) are among them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from sessions.floor.scope import Scope
from sessions.stations.boundary import machine
from sessions.stations.boundary.machine import Machine
from tests.support.boundary import ways_machine
from tests.support.boundary.escape import Control, Escape, Kind
from tests.support.boundary.site import SECRET, Site
from tests.support.boundary.ways import WAYS
from tests.support.boundary.world import World

HERE = machine.here()
IDS = [way.name for way in WAYS]
LANDLOCK = Machine(landlock=HERE.landlock, trouble="bubblewrap is not used")
needs_landlock = pytest.mark.skipif(not HERE.landlock, reason="this kernel has no Landlock")
needs_bubblewrap = pytest.mark.skipif(not HERE.bubblewrap, reason=f"bubblewrap: {HERE.trouble}")


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    made = World()
    yield made
    made.close()


@pytest.fixture(scope="module")
def roots_world() -> Iterator[World]:
    made = World(root=True)
    yield made
    made.close()


def test_there_are_many() -> None:
    assert len({way.name for way in WAYS}) == len(WAYS) >= 70


@needs_bubblewrap
@pytest.mark.parametrize("way", WAYS, ids=IDS)
def test_bubblewrap_holds(world: World, way: Escape) -> None:
    assert world.tried(way, world.boundary(way.kind)) == ""


RIGHTS = [way for way in WAYS if way in ways_machine.WAYS or way.name in ("devices", "hard link", "modes")]
"""Those in which it matters whose rights a program has."""


@needs_bubblewrap
@pytest.mark.skipif(os.getuid() != 0, reason="this is not run as root")
@pytest.mark.parametrize("way", RIGHTS, ids=[way.name for way in RIGHTS])
def test_bubblewrap_holds_root(roots_world: World, way: Escape) -> None:
    assert bool(roots_world.tried(way, roots_world.boundary(way.kind))) == bool(way.root)


@needs_landlock
@pytest.mark.parametrize("way", WAYS, ids=IDS)
def test_landlock_holds(world: World, way: Escape) -> None:
    """All but what the table says, and that is not held indeed."""
    held = not way.landlock and HERE.landlock >= way.abi
    assert bool(world.tried(way, world.boundary(way.kind, LANDLOCK))) != held


@needs_landlock
@pytest.mark.parametrize("swapped", [".git/objects", "src/gen"])
def test_landlock_goes_by_what_was_named_and_not_by_what_lies_there_later(world: World, swapped: str) -> None:
    """The same words start a program again, and one before it has put a link to the operator's home there."""
    boundary = world.boundary(Kind.PLAIN, LANDLOCK)
    site = world.site
    site.sh(f"mv {swapped} src/was; ln -s {world.base}/home {swapped}", boundary)
    assert (site.place / swapped).is_symlink()
    said = site.sh(
        f"cat {swapped}/.ssh/id_ed25519; echo evil > {swapped}/new; echo evil > {world.base}/home/new", boundary
    )
    assert SECRET not in said
    assert not (world.base / "home/new").exists()
    world.restore()


@needs_bubblewrap
@pytest.mark.parametrize("swapped", ["src/deep", "src"])
def test_bubblewrap_starts_nothing_where_a_link_has_come_since_it_was_drawn(swapped: str) -> None:
    """What still ran in older, wider bounds may have put it there: the mount would be of what it leads to."""
    site = Site(scope=Scope(write=("src/deep/**",)))
    try:
        boundary = site.draw()
        attack = f"cat {site.base}/home/.ssh/id_ed25519; echo evil > {site.base}/deep/new"
        assert site.run(["true"], boundary).returncode == 0
        site.sh(f"mv {swapped} was; ln -s ../../..{'/..' * swapped.count('/')} {swapped}; mkdir {site.base}/deep")
        done = site.run(["/bin/sh", "-c", attack], boundary)
        assert SECRET not in done.stdout.decode()
        assert not (site.base / "deep/new").exists()
        assert (done.returncode, done.stdout) == (125, b"a link has come to src/deep of the place\n")
    finally:
        site.close()


ROOTS = [way for way in WAYS if way.control is Control.ROOT]


@pytest.mark.skipif(os.getuid() != 0, reason="this is not run as root")
@pytest.mark.parametrize("way", ROOTS, ids=[way.name for way in ROOTS])
def test_without_a_boundary_it_succeeds_for_root(roots_world: World, way: Escape) -> None:
    assert roots_world.tried(way, None) != ""


YAMA = Path("/proc/sys/kernel/yama/ptrace_scope")
NOT_HERE = {
    "memory of others": YAMA.exists() and YAMA.read_text().strip() != "0",
    "namespaces": not HERE.bubblewrap,
}
"""What some machines refuse to everybody."""
CONTROLLED = [way for way in WAYS if way.control is Control.YES and not NOT_HERE.get(way.name)]


@pytest.mark.parametrize("way", CONTROLLED, ids=[way.name for way in CONTROLLED])
def test_without_a_boundary_it_succeeds(world: World, way: Escape) -> None:
    assert world.tried(way, None) != ""
