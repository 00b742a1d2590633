"""Statements of usage become differences, once per call over all files, with their price."""

from __future__ import annotations

from sessions.floor.tokens import Tokens
from sessions.observe.contract import CallBook, Pricing, Statement

MAX_RECENT = 16
"""Calls of one transcript that are remembered as its own or as copied; a call's lines stand close together."""


def state(book: CallBook, recent: dict[str, bool], call: str, tokens: Tokens) -> tuple[Statement | None, bool]:
    """Note a statement of usage. Returns what it adds, and whether the call was copied from another file.

    Within a file the last statement wins. A fork may have copied a reply while it was still being written: such a
    copy never takes back what the original says.
    """
    stated = book.state(call, tokens)
    copied = recent.get(call)
    if copied is None:
        copied = stated is None or not stated.calls
        if len(recent) >= MAX_RECENT:
            del recent[next(iter(recent))]
        recent[call] = copied
    if copied and stated is not None and stated.added.output < 0:
        book.state(call, tokens - stated.added)
        stated = None
    return stated, copied


def price(pricing: Pricing, model: str, tokens: Tokens, stated: Statement) -> float | None:
    """Dollars that a statement adds: the price of the call as it is now known, less what it was before."""
    cost = pricing.cost(model, tokens)
    if cost is None or stated.calls:
        return cost
    before = pricing.cost(model, tokens - stated.added)
    return None if before is None else cost - before
