"""What model calls cost: the table that ships inside litellm, read without importing it, under the operator's own."""

from __future__ import annotations

import importlib.metadata
import importlib.util
from functools import cached_property
from pathlib import Path

import msgspec

from sessions.floor.tokens import Tokens
from sessions.models.names import is_wide, names_of
from sessions.models.overrides import Override, read_overrides
from sessions.models.rates import Price, Row, price_of

TABLE = "model_prices_and_context_window_backup.json"
WIDE_WINDOW = 1_000_000


def find_table() -> Path | None:
    """The table inside the installed litellm, whose import would take seconds; None when it is not installed."""
    spec = importlib.util.find_spec("litellm")
    return Path(spec.origin).with_name(TABLE) if spec is not None and spec.origin else None


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
        return cls(read_overrides(overrides) if overrides is not None else {}, find_table())

    def cost(self, model: str, tokens: Tokens) -> float | None:
        """Dollars for the tokens of one call, or None when the model has no known price.

        Where the provider asks more for long contexts, the size of this call's context decides for all its tokens.
        """
        price = self._price(model)
        return None if price is None else price.cost(tokens)

    def window(self, model: str) -> int:
        """Context window of the model in tokens, 0 when unknown."""
        price = self._price(model)
        window = price.window if price is not None else 0
        return max(window, WIDE_WINDOW) if is_wide(model) else window

    def describe(self) -> str:
        """Where the prices come from, for the operator."""
        mine = f", {len(self._overrides)} overridden" if self._overrides else ""
        if not self._rows:
            return "no table of prices: litellm is missing or damaged" + mine
        return f"litellm {importlib.metadata.version('litellm')}: {len(self._rows):,} models" + mine

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
