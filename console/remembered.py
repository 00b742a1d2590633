"""What the console remembers from one run to the next: how the operator likes to look at things.

One small file for each user, not for each repository. It is a convenience: one that is damaged, cannot be read or
cannot be written is as good as none, and nothing is said of it.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

import msgspec
from msgspec.structs import replace

from sessions.errors import FactoryError
from sessions.paths import private_dir
from sessions.views.floor.arrange import Grouping, SortKey

MOST_BYTES = 4_096
"""No file of ours is longer."""


class Remembered(msgspec.Struct, frozen=True, omit_defaults=True):
    """Empty, or -1 for a zoom, is what was never chosen."""

    theme: str = ""
    order: str = ""
    grouping: str = ""
    zoom: int = -1
    """On a terminal with room for cards."""
    zoom_small: int = -1
    """On a smaller one."""
    agent: str = ""
    mode: str = ""
    budget: str = ""
    """What the last station was started with."""

    @property
    def floor_order(self) -> SortKey | None:
        return SortKey(self.order) if self.order in [*SortKey] else None

    @property
    def floor_grouping(self) -> Grouping | None:
        return Grouping(self.grouping) if self.grouping in [*Grouping] else None


NOTHING = Remembered()


class Preferences:
    """The file. Without one nothing is remembered beyond this run; its directory is made when there is something."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self.known = NOTHING if path is None else _read(path)
        """What was remembered, and what was chosen since."""

    def keep(self, **changes: str | int) -> None:
        """Remember something, at once. What another console has remembered meanwhile stays."""
        self.known = replace(self.known, **changes)
        if self._path is None:
            return
        with suppress(OSError, FactoryError):
            private_dir(self._path.parent)
            _write(self._path, replace(_read(self._path), **changes))


def _read(path: Path) -> Remembered:
    try:
        with path.open("rb") as file:
            return msgspec.json.decode(file.read(MOST_BYTES), type=Remembered)
    except (OSError, ValueError, RecursionError):
        return NOTHING


def _write(path: Path, remembered: Remembered) -> None:
    """Put it in place of what was there, whole or not at all."""
    with NamedTemporaryFile(dir=path.parent, prefix=path.name, delete=False) as file:
        try:
            file.write(msgspec.json.encode(remembered))
            file.close()
            Path(file.name).replace(path)
        except OSError:
            Path(file.name).unlink(missing_ok=True)
            raise
