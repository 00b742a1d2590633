"""What a conversation may still use: counted while an answer streams, so that it stops within it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from sessions.errors import FactoryError
from sessions.floor.scope import Budget
from sessions.floor.tokens import Tokens
from sessions.models.prices import Prices
from sessions.text import clean

CHARACTERS = 4
"""Of text to a token, where nothing better is known."""
WARNED, FULL = 0.8, 1.0
LEAST = 64
"""Tokens of an answer that is worth asking for."""

Told = Callable[[float, str], None]


def priced(prices: Prices, model: str, budget: Budget) -> None:
    """Raises `FactoryError` where a budget in dollars cannot be held, as nobody knows what the model costs."""
    if budget.dollars and prices.cost(model, Tokens(output=1)) is None:
        raise FactoryError(
            f"the price of {clean(model, 80)} is not known, so a budget in dollars cannot be held",
            "bound its tokens, or give its price in the file that `prices` in config.toml names",
        )


class Meter:
    """Adds up what is used, and says once when a part of the budget is used up to 80 % and in whole."""

    def __init__(self, budget: Budget, model: str, prices: Prices, told: Told) -> None:
        self.budget = budget
        self._model, self._prices, self._told = model, prices, told
        self.tokens, self.dollars, self.seconds, self.turns = 0, 0.0, 0.0, 0
        self._shares: dict[str, float] = {}
        self._short: list[str] = []
        """Of which measures there was not enough for the last answer that was to be asked for."""
        self._too_little = False
        """What is left is not enough for an answer."""
        self._more = asyncio.Event()
        """Set, and replaced, when the budget is another one."""

    def restore(self, shares: dict[str, float]) -> None:
        """These shares of the budget's parts were told before."""
        self._shares.update(shares)

    def cost(self, tokens: Tokens) -> float | None:
        """Dollars, where the model's price is known."""
        return self._prices.cost(self._model, tokens)

    def window(self) -> int:
        return self._prices.window(self._model)

    @property
    def nearly(self) -> list[str]:
        """The parts of the budget of which most is used."""
        return [what for what, share in self._shares.items() if share >= WARNED]

    def add(self, tokens: Tokens, cost: float | None) -> None:
        """So much was used."""
        self.tokens += tokens.total
        self.dollars += cost or 0.0
        self.look()

    def look(self, pending: Tokens = Tokens()) -> bool:  # noqa: B008 - a value
        """Whether anything is left, with `pending` of the answer under way, whose usage is not known yet."""
        over = self._too_little
        for what, used, most in self._parts(pending):
            if not most:
                continue
            share = used / most
            over = over or share >= FULL
            for step in (FULL, WARNED):
                if share >= step:
                    if self._shares.get(what, 0.0) < step:
                        self._shares[what] = step
                        self._told(step, what)
                    break
        return not over

    def most(self, about: int) -> int:
        """Tokens that an answer may have, whose request has about so many; 0: no bound, -1: not enough for any."""
        bounds: dict[str, int] = {}
        if self.budget.tokens:
            bounds["tokens"] = self.budget.tokens - self.tokens - about
        if self.budget.dollars:
            asked = self._prices.cost(self._model, Tokens(input=about)) or 0.0
            thousand = self._prices.cost(self._model, Tokens(output=1_000)) or 0.0
            left = self.budget.dollars - self.dollars - asked
            if thousand:
                bounds["dollars"] = int(left / thousand * 1_000)
        self._short = [what for what, bound in bounds.items() if bound < LEAST]
        return -1 if self._short else min(bounds.values(), default=0)

    def spent(self) -> None:
        """What is left of tokens or dollars was not enough for an answer: that is used up too."""
        self._too_little = True
        for what in self._short:
            if self._shares.get(what, 0.0) < FULL:
                self._shares[what] = FULL
                self._told(FULL, what)

    @property
    def time_left(self) -> float | None:
        """Seconds of work; None without a bound."""
        return max(0.0, self.budget.seconds - self.seconds) if self.budget.seconds else None

    def assign(self, budget: Budget) -> None:
        """The budget is another one; what was told of shares that are not used any more will be told again."""
        self.budget, self._too_little = budget, False
        for what, used, most in self._parts(Tokens()):
            share = used / most if most else 0.0
            reached = max(step for step in (0.0, WARNED, FULL) if step <= share)
            self._shares[what] = min(reached, self._shares.get(what, 0.0))
        self._more.set()
        self._more = asyncio.Event()

    async def more(self) -> None:
        """Return when the budget was changed."""
        await self._more.wait()

    def _parts(self, pending: Tokens) -> Sequence[tuple[str, float, float]]:
        """Each part of the budget: its name, what is used of it, and what there is."""
        budget = self.budget
        dollars = self.dollars + ((self.cost(pending) or 0.0) if budget.dollars and pending.total else 0.0)
        return (
            ("tokens", self.tokens + pending.total, budget.tokens),
            ("dollars", dollars, budget.dollars),
            ("seconds", self.seconds, budget.seconds),
            ("turns", self.turns, budget.turns),
        )


def about(messages: Sequence[dict[str, Any]]) -> int:
    """Tokens of messages, by their characters."""
    length = 0
    for message in messages:
        content = message.get("content") or ""
        length += len(content) if isinstance(content, str) else sum(len(str(part.get("text", ""))) for part in content)
        length += sum(len(call["function"]["arguments"]) + 40 for call in message.get("tool_calls", ()))
    return length // CHARACTERS
