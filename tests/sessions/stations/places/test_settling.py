"""An agent begins only where nothing is run that was not allowed, in a place that is set up."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from msgspec.structs import replace

from sessions.errors import FactoryError
from sessions.floor.ours.owned import Owned
from sessions.floor.scope import Budget, Held, Scope
from sessions.floor.state import Station
from sessions.stations.boundary.bounds import Boundary
from sessions.stations.contract import Brief
from sessions.stations.places.layout import Place, place_of
from sessions.stations.places.setup import FILE, log_of
from sessions.stations.places.suspects import Allowed, listing
from sessions.stations.running.fitting import Factory, Fitted, Outfit
from sessions.stations.running.settling import checked, settle
from sessions.stations.signals.tools import Tools
from sessions.stations.terminal.claude import CLAUDE
from tests.sessions.stations.places.world import World

OUTFIT = Outfit(
    station=Station("s1"),
    owned=Owned(scope=Scope(write=("src/**",))),
    left=Budget(),
    own=Budget(),
    kind=None,
    tools=Tools(Path("/tools"), Path("/python")),
    outbox=Path("/outbox"),
)


class Fitting:
    """Draws no boundary, and notes for which scope it was asked for one."""

    def __init__(self) -> None:
        self.scopes: list[Scope] = []

    def __call__(self, factory: Factory, place: Place, outfit: Outfit) -> Fitted:
        self.scopes.append(outfit.owned.scope)
        brief = Brief(
            station="s1",
            directory=str(place.work),
            home=str(place.home),
            transcript="",
            environment={"PATH": os.environ["PATH"]},
        )
        return Fitted(Boundary(held=Held(), words=("env", "INSIDE=yes")), brief)


def settled(world: World, place: Place) -> tuple[str | None, Fitting]:
    """What went wrong, None where nothing was to be done; and the boundaries that were drawn for it."""
    fitting = Fitting()
    found = settle(Factory(world.common_dir, world.state_dir, "mark"), place, OUTFIT, 1.0, fitting)
    return found.trouble if found is not None else None, fitting


def test_a_place_that_declares_nothing_is_settled_at_once(world: World) -> None:
    told, fitting = settled(world, world.place())
    assert (told, fitting.scopes) == (None, [])
    assert place_of(world.state_dir, "s1").record.prepared


def test_what_an_agent_would_run_keeps_it_from_beginning_until_it_is_allowed(world: World) -> None:
    world.repo.commit({".mcp.json": "{}"})
    place = world.place()
    factory = Factory(world.common_dir, world.state_dir, "mark")
    with pytest.raises(FactoryError, match=r"\.mcp\.json") as caught:
        checked(factory, place, OUTFIT)
    assert "factory-tui trust --station s1 .mcp.json" in caught.value.cure
    can_leave_it = replace(OUTFIT, kind=CLAUDE)
    assert checked(factory, place, can_leave_it).untrusted == (".mcp.json",)
    Allowed(world.state_dir).allow(listing(place.work), "me")
    assert checked(factory, place, OUTFIT).untrusted == checked(factory, place, can_leave_it).untrusted == ()
    world.repo.write({".mcp.json": '{"mcpServers": {"x": {}}}'}, cwd=place.work)
    for outfit in (OUTFIT, can_leave_it):
        with pytest.raises(FactoryError, match="not allowed as it is now"):
            checked(factory, place, outfit)


def test_the_set_up_runs_in_a_boundary_around_the_whole_work_tree(world: World) -> None:
    world.repo.commit(
        {FILE: '[setup]\nscript = "echo $INSIDE > made"\ncopy = [".env"]\n', ".gitignore": ".env\nmade\n"}
    )
    world.repo.write({".env": "KEY=1"})
    place = world.place()
    told, fitting = settled(world, place)
    assert [scope.write for scope in fitting.scopes] == [("**",)]
    assert (place.work / "made").read_text() == "yes\n"
    assert told is not None
    assert "nothing was copied" in told
    assert settled(world, place_of(world.state_dir, "s1"))[1].scopes == []


def test_what_is_allowed_is_copied(world: World) -> None:
    world.repo.commit({FILE: '[setup]\ncopy = [".env"]\n', ".gitignore": ".env\n"})
    world.repo.write({".env": "KEY=1"})
    place = world.place()
    Allowed(world.state_dir).allow(listing(world.repo.path), "me")
    assert settled(world, place)[0] == ""
    assert (place.work / ".env").read_text() == "KEY=1"
    assert "copied .env" in log_of(place)


def test_a_declaration_that_is_wrong_is_told_and_stops_nobody(world: World) -> None:
    world.repo.commit({FILE: "[setup\n"})
    place = world.place()
    told, fitting = settled(world, place)
    assert told is not None
    assert FILE in told
    assert fitting.scopes == []
    # What an agent makes of it is nobody's declaration.
    world.repo.write({FILE: '[setup]\nscript = "touch made"\n'}, cwd=place.work)
    again, fitting = settled(world, place_of(world.state_dir, "s1"))
    assert (again, fitting.scopes) == (None, [])
