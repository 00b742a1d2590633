"""Makes sure that an agent may begin in its place: what would be run there is allowed, and it is set up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

from sessions.branches.git import worktrees
from sessions.branches.git.run import Git
from sessions.errors import FactoryError
from sessions.floor.events import SourceSkipped
from sessions.stations.places import setup, suspects
from sessions.stations.places.layout import Place
from sessions.stations.running.fitting import Factory, Fitted, Outfit, fit
from sessions.text import clean

EVERYTHING = ("**",)
_NAMED = 5


def settle(
    factory: Factory,
    place: Place,
    outfit: Outfit,
    now: float,
    fitting: Callable[[Factory, Place, Outfit], Fitted] = fit,
) -> list[SourceSkipped]:
    """Check what the place would have run, and set it up unless that was done. On a thread; what went wrong with it.

    Raises `FactoryError` when the operator has not allowed something that an agent would run or be told: the agent
    does not begin then.
    """
    if asked := suspects.held(factory.state_dir, place):
        names = " ".join(clean(each.path, 80) for each in asked[:_NAMED]) + " …" * (len(asked) > _NAMED)
        reason = f"what agents are told or run by is not allowed as it is now: {names}"
        raise FactoryError(reason, f"look at it in {place.work}, then factory-tui trust {names}")
    if place.record.prepared:
        return []
    try:
        wanted = setup.declared(place)
    except FactoryError as error:
        source = f"place:{place.record.station}"
        return [SourceSkipped(time=now, source=source, reason="set-up failed", detail=str(error))]
    if wanted == setup.Setup():
        place.with_record(prepared=True)
        return []
    # It may write in the whole work tree, as no agent's words are in it yet; the commit it began at says what it does.
    scope = replace(outfit.owned.scope, write=EVERYTHING)
    fitted = fitting(factory, place, replace(outfit, owned=replace(outfit.owned, scope=scope), agent=False))
    wrap, environment = fitted.boundary.words, fitted.brief.environment
    source_tree = _operators(factory.common_dir) if setup.is_allowed(place, factory.state_dir) else None
    _, troubles = setup.prepare(place, wanted, wrap, environment, source_tree, now)
    return troubles


def _operators(common_dir: Path) -> Path | None:
    return worktrees.main_root(Git(common_dir), common_dir)
