"""Makes sure that an agent may begin in its place: it runs nothing there that is not allowed, and it is set up."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

from sessions.branches.git import refs, worktrees
from sessions.branches.git.run import Git
from sessions.errors import FactoryError
from sessions.floor.events import PlaceSetUp
from sessions.floor.scope import Scope
from sessions.floor.scopes.reach import Kinds, doubt
from sessions.stations.contract import Discerning
from sessions.stations.places import setup, suspects
from sessions.stations.places.layout import Place
from sessions.stations.running.fitting import Factory, Fitted, Outfit, fit
from sessions.text import clean

EVERYTHING = ("**",)
_NAMED = 5


def checked(factory: Factory, place: Place, outfit: Outfit, trunk: str = "") -> Outfit:
    """Check what an agent would be told there, or run: the outfit, with what it must leave alone. On a thread.

    `trunk` is the commit of the operator's base. Raises `FactoryError` when the operator has not allowed something by
    which the agent is held back.
    """
    kind = outfit.kind
    runs = kind.runs if isinstance(kind, Discerning) else EVERYTHING
    trunk = trunk or refs.resolve(Git(factory.common_dir), "HEAD")  # nobody has looked at the branches yet
    found = suspects.judged(factory.state_dir, place, runs, trunk)
    if found.held:
        names = [clean(each.path, 80) for each in found.held]
        listed = ", ".join(names[:_NAMED]) + ", …" * (len(names) > _NAMED)
        words = " ".join([f"--station {place.record.station}", *(shlex.quote(name) for name in names[:_NAMED])])
        raise FactoryError(
            f"what an agent would be told or run there is not allowed as it is now: {listed}",
            f"look at it in {place.work}, then factory-tui trust {words}, and resume the station",
        )
    return replace(outfit, untrusted=tuple(each.path for each in found.left))


def meant(tree: Kinds, scope: Scope) -> None:
    """Raises `FactoryError` for a pattern that can match nothing in this work tree, such as a directory's mere name."""
    if reason := doubt(scope.write, tree) or doubt(scope.read, tree):
        raise FactoryError(reason, "assign it a scope that it can use")


def settle(
    factory: Factory,
    place: Place,
    outfit: Outfit,
    now: float,
    fitting: Callable[[Factory, Place, Outfit], Fitted] = fit,
) -> PlaceSetUp | None:
    """Set a place up, unless that was done, or nothing is declared. On a thread."""
    station = place.record.station
    done = PlaceSetUp(time=now, source=f"place:{station}", station=station)
    if place.record.prepared:
        return None
    try:
        wanted = setup.declared(place)
    except FactoryError as error:
        place.with_record(prepared=True)  # what an agent makes of it later is not run
        return replace(done, trouble=str(error))
    if wanted == setup.Setup():
        place.with_record(prepared=True)
        return None
    # It may write in the whole work tree, as no agent's words are in it yet; the commit it began at says what it does.
    scope = replace(outfit.owned.scope, write=EVERYTHING)
    fitted = fitting(factory, place, replace(outfit, owned=replace(outfit.owned, scope=scope), agent=False))
    wrap, environment = fitted.boundary.words, fitted.brief.environment
    source_tree = _operators(factory.common_dir) if setup.is_allowed(place, factory.state_dir) else None
    return replace(done, trouble="; ".join(setup.prepare(place, wanted, wrap, environment, source_tree)))


def _operators(common_dir: Path) -> Path | None:
    return worktrees.main_root(Git(common_dir), common_dir)
