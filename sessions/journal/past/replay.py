"""Where a replay stands: which event and which moment are shown at which time of the viewer's clock. Pure values."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
from msgspec.structs import replace

from sessions.floor.events import Event, TurnStarted
from sessions.journal.past.past import Past, Span

SPEEDS = (1, 2, 5, 10, 20, 60, 120, 300, 1000)
"""How many seconds of the past pass in one second of the viewer's clock."""
SILENCE_S = 3.0
"""While silence is skipped, the viewer waits at most this long for the next event, by the viewer's clock."""
_CHUNK = 2_000


class Player(msgspec.Struct, frozen=True):
    """A replay at one instant. Every control gives a new player; the clock is always passed in.

    `seq` is the last event that has happened, `moment` the time shown (never before that event), and `clock` the
    time of the viewer's clock at which this was so.
    """

    span: Span
    seq: int
    moment: float
    clock: float = 0.0
    speed: int = 1
    playing: bool = False
    skips_silence: bool = True
    quiet_from: float = 0.0
    """The moment since which nothing has happened, or at which the viewer arrived."""

    @property
    def at_end(self) -> bool:
        return self.seq >= self.span.last_seq

    def play(self, clock: float) -> Player:
        """Let time pass from here. At the end there is nothing to play."""
        return replace(self, playing=not self.at_end, clock=clock)

    def pause(self) -> Player:
        return replace(self, playing=False)

    def faster(self, steps: int) -> Player:
        """`steps` further along `SPEEDS`; negative is slower."""
        nearest = min(range(len(SPEEDS)), key=lambda i: abs(SPEEDS[i] - self.speed))
        return replace(self, speed=SPEEDS[max(0, min(len(SPEEDS) - 1, nearest + steps))])

    def skipping(self, skips_silence: bool) -> Player:
        return replace(self, skips_silence=skips_silence)

    def sought(self, seq: int, moment: float, clock: float) -> Player:
        """Go to event `seq`, shown at `moment`. Whether it plays stays as it was, except at the end."""
        seq = clamp(self.span, seq)
        return replace(
            self,
            seq=seq,
            moment=moment,
            quiet_from=moment,
            clock=clock,
            playing=self.playing and seq < self.span.last_seq,
        )

    def played(self, clock: float, times: Sequence[float]) -> Player:
        """Let time pass until `clock`; `times` are those of the next events, in their order.

        When `times` runs out before `clock` is reached and the past goes on, the result stands at the last of them
        with the clock of that instant: ask again with the times after it. At the end of the past it pauses.
        """
        if not self.playing:
            return replace(self, clock=clock)
        seq, moment, quiet_from = self.seq, self.moment, self.quiet_from
        left = max(0.0, clock - self.clock) * self.speed
        for time in times:
            happens = max(time, moment)
            if self.skips_silence:
                happens = min(happens, max(moment, quiet_from + SILENCE_S * self.speed))
            if happens - moment > left:
                return replace(self, seq=seq, moment=moment + left, quiet_from=quiet_from, clock=clock)
            left -= happens - moment
            seq, moment = seq + 1, max(time, moment)
            quiet_from = moment
        ended = seq >= self.span.last_seq
        return replace(
            self,
            seq=seq,
            moment=moment,
            quiet_from=quiet_from,
            clock=clock if ended else clock - left / self.speed,
            playing=not ended,
        )


def clamp(span: Span, seq: int) -> int:
    """The nearest sequence number that can be shown: an event of the span, or 0 when it has none."""
    return max(min(span.first_seq, span.last_seq), min(span.last_seq, seq))


def begins_turn(event: Event) -> bool:
    return isinstance(event, TurnStarted)


def next_where(past: Past, seq: int, wanted: Callable[[Event], bool]) -> int | None:
    """The first event after `seq` that is wanted."""
    last = past.span.last_seq
    while seq < last:
        chunk = past.events(seq, _CHUNK)
        if not chunk:
            return None
        for number, event in enumerate(chunk, seq + 1):
            if wanted(event):
                return number
        seq += len(chunk)
    return None


def previous_where(past: Past, seq: int, wanted: Callable[[Event], bool]) -> int | None:
    """The last event before `seq` that is wanted."""
    floor = min(past.span.first_seq, past.span.last_seq)
    while seq > floor:
        after = max(floor - 1, seq - 1 - _CHUNK)
        chunk = past.events(after, seq - 1 - after)
        for number in range(len(chunk), 0, -1):
            if wanted(chunk[number - 1]):
                return after + number
        seq = after + 1
    return None
