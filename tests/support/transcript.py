"""Doubles for what a transcript adapter is given, and the place of the shared data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from sessions.floor import events as ev
from sessions.floor.tokens import STANDARD, Terms, Tokens
from sessions.observe.contract import Desk, Statement
from tests import ROOT

SHARED = ROOT.parent / "shared" / "data" / "transcripts"


def shared(name: str) -> Path:
    """A place in the shared data; skips the test where it is absent."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"no shared data at {path}")
    return path


class Book:
    """A `CallBook` in memory."""

    def __init__(self) -> None:
        self.known: dict[str, Tokens] = {}
        self.partial: set[str] = set()

    def state(self, call: str, tokens: Tokens, partial: bool = False) -> Statement | None:
        before, was_partial = self.known.get(call), call in self.partial
        partial = partial and (before is None or was_partial)
        if before == tokens and partial == was_partial:
            return None
        self.known[call] = tokens
        (self.partial.add if partial else self.partial.discard)(call)
        if before is None:
            return Statement(tokens, 1)
        return Statement(tokens - before, 0, was_partial and not partial)

    def knows(self, call: str) -> bool:
        return call in self.known


class Seats:
    """A `Seating` that gives each session a station of its own."""

    def __init__(self, worktrees: Mapping[str, str] | None = None) -> None:
        self.taken: dict[str, str] = {}
        self._worktrees = worktrees or {}

    def seat(
        self, kind: str, session: str, directory: str, branch: str, time: float, source: str
    ) -> tuple[str, Sequence[ev.Event]]:
        if session in self.taken:
            return self.taken[session], ()
        name = self.taken[session] = f"{kind}-{len(self.taken) + 1}"
        opened = ev.StationOpened(
            time=time, source=source, station=name, session=session, kind=kind, directory=directory, branch=branch
        )
        return name, (opened,)

    def branch_of(self, directory: str) -> str:
        return self._worktrees.get(directory, "")


class Flat:
    """A `Pricing` of one dollar per million tokens of any kind, for models with a name."""

    def cost(self, model: str, tokens: Tokens, terms: Terms = STANDARD) -> float | None:
        return tokens.total / 1e6 if model else None

    def window(self, model: str) -> int:
        return 100_000 if model else 0


def desk() -> Desk:
    return Desk(Seats(), Book(), Flat())


def spent(events: Sequence[ev.Event]) -> Tokens:
    """The sum of all usage in the events."""
    total = Tokens()
    for event in events:
        if isinstance(event, ev.TokensUsed):
            total += event.tokens
    return total


def calls(events: Sequence[ev.Event]) -> int:
    return sum(event.calls for event in events if isinstance(event, ev.TokensUsed))
