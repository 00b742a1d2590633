"""The file that keeps what the floor of a repository showed, so that the next console begins with it.

It belongs to the console alone: one file a repository, readable by its owner. It is a convenience: one that is damaged,
of another version, cannot be read or cannot be written is as good as none, and nothing is said of it.
"""

from __future__ import annotations

import os
import stat
import zlib
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

import msgspec

from sessions.errors import FactoryError
from sessions.floor.tokens import Tokens
from sessions.floor.zone import Zone
from sessions.harmless import harmless, is_harmless
from sessions.paths import private_dir
from sessions.views.floor.last import LastFloor
from sessions.views.floor.panes import Pane, Tool
from sessions.views.floor.totals import Totals
from sessions.views.ours import Ours

FORMAT = 1
"""Raise it when the same fields come to mean something else."""
MOST_BYTES = 1 << 20
"""No file of ours is longer."""
_KINDS: tuple[type[msgspec.Struct], ...] = (LastFloor, Totals, Pane, Ours, Tool, Tokens, Zone)
VERSION = f"{FORMAT}-{zlib.crc32(' '.join(field for kind in _KINDS for field in kind.__struct_fields__).encode()):08x}"
"""What is kept by a program with other fields is not read."""


class _Kept(msgspec.Struct, frozen=True):
    version: str
    floor: msgspec.Raw


def read(path: Path) -> LastFloor | None:
    """What is kept at `path`, its texts made harmless: anybody who could write there may have written them."""
    try:
        info = path.lstat()
        if not stat.S_ISREG(info.st_mode) or info.st_uid != os.geteuid() or info.st_size > MOST_BYTES:
            return None
        body = path.read_bytes()
        kept = msgspec.json.decode(body, type=_Kept)
        if kept.version != VERSION:
            return None
        floor = msgspec.json.decode(kept.floor, type=LastFloor)
        return floor if is_harmless(body) else harmless(floor)
    except (OSError, ValueError, RecursionError):
        return None


def write(path: Path, floor: LastFloor) -> None:
    """Keep it at `path` in place of what was there, whole or not at all; its directory is made if missing."""
    with suppress(OSError, ValueError, FactoryError):
        body = msgspec.json.encode(_Kept(VERSION, msgspec.Raw(msgspec.json.encode(floor))))
        if len(body) > MOST_BYTES:
            return
        private_dir(private_dir(path.parent.parent) / path.parent.name)
        with NamedTemporaryFile(dir=path.parent, prefix=f"{path.name}.", delete=False) as file:
            try:
                file.write(body)
                file.close()
                Path(file.name).replace(path)
            except OSError:
                Path(file.name).unlink(missing_ok=True)
                raise
