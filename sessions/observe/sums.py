"""Reads sources for what they used alone: a tenth of the work, for meters that are asked for by themselves.

It comes to the same as everything that `feeds.read` tells of them, but is no past to go on from: one event stands for
many calls. What has no shorter way to its sums is read as always.
"""

from __future__ import annotations

import os
import stat as modes
from collections.abc import Iterator
from io import FileIO

from sessions.observe import feeds
from sessions.observe.claude.sums import Sums, UnusualError
from sessions.observe.contract import Desk, ForeignSessionError
from sessions.observe.feeds import Portion
from sessions.observe.files import discover
from sessions.observe.files.archive import is_packed
from sessions.observe.files.discover import Source
from sessions.observe.files.handle import handle
from sessions.observe.files.tail import LONGEST, is_object

BLOCK = 1 << 20


class SumReader:
    """Reads one source after the other; it has one buffer for all of them, whose memory stays warm."""

    def __init__(self) -> None:
        self._buffer = bytearray(BLOCK)

    def read(self, source: Source, saved: bytes, desk: Desk, longest: int = LONGEST) -> Iterator[Portion]:
        """What a source used, after portions without events for what is read of it; `saved` must be nothing."""
        if source.kind != discover.CLAUDE or is_packed(source.path) or saved:
            yield from feeds.read(source, saved, desk, longest)
            return
        sums = Sums(source.path, desk)
        try:
            for read in self._blocks(source, sums, longest):
                yield Portion([], feeds.GONE, read)
            yield Portion(sums.events(), feeds.GONE, 0)
        except (UnusualError, ForeignSessionError, OSError):
            yield Portion(sums.openings(), feeds.GONE, 0)
            yield from feeds.read(source, saved, desk, longest)

    def _blocks(self, source: Source, sums: Sums, longest: int) -> Iterator[int]:
        with FileIO(handle(source.path)) as file:
            if not modes.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise UnusualError
            yield from self._lines(file, sums, longest)

    def _lines(self, file: FileIO, sums: Sums, longest: int) -> Iterator[int]:
        at = 0
        while size := file.readinto(self._buffer):
            end = self._buffer.rfind(b"\n", 0, size) + 1
            if not end and size < len(self._buffer):
                # As `Tail.rest` has it: a line that is only not ended, or a torn one.
                whole = bytes(self._buffer[:size])
                if not (whole.endswith(b"}") and is_object(whole)):
                    return
                end = size
            elif not end:
                if size > longest:
                    raise UnusualError
                self._buffer = bytearray(2 * size)
            sums.feed(self._buffer, end)
            yield end
            at += end
            file.seek(at)
