"""The newest events in memory, from which every console is served at its own speed."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from itertools import islice

from sessions.floor.state import FloorState
from sessions.supervisor.wire.frames import WorkFrame, encode
from sessions.supervisor.wire.protocol import Events, Snapshot, events_frame

RING = 4_096
"""Events kept. A console that is further behind gets the floor instead, so nothing grows with its lag."""
PER_FRAME = 1_024
"""Events in one frame at most: the console folds them between two of its own frames."""


class Feed:
    """What was committed last, the floor after it, and a bell that rings when there is more.

    A console is nothing but a cursor here: the sequence number of the last event it was given.
    """

    def __init__(self, state: FloorState, opened: bool = True) -> None:
        """`opened` is False while the floor is not known: consoles are then told what is done, and no floor."""
        self.state = state
        self._opened = opened
        self.work = WorkFrame()
        self.bell = asyncio.Event()
        """Set at the next change, and then replaced: take it before looking, wait for it after."""
        self._ring: deque[bytes] = deque(maxlen=RING)
        self._last: Events | Snapshot | None = None
        """The frame that was made last: consoles that keep up are all given the same."""
        self._packed: tuple[Events | Snapshot | None, bytes] = (None, b"")
        """The one that was made ready for the wire last, and how it goes there."""

    def __len__(self) -> int:
        return len(self._ring)

    def begin(self, state: FloorState) -> None:
        """The floor is known: this is what is committed."""
        self.state, self._opened = state, True
        self._rang()

    async def known(self) -> None:
        """Return once the floor is known."""
        while not self._opened:
            await self.bell.wait()

    def push(self, newest: Sequence[bytes], count: int, state: FloorState) -> None:
        """Add the bodies of the `newest` of `count` committed events; `state` is the floor after them."""
        if state.seq != self.state.seq + count:
            self._ring.clear()  # events were committed that never came by here: whoever lacks them gets the floor
        self._ring.extend(newest)
        self.state = state
        self._rang()

    def say(self, work: WorkFrame) -> None:
        """Let every console know what the supervisor is at."""
        if work != self.work:
            self.work = work
            self._rang()

    def after(self, cursor: int) -> Events | Snapshot | None:
        """What brings a console at `cursor` nearer to the present: events, or the whole floor; None when it is there.

        A cursor beyond the present belongs to another journal, so that console gets the whole floor, too; one below 0
        (`frames.NOTHING`) belongs to a console that has no floor yet.
        """
        if not self._opened:
            return None
        lag = self.state.seq - cursor
        if lag == 0:
            return None
        last = self._last
        if not 0 < lag <= len(self._ring):
            if not isinstance(last, Snapshot) or last.state is not self.state:
                last = self._last = Snapshot(self.state)
            return last
        start = len(self._ring) - lag
        first, count = cursor + 1, min(lag, PER_FRAME)
        if not isinstance(last, Events) or (last.first, last.count) != (first, count):
            last = self._last = events_frame(first, islice(self._ring, start, start + count))
        return last

    def packed(self, news: Events | Snapshot) -> bytes:
        """What `after` gave, ready for the wire; once for all consoles that are given the same."""
        if self._packed[0] is not news:
            self._packed = news, encode(news)
        return self._packed[1]

    def _rang(self) -> None:
        bell, self.bell = self.bell, asyncio.Event()
        bell.set()
