"""A transcript of lines as a conversation: one pass indexes it, and only what is looked at is decoded."""

from __future__ import annotations

import os
import re
import stat as modes
import tempfile
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import msgspec
from msgspec.structs import replace

from sessions.errors import FactoryError
from sessions.observe.conversation.entries import Entry, EntryKind, never, shows, walk
from sessions.observe.conversation.index import Dialect, Index, Mark
from sessions.observe.conversation.scan import words_of
from sessions.observe.files.archive import is_packed, opened
from sessions.observe.files.handle import handle

BLOCK = 4 << 20
MAX_LINE = 16 << 20
"""A longer line is one note in the conversation; it is never held in memory."""
MAX_UNPACKED = 1 << 30
"""A compressed transcript that grows beyond it is not shown as a conversation."""
CACHED_LINES = 256
CACHED_BYTES = 32 << 20
PROBE = 256

_BETWEEN = rb"(?:\\u[0-9a-f]{4}|\\.|[^a-z0-9\\]){0,200}?"
"""What may stand in JSON between two words of a text: blanks, signs, and their escapes."""


class FileConversation:
    """The conversation in a file of lines. It is read with `pread`: a file that shrinks cannot hurt its reader."""

    def __init__(self, path: Path, dialect: Dialect) -> None:
        self._path, self._dialect = path, dialect
        self.kept = 0
        self.decoded = 0
        """Lines decoded so far."""
        self._fd = -1
        self._open()
        self.refresh()

    def _open(self) -> None:
        try:
            fd = handle(self._path)
        except OSError as error:
            raise FactoryError(f"cannot read {self._path}: {error.strerror}", "its events are shown instead") from error
        stat = os.fstat(fd)
        if not modes.S_ISREG(stat.st_mode):
            os.close(fd)
            raise FactoryError(f"cannot read {self._path}: it is no file", "its events are shown instead")
        if is_packed(self._path):
            os.close(fd)
            fd = self._unpacked()
        self.close()
        self._fd = fd
        self._file = (stat.st_dev, stat.st_ino)
        self._forget()

    def _unpacked(self) -> int:
        """The plain bytes of a compressed transcript, in a file without a name."""
        try:
            with opened(self._path) as packed, tempfile.TemporaryFile() as plain:
                while data := packed.read(BLOCK):
                    plain.write(data)
                    if plain.tell() > MAX_UNPACKED:
                        raise FactoryError(f"{self._path} is too large to be unpacked", "its events are shown instead")
                plain.flush()
                return os.dup(plain.fileno())
        except OSError as error:
            raise FactoryError(f"cannot read {self._path}: {error.strerror}", "its events are shown instead") from error

    def _forget(self) -> None:
        self._end = 0
        """Everything before it is indexed."""
        self._probe = b""
        """The last bytes before the end: if they differ, the file was written anew."""
        self._index = Index()
        self._cache: OrderedDict[int, tuple[int, list[Entry]]] = OrderedDict()
        self._cached_bytes = 0

    def __len__(self) -> int:
        return len(self._index)

    def close(self) -> None:
        """Let go of the file; only `len` may be asked afterwards."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def __del__(self) -> None:
        self.close()

    # -- the index -------------------------------------------------------------------------------------------------

    def refresh(self) -> bool:
        before, index = len(self), self._index
        index.touched = before
        changed = self._replaced()
        size = os.fstat(self._fd).st_size
        if size < self._end or (size > self._end and self._read_probe() != self._probe):
            self._forget()
            changed = True
        if size > self._end:
            self._read()
        changed = changed or len(self) != before
        if changed:
            self.kept = index.touched if index is self._index else 0
        return changed

    def _replaced(self) -> bool:
        """Another file lies at the path: begin again with it. A file that is gone is still shown."""
        try:
            stat = self._path.stat()
            if (stat.st_dev, stat.st_ino) == self._file:
                return False
            self._open()
        except (OSError, FactoryError):
            return False
        return True

    def _read_probe(self) -> bytes:
        start = max(0, self._end - PROBE)
        return self._pread(self._end - start, start)

    def _read(self) -> None:
        """Index from `_end` on. A last line without its end waits, unless it is whole as it is."""
        at, length = self._end, 0
        held: list[bytes] = []
        while data := self._pread(BLOCK, at + length):
            first, newline, rest = data.partition(b"\n")
            length += len(first)
            held = [*held, first] if length <= MAX_LINE else []
            if not newline:
                continue
            self._add(at, b"".join(held), length)
            at += length + 1
            lines = rest.split(b"\n")
            last = lines.pop()
            for line in lines:
                self._add(at, line, len(line))
                at += len(line) + 1
            held, length = [last], len(last)
        tail = b"".join(held).rstrip()
        if tail.endswith(b"}") and _whole(tail):
            self._add(at, tail, len(tail))
            at += len(tail)
        self._end = at
        self._probe = self._read_probe()

    def _add(self, start: int, line: bytes, size: int) -> None:
        self._index.add(start, size, self._dialect.marks(line) if size <= MAX_LINE else (Mark(),))

    def _pread(self, size: int, start: int) -> bytes:
        """Bytes of the file; none where the disk or the network fails, which is shown like a part that is gone."""
        try:
            return os.pread(self._fd, size, start)
        except OSError:
            return b""

    # -- entries ---------------------------------------------------------------------------------------------------

    def entry(self, i: int) -> Entry:
        entry = self._entry(i)
        if entry.kind is EntryKind.RESULT and entry.call and not entry.tool and i > 0:
            call = self._entry(i - 1)
            if call.call == entry.call:
                return replace(entry, tool=call.tool)
        return entry

    def _entry(self, i: int) -> Entry:
        if not 0 <= i < len(self._index):
            raise IndexError(i)
        start, size, block = self._index.places[i], self._index.sizes[i], self._index.blocks[i]
        if size > MAX_LINE:
            return Entry(kind=EntryKind.NOTE, title=f"a line of {size >> 20} MB is not shown")
        entries = self._decoded(start, size)
        if block < len(entries):
            return entries[block]
        return Entry(kind=EntryKind.NOTE, title="this part of the transcript is gone")

    def _decoded(self, start: int, size: int) -> list[Entry]:
        if start in self._cache:
            self._cache.move_to_end(start)
            return self._cache[start][1]
        self.decoded += 1
        entries = self._dialect.entries(self._pread(size, start))
        self._cache[start] = size, entries
        self._cached_bytes += size
        while len(self._cache) > CACHED_LINES or (self._cached_bytes > CACHED_BYTES and len(self._cache) > 1):
            _, (gone, _) = self._cache.popitem(last=False)
            self._cached_bytes -= gone
        return entries

    # -- search ----------------------------------------------------------------------------------------------------

    def find(
        self, pattern: str, start: int, step: Literal[1, -1] = 1, given_up: Callable[[], bool] = never
    ) -> int | None:
        """As in `Conversation`. Only lines whose bytes hold the pattern's words are decoded."""
        lowered = pattern.lower()
        if not lowered:
            return None
        words = words_of(lowered)
        longest, together = max(words, key=len, default=b""), re.compile(_BETWEEN.join(map(re.escape, words)))
        seen, hit = -1, False
        for i in walk(len(self), start, step):
            if given_up():
                return None
            place, size = self._index.places[i], self._index.sizes[i]
            if place != seen:
                seen = place
                line = self._pread(size, place).lower() if size <= MAX_LINE else b""
                hit = longest in line and together.search(line) is not None
            if hit and shows(self.entry(i), lowered):
                return i
        return None


def _whole(line: bytes) -> bool:
    try:
        msgspec.json.decode(line, type=msgspec.Raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    return True
