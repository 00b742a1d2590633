"""Writes a conversation where the station screen reads it (see `sessions.observe.factory`), and reads it again."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import structs

from sessions.errors import FactoryError
from sessions.journal.codec import storable_text
from sessions.observe.factory.lines import ANY, AnyLine, Line
from sessions.observe.lines import decoded

log = logging.getLogger(__name__)

_ENCODER = msgspec.json.Encoder()


class Transcript:
    """A file of lines, the operator's alone, that only grows. What is put into it outlasts the process at once."""

    def __init__(self, path: Path) -> None:
        """Raises `FactoryError` when it cannot be written."""
        self._path = path
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            raise FactoryError(f"{path} cannot be written ({error.strerror})", "see its directory") from error
        size = os.fstat(self._fd).st_size
        torn = size and os.pread(self._fd, 1, size - 1) != b"\n"
        self._put(b"\n" if torn else b"")

    def put(self, line: Line) -> None:
        """Add a line. Where the disk takes nothing the conversation goes on, and the log tells."""
        try:
            body = _ENCODER.encode(line)
        except UnicodeEncodeError:  # half of a letter, which no file holds
            texts = {name: value for name, value in structs.asdict(line).items() if isinstance(value, str)}
            body = _ENCODER.encode(structs.replace(line, **{name: storable_text(text) for name, text in texts.items()}))
        self._put(body + b"\n")

    def sync(self) -> None:
        """Bring it onto the disk itself, which takes milliseconds: at the end of a turn."""
        try:
            os.fsync(self._fd)
        except OSError as error:
            log.error("%s: %s", self._path, error)

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def lines(self) -> Iterator[AnyLine]:
        """What stands in it; what was torn is passed over."""
        yield from read(self._path)

    def _put(self, data: bytes) -> None:
        try:
            while data:
                data = data[os.write(self._fd, data) :]
        except OSError as error:
            log.error("%s: %s", self._path, error)


def read(path: Path) -> Iterator[AnyLine]:
    """The lines of a transcript; none where there is no file."""
    try:
        with path.open("rb") as file:
            for raw in file:
                line = decoded(ANY.decode, raw) if raw.strip() else None
                if line is not None:
                    yield line
    except FileNotFoundError:
        return
