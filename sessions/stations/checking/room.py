"""The clean place of a check: a private clone at one commit, with a home and a boundary of its own, and no past.

```
<state dir>/checks/<station>-<some letters>/{work,home,tmp,ours}   as a station's place, which see
```
Nothing of the station's own place is in it. It makes no branch and no ref. Whoever made it takes it away; what a
supervisor that was killed has left, the next one sweeps.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import time
from pathlib import Path

from msgspec.structs import replace

from sessions import paths
from sessions.branches.git import refs, worktrees
from sessions.branches.git.clearing import clear
from sessions.branches.git.run import Git, Reins
from sessions.errors import FactoryError
from sessions.floor.patterns import EVERYTHING
from sessions.floor.scope import Scope
from sessions.stations.boundary import groups
from sessions.stations.boundary.bounds import Boundary, Bounds, Limits
from sessions.stations.boundary.draw import draw
from sessions.stations.boundary.machine import Machine
from sessions.stations.boundary.proof import prove
from sessions.stations.boundary.system import interpreter
from sessions.stations.boundary.toolchains import toolchains
from sessions.stations.checking.values import Work
from sessions.stations.keeping import processes
from sessions.stations.keeping.marks import Mark
from sessions.stations.places import origin, setup
from sessions.stations.places.layout import Place, Record, no_place
from sessions.stations.places.making import Wanted, check_out, lay_out, left_out
from sessions.stations.places.settings import PARTIAL, taken
from sessions.stations.running.fitting import Factory

log = logging.getLogger(__name__)

STATION = ":checks"
"""Stands in the marks of processes of checks where others have a station: no station has a colon in its name."""

_MISSED = ("content filter", PARTIAL)
"""What of the operator's settings makes the files other ones than in their own work tree."""


def checks_dir(state_dir: Path) -> Path:
    """Where clean places lie. Nothing is made."""
    return state_dir / "checks"


def mark_of(factory: Factory, place: Place) -> Mark:
    """By what the processes of one check are known."""
    return Mark(factory.mark, STATION, place.root.name)


def source_of(factory: Factory) -> Path:
    """The repository of ours over the operator's objects; it is made where no station has begun yet."""
    found = origin.origin_dir(factory.state_dir)
    if not (found / "HEAD").exists():
        git = Git(factory.common_dir)
        base = refs.symbolic(git, "HEAD")
        origin.refresh(factory.common_dir, factory.state_dir, base or "main", taken(git).form)
    return found


def begin(factory: Factory, work: Work) -> Place:
    """Directories for a clean place, which are `work`'s alone. Raises `FactoryError`."""
    root = checks_dir(factory.state_dir) / f"{work.station}-{os.urandom(4).hex()}"
    record = Record(work.station, work.branch, work.head, str(factory.common_dir), made=time.time())
    try:
        paths.private_dir(root.parent)
        for folder in (root, root / "work", root / "home", root / "tmp", root / "ours", root / "ours/boundary"):
            folder.mkdir(mode=0o700)
    except OSError as error:
        shutil.rmtree(root, ignore_errors=True)
        raise _no_room(root, error) from error
    return Place(root, record)


def fill(factory: Factory, place: Place, reins: Reins | None = None) -> tuple[str, ...]:
    """Write the commit's files and the clone around them; what is missing, in words. Raises `FactoryError`.

    By `reins` it can be called off. It takes as long as writing the files: on a thread.
    """
    try:
        source, settings = source_of(factory), taken(Git(factory.common_dir))
        branch = place.record.branch
        wanted = Wanted(place.record.station, branch, new=False)
        lay_out(place, place.root, source, settings, wanted, (branch, branch))
        check_out(place, factory.common_dir, place.record.base, reins)
        lacks = [words for words in settings.dropped if words.startswith(_MISSED)]
        return tuple(f"it was checked without {words}" for words in (*lacks, *left_out(place)))
    except OSError as error:
        raise _no_room(place.root, error) from error


def bound(
    factory: Factory, place: Place, scope: Scope, limits: Limits, on: Machine | None = None
) -> tuple[Boundary, setup.Setup, tuple[str, ...]]:
    """The boundary of the commands, proven; what the commit declares for its set-up; and what went wrong in that.

    Everything in the place may be written, and nothing elsewhere. Raises `FactoryError` when nobody can hold that.
    """
    troubles: tuple[str, ...] = ()
    try:
        wanted = setup.declared(place)
        allowed = wanted != setup.Setup() and setup.is_allowed(place, factory.state_dir)
        # What is only copied, and what is read, is the operator's: the script is run as the first of the commands.
        source = worktrees.main_root(Git(factory.common_dir), factory.common_dir) if allowed else None
        troubles = setup.prepare(place, replace(wanted, script=""), (), {}, source)
    except FactoryError as error:
        wanted, allowed, troubles = setup.Setup(), False, (str(error),)
    chains = toolchains(os.environ, Path.home())
    bounds = Bounds(
        place=place.work,
        git_dir=place.git_dir,
        home=place.home,
        private=place.ours / "boundary",
        shared=paths.private_dir(factory.state_dir / "shared"),
        readable=origin.readable(factory.common_dir, factory.state_dir),
        scope=replace(scope, write=EVERYTHING, read=EVERYTHING),
        tmp=place.tmp,
        programs=(
            *filter(None, (interpreter().home,)),
            *chains.paths,
            *(setup.caches_of(wanted) if allowed and wanted.caches else ()),
        ),
        limits=limits,
    )
    boundary = draw(bounds, on)
    prove(boundary, bounds)
    environment = {**boundary.environment, **chains.environment, **mark_of(factory, place).environment}
    return replace(boundary, environment=environment), wanted, troubles


def take_away(place: Place) -> None:
    """Remove it with all that was written in it. Nothing may run there any more."""
    groups.leave(place.work)
    with contextlib.suppress(FileNotFoundError):
        try:
            clear(place.root)
        except (OSError, RecursionError) as error:
            log.warning("the place of a check cannot be removed, %s: it is tried again later", error)


def sweep(factory: Factory) -> None:
    """End what runs of checks, and remove their places: nobody waits for them. Before the first check, on a thread.

    The supervisor that ran them was killed; whoever decides runs them again.
    """
    processes.kill(lambda: processes.marked(factory.mark, station=STATION))
    folder = checks_dir(factory.state_dir)
    for root in folder.glob("*") if folder.is_dir() else ():
        with contextlib.suppress(OSError, RecursionError):
            clear(root)
    groups.sweep(folder)


def _no_room(root: Path, error: OSError) -> FactoryError:
    found = no_place(root, error)
    return FactoryError(found.message, found.cure.replace("then resume the station", "then have it checked again"))
