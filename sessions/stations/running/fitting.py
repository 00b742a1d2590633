"""Fits a station out: its place, its boundary, and all that its agent is started with."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

from sessions.errors import FactoryError
from sessions.floor.ours.owned import Owned
from sessions.floor.state import Station
from sessions.stations.boundary.bounds import Boundary, Bounds
from sessions.stations.boundary.draw import draw
from sessions.stations.boundary.proof import prove
from sessions.stations.boundary.system import interpreter
from sessions.stations.contract import Brief
from sessions.stations.keeping.marks import Mark
from sessions.stations.places import layout, making
from sessions.stations.places.layout import Place as StationPlace
from sessions.stations.places.origin import readable

TRANSCRIPT = "session.jsonl"


class Factory(msgspec.Struct, frozen=True):
    """What all stations of a factory have in common."""

    common_dir: Path
    state_dir: Path
    mark: str
    """By which its processes are known."""


class Fitted(msgspec.Struct, frozen=True):
    """A station that an agent can be started for."""

    place: StationPlace
    boundary: Boundary
    brief: Brief


def place_for(factory: Factory, wanted: making.Wanted) -> tuple[StationPlace, bool]:
    """The station's place, and whether it was made just now. It takes as long as writing its files: on a thread."""
    try:
        return layout.place_of(factory.state_dir, wanted.station), False
    except FactoryError:
        if layout.root_of(factory.state_dir, wanted.station).exists():
            raise
    return making.make(factory.common_dir, factory.state_dir, wanted), True


def fit(
    factory: Factory,
    station: Station,
    owned: Owned,
    place: StationPlace,
    outbox: Path | None,
    session: str = "",
    added: Mapping[str, str] | None = None,
) -> Fitted:
    """Draw and prove its boundary, and write its brief. On a thread. `added` is more of its environment.

    Raises `FactoryError` when the boundary cannot be held: nothing is started then.
    """
    private = place.ours / "boundary"
    private.mkdir(mode=0o700, exist_ok=True)
    bounds = Bounds(
        place=place.work,
        git_dir=place.git_dir,
        home=place.home,
        private=private,
        shared=factory.state_dir / "boundary",
        readable=readable(factory.common_dir, factory.state_dir),
        scope=owned.scope,
        mode=owned.mode,
        tmp=place.tmp,
        outbox=outbox,
        programs=tuple(filter(None, (interpreter().home,))),
        station=station.id,
    )
    boundary = draw(bounds)
    prove(boundary, bounds)
    mark = Mark(factory.mark, station.id, os.urandom(6).hex())
    brief = Brief(
        station=station.id,
        directory=str(place.work),
        home=str(place.home),
        transcript=str(place.ours / TRANSCRIPT),
        environment={**boundary.environment, **(added or {}), **mark.environment},
        wrap=boundary.words,
        session=session,
        model=owned.model,
        role=station.role,
        scope=owned.scope,
        held=boundary.held,
        budget=owned.budget,
        options=dict(owned.options),
    )
    return Fitted(place, boundary, brief)
