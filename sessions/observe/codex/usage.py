"""Token accounting of Codex: provider records where a rollout has them, else differences of its running totals."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from sessions.floor.tokens import Certainty, Tokens
from sessions.observe.codex.lines import TokenInfo, Usage, UsageRecord

Totals = tuple[int, int, int, int, int]
"""Input, cached, written to a cache, output, thinking: as Codex counts them, each inside another or not."""
_NONE: Totals = (0, 0, 0, 0, 0)


class Count(msgspec.Struct, frozen=True):
    """The usage of one model call."""

    call: str
    tokens: Tokens
    context: int
    certainty: Certainty
    known: bool = False
    """It was counted already, under another name."""


class Ledger(msgspec.Struct, omit_defaults=True):
    """What one rollout must remember to count each call once."""

    recorded: bool = False
    """It has records."""
    record: str = ""
    """The last call that a record told; "" also for a rollout whose records an earlier version of this program read."""
    ahead: bool = False
    """A record was told since the totals moved last: the next totals repeat it."""
    totals: Totals | None = None
    """The running totals as last seen."""
    borrowed: bool = False
    """The totals may go on from those of a parent: of the first call of its own, only the call itself counts."""
    last: Totals | None = None
    """What the latest totals added, as long as no record has told it."""
    resets: int = 0
    """How often the totals began anew."""

    def by_record(self, record: UsageRecord, fallback: Callable[[Totals], str]) -> Count | None:
        """The call that a record states; the totals before it may have counted it already.

        A rollout may go over from totals to records and back, with the version that resumes it. Records come before
        the totals that repeat them, but for the first ones after such a change.
        """
        usage = record.usage
        if usage is None:
            return None
        thread = record.thread_token_usage
        totals = totals_of(usage)
        # A thread that was begun without records may count from zero again: then the call itself is compared.
        ran = totals_of(thread) if thread is not None else None
        grown = ran is not None and self.totals is not None and ran == _zip_add(self.totals, totals)
        counted = self.last is not None and not grown and (_alike(totals, self.last) or ran == self.totals)
        call = f"codex:{record.response_id}" if record.response_id else fallback(totals_of(thread or usage))
        self.ahead = self.ahead or (not counted and call != self.record)
        self.recorded, self.record, self.last = True, call, None
        return Count(call, tokens_of(totals, _sum(usage)), _context(usage), Certainty.EXACT, counted)

    def by_total(self, info: TokenInfo, call: Callable[[Totals], str], copied: bool = False) -> Count | None:
        """The call since the last totals; None when they are the same: Codex writes them twice.

        `copied` totals are those of a parent, in whose history the line stands.
        """
        if info.total_token_usage is None:
            return None
        totals = totals_of(info.total_token_usage)
        before, self.totals = self.totals, totals
        last = info.last_token_usage
        fell = not _covers(totals, before or _NONE)
        spent = self._since(before or _NONE, totals, totals_of(last) if last is not None else None)
        if not any(spent):
            return None
        if self.borrowed and (before is None or not copied):
            self.borrowed = copied
            spent = totals_of(last) if last is not None else _NONE if before is None else spent
        if self.ahead or (self.recorded and not self.record):
            self.ahead, self.record = False, self.record or call(totals)
            return None
        if self.recorded and last is not None:
            spent = totals_of(last)  # what lies between was told by records
        if not any(spent) or (self.recorded and fell):
            return None  # a thread that was rolled back tells an earlier total again
        self.last = spent
        included = _sum(info.total_token_usage)
        return Count(call(totals), tokens_of(spent, included), _context(last) if last else 0, Certainty.REPORTED)

    def _since(self, before: Totals, now: Totals, last: Totals | None) -> Totals:
        """What was spent since. Totals that fell began anew: all of them is new, or the last call of them."""
        if _covers(now, before):
            return _zip_sub(now, before)
        self.resets += 1
        if last is not None and any(last) and _covers(now, last):
            return last
        return now


def _covers(now: Totals, before: Totals) -> bool:
    return all(n >= b for n, b in zip(now, before, strict=True))


def _alike(one: Totals, other: Totals) -> bool:
    """Whether two usages are of one call: what was written to a cache is told in records only, in older versions."""
    return (one[0], one[1], one[3]) == (other[0], other[1], other[3])


def _zip_add(one: Totals, other: Totals) -> Totals:
    a, b, c, d, e = (n + m for n, m in zip(one, other, strict=True))
    return a, b, c, d, e


def _zip_sub(now: Totals, before: Totals) -> Totals:
    a, b, c, d, e = (n - m for n, m in zip(now, before, strict=True))
    return a, b, c, d, e


def totals_of(usage: Usage) -> Totals:
    """The numbers of a usage, absent ones as 0."""
    return (
        usage.input_tokens or 0,
        usage.cached_input_tokens or 0,
        usage.cache_write_input_tokens or 0,
        usage.output_tokens or 0,
        usage.reasoning_output_tokens or 0,
    )


def _sum(usage: Usage) -> bool:
    """Whether tokens written to a cache are inside `input_tokens`, which the total of the usage tells."""
    beside = (usage.input_tokens or 0) + (usage.cache_write_input_tokens or 0) + (usage.output_tokens or 0)
    return not (usage.cache_write_input_tokens and usage.total_tokens == beside)


def tokens_of(totals: Totals, included: bool = True) -> Tokens:
    """The numbers in kinds that do not overlap. `included`: written tokens are inside the input."""
    given, cached, written, output, thinking = totals
    cached = min(cached, given)
    if included:
        written = min(written, given - cached)
        given -= written
    return Tokens(
        input=given - cached,
        cache_write_5m=written,
        cache_read=cached,
        output=output,
        thinking=min(thinking, output),
    )


def _context(usage: Usage) -> int:
    return usage.total_tokens or (usage.input_tokens or 0) + (usage.output_tokens or 0)
