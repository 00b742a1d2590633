"""Writes into a directory in which an agent writes too: no link that it may have put there is followed."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path, PurePath

from sessions.errors import FactoryError

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def write_beneath(root: Path, name: str, text: str) -> None:
    """Write a file below `root`, wholly or not at all, readable by its owner alone.

    A link, or a file, where a directory of its path should be is taken away; what a link leads to is left alone.
    Raises `FactoryError`.
    """
    *folders, last = PurePath(name).parts or ("",)
    if not last or PurePath(name).is_absolute() or ".." in (*folders, last):
        raise FactoryError(f"{name!r} is no file below {root}", "name it relative to that directory")
    fresh = f".{last}.{os.urandom(8).hex()}"
    try:
        with _opened(root, folders) as folder:
            handle = os.open(fresh, _NEW, 0o600, dir_fd=folder)
            try:
                with open(handle, "w", encoding="utf-8") as file:  # noqa: PTH123 - by its descriptor
                    file.write(text)
                os.rename(fresh, last, src_dir_fd=folder, dst_dir_fd=folder)
            except OSError:
                with contextlib.suppress(OSError):
                    os.unlink(fresh, dir_fd=folder)
                raise
    except OSError as error:
        raise FactoryError(
            f"{root / name} cannot be written: {error.strerror}", "see its mode, and the disk"
        ) from error


@contextlib.contextmanager
def _opened(root: Path, folders: list[str]) -> Iterator[int]:
    """The descriptor of the directory; those on the way are made."""
    at = os.open(root, _FOLDER)
    try:
        for name in folders:
            below = _below(at, name)
            os.close(at)
            at = below
        yield at
    finally:
        os.close(at)


def _below(folder: int, name: str) -> int:
    with contextlib.suppress(FileExistsError):
        os.mkdir(name, 0o700, dir_fd=folder)
    try:
        return os.open(name, _FOLDER, dir_fd=folder)
    except NotADirectoryError:  # a link too, as it is not followed
        os.unlink(name, dir_fd=folder)
        os.mkdir(name, 0o700, dir_fd=folder)
        return os.open(name, _FOLDER, dir_fd=folder)
