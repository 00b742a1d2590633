"""What stations tell, each thing exactly once and in order, whether or not anybody listened when it was told.

    outbox = Outbox(state_dir / "outbox", await recorder.marks())
    outbox.follow_all()
    async for batch in outbox.batches():
        await recorder.record([*what its signals tell, *batch.skipped], batch.marks)
        await outbox.settle(batch)

A file is taken away only after what it told is committed. The marks, committed with it, name the files of the batch: if
one is found again by the next supervisor, it is known to be counted. They are no highest number, since files may come
into their place in another order than their names have, and none is passed over for that.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from hashlib import blake2b
from itertools import count
from pathlib import Path

import msgspec

from sessions.errors import FactoryError
from sessions.floor.events import SourceSkipped
from sessions.paths import private_dir
from sessions.stations.contract import Signal
from sessions.stations.signals.bell import Bell
from sessions.stations.signals.folder import FLOOD, NAME, STATION, TWICE, Folder, Told
from sessions.stations.signals.hook import ASKED, EXPIRED, NEW, WAY_BACK
from sessions.stations.signals.questions import PATIENCE_S, Questions, Withdrawn

MARK, KEYS_MARK = "signals", "signals.keys"
SOURCE = "signals"
BATCH, SHARE, BYTES = 256, 32, 4 << 20
"""At most so many signals are taken at once, so many of one station, and so much of them."""
KEYS = 1_000
"""Keys that are remembered, the newest."""
BURST, PER_S = 20_000.0, 100.0
"""Signals of one station at once, and in the long run; what is more is counted and not kept."""


class Batch(msgspec.Struct, frozen=True):
    """What is to be committed in one transaction, with its marks."""

    signals: tuple[Signal, ...]
    withdrawn: tuple[Withdrawn, ...]
    """After the signals."""
    skipped: tuple[SourceSkipped, ...]
    marks: Mapping[str, bytes]
    files: tuple[tuple[str, str], ...]
    """Station and stem of each, which are taken away by `settle`."""


class _Station:
    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.queue: deque[str] = deque()
        """Stems that were found and not read yet."""
        self.rung = True
        """More may lie there."""
        self.turn = 0
        """When something of it was read last."""
        self._room, self._since = BURST, time.monotonic()

    def admits(self) -> bool:
        """Whether one more is not too many."""
        now = time.monotonic()
        room = min(BURST, self._room + (now - self._since) * PER_S)
        self._room, self._since = max(0.0, room - 1), now
        return room >= 1


_Found = tuple[_Station, str, Told | str]
"""A station, the stem of a file of it, and what that tells; or why it tells nothing."""


class Outbox:
    """The outboxes of all stations of a factory. Made and used inside one event loop."""

    def __init__(self, root: Path, marks: Mapping[str, bytes], clock: Callable[[], float] = time.time) -> None:
        """Raises `FactoryError` where `root` cannot be used."""
        self._root, self._clock = private_dir(root), clock
        self._counted = frozenset(_names(marks.get(MARK)))
        """Names of files that are counted and may still be there."""
        self._keys = dict.fromkeys(_names(marks.get(KEYS_MARK)))
        self._stations: dict[str, _Station] = {}
        self._turns = count(1)
        self._at_folders = asyncio.Lock()
        """No folder is closed while another thread is in it."""
        self._rung = asyncio.Event()
        self._bell = Bell(self._ring)
        self._batch: Batch | None = None
        self._strays = 0
        """Things that were no signals by their names, and are not told yet."""
        self.questions = Questions(self._rung.set)

    def directory(self, station: str) -> Path:
        """Where a station's signals are put: to be bound into its sandbox, and named to it (see `tools`)."""
        if not STATION.fullmatch(station):
            raise FactoryError(f"{station!r} is no name for a directory", "use letters, digits, - and _")
        return self._root / station

    def follow(self, station: str) -> Path:
        """Listen to a station from now on, also to what it told before; its directory is made where it is missing.

        Raises `FactoryError` where the kernel watches no more of them.
        """
        directory = self.directory(station)
        if station not in self._stations:
            folder = Folder(station, directory)
            try:
                self._bell.add(directory)  # before it is read: what comes now is told, and what came is found
            except FactoryError:
                folder.close()
                raise
            self._stations[station] = _Station(folder)
            self._resume(folder)
            self._rung.set()
        return directory

    def follow_all(self) -> None:
        """Listen to every station that has an outbox."""
        for path in sorted(self._root.iterdir()):
            if STATION.fullmatch(path.name) and path.is_dir() and not path.is_symlink():
                self.follow(path.name)

    def ended(self, station: str) -> None:
        """Every process of the station has ended: what was asked there is withdrawn."""
        if (known := self._stations.get(station)) is not None:
            self.questions.ended(known.folder)

    async def forget(self, station: str) -> None:
        """Listen to it no more, and take its outbox away with what was not read."""
        known = self._stations.pop(station, None)
        if known is not None:
            self._bell.remove(known.folder.path)
            self.questions.forget(known.folder)
            async with self._at_folders:
                await asyncio.to_thread(known.folder.remove)

    def close(self) -> None:
        """Listen no more. What was not settled is told to whoever comes next; who waits goes on waiting."""
        self._bell.close()
        self.questions.forget()
        for station in self._stations.values():
            station.folder.close()
        self._stations.clear()

    async def batches(self) -> AsyncIterator[Batch]:
        """What is told, batch by batch. One that was not settled comes again."""
        while True:
            while self._batch is None:
                self._rung.clear()
                self._batch = await self._taken()
                if self._batch is None:
                    await self._rung.wait()
            yield self._batch

    async def settle(self, batch: Batch) -> None:
        """The batch is committed: what told it is taken away."""
        async with self._at_folders:
            await asyncio.to_thread(self._clear, batch, self.questions.open)
        self._batch = None

    async def answer(self, question: str, printed: bytes, seconds: float = PATIENCE_S) -> None:
        """Have whoever asked print this, and go on. Who rests takes the answer when it goes on.

        Raises `FactoryError` where nobody took it: it gave up in time, or has gone.
        """
        await self.questions.answer(question, printed, seconds)

    def asked(self, question: str) -> Signal | None:
        """The signal of a question that is open, also one of before a restart; None where it is not."""
        return self.questions.signal(question, self._clock())

    # Taking

    def _ring(self, directory: Path | None) -> None:
        for station in self._stations.values():
            if directory is None or station.folder.path == directory:
                station.rung = True
        self._rung.set()

    async def _taken(self) -> Batch | None:
        async with self._at_folders:
            stations = list(self._stations.values())
            found = await asyncio.to_thread(self._gather, stations)
        if any(station.queue or station.rung for station in stations):
            self._rung.set()
        return self._made(found)

    def _resume(self, folder: Folder) -> None:
        """Take up what was asked before: it can be answered from now on."""
        listed, now = folder.listed(), self._clock()
        for stem in listed.new:
            if f"{folder.station}/{stem}" in self._counted:
                told = folder.read(stem, now)
                if isinstance(told, Told) and told.signal.waits:
                    self.questions.add(folder, told)
        strange = set(listed.ways).difference(listed.asked, listed.new)
        self.questions.resume(folder, listed.asked, tuple(strange), now)

    def _gather(self, stations: Iterable[_Station]) -> list[_Found]:
        """On a thread: look where it rang, and read."""
        for station in stations:
            if station.rung and not station.queue:
                station.rung = False  # before it is looked at: what comes from now on rings again
                listed = station.folder.listed()
                station.queue.extend(listed.new)
                station.folder.sweep(listed.strays)
                self._strays += len(listed.strays)
        return self._read(sorted((station for station in stations if station.queue), key=lambda each: each.turn))

    def _read(self, busy: Iterable[_Station]) -> list[_Found]:
        """Each station gives a share, the one that was passed over longest first: none keeps the others waiting."""
        found: list[_Found] = []
        size, now = 0, self._clock()
        for station in busy:
            for _ in range(min(SHARE, len(station.queue), BATCH - len(found))):
                if size > BYTES:
                    return found
                stem, station.turn = station.queue.popleft(), next(self._turns)
                told = station.folder.read(stem, now)
                if told is not None:
                    found.append((station, stem, told))
                    size += told.size if isinstance(told, Told) else 0
        return found

    def _made(self, found: list[_Found]) -> Batch | None:
        signals: list[Signal] = []
        skipped: Counter[str] = Counter()
        if self._strays:
            skipped[NAME], self._strays = self._strays, 0
        keys = len(self._keys)
        for station, stem, told in found:
            if isinstance(told, str):
                skipped[told] += 1
            elif f"{station.folder.station}/{told.stem}" in self._counted:
                continue  # it is only to be taken away
            elif not station.admits():
                skipped[FLOOD] += 1
                if told.signal.waits:
                    self.questions.turn_away(station.folder, stem)
            elif told.signal.waits and told.signal.id in self.questions:
                skipped[TWICE] += 1  # whoever reads the first is not to answer the second
            elif told.signal.waits and self.questions.is_late(station.folder, stem):
                skipped[TWICE] += 1
                self.questions.turn_away(station.folder, stem)
            elif not told.key or self._is_first(station.folder.station, told.key):
                if told.signal.waits and not self.questions.add(station.folder, told):
                    skipped[FLOOD] += 1
                    continue
                self.questions.passed_by(station.folder, told.signal)
                signals.append(told.signal)
        withdrawn = self.questions.withdrawn()
        if not found and not withdrawn and not skipped:
            return None
        files = tuple((station.folder.station, stem) for station, stem, _ in found)
        marks = {MARK: msgspec.json.encode([f"{station}/{stem}" for station, stem in files])} if files else {}
        if len(self._keys) > keys:
            self._keys = dict.fromkeys(list(self._keys)[-KEYS:])
            marks[KEYS_MARK] = msgspec.json.encode(list(self._keys))
        left_out = tuple(
            SourceSkipped(time=self._clock(), source=SOURCE, reason=f"signal: {reason}", count=count)
            for reason, count in skipped.items()
        )
        return Batch(tuple(signals), withdrawn, left_out, marks, files)

    def _is_first(self, station: str, key: str) -> bool:
        name = blake2b(f"{station}\0{key}".encode(), digest_size=12).hexdigest()
        if name in self._keys:
            return False
        self._keys[name] = None
        return True

    def _clear(self, batch: Batch, open_: frozenset[str]) -> None:
        folders = {name: station.folder for name, station in list(self._stations.items())}
        for station, stem in batch.files:
            if (folder := folders.get(station)) is not None:
                if f"{station}:{stem}" in open_:
                    folder.keep(stem)
                else:
                    folder.drop(stem, NEW)
        for gone in batch.withdrawn:
            if (folder := folders.get(gone.station)) is not None:
                folder.drop(gone.question.partition(":")[2], NEW, ASKED, WAY_BACK, EXPIRED)


def _names(mark: bytes | None) -> list[str]:
    try:
        return msgspec.json.decode(mark, type=list[str]) if mark else []
    except msgspec.DecodeError:
        return []
