"""What one model costs: dollars per token of each kind, by the size of the call's context."""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from sessions.floor.tokens import Tokens

Row = dict[str, msgspec.Raw]
"""A model's row in the table: most of its fields are not about tokens and are never decoded."""

_TIERED = re.compile(
    r"(input_cost_per_token|output_cost_per_token|cache_read_input_token_cost|cache_creation_input_token_cost"
    r"|cache_creation_input_token_cost_above_1hr|output_cost_per_reasoning_token)_above_(\d+)k_tokens"
)
_FIELDS = {
    "input_cost_per_token": "input",
    "output_cost_per_token": "output",
    "cache_read_input_token_cost": "cache_read",
    "cache_creation_input_token_cost": "cache_write_5m",
    "cache_creation_input_token_cost_above_1hr": "cache_write_1h",
    "output_cost_per_reasoning_token": "thinking",
}
CLAUDE_WRITE_5M = 1.25
HOUR_WRITE = 2.0
"""Anthropic's prices of cache writes, as multiples of the input price, where the table does not state them."""


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
        thinking = max(0, min(tokens.thinking, tokens.output))
        return (
            tokens.input * self.input
            + tokens.cache_write_5m * self.cache_write_5m
            + tokens.cache_write_1h * self.cache_write_1h
            + tokens.cache_read * self.cache_read
            + (tokens.output - thinking) * self.output
            + thinking * self.thinking
        )


class Price(msgspec.Struct, frozen=True):
    """A model's rates and window. `tiers` are (tokens of context above which they hold, rates), the lowest first."""

    rates: Rates | None
    """None when only the window is known."""
    tiers: tuple[tuple[int, Rates], ...] = ()
    window: int = 0

    def cost(self, tokens: Tokens) -> float | None:
        """Dollars for one call; all its tokens cost what the tier of its context says. None without rates."""
        rates = self.rates
        for above, dearer in self.tiers:
            if tokens.context > above:
                rates = dearer
        return rates.cost(tokens) if rates is not None else None


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
        cache_read=stated.get("cache_read", fresh),
        cache_write_5m=stated.get("cache_write_5m", fresh * (CLAUDE_WRITE_5M if claude else 1.0)),
        cache_write_1h=stated.get("cache_write_1h", fresh * HOUR_WRITE),
        thinking=stated.get("thinking", stated["output"]),
    )


def price_of(row: Row, claude: bool) -> Price:
    """The price in a row of the table. Fields that are no numbers are taken as absent."""
    stated: dict[str, float] = {}
    above: dict[int, dict[str, float]] = {}
    for field, raw in row.items():
        if field in _FIELDS:
            _put(stated, _FIELDS[field], raw)
        elif found := _TIERED.fullmatch(field):
            _put(above.setdefault(int(found[2]) * 1_000, {}), _FIELDS[found[1]], raw)
    for start, fields in _ranges(row.get("tiered_pricing")):
        if start <= 0:
            stated.update(fields)
        else:
            above[start] = fields
    tiers = []
    for start in sorted(above):
        # What a tier leaves out costs as it does below it.
        rates = rates_of({**stated, **above[start]}, claude)
        if rates is not None:
            tiers.append((start, rates))
    return Price(rates_of(stated, claude), tuple(tiers), _window(row))


def _put(fields: dict[str, float], name: str, raw: msgspec.Raw) -> None:
    try:
        value = msgspec.json.decode(raw, type=float)
    except msgspec.DecodeError:
        return
    if value >= 0:
        fields[name] = value


class _Range(msgspec.Struct):
    range: tuple[float, float]
    input_cost_per_token: float
    output_cost_per_token: float
    cache_read_input_token_cost: float | None = None
    output_cost_per_reasoning_token: float | None = None


def _ranges(raw: msgspec.Raw | None) -> list[tuple[int, dict[str, float]]]:
    if raw is None:
        return []
    try:
        ranges = msgspec.json.decode(raw, type=list[_Range])
    except msgspec.DecodeError:
        return []
    tiers = []
    for tier in ranges:
        fields = {"input": tier.input_cost_per_token, "output": tier.output_cost_per_token}
        if tier.cache_read_input_token_cost is not None:
            fields["cache_read"] = tier.cache_read_input_token_cost
        if tier.output_cost_per_reasoning_token is not None:
            fields["thinking"] = tier.output_cost_per_reasoning_token
        tiers.append((int(tier.range[0]), fields))
    return tiers


def _window(row: Row) -> int:
    for field in ("max_input_tokens", "max_tokens"):
        raw = row.get(field)
        if raw is not None:
            try:
                return max(0, msgspec.json.decode(raw, type=int))
            except msgspec.DecodeError:
                continue
    return 0
