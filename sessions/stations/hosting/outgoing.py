"""What the agents of a host tell: numbered in batches, kept until acknowledged, and no more than fits."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from itertools import islice

import msgspec

from sessions.floor.events import Event
from sessions.journal.codec import encoded
from sessions.stations.hosting.line import Told, encode
from sessions.stations.hosting.spool import Spool

PACE_S = 0.025
"""How long events are gathered into one batch, and so into one transaction of the journal."""
BATCH = 500
"""Events of one batch at most."""
MOST_BYTES = 16 << 20
"""Of batches that wait for their acknowledgement; agents are not read from while there are more."""

Send = Callable[[bytes], None]


class Outgoing:
    """Takes events from everybody, in order, and gives batches to whoever is connected."""

    def __init__(self, spool: Spool, most: int = MOST_BYTES) -> None:
        self._spool, self._most = spool, most
        self._kept: deque[tuple[int, bytes]] = deque(spool.left)
        self._bytes = sum(len(frame) for _, frame in self._kept)
        self._fresh: list[Event] = []
        self._due: asyncio.TimerHandle | None = None
        self._send: Send | None = None
        self._space = asyncio.Event()
        self._space.set()
        self.seq = self._kept[-1][0] if self._kept else 0
        """The number of the last batch."""

    @property
    def host(self) -> str:
        """The id that the numbers belong to."""
        return self._spool.host

    @property
    def attached(self) -> bool:
        """Somebody listens."""
        return self._send is not None

    def tell(self, events: Sequence[Event]) -> None:
        """They happened. They leave within `PACE_S`."""
        self._fresh.extend(events)
        if len(self._fresh) >= BATCH:
            self.flush()
        elif self._due is None and self._fresh:
            self._due = asyncio.get_running_loop().call_later(PACE_S, self.flush)

    def flush(self) -> None:
        """Say now what was told."""
        if self._due is not None:
            self._due.cancel()
            self._due = None
        fresh, self._fresh = iter(self._fresh), []
        while batch := list(islice(fresh, BATCH)):
            self._number(batch)

    def _number(self, events: list[Event]) -> None:
        self.seq += 1
        frame = encode(Told(self.seq, tuple(map(msgspec.Raw, encoded(events).bodies))))
        self._kept.append((self.seq, frame))
        self._bytes += len(frame)
        if self._bytes > self._most:
            self._space.clear()
        self._spool.add(frame)
        if self._send is not None:
            self._send(frame)

    def acked(self, seq: int) -> None:
        """All up to this number is committed."""
        gone = []
        while self._kept and self._kept[0][0] <= seq:
            gone.append(self._kept.popleft()[1])
        self._bytes -= sum(map(len, gone))
        if self._bytes <= self._most:
            self._space.set()
        self._spool.gone(gone, (frame for _, frame in self._kept))
        # Numbers that a host of before had given out, and whose batches it had let go of, are not given out again.
        self.seq = max(self.seq, seq)

    def attach(self, send: Send, seq: int) -> None:
        """Somebody listens, who has committed all up to `seq`."""
        self.acked(seq)
        self._send = send
        for _, frame in self._kept:
            send(frame)

    def detach(self) -> None:
        """Nobody listens."""
        self._send = None

    async def room(self) -> None:
        """Return when more may be told."""
        await self._space.wait()
