"""A row of the table of prices, as litellm keeps it, becomes a price."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeVar

import msgspec

from sessions.models.rates import ANY_REGION, CLAUDE_SEARCH, Ladder, Price, rates_of

Row = dict[str, msgspec.Raw]
"""A model's row in the table: most of its fields are not about tokens and are never decoded."""
Fields = dict[str, float]
"""Dollars per token by field of `Rates`."""
T = TypeVar("T")

_FIELDS = {
    "cache_creation_input_token_cost_above_1hr": "cache_write_1h",
    "cache_creation_input_token_cost": "cache_write_5m",
    "cache_read_input_token_cost": "cache_read",
    "input_cost_per_token": "input",
    "output_cost_per_token": "output",
    "output_cost_per_reasoning_token": "thinking",
}
_PRICE = re.compile(rf"({'|'.join(_FIELDS)})(?:_above_(\d+)k_tokens)?(?:_(priority|flex|batches|balanced|ultrafast))?")
_UPLIFT = re.compile(r"regional_processing_uplift_multiplier_(\w+)")


def price_of(row: Row, claude: bool) -> Price:
    """The price in a row of the table. Fields that are no numbers are taken as absent."""
    stated: dict[tuple[str, int], Fields] = {("", 0): {}}
    """By way of serving, and by the size of context from which on they hold."""
    for field, raw in row.items():
        if found := _PRICE.fullmatch(field):
            above = int(found[2] or 0) * 1_000
            _put(stated.setdefault((found[3] or "", above), {}), _FIELDS[found[1]], raw)
    for start, fields in _ranges(row.get("tiered_pricing")):
        stated.setdefault(("", max(start, 0)), {}).update(fields)
    services = {service for service, _ in stated if service}
    return Price(
        _ladder(stated, "", claude),
        _window(row),
        {service: _ladder(stated, service, claude) for service in services},
        _factors(row),
        _search(row, claude),
    )


def _ladder(stated: Mapping[tuple[str, int], Fields], service: str, claude: bool) -> Ladder:
    """What a size of context leaves out costs as it does below it."""
    plain = stated[("", 0)]
    base = _served(plain, stated.get((service, 0), {})) if service else plain
    tiers = []
    for start in sorted({above for _, above in stated if above}):
        fields = {**plain, **stated.get(("", start), {})}
        if service:
            fields = _served(fields, stated.get((service, start), {}), _discount(plain, base))
        rates = rates_of(fields, claude)
        if rates is not None:
            tiers.append((start, rates))
    return Ladder(rates_of(base, claude), tuple(tiers))


def _served(standard: Fields, own: Fields, discount: float = 1.0) -> Fields:
    """What a way of serving costs. What it leaves out has the discount of its input; a dearer one has no such rule,
    as providers do not offer it for what they name no price for."""
    discount = min(discount, _discount(standard, own))
    fields = {**{name: price * discount for name, price in standard.items()}, **own}
    if "output" in own and "thinking" not in own:
        fields.pop("thinking", None)
    return fields


def _discount(standard: Fields, own: Fields) -> float:
    """What the input of a cheaper way of serving costs, as a part of the standard price; 1 where it is not cheaper."""
    if "input" not in own or not standard.get("input"):
        return 1.0
    return min(1.0, own["input"] / standard["input"])


def _factors(row: Row) -> dict[str, float]:
    """What regions and the fast mode multiply a price by."""
    factors = {}
    special = _decoded(row.get("provider_specific_entry"), dict[str, msgspec.Raw]) or {}
    stated = {key: raw for key, raw in special.items() if key.isalpha()}
    stated |= {found[1]: raw for key, raw in row.items() if (found := _UPLIFT.fullmatch(key))}
    for key, raw in {**stated, ANY_REGION: row.get("regional_endpoint_uplift_multiplier")}.items():
        value = _decoded(raw, float)
        if value is not None and value > 0:
            factors[key.lower()] = value
    return factors


def _search(row: Row, claude: bool) -> float:
    sizes = _decoded(row.get("search_context_cost_per_query"), dict[str, float]) or {}
    return max(0.0, sizes.get("search_context_size_medium", CLAUDE_SEARCH if claude else 0.0))


def _put(fields: Fields, name: str, raw: msgspec.Raw) -> None:
    value = _decoded(raw, float)
    if value is not None and value >= 0:
        fields[name] = value


class _Range(msgspec.Struct):
    range: tuple[float, float]
    input_cost_per_token: float
    output_cost_per_token: float
    cache_read_input_token_cost: float | None = None
    output_cost_per_reasoning_token: float | None = None


def _ranges(raw: msgspec.Raw | None) -> list[tuple[int, Fields]]:
    tiers = []
    for tier in _decoded(raw, list[_Range]) or []:
        fields = {"input": tier.input_cost_per_token, "output": tier.output_cost_per_token}
        if tier.cache_read_input_token_cost is not None:
            fields["cache_read"] = tier.cache_read_input_token_cost
        if tier.output_cost_per_reasoning_token is not None:
            fields["thinking"] = tier.output_cost_per_reasoning_token
        tiers.append((int(tier.range[0]), fields))
    return tiers


def _window(row: Row) -> int:
    for field in ("max_input_tokens", "max_tokens"):
        window = _decoded(row.get(field), int)
        if window is not None:
            return max(0, window)
    return 0


def _decoded(raw: msgspec.Raw | None, kind: type[T]) -> T | None:
    """A field's value, or None where it is absent or of another shape."""
    if raw is None:
        return None
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.DecodeError:
        return None
