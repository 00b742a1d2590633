"""Transcripts that their agents put away: renamed when a conversation is reset or deleted, or compressed.

OpenClaw renames `ID.jsonl` to `ID.jsonl.reset.TIME` or `ID.jsonl.deleted.TIME`; Codex compresses rollouts that were
idle for a week to `NAME.jsonl.zst` and deletes the plain file. What they used was used all the same.
"""

from __future__ import annotations

import errno
import io
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from sessions.observe.files.handle import handle

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

__all__ = [
    "is_lines",
    "is_packed",
    "is_put_away",
    "is_renamed",
    "opened",
    "stem_of",
    "successors",
    "unpacked",
    "zstd",
]

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_NAME = re.compile(r"(.+)\.jsonl(?:\.(?:reset|deleted)\.[\w.:+-]{1,60})?(\.zst)?")
_MAX_WINDOW = 27
"""Of a compressed file's window, as a power of two: what asks for more than 128 MB of memory is refused."""
BELIEVED, BELIEVED_RATIO = 64 << 20, 500
"""A compressed file that unpacks to more bytes than the first, and to more than so many times its size, is a bomb and
no transcript: those of real rollouts are 3 to 26 times their size."""


def is_lines(name: str) -> bool:
    """Whether a file of this name may hold a transcript's lines, put away or not."""
    return _NAME.fullmatch(name) is not None


def stem_of(name: str) -> str:
    """The name of a transcript without what says how it is kept."""
    found = _NAME.fullmatch(name)
    return found[1] if found else name.rpartition(".")[0] or name


def is_put_away(name: str) -> bool:
    """Whether a transcript of this name was renamed or compressed, and so does not grow any more."""
    return is_lines(name) and not name.endswith(".jsonl")


def is_packed(path: Path) -> bool:
    """Whether a file of this name is compressed."""
    return path.suffix == ".zst"


def opened(path: Path) -> BinaryIO:
    """The plain bytes of a transcript from its beginning. Raises OSError, also from reading a damaged one."""
    descriptor = handle(path)
    try:
        file = os.fdopen(descriptor, "rb")
    except OSError:
        os.close(descriptor)
        raise
    return io.BufferedReader(_Packed(file, path.name)) if is_packed(path) else file


class _Packed(io.RawIOBase):
    """The plain bytes of a compressed file; what is no such file, or ends too early, is an OSError like any other."""

    def __init__(self, packed: BinaryIO, name: str) -> None:
        self._packed, self._name = packed, name
        self._left = max(BELIEVED, BELIEVED_RATIO * os.fstat(packed.fileno()).st_size)
        self._file = zstd.open(packed, "rb", options={zstd.DecompressionParameter.window_log_max: _MAX_WINDOW})

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        try:
            read = self._file.readinto(buffer)
        except (zstd.ZstdError, EOFError) as error:
            raise OSError(errno.EILSEQ, "damaged zstd file", self._name) from error
        self._left -= read
        if self._left < 0:
            raise OSError(errno.EFBIG, "unpacks to more than is believed", self._name)
        return read

    def close(self) -> None:
        self._file.close()
        self._packed.close()
        super().close()


def unpacked(data: bytes, limit: int) -> bytes | None:
    """The plain bytes of a compressed value; None when it is damaged, or longer than `limit` bytes."""
    try:
        decompressor = zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: _MAX_WINDOW})
        plain = decompressor.decompress(data, max_length=limit)
        return plain if decompressor.eof else None
    except (zstd.ZstdError, EOFError):
        return None


def successors(path: Path) -> list[Path]:
    """The files beside it in which a transcript that is gone goes on: the same, put away."""
    try:
        return [other for other in path.parent.glob(_escaped(path.name) + ".*") if is_put_away(other.name)]
    except OSError:
        return []


def is_renamed(path: Path, inode: int) -> bool:
    """Whether the file that had the number `inode` at this path lies beside it, put away."""
    try:
        return any(other.stat().st_ino == inode for other in successors(path))
    except OSError:
        return False


def _escaped(name: str) -> str:
    return re.sub(r"([*?\[])", r"[\1]", name)
