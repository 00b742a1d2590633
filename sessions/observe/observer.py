"""Reads everything that agents have written, then what they go on to write, as batches for the journal."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import takewhile
from pathlib import Path

from msgspec import Struct, structs

from sessions.floor.events import Event
from sessions.observe import feeds
from sessions.observe.callbook import Calls, Loose, PastCalls
from sessions.observe.contract import Desk, Pricing
from sessions.observe.files import discover
from sessions.observe.files.archive import stem_of, successors
from sessions.observe.files.discover import SearchRoot, Source, Unreadable
from sessions.observe.files.probe import probe
from sessions.observe.files.reading_order import arranged
from sessions.observe.files.tail import LONGEST
from sessions.observe.seats import Seats, at_home
from sessions.observe.words import shown, within
from sessions.paths import station_home
from sessions.secrets import without_secrets

BATCH_EVENTS = 5_000
BATCH_BYTES = 32 << 20
"""A batch ends when it holds this many events, or after this many bytes were read for it."""

_NAMED = 32
"""A name of this length has an id in it: two files that share it are of one session."""

STEPS = 1_000
"""The progress of a scan is told about so often."""


class Batch(Struct, frozen=True):
    """Belongs into one transaction of the journal: the events, how far each source was read for them, and the usage
    of every model call that they tell of."""

    events: Sequence[Event]
    marks: Mapping[str, bytes]
    calls: Mapping[bytes, bytes]


Reading = Callable[[Source, bytes, Desk, int], Iterator[feeds.Portion]]
"""Tells what is new in a source since its mark; see `feeds.read`."""


class Observer:
    """Reads sources from their marks. It is used by one thread at a time; only `cancel` may come from another."""

    def __init__(
        self,
        places: Sequence[SearchRoot],
        seats: Seats,
        pricing: Pricing,
        marks: Mapping[str, bytes] | None = None,
        calls: PastCalls | None = None,
        progress: Callable[[int, int], None] | None = None,
        longest: int = LONGEST,
        read: Reading = feeds.read,
    ) -> None:
        """`progress` is told bytes read and bytes to read; `longest` is the longest line that is read, and `read` how
        each source is read."""
        self._places, self._seats, self._pricing = list(places), seats, pricing
        self._marks = dict(marks or {})
        self._book = Loose() if calls is None else Calls(calls)
        self._progress = progress
        self._longest, self._read = longest, read
        self._cancelled = threading.Event()
        self._reading = self._gave_up = False
        self._begun_ns = 0
        self._events: list[Event] = []
        self._new_marks: dict[str, bytes] = {}
        self._unread = self._reported = 0
        self.bytes_read = 0
        """Bytes of transcripts read so far, by all scans and following."""

    @property
    def seats(self) -> Seats:
        return self._seats

    def cancel(self) -> None:
        """Stop the reading under way after the block at hand; what was read stays, the rest is for the next scan."""
        if self._reading:
            self._cancelled.set()

    def scan(self) -> Iterator[Batch]:
        """Everything written since the marks, stations with the newest sessions first.

        Within a station it goes from old to new, and a session before its forks, so that the floor ends in the
        present and what a fork copied belongs to the session that did it. Where there is a journal, each batch must be
        in it before the next one is asked for.
        """
        self._begun_ns, self._gave_up = time.time_ns(), False
        yield from self._scan(self._look)
        self._gave_up = self._cancelled.is_set()
        self._book.settle()

    def read(self, paths: frozenset[str] | None) -> Iterator[Batch]:
        """What was written to `paths`; with None, to any source, as `watching.watch` tells it."""
        yield from self._scan(self._later if paths is None else lambda: self._changed(paths))

    # Which sources

    def _look(self) -> list[Source]:
        """Every source that was written to since its mark, and what vanished or cannot be looked at."""
        found: dict[str, Source] = {}
        blind: list[Path] = []
        for place in self._places:
            for source in discover.walk(place):
                if isinstance(source, Unreadable):
                    blind.append(source.path)
                    self._unreadable(source)
                else:
                    found.setdefault(shown(source.path), source)
        roots = [shown(place.path) for place in self._places]
        gone = [
            Path(key)
            for key, saved in self._marks.items()
            if saved != feeds.GONE and key not in found and any(within(key, root) for root in roots)
        ]
        self._vanished([path for path in gone if not any(map(path.is_relative_to, blind))], found)
        return [source for key, source in found.items() if not self._is_read(key, source)]

    def _later(self) -> list[Source]:
        """Like `_look`; after a cancelled scan, only what was written since it began."""
        sources = self._look()
        if self._gave_up:
            sources = [source for source in sources if source.mtime_ns >= self._begun_ns]
        return sources

    def _changed(self, paths: Iterable[str]) -> list[Source]:
        found: dict[str, Source] = {}
        gone: list[Path] = []
        for name in sorted(paths):
            path = Path(name)
            if path.name.endswith(("-wal", "-shm", "-journal")):
                path = path.with_name(path.name.rsplit("-", 1)[0])
            place = next((place for place in self._places if path.is_relative_to(place.path)), None)
            if place is None:
                continue
            if _is_gone(path):
                if self._marks.get(shown(path)):
                    gone.append(path)
                continue
            for source in discover.walk(place, path):
                if isinstance(source, Unreadable):
                    self._unreadable(source)
                elif not self._is_read(shown(source.path), source):
                    found[shown(source.path)] = source
        self._vanished(gone, found)
        return list(found.values())

    def _is_read(self, key: str, source: Source) -> bool:
        if source.kind == discover.PROCESSES:
            return False  # that a process has ended changes nothing in its file
        saved = self._marks.get(key)
        return bool(saved) and feeds.unchanged(feeds.mark_of(saved or b""), source)

    def _vanished(self, paths: Sequence[Path], found: Iterable[str]) -> None:
        """Forget files that are gone. One that was moved or put away, and so goes on elsewhere, is not told about."""
        paths = [path for path in paths if _is_gone(path)]
        gone = {shown(path) for path in paths}
        elsewhere = {key for key, saved in self._marks.items() if saved != feeds.GONE and key not in gone}
        stems = {stem_of(Path(key).name) for key in elsewhere.union(found)} if paths else set[str]()
        for path in paths:
            mark = feeds.mark_of(self._marks.get(shown(path), b""))
            if mark.kind == discover.PROCESSES:
                left = feeds.departed(mark, time.time())
                self._seats.heard(left)
                self._note(shown(path), feeds.GONE, left)
                continue
            stem = stem_of(path.name)
            moved = (len(stem) >= _NAMED and stem in stems) or bool(successors(path))
            told = [] if moved else [feeds.skipped(path, feeds.DELETED, time.time())]
            self._note(shown(path), feeds.GONE, told)

    def _unreadable(self, trouble: Unreadable) -> None:
        key = shown(trouble.path)
        if key not in self._marks:
            event = feeds.skipped(trouble.path, feeds.UNREADABLE, time.time(), trouble.reason)
            self._note(key, trouble.reason.encode(), [event])

    # Reading them

    def _scan(self, look: Callable[[], list[Source]]) -> Iterator[Batch]:
        self._cancelled.clear()
        self._reading = True
        try:
            yield from self._batches([self._told(source) for source in look()])
        finally:
            self._reading = False

    def _batches(self, sources: list[Source]) -> Iterator[Batch]:
        left = {source: self._size_left(source) for source in sources}
        done, total = 0, sum(left.values())
        if total:
            self._report(done, total)
        for source in sources:
            if source.kind == discover.PROCESSES:
                feeds.attend(source, self._marks.get(shown(source.path), b""), self._seats)
        unknown = takewhile(lambda _: not self._cancelled.is_set(), (s for s in sources if not self._known(s)))
        probes = {source: found for source in unknown if (found := probe(source))}
        self._events.extend(
            self._seats.prepare(at_home(found.life, station_home(source.path)) for source, found in probes.items())
        )
        if self._events:
            yield self._batch()
        for source in arranged(sources, probes, self._seats):
            if self._cancelled.is_set():
                break
            before = self.bytes_read
            for _ in self._portions(source):
                self._report(min(done + self.bytes_read - before, total), total)
                if len(self._events) >= BATCH_EVENTS or self._unread >= BATCH_BYTES:
                    yield self._batch()
                if self._cancelled.is_set():
                    break
            done += left[source]
            self._report(done, total)
        if self._events or self._new_marks:
            yield self._batch()

    def _portions(self, source: Source) -> Iterator[None]:
        key = shown(source.path)
        desk = Desk(self._seats.door(source.explicit, station_home(source.path)), self._book, self._pricing)
        for portion in self._read(source, self._marks.get(key, b""), desk, self._longest):
            self._seats.heard(portion.events)
            self._note(key, portion.mark, portion.events)
            self.bytes_read += portion.read
            self._unread += portion.read
            yield

    def _note(self, key: str, mark: bytes, events: Iterable[Event]) -> None:
        self._marks[key] = self._new_marks[key] = mark
        self._events.extend(events)

    def _batch(self) -> Batch:
        batch = Batch(without_secrets(self._events), self._new_marks, self._book.take())
        self._events, self._new_marks, self._unread = [], {}, 0
        return batch

    def _told(self, source: Source) -> Source:
        """The source with its kind, by its mark or by its first lines."""
        if source.kind:
            return source
        kind = feeds.mark_of(self._marks.get(shown(source.path), b"")).kind
        try:
            return structs.replace(source, kind=kind or discover.kind_of(source.path))
        except OSError:
            return source

    def _known(self, source: Source) -> bool:
        return bool(feeds.mark_of(self._marks.get(shown(source.path), b"")).memory)

    def _size_left(self, source: Source) -> int:
        offset = feeds.mark_of(self._marks.get(shown(source.path), b"")).position.offset
        return source.size - offset if offset <= source.size else source.size

    def _report(self, done: int, total: int) -> None:
        """Tell how far it is, in so few steps that a hundred thousand small files are not slower for it."""
        if self._progress is not None and (done in (0, total) or done >= self._reported + total // STEPS):
            self._reported = done
            self._progress(done, total)


def _is_gone(path: Path) -> bool:
    """Whether nothing is there; a folder that may not be entered hides its files, which is something else."""
    try:
        path.stat()
    except OSError as error:
        return isinstance(error, FileNotFoundError | NotADirectoryError)
    return False
