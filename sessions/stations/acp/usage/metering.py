"""The usage of one conversation, from what its agent tells, as events that add up. Pure.

While a turn runs an agent tells at best how full its context is after each call. From that the call's tokens follow in
sum, but not in kind: they are told as estimates, with what was in the context before taken for read from the cache.
When the turn ends they are taken back for what the agent says then. A turn that never ends keeps them: their sum is
right, and a meter that waits for the end would know nothing of a turn that is killed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from sessions.floor.events import TokensUsed
from sessions.floor.tokens import Certainty, Tokens
from sessions.observe.contract import Pricing
from sessions.observe.lines import Who
from sessions.stations.acp.fields import Fields, amount, count, fields, first_text
from sessions.stations.acp.quirks import Quirks, Span
from sessions.stations.acp.usage.counts import Row, rows_of, tokens_of
from sessions.text import clean

_NOTHING = Tokens()


class Call(msgspec.Struct, frozen=True):
    """A model call that an agent keeps a record of (see `records`)."""

    id: str
    tokens: Tokens
    model: str = ""


class _Told(msgspec.Struct):
    """What was told of a call, or of a turn."""

    tokens: Tokens
    calls: int
    model: str
    cost: float | None
    certainty: Certainty

    def back(self) -> _Told:
        """What takes it back."""
        cost = None if self.cost is None else -self.cost
        return _Told(_NOTHING - self.tokens, -self.calls, self.model, cost, self.certainty)


class Metering:
    """Of one conversation, in one process."""

    def __init__(self, quirks: Quirks, pricing: Pricing, known: Iterable[str] = ()) -> None:
        """`known` are the calls of its record that were told before."""
        self._quirks, self._pricing = quirks, pricing
        self._known = set(known)
        self.model = ""
        self._turn = 0
        self._calls = 0
        """Calls of the turn that were told one by one."""
        self._estimated: list[_Told] = []
        """Calls of the turn under way; the last one may grow."""
        self._fresh = True
        """The next statement is of another call."""
        self._full = 0
        """Tokens in the context after the last call."""
        self._before = 0
        """And before it."""
        self._window = 0
        self._spent: float | None = None
        """Dollars so far, as the agent says."""
        self._paid = 0.0
        """And those that were told."""
        self._session: Fields = {}
        """The running total of an agent that tells one."""
        self._counted = _NOTHING
        self._base: Tokens | None = None

    def began(self) -> None:
        """A turn begins."""
        self._turn += 1
        self._calls = 0
        self._estimated = []
        self._fresh = True

    def came_back(self) -> None:
        """A tool came back, so the model is called again."""
        self._fresh = True

    def updated(self, update: Fields, who: Who, in_turn: bool) -> list[TokensUsed]:
        """A `usage_update`: how full the context is, what was paid, and whatever the agent adds."""
        self._window = count(update, "size") or self._window
        meta = fields(update, "_meta")
        self.model = clean(first_text(meta, "_claude/model", "model"), 100) or self.model
        if fields(update, "cost").get("currency", "USD") == "USD":
            self._spent = amount(fields(update, "cost").get("amount")) or self._spent
        if self._quirks.span is Span.SESSION and "promptTokens" in meta:
            return self._running(meta, who)
        used = count(update, "used")
        if meta.get("approximate") or self._quirks.span is Span.NOTHING or not used:
            return []
        if not in_turn or self._calls:  # of an agent that tells each call by itself nothing is to be estimated
            self._full = used
            return []
        return self._estimate(used, who)

    def called(self, usage: Fields, who: Who) -> list[TokensUsed]:
        """A call is over, and this is what it used: some agents tell it with the last, empty word of an answer."""
        tokens, sure = tokens_of(usage)
        if not tokens.total:
            return []
        back = self._take_back(who)
        self._calls += 1
        self._full = tokens.total
        cost = self._pricing.cost(self.model, tokens)
        certainty = Certainty.EXACT if sure else Certainty.ESTIMATED
        if self._quirks.untold:
            certainty = Certainty.UNDERCOUNTED
        return [*back, self._event(self._name(self._calls), _Told(tokens, 1, self.model, cost, certainty), who)]

    def finished(self, response: Fields, who: Who) -> list[TokensUsed]:
        """The turn is over: what it used, in place of what was estimated."""
        rows = rows_of(response)
        if self._calls or not rows or self._quirks.span in (Span.NOTHING, Span.SESSION):
            return []  # of a running total every part was told
        calls = max(1, len(self._estimated))
        back = self._take_back(who)
        return [*back, *self._state(rows, calls, who)]

    def recorded(self, calls: Sequence[Call], who: Who) -> list[TokensUsed]:
        """What the agent's own record has of calls that were not told yet: to the token, and each by itself."""
        told = []
        new = [call for call in calls if call.id not in self._known]
        if new:
            told += self._take_back(who)
        for call in new:
            self._known.add(call.id)
            self.model = call.model or self.model
            self._full = call.tokens.total
            cost = self._pricing.cost(call.model, call.tokens)
            told.append(self._event(call.id, _Told(call.tokens, 1, call.model, cost, Certainty.EXACT), who))
        return told

    def _estimate(self, used: int, who: Who) -> list[TokensUsed]:
        last = self._estimated[-1] if self._estimated else None
        if self._quirks.told_each or self._fresh or last is None or used < self._full:
            if last is not None and self._quirks.told_each and used == self._full:
                return []
            self._before, self._full, self._fresh = self._full, used, False
            call = _Told(_NOTHING, 0, self.model, None, Certainty.ESTIMATED)
            self._estimated.append(call)
        elif used == self._full:
            return []
        else:
            self._full, call = used, last
        read = min(self._before, used)
        tokens = Tokens(input=used - read, cache_read=read)
        more = self._more(call, tokens)
        return [self._event(self._name(len(self._estimated)), more, who)]

    def _more(self, call: _Told, tokens: Tokens) -> _Told:
        """What is to be told of a call that has used so much by now."""
        cost = self._pricing.cost(call.model, tokens)
        added = None if cost is None else cost - (call.cost or 0.0)
        more = _Told(tokens - call.tokens, 0 if call.calls else 1, call.model, added, call.certainty)
        call.tokens, call.calls, call.cost = tokens, 1, cost
        return more

    def _take_back(self, who: Who) -> list[TokensUsed]:
        calls, self._estimated = self._estimated, []
        return [self._event(self._name(number), call.back(), who) for number, call in enumerate(calls, 1)]

    def _state(self, rows: Sequence[Row], calls: int, who: Who) -> list[TokensUsed]:
        paid, self._paid = self._paid, self._spent if self._spent is not None else self._paid
        spent = self._paid - paid if self._paid >= paid else self._paid
        told = []
        for number, row in enumerate(rows):
            model = clean(row.model, 100) or self.model
            share = calls if number == 0 else 1
            cost = self._price(model, row.tokens, share)
            if len(rows) == 1 and spent > 0:
                cost = spent
            sure = Certainty.REPORTED if row.sure else Certainty.ESTIMATED
            if self._quirks.untold or self._quirks.span is Span.REQUEST:
                sure = Certainty.UNDERCOUNTED
            told.append(self._event(f"{self._name(0)}:{model}", _Told(row.tokens, share, model, cost, sure), who))
        return told

    def _price(self, model: str, tokens: Tokens, calls: int) -> float | None:
        """Dollars of so many calls; each is as long as the mean, for the price may depend on its length."""
        mean = Tokens(*(getattr(tokens, name) // calls for name in Tokens.__struct_fields__))
        one, all_ = mean.total * calls, tokens.total
        cost = self._pricing.cost(model, mean)
        return None if cost is None else cost * calls * (all_ / one if one else 1.0)

    def _running(self, meta: Fields, who: Who) -> list[TokensUsed]:
        """A running total of the conversation; what a process begins with was told by the one before it."""
        read, given = count(meta, "cachedTokens"), count(meta, "promptTokens")
        total = Tokens(input=max(0, given - read), cache_read=read, output=count(meta, "completionTokens"))
        if self._base is None:
            self._base, self._counted, self._paid = total, total, self._spent or 0.0
            return []
        new = total - self._counted
        if not new.total or min(new.input, new.cache_read, new.output) < 0:
            self._counted = total if new.total else self._counted
            return []
        self._counted, self._full = total, count(meta, "lastTurnTotalTokens") or self._full
        paid, self._paid = self._paid, self._spent or self._paid
        cost = self._paid - paid if self._paid > paid else self._pricing.cost(self.model, new)
        told = _Told(new, 1, self.model, cost, Certainty.REPORTED)
        return [self._event(self._name(count(meta, "steps")), told, who)]

    def _name(self, number: int) -> str:
        return f"{self._turn}.{number}" if number else f"{self._turn}"

    def _event(self, call: str, told: _Told, who: Who) -> TokensUsed:
        return TokensUsed(
            **who,
            call=call,
            tokens=told.tokens,
            calls=told.calls,
            model=told.model,
            cost=told.cost,
            certainty=told.certainty,
            context=self._full,
            window=self._window or self._pricing.window(told.model),
        )
