"""What model calls cost: the table made from litellm's (see `sessions.models.table`), under the operator's own."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import msgspec

from sessions.floor.tokens import STANDARD, Terms, Tokens
from sessions.models.names import is_wide, names_of
from sessions.models.overrides import Override, read_overrides
from sessions.models.rates import Price
from sessions.models.rows import Row, price_of
from sessions.models.table import ABOUT, SHIPPED

WIDE_WINDOW = 1_000_000


class Prices:
    """Knows what models cost and hold; an implementation of `Pricing`.

    The table is read at the first question and each model's row once. A name that no rule leads to a row of the
    table has no price: a near name is never taken for it.
    """

    def __init__(self, overrides: dict[str, Override], table: Path | None) -> None:
        self._overrides, self._path = overrides, table
        self._known: dict[str, Price | None] = {}

    @classmethod
    def load(cls, overrides: Path | None = None) -> Prices:
        """Prices with the operator's file laid over them, if there is one; a bad file raises FactoryError."""
        return cls(read_overrides(overrides) if overrides is not None else {}, SHIPPED)

    def cost(self, model: str, tokens: Tokens, terms: Terms = STANDARD) -> float | None:
        """Dollars for one call, or None when the model has no known price.

        Where the provider asks more for long contexts, the size of this call's context decides for all its tokens.
        Terms for which the table states no price cost what the standard ones do.
        """
        price = self._known.get(model) or self._price(model)
        return None if price is None else price.cost(tokens, terms)

    def window(self, model: str) -> int:
        """Context window of the model in tokens, 0 when unknown."""
        price = self._price(model)
        window = price.window if price is not None else 0
        return max(window, WIDE_WINDOW) if is_wide(model) else window

    @property
    def empty(self) -> bool:
        """There is no table: only what the operator's file names has a price."""
        return not self._rows

    def describe(self) -> str:
        """Where the prices come from, for the operator."""
        mine = f", {len(self._overrides)} overridden" if self._overrides else ""
        if self.empty:
            return f"the table of prices is missing or damaged: {self._path}" + mine
        about = msgspec.json.decode(self._rows[ABOUT], type=dict[str, str]) if ABOUT in self._rows else {}
        models = len(self._rows) - (ABOUT in self._rows)
        return f"litellm {about.get('version', '')}: {models:,} models" + mine

    @cached_property
    def _rows(self) -> dict[str, msgspec.Raw]:
        """The table's rows, undecoded: of four thousand models a factory uses a handful."""
        if self._path is None:
            return {}
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=dict[str, msgspec.Raw])
        except (OSError, msgspec.DecodeError):
            return {}

    def _price(self, model: str) -> Price | None:
        if model not in self._known:
            self._known[model] = self._find(model)
        return self._known[model]

    def _find(self, model: str) -> Price | None:
        for name in names_of(model):
            override = self._overrides.get(name)
            price = self._row(name)
            if override is not None:
                return override.over(price)
            if price is not None:
                return price
        return None

    def _row(self, name: str) -> Price | None:
        raw = self._rows.get(name)
        if raw is None:
            return None
        try:
            return price_of(msgspec.json.decode(raw, type=Row), claude="claude" in name)
        except msgspec.DecodeError:
            return None
