"""Prices for tests."""

from __future__ import annotations

from sessions.floor.tokens import STANDARD, Terms, Tokens


class Flat:
    """A dollar for a token of the model `known`, whatever the token is of; no price for others."""

    def cost(self, model: str, tokens: Tokens, terms: Terms = STANDARD) -> float | None:
        return float(tokens.total) if model == "known" else None

    def window(self, model: str) -> int:
        return 0


FREE = Flat()
