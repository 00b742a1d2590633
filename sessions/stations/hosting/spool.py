"""A host's told batches on disk until they are acknowledged: what a killed host had told, the next one tells again.

One file of frames beside the socket: first the host's id, then each batch as it goes over the line. It is written
without fsync: it need outlast the process, not the machine, after which nobody has told anybody anything anyway.
"""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

import msgspec

from sessions.sockets.framing import LENGTH
from sessions.stations.hosting.line import UP, Ready, Told, encode

log = logging.getLogger(__name__)

WORTH = 4 << 20
"""Bytes of acknowledged batches from which on the file is written anew."""


class Spool:
    """The file. Where it cannot be written, the batches are in memory alone, and the log says so once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd = -1
        self._dead = 0
        """Bytes in it that are acknowledged."""
        self.host, self.left = _read(path)
        """The id that the numbers belong to, and the batches that were not seen to be acknowledged."""
        self._rewrite(frame for _, frame in self.left)

    def add(self, frame: bytes) -> None:
        """A batch is told."""
        self._write(frame)

    def gone(self, frames: Iterable[bytes], kept: Iterable[bytes]) -> None:
        """These are acknowledged, and those not yet."""
        self._dead += sum(map(len, frames))
        if self._dead >= WORTH:
            self._rewrite(kept)

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _rewrite(self, kept: Iterable[bytes]) -> None:
        self._dead = 0
        new = self._path.with_name(self._path.name + ".new")
        try:
            fd = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            self.close()
            self._fd = fd
            self._write(encode(Ready(0, 0, self.host, 0, 0)) + b"".join(kept))
            new.replace(self._path)
        except OSError as error:
            log.error("what is told is kept in memory alone (%s)", error)

    def _write(self, data: bytes) -> None:
        try:
            while data and self._fd >= 0:
                data = data[os.write(self._fd, data) :]
        except OSError as error:
            log.error("what is told is kept in memory alone (%s)", error)
            self.close()


def _read(path: Path) -> tuple[str, list[tuple[int, bytes]]]:
    """What another host left; what is torn at the end was never told to anybody."""
    host, left = "", []
    try:
        data = path.read_bytes()
    except OSError:
        data = b""
    at = 0
    while at + LENGTH.size <= len(data):
        end = at + LENGTH.size + LENGTH.unpack_from(data, at)[0]
        try:
            frame = UP.decode(data[at + LENGTH.size : end]) if end <= len(data) else None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            break
        if isinstance(frame, Ready):
            host = frame.host
        elif isinstance(frame, Told):
            left.append((frame.seq, data[at:end]))
        else:
            break
        at = end
    return (host, left) if host else (secrets.token_hex(8), [])
