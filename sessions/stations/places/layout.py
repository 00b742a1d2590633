"""A station's place on the disk: its work tree, its home, its temporary files, and what of it is ours alone.

```
<state dir>/places/<station>/work   the work tree, with its repository in `.git`
                             home   the agent's home directory
                             tmp    what it sees as /tmp
                             ours   what the agent must neither see nor write: see `Place`
```
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

from sessions import paths
from sessions.branches.git.clearing import clear
from sessions.errors import FactoryError

_STATION = re.compile(r"(?=.{1,64}$)(?!.*\.lock$)[A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*")
"""What may be a directory and a part of a ref."""
NEW = ".new-"
"""How a directory begins that is not a place yet, or was left when making one was cut off."""
_RECORD = "place.json"


class Record(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is remembered of a place; it is written when something of it changes.

    `sessions.branches.git.clones` reads of it which branch a clone works for.
    """

    station: str
    branch: str
    """As `sessions.branches.git.names.shown` writes it."""
    base: str
    """The commit that it began at."""
    common_dir: str
    """Git's common directory of the operator's repository."""
    clone: bool = True
    """A private clone; else a linked worktree."""
    own: bool = True
    """The branch was made for this place."""
    made: float = 0.0
    dropped: tuple[str, ...] = ()
    """What of the operator's settings is not in the clone, in words."""
    arrived: str = ""
    """The commit at which the operator's repository has the branch by our doing."""
    kept: str = ""
    """The ref that keeps what was refused, as long as the branch stands on it."""
    refused: str = ""
    """The commit that was refused last."""
    refused_by: tuple[str, ...] = ()
    """What might be written then."""
    prepared: bool = False
    """The set-up was run, however it ended: it is never run again."""


class Place(msgspec.Struct, frozen=True):
    """The directories of one station."""

    root: Path
    record: Record

    @property
    def work(self) -> Path:
        return self.root / "work"

    @property
    def home(self) -> Path:
        return self.root / "home"

    @property
    def tmp(self) -> Path:
        return self.root / "tmp"

    @property
    def ours(self) -> Path:
        return self.root / "ours"

    @property
    def git_dir(self) -> Path:
        """The agent's repository, which it may write in. Host-side git goes through `mirror` instead."""
        return self.work / ".git"

    @property
    def objects(self) -> Path:
        return self.git_dir / "objects"

    @property
    def mirror(self) -> Path:
        """A repository of ours over the objects of the agent's and the operator's, with settings that run nothing."""
        return self.ours / "git"

    @property
    def log(self) -> Path:
        """What was left out when it was made, and what its set-up printed."""
        return self.ours / "setup.log"

    def with_record(self, **changes: object) -> Place:
        """The same place with something of it changed, on the disk as well."""
        record = msgspec.structs.replace(self.record, **changes)
        write_record(self.root, record)
        return Place(self.root, record)


def root_of(state_dir: Path, station: str) -> Path:
    """Where a station's place lies. Raises `FactoryError` for an id that can be no directory."""
    if not _STATION.fullmatch(station):
        raise FactoryError("this is no id of a station", "use letters, digits, dots and dashes, 64 at most")
    return paths.places_dir(state_dir) / station


def no_place(where: Path, error: OSError) -> FactoryError:
    """Why none can be made there, with the cure."""
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    cure = "make room on that disk" if full else "see that you may write there"
    return FactoryError(f"no place can be made in {where}: {error.strerror}", f"{cure}, then resume the station")


def begin_root(state_dir: Path, station: str) -> Path:
    """Directories for a new place, which are to be named `root_of` when all is in them.

    Raises `FactoryError` when the station has a place already.
    """
    if os.path.lexists(root_of(state_dir, station)):
        raise _taken(station)
    fresh = paths.private_dir(paths.places_dir(state_dir)) / f"{NEW}{station}-{os.urandom(4).hex()}"
    try:
        for folder in (fresh, fresh / "work", fresh / "home", fresh / "tmp", fresh / "ours"):
            folder.mkdir(mode=0o700)
    except OSError as error:
        raise no_place(fresh.parent, error) from error
    return fresh


def finish_root(state_dir: Path, station: str, fresh: Path) -> Path:
    """Give a new place its name: from then on it is one. Raises `FactoryError` when the station has one already."""
    root = root_of(state_dir, station)
    try:
        fresh.rename(root)
    except OSError as error:
        raise _taken(station) from error
    return root


def _taken(station: str) -> FactoryError:
    return FactoryError(f"station {station} has a place already", "remove that station first")


def ready(state_dir: Path) -> None:
    """Remove what was left of places that were never finished, and let there be a directory for new ones.

    So whoever watches it sees the first one come. Nobody may be making one. Raises `FactoryError`.
    """
    paths.private_dir(paths.places_dir(state_dir))
    for path in paths.places_dir(state_dir).glob(f"{NEW}*"):
        with contextlib.suppress(OSError, RecursionError):
            clear(path)


def write_record(root: Path, record: Record) -> None:
    """Put it where it stands whole, or not at all."""
    target = root / "ours" / _RECORD
    fresh = target.with_suffix(f".{os.urandom(4).hex()}")
    fresh.write_bytes(msgspec.json.encode(record))
    fresh.replace(target)


def place_of(state_dir: Path, station: str) -> Place:
    """The place of a station. Raises `FactoryError` when it has none, or its record cannot be read."""
    root = root_of(state_dir, station)
    try:
        raw = (root / "ours" / _RECORD).read_bytes()
    except FileNotFoundError as error:
        raise FactoryError(f"station {station} has no place", "start it afresh") from error
    except OSError as error:
        raise FactoryError(f"{root} cannot be read: {error.strerror}", "see its mode") from error
    try:
        return Place(root, msgspec.json.decode(raw, type=Record))
    except msgspec.DecodeError as error:
        raise FactoryError(f"the record of {root} is damaged", "remove the station: its work is kept") from error


def aside_dir(state_dir: Path) -> Path:
    """Where the directories of places lie that could not be removed."""
    return paths.places_dir(state_dir).parent / "aside"


def record_in(root: Path) -> Record | None:
    """What a directory says of the place that it is, or was; None where it says nothing."""
    try:
        return msgspec.json.decode((root / "ours" / _RECORD).read_bytes(), type=Record)
    except (OSError, msgspec.DecodeError):
        return None


def all_places(state_dir: Path) -> Iterator[Place]:
    """Every place whose record can be read, in the order of their names."""
    try:
        names = sorted(path.name for path in paths.places_dir(state_dir).iterdir())
    except OSError:
        return
    for name in names:
        with contextlib.suppress(FactoryError):
            yield place_of(state_dir, name)
