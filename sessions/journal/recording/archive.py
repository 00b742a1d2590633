"""A recording as a file: a ZIP that any tool can list, read as if an enemy had made it.

    header.json       what it is and holds (`RecordingInfo`)
    times, failures   the newest time up to each event (float64), the numbers of the failed ones (uint32); little endian
    states/0          the floor before the first event, and before each further block of events
    events/0          the block's events, a line of JSON each

Nothing in it names a path to write to, and every size is known and bounded before anything is unpacked.
"""

from __future__ import annotations

import os
import struct
import sys
import tempfile
import threading
import zipfile
import zlib
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import msgspec

from sessions.errors import FactoryError, NewerFormatError

FORMAT = "factory-tui recording"
VERSION = 1
MAX_EVENTS = 20_000_000
MAX_PART_BYTES = 64_000_000
"""The largest state or block of events."""
MAX_HEADER_BYTES = 16_000_000
MAX_INDEX_BYTES = 16_000_000
"""The largest directory of the ZIP itself, about 200,000 entries."""

_END = struct.Struct("<4s4H2IH")
"""The record that ends a ZIP: signature, disk numbers, entries, directory's size and place, length of the comment."""
_UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, KeyError)
"""What zipfile raises for files that are damaged, encrypted or compressed in other ways."""


class RecordingInfo(msgspec.Struct, frozen=True, kw_only=True):
    """The header of a recording."""

    format: str = FORMAT
    version: int = VERSION
    program: str = ""
    """Version of factory-tui that wrote it."""
    fold: int = 0
    """`FOLD_VERSION` of its states."""
    name: str = ""
    """Of the repository."""
    simulated: bool = False
    redacted: bool = True
    events: int
    first_time: float
    last_time: float
    failures: int = 0
    tokens: int = 0
    """Of all stations, at its end."""
    stations: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    blocks: tuple[int, ...]
    """How many events each block holds."""
    block_stations: tuple[tuple[int, ...], ...]
    """Which stations, as places in `stations`, have events in each block."""


class _Kind(msgspec.Struct):
    """The part of the header that every version has."""

    format: str
    version: int


class Archive:
    """The parts of one recording. Safe from several threads."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        try:
            file = path.open("rb")
        except OSError as error:
            raise FactoryError(
                f"{path} cannot be read: {error.strerror or error}", "look at its path and mode"
            ) from error
        try:
            self._check_end(file)
            self._zip = zipfile.ZipFile(file)
        except (*_UNREADABLE, OSError) as error:
            file.close()
            raise self.damaged(str(error)) from error
        except FactoryError:
            file.close()
            raise
        self._file = file

    def header(self) -> RecordingInfo:
        """The header; `NewerFormatError` when a newer program wrote the file."""
        body = self.read("header.json", MAX_HEADER_BYTES)
        try:
            kind = msgspec.json.decode(body, type=_Kind)
            if kind.format != FORMAT:
                raise self.damaged("it says to be something else")
            if kind.version > VERSION:
                raise NewerFormatError(
                    f"{self.path} was recorded by a newer factory-tui", "update factory-tui to read it"
                )
            return msgspec.json.decode(body, type=RecordingInfo)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
            raise self.damaged(f"header: {error}") from error

    def read(self, name: str, limit: int) -> bytes:
        """The unpacked part `name`, which is never more than `limit` bytes."""
        try:
            with self._lock:
                entry = self._zip.NameToInfo.get(name)
                if entry is None:
                    raise self.damaged(f"{name} is missing")
                if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    raise self.damaged(f"{name} is compressed in a way that no recording is")
                if entry.file_size > limit:
                    raise self.damaged(f"{name} is too large")
                with self._zip.open(entry) as part:
                    # The size is only what the file says: one byte more is asked for, so that a lie is noticed.
                    body = part.read(entry.file_size + 1)
        except (*_UNREADABLE, OSError) as error:
            raise self.damaged(f"{name}: {error}") from error
        if len(body) != entry.file_size:
            raise self.damaged(f"{name} has another length than it says")
        return body

    def read_numbers(self, name: str, kind: str, count: int) -> array[float] | array[int]:
        """An array of exactly `count` numbers of the type code `kind`."""
        numbers = array(kind)
        body = self.read(name, count * numbers.itemsize)
        if len(body) != count * numbers.itemsize:
            raise self.damaged(f"{name} is too short")
        numbers.frombytes(body)
        if sys.byteorder == "big":
            numbers.byteswap()
        return numbers

    def damaged(self, what: str) -> FactoryError:
        """What an operator reads when the file cannot be used."""
        return FactoryError(f"{self.path} is not a recording of factory-tui, or damaged ({what})", "copy it again")

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._zip.close()
            self._file.close()

    def _check_end(self, file: IO[bytes]) -> None:
        """Refuse what is no complete ZIP, or has a directory so large that reading it would take the memory."""
        size = file.seek(0, os.SEEK_END)
        if size < _END.size:
            raise self.damaged("it is too short")
        file.seek(size - _END.size)
        signature, _, _, _, _, directory, at, comment = _END.unpack(file.read(_END.size))
        if signature != b"PK\x05\x06" or comment:
            raise self.damaged("its end is missing")
        if directory > MAX_INDEX_BYTES or at + directory > size:
            raise self.damaged("its directory is too large")


def is_archive(path: Path) -> bool:
    """Whether the file begins as a recording does, whatever its name."""
    with path.open("rb") as file:
        return file.read(4) == b"PK\x03\x04"


def pack_numbers(numbers: array[float] | array[int]) -> bytes:
    """The little-endian bytes of an array."""
    if sys.byteorder == "big":
        numbers = numbers[:]
        numbers.byteswap()
    return numbers.tobytes()


def add(archive: zipfile.ZipFile, name: str, body: bytes) -> None:
    """Write one part. It carries no clock time: the same past makes the same file, byte for byte."""
    if len(body) > MAX_PART_BYTES and name != "times":
        raise FactoryError(f"a part of the recording is too large ({name})", "record fewer stations or a shorter time")
    archive.writestr(zipfile.ZipInfo(name), body, zipfile.ZIP_DEFLATED)


@contextmanager
def create(target: Path) -> Iterator[zipfile.ZipFile]:
    """A new archive (0600) that gets its name, and so replaces an older file, only when it is whole and on the disk."""
    from sessions.journal.schema import sync_directory  # it brings SQLite, which a reader of recordings does not need

    if target.exists() and not target.is_file():
        raise FactoryError(f"{target} is no regular file", "name a file to make")
    target = Path(os.path.realpath(target))  # replacing a link would take it away
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{target.name[:100]}.", dir=target.parent)
        draft = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, allowZip64=False) as archive:
                    yield archive
                file.flush()
                os.fsync(file.fileno())
            draft.replace(target)
            sync_directory(target.parent)
        finally:
            draft.unlink(missing_ok=True)
    except zipfile.LargeZipFile as error:
        raise FactoryError(f"{target} would be too large for a recording", "record a shorter time") from error
    except OSError as error:
        raise FactoryError(f"{target} could not be written: {error.strerror or error}", "name another place") from error
