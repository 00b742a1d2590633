"""What is told of a journal itself, as values: what it takes, and what of it can go."""

from __future__ import annotations

import msgspec


class Limit(msgspec.Struct, frozen=True):
    """Why events from some place on stay."""

    last: int
    """The last event that may go for all that this says."""
    reason: str
    cure: str = ""


class PruningPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What is taken out: events `first` to `last`, none when `last` is smaller."""

    first: int
    last: int
    asked: int
    """The last event before the time that was asked for."""
    latest: float = 0.0
    """The newest time up to `last`."""
    limits: tuple[Limit, ...] = ()
    """What holds back what was asked for, the strictest first."""

    @property
    def events(self) -> int:
        return max(0, self.last - self.first + 1)


class Table(msgspec.Struct, frozen=True):
    """A table with its indexes. `bytes` is null where this SQLite cannot tell."""

    name: str
    rows: int
    bytes: int | None


class Kind(msgspec.Struct, frozen=True):
    """Events of one type. `bytes` are those of their lines, before they are packed."""

    kind: str
    events: int
    bytes: int


class Size(msgspec.Struct, frozen=True, kw_only=True):
    """What a journal takes."""

    path: str
    bytes: int
    """Of the file and its log."""
    events: int
    first_seq: int
    last_seq: int
    first_time: float
    last_time: float
    pruned: int
    """The last event that was taken out; 0 when all are there."""
    tables: list[Table]
    kinds: list[Kind]

    @property
    def bytes_per_event(self) -> float:
        return self.bytes / self.events if self.events else 0.0
