"""The journal of a supervisor as a past, asked of it over the line: nothing of a journal's file is opened here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from sessions.asking import past_questions as qs
from sessions.asking.question import A, Question
from sessions.asking.questions import StationEvents
from sessions.floor.events import Event
from sessions.floor.state import FloorState
from sessions.journal import codec
from sessions.journal.past.past import Density, Span


class Asking(Protocol):
    """Whoever can be asked, and waited for."""

    def ask(self, question: Question[A]) -> list[A]: ...


class JournalPast:
    """The journal of a supervisor, wherever that is, as a past."""

    def __init__(self, asking: Asking, close: Callable[[], None] | None = None) -> None:
        """`close` lets go of the line, where that is to end with the past."""
        self._asking, self._close = asking, close

    @property
    def covers(self) -> qs.Covered:
        """What the journal covers now."""
        return self.one(qs.PastCovers())

    @property
    def title(self) -> str:
        return self.covers.title

    @property
    def pruned(self) -> int:
        """The last event that was taken out for good; 0 when all are there."""
        return self.covers.pruned

    @property
    def span(self) -> Span:
        covers = self.covers
        return Span(covers.first_seq, covers.last_seq, covers.first_time, covers.last_time)

    def state_at(self, seq: int) -> FloorState:
        return qs.whole_floor(self._asking.ask(qs.FloorAt(seq)))

    def events(self, after: int, limit: int) -> Sequence[Event]:
        found: list[Event] = []
        while limit > len(found):
            most = min(limit - len(found), qs.MOST_EVENTS)
            runs = self._asking.ask(qs.EventsAfter(after + len(found), most))
            for run in runs:
                found += codec.decode_array(run.events)
            if sum(run.count for run in runs) < most:
                break
        return found

    def events_of(self, station: str, before: int, limit: int) -> Sequence[tuple[int, Event]]:
        pages = self._asking.ask(StationEvents(station, before, limit))
        return [
            (seq, codec.decode(bytes(body)))
            for page in pages
            for seq, body in zip(page.numbers, page.events, strict=True)
        ]

    def seq_at(self, time: float) -> int:
        return self.one(qs.EventUntil(time)).number or 0

    def failure_after(self, seq: int) -> int | None:
        return self.one(qs.NextFailure(seq, 1)).number

    def failure_before(self, seq: int) -> int | None:
        return self.one(qs.NextFailure(seq, -1)).number

    def density(self, slots: int) -> Sequence[Density]:
        found = self.one(qs.Timeline(slots))
        return [Density(events, failures) for events, failures in zip(found.events, found.failures, strict=True)]

    def latest(self) -> FloorState:
        """The floor as it is now."""
        return qs.whole_floor(self._asking.ask(qs.FloorNow()))

    def close(self) -> None:
        if self._close is not None:
            self._close()

    def one(self, question: Question[A]) -> A:
        """What is answered in one part."""
        (part,) = self._asking.ask(question)
        return part
