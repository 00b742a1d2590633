"""What a simulated conversation holds in its context window, and what each model call therefore costs in tokens."""

from __future__ import annotations

import random

from sessions.floor.tokens import Tokens
from sessions.simulation.models import Seat

OPENING = 19_000
"""Tokens of instructions and tools that every conversation begins with."""
COMPACTED = 9_000
"""Tokens of the summary that a compaction leaves beside the opening."""
FULL = 0.92
"""Share of the window at which the agent compacts."""
CACHE_LIFE_S = 3_600.0
"""A longer pause loses the prompt cache, and the next call writes it again."""


class Context:
    """The context window of one conversation: what is in it, and how much of that the provider has cached."""

    def __init__(self, seat: Seat, rng: random.Random) -> None:
        self.seat, self.random = seat, rng
        self.size, self.cached, self.last = OPENING, 0, 0.0

    @property
    def full(self) -> bool:
        return self.size > FULL * self.seat.model.window

    def compact(self) -> None:
        """Replace the conversation by a summary; the opening stays cached."""
        self.size, self.cached = OPENING + COMPACTED, min(self.cached, OPENING)

    def add(self, tokens: int) -> None:
        """A tool's result, or a request, comes into the window."""
        self.size += tokens

    def call(self, time: float, output: int) -> Tokens:
        """The usage of a call that writes `output` tokens, which then are in the window too."""
        if time - self.last > CACHE_LIFE_S:
            self.cached = 0
        self.last = time
        read, new = self.cached, self.size - self.cached
        self.cached = self.size
        self.size += output
        kind = self.seat.kind
        if kind == "claude":
            fresh = min(new, 1 + int(self.random.random() * 8))
            return Tokens(input=fresh, cache_write_1h=new - fresh, cache_read=read, output=output)
        thinking = int(output * 0.6) if kind == "codex" else 0
        return Tokens(input=new, cache_read=read, output=output, thinking=thinking)
