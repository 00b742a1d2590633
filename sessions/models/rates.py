"""What one model costs: dollars per token of each kind, by how a call was served and by the size of its context."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from sessions.floor.tokens import STANDARD, Terms, Tokens

SERVICES = {
    "priority": "priority",
    "fast": "priority",
    "flex": "flex",
    "batch": "batches",
    "batches": "batches",
    "balanced": "balanced",
    "ultrafast": "ultrafast",
}
"""Service tiers with prices of their own, and how the table writes them; every other one is the standard."""
GLOBAL = frozenset({"", "global", "default", "not_available"})
"""Regions that are none."""
FAST, ANY_REGION = "fast", "*"
"""Names of factors: of a model's fast mode, and of every region that has no factor of its own."""
CLAUDE_WRITE_5M = 1.25
CLAUDE_READ = 0.1
HOUR_WRITE = 2.0
"""Anthropic's prices of cache reads and writes, as multiples of the input price, where the table states none."""
CLAUDE_SEARCH = 0.01
"""What Anthropic asks for one web search, in dollars, where the table does not say it."""


class Rates(msgspec.Struct, frozen=True):
    """Dollars per token. Kinds of tokens never overlap: `output` here is without thinking."""

    input: float
    output: float
    cache_read: float
    cache_write_5m: float
    cache_write_1h: float
    thinking: float

    def cost(self, tokens: Tokens) -> float:
        """Dollars for the tokens at these rates."""
        output, thinking = tokens.output, tokens.thinking
        if thinking:
            thinking = max(0, min(thinking, output))
        return (
            tokens.input * self.input
            + tokens.cache_write_5m * self.cache_write_5m
            + tokens.cache_write_1h * self.cache_write_1h
            + tokens.cache_read * self.cache_read
            + (output - thinking) * self.output
            + thinking * self.thinking
        )


class Ladder(msgspec.Struct, frozen=True):
    """The rates of one way of serving. `tiers` are (tokens of context above which they hold, rates), lowest first."""

    rates: Rates | None = None
    """None when only the window of the model is known."""
    tiers: tuple[tuple[int, Rates], ...] = ()

    def at(self, context: int) -> Rates | None:
        """The rates for all tokens of a call with so much context."""
        rates = self.rates
        for above, dearer in self.tiers:
            if context > above:
                rates = dearer
        return rates


class Price(msgspec.Struct, frozen=True):
    """A model's rates and window."""

    standard: Ladder = Ladder()
    window: int = 0
    services: Mapping[str, Ladder] = {}
    """By service tier as the table writes it, where a tier has prices of its own."""
    factors: Mapping[str, float] = {}
    """What the tokens of a call are multiplied by: in fast mode, and by region."""
    search: float = 0.0
    """Dollars for one web search."""

    def cost(self, tokens: Tokens, terms: Terms = STANDARD) -> float | None:
        """Dollars for one call; all its tokens cost what the tier of its context says. None without rates."""
        if terms is STANDARD:
            ladder = self.standard
            rates = ladder.at(tokens.context) if ladder.tiers else ladder.rates
            return rates.cost(tokens) if rates is not None else None
        service = SERVICES.get(terms.tier.lower(), "")
        rates = self.services.get(service, self.standard).at(tokens.context)
        if rates is None:
            return None
        return rates.cost(tokens) * self._factor(terms) + terms.searches * self.search

    def _factor(self, terms: Terms) -> float:
        factors, region = self.factors, terms.region.lower()
        fast = factors.get(FAST, 1.0) if terms.speed.lower() == FAST else 1.0
        return fast * (1.0 if region in GLOBAL else factors.get(region, factors.get(ANY_REGION, 1.0)))


def rates_of(stated: Mapping[str, float], claude: bool) -> Rates | None:
    """Complete rates from stated ones; None without a price for input and output.

    A cache read or write without a price of its own is billed as input, but for Anthropic's known multiples. A row
    that asks nothing at all states no price: the table has such rows for models whose price nobody entered.
    """
    if "input" not in stated or "output" not in stated or not any(stated.values()):
        return None
    fresh = stated["input"]
    return Rates(
        input=fresh,
        output=stated["output"],
        cache_read=stated.get("cache_read", fresh * (CLAUDE_READ if claude else 1.0)),
        cache_write_5m=stated.get("cache_write_5m", fresh * (CLAUDE_WRITE_5M if claude else 1.0)),
        cache_write_1h=stated.get("cache_write_1h", fresh * HOUR_WRITE),
        thinking=stated.get("thinking", stated["output"]),
    )
