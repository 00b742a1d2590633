"""What was written and not sent, kept for the next console of the same repository.

One small file a repository, readable by its owner. It is a convenience: one that is damaged, is somebody else's, cannot
be read or cannot be written is as good as none, and nothing is said of it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

import msgspec

from sessions.errors import FactoryError
from sessions.paths import private_dir
from sessions.text import clean_lines

MOST = 50
"""Drafts that are kept: the newest."""
MOST_CHARS = 20_000
"""Of each; what is longer is not kept."""
MOST_BYTES = 4 << 20
"""No file of ours is longer."""


def read(path: Path | None) -> dict[str, str]:
    """What is kept at `path`, by whom it is for, its texts made harmless."""
    try:
        if path is None:
            return {}
        info = path.lstat()
        if not stat.S_ISREG(info.st_mode) or info.st_uid != os.geteuid() or info.st_size > MOST_BYTES:
            return {}
        kept = msgspec.json.decode(path.read_bytes(), type=dict[str, str])
        return {whom: "\n".join(clean_lines(text, MOST_CHARS)) for whom, text in kept.items()}
    except (OSError, ValueError, RecursionError):
        return {}


def keep(path: Path | None, before: Mapping[str, str], drafts: Mapping[str, str]) -> None:
    """Keep `drafts` at `path`. What another console kept there since `before` was read stays; without any, no file."""
    if path is None or drafts == before:
        return
    others = {whom: text for whom, text in read(path).items() if before.get(whom) != text}
    fitting = {whom: text for whom, text in {**others, **drafts}.items() if len(text) <= MOST_CHARS}
    with suppress(OSError, FactoryError):
        if fitting:
            private_dir(private_dir(path.parent.parent) / path.parent.name)
            _write(path, dict([*fitting.items()][-MOST:]))
        else:
            path.unlink(missing_ok=True)


def _write(path: Path, drafts: Mapping[str, str]) -> None:
    """Put them in place of what was there, whole or not at all."""
    with NamedTemporaryFile(dir=path.parent, prefix=f"{path.name}.", delete=False) as file:
        try:
            file.write(msgspec.json.encode(drafts))
            file.close()
            Path(file.name).replace(path)
        except OSError:
            Path(file.name).unlink(missing_ok=True)
            raise
