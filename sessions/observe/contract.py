"""What every transcript adapter offers, and what it is given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

from sessions.floor.events import Event
from sessions.floor.tokens import STANDARD, Terms, Tokens


class Statement(msgspec.Struct, frozen=True, gc=False):
    """What a statement of a call's usage adds to what was known of that call."""

    added: Tokens
    calls: int
    """1 when the call was not known before, else 0."""
    settled: bool = False
    """What was known of the call was less than it used, and now it is all."""


class CallBook(Protocol):
    """Remembers the usage of every model call, over all files: forks copy calls, and lines repeat them."""

    def state(self, call: str, tokens: Tokens, partial: bool = False) -> Statement | None:
        """Note that `call` has used `tokens` so far (the last statement wins), or at least so many (`partial`).

        Returns the difference to what was known, or None when nothing is new.
        """
        ...

    def knows(self, call: str) -> bool:
        """Whether any statement of the call was noted."""
        ...


class Pricing(Protocol):
    """Knows what models cost and hold (see `sessions.models.prices`)."""

    def cost(self, model: str, tokens: Tokens, terms: Terms = STANDARD) -> float | None:
        """Dollars for a call that used `tokens`, or None when the model has no known price."""
        ...

    def window(self, model: str) -> int:
        """Context window of the model in tokens, 0 when unknown."""
        ...


class ForeignSessionError(Exception):
    """What lies in the home of a station claims to be the session of another one."""


class Seating(Protocol):
    """Decides which station a session belongs to (see `sessions.observe.seats`)."""

    def seat(
        self, kind: str, session: str, directory: str, branch: str, time: float, source: str
    ) -> tuple[str, Sequence[Event]]:
        """The name of the session's station, and the events that open it when it is new.

        Raises ForeignSessionError, which adapters let pass: nothing more of that source is told.
        """
        ...

    def branch_of(self, directory: str) -> str:
        """The branch that the worktree holding `directory` has checked out; empty where none is known."""
        ...


class Desk(msgspec.Struct, frozen=True):
    """What an adapter needs of its surroundings."""

    seating: Seating
    book: CallBook
    pricing: Pricing


class Transcript(Protocol):
    """Reads one transcript file from where it stopped. It holds only what it must remember between lines."""

    def feed(self, lines: Sequence[bytes], offset: int) -> list[Event]:
        """The events of complete lines (without line ends) that begin at byte `offset` of the file.

        Never raises for foreign content, but ForeignSessionError: what cannot be used becomes a `SourceSkipped`.
        """
        ...

    def save(self) -> bytes:
        """Everything needed to go on after the last line fed, for the journal's marks."""
        ...
