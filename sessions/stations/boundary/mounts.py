"""The plan of a boundary: what is there inside, and what of it can be written. Later entries lie over earlier ones.

What is read-only inside a writable directory would move away with a directory above it, so each directory on the way to
it is made a mount of its own: the kernel moves no mount points.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from sessions.branches.git import beneath
from sessions.errors import FactoryError
from sessions.floor.patterns import PatternError
from sessions.floor.scopes.reach import Reach, roots
from sessions.floor.scopes.unread import unread
from sessions.stations.boundary import system
from sessions.stations.boundary.bounds import Bounds
from sessions.stations.boundary.tree import DiskTree

PINS = ("config", "hooks", "commondir", "config.worktree", "objects/info/alternates")
"""What of a private clone an agent must not change: by any of these the next git of the host would run its programs."""
MOVABLE = ("objects", "objects/info")
"""Directories above pins: as mounts of their own they cannot be moved away."""

_TMP = Path("/tmp")


class Access(StrEnum):
    """What may be done with what lies at a path."""

    READ = "read"
    WRITE = "write"
    LINK = "link"
    """The link that is there, for what it leads to."""
    HIDDEN = "hidden"
    """Nothing is there but an empty directory."""
    CLOSED = "closed"
    """A file that cannot be opened."""


@dataclass(frozen=True, slots=True)
class Mount:
    """One entry; it has the same path inside."""

    path: Path
    access: Access


@dataclass(slots=True)
class Plan:
    """All of it."""

    mounts: list[Mount] = field(default_factory=list)
    asked: tuple[str, ...] = ()
    """Globs that no mount can say."""
    unheld: list[str] = field(default_factory=list)
    unread: tuple[str, ...] = ()
    """Files and directories of the place that cannot be read, relative to its root."""

    def add(self, access: Access, *paths: Path) -> None:
        for path in paths:
            if path.is_symlink() and access is Access.READ:
                if not self._shows(path):
                    self.mounts.append(Mount(path, Access.LINK))
            elif path.exists():
                self.mounts.append(Mount(path, access))

    def _shows(self, path: Path) -> bool:
        """Whether a link is there already, such as in a directory that is: it cannot be made once more."""
        around = next((mount for mount in reversed(self.mounts) if path.is_relative_to(mount.path)), None)
        return around is not None and around.access in (Access.READ, Access.WRITE, Access.LINK)


def planned(bounds: Bounds) -> Plan:
    """The plan; directories that its patterns name are made first. Raises `FactoryError` when there can be none."""
    _check(bounds)
    plan = Plan()
    homes = (Path.home(), Path(os.path.realpath(Path.home())))  # where homes lie in /usr, they would be there
    _hidden(plan, homes)
    if bounds.tmp is not None:
        _afresh(plan, bounds.programs)
    plan.add(Access.READ, *bounds.programs)
    _hidden(plan, (bounds.place.parent.parent,))
    plan.add(Access.READ, *bounds.readable)
    plan.add(Access.WRITE, bounds.home, *filter(None, [bounds.outbox]))
    _place(plan, bounds)
    _pinned(plan, bounds)
    _unread(plan, bounds)
    return plan


def _afresh(plan: Plan, programs: Iterable[Path]) -> None:
    """Directories of `/tmp` in which programs lie are empty at first: a link in a station's own would stay there."""
    tops = {_TMP / path.relative_to(_TMP).parts[0] for path in programs if path != _TMP and path.is_relative_to(_TMP)}
    plan.mounts += [Mount(top, Access.HIDDEN) for top in sorted(tops) if top.is_dir() and not top.is_symlink()]


def _check(bounds: Bounds) -> None:
    """Refuse what would open more than it says."""
    place = bounds.place
    for path in (place, bounds.home, bounds.private):
        if not path.is_dir():
            cure = "remove the station, and start another one on its branch"
            raise FactoryError(f"there is no directory {path}", cure)
    if bounds.git_dir.is_symlink() or not bounds.git_dir.is_dir():
        raise FactoryError(f"{bounds.git_dir} is no private clone", "start the station in a place of its own, or full")
    for name in (*PINS, *MOVABLE):
        pin = bounds.git_dir / name
        if not pin.exists() or pin.is_symlink() or _above_is_link(pin, bounds.git_dir):
            raise FactoryError(f"{pin} does not hold: it is missing or a link", "start the station in a new place")
    inside = (place, bounds.home)
    for path in bounds.programs:
        if path == Path("/") or any(own.is_relative_to(path) for own in (*inside, Path.home(), bounds.private)):
            raise FactoryError(f"{path} holds a home or the place itself", "name the directories below it instead")


def _above_is_link(path: Path, root: Path) -> bool:
    return any(above.is_symlink() for above in path.parents if above.is_relative_to(root))


def _place(plan: Plan, bounds: Bounds) -> None:
    place, git_dir = bounds.place, bounds.git_dir
    try:
        reach = roots(bounds.scope.write, DiskTree(place))
    except PatternError as error:
        raise FactoryError(f"the scope cannot be held: {error}", "assign another one") from error
    for path in reach.make:
        _make(place, path)
    plan.asked = reach.asked
    plan.mounts.append(Mount(place, Access.WRITE if "" in reach.open else Access.READ))
    plan.mounts += _layers(place, reach)
    plan.add(Access.WRITE, git_dir, *(git_dir / name for name in MOVABLE))
    plan.add(Access.READ, *(git_dir / name for name in PINS))


def _make(place: Path, path: str) -> None:
    """Make a directory there, and nothing outside, whatever lies on the way by now."""
    above, _, name = path.rpartition("/")
    try:
        with beneath.opened(place, above, os.O_RDONLY | os.O_DIRECTORY) as folder, suppress(FileExistsError):
            os.mkdir(name, dir_fd=folder)
    except OSError as error:
        raise FactoryError(f"{path} cannot be made: {error.strerror}", "look at what lies there") from error


def _layers(place: Path, reach: Reach) -> Iterable[Mount]:
    """What is open and what is shut again, the deeper after the shallower."""
    access = dict.fromkeys(reach.open, Access.WRITE) | dict.fromkeys(reach.shut, Access.READ)
    anchored: set[str] = set()
    for path in sorted(access, key=lambda path: (path.count("/"), path)):
        if not path:
            continue
        if access[path] is Access.READ:
            for above in _between(path, access):
                if above not in anchored:
                    anchored.add(above)
                    yield Mount(place / above, Access.WRITE)
        yield Mount(place / path, access[path])


def _between(path: str, access: dict[str, Access]) -> Iterator[str]:
    """The directories between one that is shut and the next planned one above it."""
    parts = path.split("/")[:-1]
    while parts and "/".join(parts) not in access:
        parts.pop()
    if access.get("/".join(parts)) is not Access.WRITE:
        return
    first = len(parts) + 1
    for size in range(first, path.count("/") + 1):
        yield "/".join(path.split("/")[:size])


def _pinned(plan: Plan, bounds: Bounds) -> None:
    """Files that stay as they are; one that is not there yet cannot be kept from coming."""
    for text in bounds.pinned:
        path = bounds.place / text
        if path.is_symlink() or not path.exists() or any(above.is_symlink() for above in path.parents):
            plan.unheld.append(f"{text} is not there, so it can be made: it is seen when the work leaves")
            continue
        if _anchored(plan, path):
            plan.add(Access.READ, path)


def _anchored(plan: Plan, path: Path) -> bool:
    """Keep the directories above from being moved where they can be; whether the path itself can be written."""
    around = [mount for mount in plan.mounts if path.is_relative_to(mount.path)]
    if not around or around[-1].access is not Access.WRITE:
        return False
    known = {mount.path for mount in plan.mounts}  # one that is laid again would cover what lies on it
    ancestors = [above for above in reversed(path.parents) if above.is_relative_to(around[-1].path)]
    plan.add(Access.WRITE, *(above for above in ancestors if above not in known))
    return True


def _unread(plan: Plan, bounds: Bounds) -> None:
    found = unread(bounds.scope, DiskTree(bounds.place))
    access = dict.fromkeys(found.folders, Access.HIDDEN) | dict.fromkeys(found.files, Access.CLOSED)
    for name in access:
        _anchored(plan, bounds.place / name)
    plan.mounts += [Mount(bounds.place / name, which) for name, which in access.items()]
    plan.unread = (*found.folders, *found.files)
    if found.more:
        plan.unheld.append("of what it may not read there is too much to hide: its tools and hooks hold the rest")


def _hidden(plan: Plan, hidden: Iterable[Path]) -> None:
    """What lies below a directory that is there, and must not be there itself."""
    seen = [mount.path for mount in plan.mounts]
    for path in hidden:
        if path.is_dir() and (system.is_part(path) or any(path.is_relative_to(above) for above in seen)):
            plan.mounts.append(Mount(path, Access.HIDDEN))
