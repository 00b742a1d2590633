"""A boundary that is drawn while something runs in the one before it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from sessions.floor.scope import Scope
from sessions.stations.boundary import machine, system
from sessions.stations.boundary.bounds import Boundary
from sessions.stations.builtin.agent import BuiltIn
from sessions.stations.builtin.hands import Hands
from sessions.stations.contract import Brief
from tests.support.boundary.site import SECRET, Site
from tests.support.supervisor import PATIENCE_S

HERE = machine.here()
SWAPS = """\
touch src/begun
until [ -e src/go ]; do sleep 0.02; done
mv src/deep src/was; ln -s ../../../.. src/deep
"""
"""A command that goes on in its old boundary, and leads a mount of the next one astray once that is drawn."""


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site(root=True)
    if home := system.interpreter().home:
        made.bounds = replace(made.bounds, programs=(home,))
    yield made
    made.close()


@pytest.mark.skipif(not HERE.bubblewrap, reason=f"bubblewrap: {HERE.trouble}")
def test_what_runs_in_the_old_boundary_cannot_widen_the_new_one(site: Site) -> None:
    def drawn(*write: str) -> Boundary:
        site.bounds = replace(site.bounds, scope=Scope(write=write))
        return site.draw()

    def of(boundary: Boundary) -> Brief:
        environment = dict(boundary.environment)
        place, home = str(site.place), str(site.bounds.home)
        return Brief("one", place, home, "", environment, boundary.words, scope=site.bounds.scope)

    async def scene() -> None:
        hands = Hands(of(drawn("src/**")), lambda: None)
        try:
            going_on = asyncio.create_task(hands.use("run", {"command": SWAPS}))
            async with asyncio.timeout(PATIENCE_S):
                while not (site.place / "src/begun").exists():
                    await asyncio.to_thread(site.place.exists)
            hands.rebind(of(drawn("src/deep/**")))
            (site.place / "src/go").touch()
            key = site.base / "home/.ssh/id_ed25519"
            came = await hands.use("run", {"command": f"cat {key}; echo evil > {site.base}/new"})
            assert (await going_on).ok
            assert SECRET not in came.text
            assert (came.ok, "a link has come to src/deep of the place" in came.text) == (False, True), came
            assert not (site.base / "new").exists()
        finally:
            await hands.close()

    asyncio.run(scene())


@pytest.mark.parametrize("servers", [True, False])
def test_where_servers_run_on_in_the_old_boundary_nothing_begins_in_a_new_one(servers: bool) -> None:
    bound: list[Brief] = []
    agent: Any = SimpleNamespace(_servers=servers, _hands=SimpleNamespace(rebind=bound.append), _brief=None)
    brief = Brief("one", str(Path("/")), "/", "")
    assert asyncio.run(BuiltIn.rebind(agent, brief)) is not servers
    assert bound == [] if servers else bound == [brief]
