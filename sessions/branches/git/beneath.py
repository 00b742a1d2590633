"""Reads what lies in a directory of somebody else without ever leaving it, and opens nothing but plain files.

No link is followed, in no part of a path.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

MOST_BYTES = 1_000_000
_MOST_REFS = 10_000
_PORTION = 1 << 20
_DEEPEST = 40
_NAME = re.compile(rb"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


@contextlib.contextmanager
def opened(root: Path, relative: str, flags: int = os.O_RDONLY) -> Iterator[int]:
    """A descriptor of what lies at a path below `root`. Raises OSError where a link, or nothing, is in the way.

    `relative` is "" for the root itself.
    """
    parts = [part for part in relative.split("/") if part]
    if ".." in parts:
        raise PermissionError("a path that leads upwards")
    here = os.open(root, _FOLDER)
    try:
        for part in parts[:-1]:
            here, above = os.open(part, _FOLDER, dir_fd=here), here
            os.close(above)
        if parts:
            here, above = os.open(parts[-1], flags | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK, dir_fd=here), here
            os.close(above)
        yield here
    finally:
        os.close(here)


def read(root: Path, relative: str, most: int = MOST_BYTES) -> bytes | None:
    """The first `most` bytes of a file; None where there is no plain file that can be read."""
    try:
        with opened(root, relative) as descriptor:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                return None
            portions, left = [], most
            while left > 0 and (portion := os.read(descriptor, left)):
                portions.append(portion)
                left -= len(portion)
            return b"".join(portions)
    except OSError:
        return None


def is_plain(root: Path, relative: str) -> bool:
    """Whether a plain file lies there, or nothing at all."""
    try:
        with opened(root, relative) as descriptor:
            return stat.S_ISREG(os.fstat(descriptor).st_mode)
    except FileNotFoundError:
        return True
    except OSError:
        return False


def copy(root: Path, relative: str, target: Path, most: int) -> os.stat_result:
    """Copy a plain file, and say what it was like. Raises OSError for what is none, or has more than `most` bytes."""
    with opened(root, relative) as descriptor:
        state = os.fstat(descriptor)
        if not stat.S_ISREG(state.st_mode):
            raise OSError(errno.EINVAL, "not a plain file", relative)
        with target.open("wb") as file:
            while portion := os.read(descriptor, _PORTION):
                most -= len(portion)
                if most < 0:
                    raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), relative)
                file.write(portion)
    return state


def names(root: Path, relative: str, most: int | None = None) -> list[tuple[str, bool]]:
    """What lies in a directory, and whether it is one itself (a link to one is not); nothing where there is none.

    Where it holds more than `most`, it is so many of them.
    """
    try:
        with opened(root, relative, _FOLDER) as descriptor, os.scandir(descriptor) as entries:
            return [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in islice(entries, most)]
    except OSError:
        return []


def walk(root: Path | str) -> Iterator[tuple[str, list[str], list[str]]]:
    """As `os.walk` from above, and however deep it gets: that of older Pythons ends with a RecursionError."""
    folders = [os.fspath(root)]
    while folders:
        folder = folders.pop()
        below: list[str] = []
        files: list[str] = []
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    (below if _is_folder(entry) else files).append(entry.name)
        except OSError:
            continue
        yield folder, below, files
        folders += [path for name in reversed(below) if not os.path.islink(path := f"{folder}/{name}")]  # noqa: PTH114


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def head(git_dir: Path) -> tuple[str, str]:
    """The ref that HEAD stands for, "" when it is detached, and its commit, "" when there is none yet."""
    line = (read(git_dir, "HEAD", 4_096) or b"").strip()
    if line.startswith(b"ref: "):
        ref = os.fsdecode(line[5:].strip())
        return ref, ref_of(git_dir, ref)
    return "", line.decode() if _NAME.fullmatch(line) else ""


def ref_of(git_dir: Path, ref: str) -> str:
    """The commit of a ref that is none of another ref; "" when there is none."""
    line = (read(git_dir, ref, 4_096) or b"").strip()
    return line.decode() if _NAME.fullmatch(line) else _packed(git_dir).get(ref, "")


def refs(git_dir: Path, below: str = "refs") -> tuple[dict[str, str], bool]:
    """The refs below a directory with their commits, as files have them, and whether these are all.

    No more than `_MOST_REFS` files are looked at, whatever is in them, and no more lines of the file of packed refs.
    """
    found = {ref: commit for ref, commit in _packed(git_dir).items() if ref.startswith(f"{below}/")}
    folders, left = [below], _MOST_REFS
    while folders:
        folder = folders.pop()
        for name, is_folder in names(git_dir, folder, left + 1):
            left -= 1
            path = f"{folder}/{name}"
            if left < 0 or path.count("/") > _DEEPEST:
                return found, False
            if is_folder:
                folders.append(path)
            elif _NAME.fullmatch(line := (read(git_dir, path, 4_096) or b"").strip()):
                found[path] = line.decode()
    return found, _lines(git_dir)[1]


def _packed(git_dir: Path) -> dict[str, str]:
    found = {}
    for line in _lines(git_dir)[0]:
        commit, _, ref = line.partition(b" ")
        if _NAME.fullmatch(commit) and ref.startswith(b"refs/"):
            found[os.fsdecode(ref)] = commit.decode()
    return found


def _lines(git_dir: Path) -> tuple[list[bytes], bool]:
    """The lines of packed refs, and whether these are all."""
    content = read(git_dir, "packed-refs") or b""
    lines = content.splitlines()
    return lines[:_MOST_REFS], len(lines) <= _MOST_REFS and len(content) < MOST_BYTES
