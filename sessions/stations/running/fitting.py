"""Fits a station out: its place, its boundary, what it sees of that, and all that its agent is started with."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
from msgspec.structs import replace

from sessions.errors import FactoryError
from sessions.floor.ours.owned import Owned
from sessions.floor.scope import Budget, Held
from sessions.floor.state import Station
from sessions.paths import private_dir
from sessions.stations.boundary.bounds import Boundary, Bounds
from sessions.stations.boundary.draw import draw
from sessions.stations.boundary.proof import prove
from sessions.stations.boundary.system import interpreter
from sessions.stations.boundary.toolchains import toolchains
from sessions.stations.contract import Ability, Brief, InTerminal, Kind
from sessions.stations.keeping.marks import Mark
from sessions.stations.places import layout, making, origin, setup, skipping
from sessions.stations.places.layout import Place as StationPlace
from sessions.stations.running.beneath import write_beneath
from sessions.stations.running.logins import login_of
from sessions.stations.running.needs import hosts_of, keys_of, model_of, programs_of
from sessions.stations.running.pinned import pinned
from sessions.stations.signals import standing
from sessions.stations.signals.standing import Standing
from sessions.stations.signals.tools import Tools

TRANSCRIPT, FITTED = "session.jsonl", "fitted.json"


class Factory(msgspec.Struct, frozen=True):
    """What all stations of a factory have in common."""

    common_dir: Path
    state_dir: Path
    mark: str
    """By which its processes are known."""


class Fitted(msgspec.Struct, frozen=True):
    """A station that an agent can be started for."""

    boundary: Boundary
    brief: Brief
    notice: str = ""
    """What the operator should know of how it was fitted out."""


class Outfit(msgspec.Struct, frozen=True):
    """What a station is fitted out with, beside its place."""

    station: Station
    owned: Owned
    left: Budget
    own: Budget
    """Its budget, without what it gave to those that work for it."""
    kind: Kind | None
    tools: Tools
    outbox: Path
    session: str = ""
    """The conversation to go on with; "" begins a new one."""
    agent: bool = True
    """It is for an agent; else for the set-up of its place."""
    untrusted: tuple[str, ...] = ()
    """What its agent is to leave alone in its place (see `Brief`)."""


def place_for(factory: Factory, wanted: making.Wanted) -> tuple[StationPlace, bool]:
    """The station's place, and whether it was made just now. It takes as long as writing its files: on a thread."""
    try:
        return layout.place_of(factory.state_dir, wanted.station), False
    except FactoryError:
        if layout.root_of(factory.state_dir, wanted.station).exists():
            raise
    return making.make(factory.common_dir, factory.state_dir, wanted), True


def fit(factory: Factory, place: StationPlace, outfit: Outfit) -> Fitted:
    """Draw and prove its boundary, and write its brief. On a thread.

    Raises `FactoryError` when the boundary cannot be held: nothing is started then.
    """
    station, owned, tools = outfit.station, outfit.owned, outfit.tools
    login = login_of(outfit.kind, os.environ, place.home)
    for name, text in login.files.items():
        write_beneath(place.home, name, text)
    keys = _keys(outfit.kind, place.home)
    chains = toolchains(os.environ, Path.home())
    bounds = _bounds(factory, place, outfit, keys, (*outfit.tools.needs, *chains.paths))
    boundary = draw(bounds)
    if place.record.clone:
        skipping.skip(place, boundary.unread)
    prove(boundary, bounds)
    boundary = replace(boundary, held=held_for(outfit.kind, boundary.held))
    stands = stand(place, station, owned, outfit.left, boundary.held)
    file = standing.write(standing_dir(factory, station.id), stands)
    told = tools.environment(station.id, outfit.outbox, file, boundary.environment.get("PATH", ""))
    environment = {
        **boundary.environment,
        **chains.environment,
        **standing.environment(stands),
        **told,
    }
    mark = Mark(factory.mark, station.id, os.urandom(6).hex())
    brief = Brief(
        station=station.id,
        directory=str(place.work),
        home=str(place.home),
        transcript=str(place.ours / TRANSCRIPT),
        environment={**environment, **inside(keys, bounds.model, boundary.model), **mark.environment},
        wrap=boundary.words,
        session=outfit.session,
        model=owned.model,
        role=station.role,
        scope=owned.scope,
        held=boundary.held,
        budget=outfit.own,
        options=dict(owned.options),
        pinned=bounds.pinned,
        untrusted=outfit.untrusted,
    )
    return Fitted(boundary, brief, login.notice)


def _bounds(
    factory: Factory, place: StationPlace, outfit: Outfit, keys: Mapping[str, str], programs: Sequence[Path]
) -> Bounds:
    """What its boundary is to hold; `programs` are there beside those of its kind."""
    owned, private = outfit.owned, place.ours / "boundary"
    private.mkdir(mode=0o700, exist_ok=True)
    of_kind = programs_of(outfit.kind, dict(owned.options), os.environ)
    seen = (*filter(None, (interpreter().home,)), *of_kind, *programs)
    return Bounds(
        place=place.work,
        git_dir=place.git_dir,
        home=place.home,
        private=private,
        shared=private_dir(factory.state_dir / "shared"),
        readable=origin.readable(factory.common_dir, factory.state_dir),
        scope=owned.scope,
        mode=owned.mode,
        tmp=place.tmp,
        outbox=outfit.outbox,
        programs=(*seen, standing_dir(factory, outfit.station.id), *_caches(factory, place)),
        pinned=pinned(place.work, owned.scope.write) if outfit.agent else (),
        model=model_of(keys),
        model_hosts=hosts_of(outfit.kind, keys),
        terminal=isinstance(outfit.kind, InTerminal),
    )


def held_for(kind: Kind | None, held: Held) -> Held:
    """The same for an agent of this kind: one that never asks has no hook that could deny anything."""
    if kind is None or Ability.PERMISSIONS in kind.abilities:
        return held
    return replace(held, asked=(), leaving=held.asked)


def _caches(factory: Factory, place: StationPlace) -> tuple[Path, ...]:
    """What the repository declares to be readable, where the operator has allowed that."""
    try:
        wanted = setup.declared(place)
    except FactoryError:
        return ()  # the set-up has said so
    return setup.caches_of(wanted) if wanted.caches and setup.is_allowed(place, factory.state_dir) else ()


def stand(place: StationPlace, station: Station, owned: Owned, left: Budget, held: Held) -> Standing:
    """What the station is told of its boundary."""
    return Standing(
        station=station.id,
        directory=str(place.work),
        own=(str(place.home), "/tmp"),
        scope=owned.scope,
        mode=owned.mode,
        held=held,
        pinned=pinned(place.work, owned.scope.write),
        budget=owned.budget,
        left=left,
        edits=True,
        ask=tuple(filter(None, dict(owned.options).get("ask", "").split(","))),
    )


def restate(factory: Factory, station: Station, owned: Owned, left: Budget) -> None:
    """Have a station see its boundary as it is now. On a thread."""
    place = layout.place_of(factory.state_dir, station.id)
    stands = stand(place, station, owned, left, owned.held or Held())
    standing.write(standing_dir(factory, station.id), stands)


def standing_dir(factory: Factory, station: str) -> Path:
    """Where what a station is told of its boundary lies. It is made, so that it can be bound."""
    path = factory.state_dir / "standing" / station
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def _keys(kind: Kind | None, home: Path) -> dict[str, str]:
    """What of its environment is a secret, or says where its model is."""
    return {**keys_of(kind, os.environ), **login_of(kind, os.environ, home).environment}


def inside(keys: Mapping[str, str], outside: str, model: str) -> dict[str, str]:
    """The keys as they are inside, where the model has another address."""
    return {
        name: value.replace(outside, model) if outside and model and name.endswith("_BASE_URL") else value
        for name, value in keys.items()
    }


def remember(factory: Factory, fitted: Fitted, kind: Kind | None) -> None:
    """Keep how a station was fitted out, without its keys, for as long as its agent runs."""
    place = layout.place_of(factory.state_dir, fitted.brief.station)
    secret = _keys(kind, place.home)
    environment = {name: value for name, value in fitted.brief.environment.items() if name not in secret}
    kept = replace(fitted, brief=replace(fitted.brief, environment=environment))
    target = place.ours / FITTED
    fresh = target.with_suffix(".new")
    fresh.write_bytes(msgspec.json.encode(kept))
    fresh.chmod(0o600)
    fresh.replace(target)


def recalled(factory: Factory, station: str, kind: Kind | None) -> Fitted:
    """How a station that runs was fitted out. Raises `FactoryError` when that is not known."""
    place = layout.place_of(factory.state_dir, station)
    try:
        fitted = msgspec.json.decode((place.ours / FITTED).read_bytes(), type=Fitted)
    except (OSError, msgspec.DecodeError, msgspec.ValidationError) as error:
        raise FactoryError("how the station was started is not known any more", "stop it and resume it") from error
    keys = _keys(kind, place.home)
    added = inside(keys, model_of(keys), fitted.boundary.model)
    return replace(fitted, brief=replace(fitted.brief, environment={**fitted.brief.environment, **added}))
