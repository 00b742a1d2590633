"""The models that the simulated stations use, with list prices of their own: a simulation asks nobody."""

from __future__ import annotations

import msgspec

from sessions.floor.tokens import Certainty, Tokens


class Model(msgspec.Struct, frozen=True):
    """A model: prices in dollars per million tokens, None when it has no known price."""

    name: str
    provider: str
    window: int
    """Context window that the agent uses, in tokens."""
    input: float | None
    write_5m: float = 0.0
    write_1h: float = 0.0
    read: float = 0.0
    output: float = 0.0

    def cost(self, tokens: Tokens) -> float | None:
        """Dollars for `tokens`, or None when the model has no known price."""
        if self.input is None:
            return None
        return (
            tokens.input * self.input
            + tokens.cache_write_5m * self.write_5m
            + tokens.cache_write_1h * self.write_1h
            + tokens.cache_read * self.read
            + tokens.output * self.output
        ) / 1e6


OPUS = Model("claude-opus-4-6", "anthropic", 200_000, 5.0, 6.25, 10.0, 0.5, 25.0)
SONNET = Model("claude-sonnet-4-6", "anthropic", 200_000, 3.0, 3.75, 6.0, 0.3, 15.0)
HAIKU = Model("claude-haiku-4-5", "anthropic", 200_000, 1.0, 1.25, 2.0, 0.1, 5.0)
CODEX = Model("gpt-5.3-codex", "openai", 272_000, 1.75, read=0.175, output=14.0)
CODEX_MINI = Model("gpt-5.1-codex-mini", "openai", 400_000, 0.25, read=0.025, output=2.0)
DEEPSEEK = Model("deepseek-chat", "deepseek", 131_072, 0.28, read=0.028, output=0.42)
LOCAL = Model("qwen3-coder-local", "local", 131_072, None)


class Seat(msgspec.Struct, frozen=True):
    """What sits at a station: the kind of agent, its model, and how well its usage is known."""

    kind: str
    model: Model
    certainty: Certainty = Certainty.EXACT
    version: str = ""


CLAUDE_VERSION, OLD_CLAUDE_VERSION, CODEX_VERSION, OPENCLAW_VERSION = "2.1.330", "2.0.14", "0.169.0", "2026.9.6"

SEATS = (
    Seat("claude", OPUS, version=CLAUDE_VERSION),
    Seat("claude", SONNET, version=CLAUDE_VERSION),
    Seat("codex", CODEX, version=CODEX_VERSION),
    Seat("claude", SONNET, version=CLAUDE_VERSION),
    Seat("claude", HAIKU, version=CLAUDE_VERSION),
    Seat("claude", OPUS, version=CLAUDE_VERSION),
    Seat("openclaw", DEEPSEEK, Certainty.REPORTED, OPENCLAW_VERSION),
    Seat("claude", SONNET, version=CLAUDE_VERSION),
    Seat("codex", CODEX_MINI, version=CODEX_VERSION),
    Seat("claude", SONNET, Certainty.UNDERCOUNTED, OLD_CLAUDE_VERSION),
    Seat("openclaw", LOCAL, Certainty.REPORTED, OPENCLAW_VERSION),
)
"""Dealt to the stations in this order, again and again."""
