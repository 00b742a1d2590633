"""Statements of usage become differences, once per call over all files, with their price."""

from __future__ import annotations

from sessions.floor.tokens import STANDARD, Terms, Tokens
from sessions.observe.contract import CallBook, Pricing, Statement

MAX_RECENT = 16
"""Calls of one transcript that are remembered; a call's lines stand close together."""
OWN = -1


def state(book: CallBook, recent: dict[str, int], call: str, tokens: Tokens, partial: bool = False) -> Statement | None:
    """Note a statement of usage; returns what it adds.

    Within a file the last statement wins. A fork may have copied a reply while it was still being written: such a
    copy never takes back what other files say. `recent` holds the output that these said of the file's latest calls
    before it did, or `OWN`.
    """
    stated = book.state(call, tokens, partial)
    others = recent.get(call)
    if others is None:
        others = tokens.output if stated is None else OWN if stated.calls else (tokens - stated.added).output
        if len(recent) >= MAX_RECENT:
            del recent[next(iter(recent))]
        recent[call] = others
    if stated is not None and tokens.output < others:
        book.state(call, tokens - stated.added, partial)
        return None
    return stated


def share(book: CallBook, call: str, tokens: Tokens, partial: bool, mine: Tokens) -> Statement | None:
    """Note a statement of usage by a file that has told `mine` of the call so far; returns what it adds to that.

    The last statement wins, but what other files have told is theirs and is never taken back: so nothing that was
    counted anywhere falls below nothing.
    """
    stated = book.state(call, tokens, partial)
    if stated is None or stated.calls:
        return stated
    known = tokens - stated.added
    most = (known - mine).most(tokens) if known != mine else tokens
    if most != tokens:
        book.state(call, most, partial)
    return Statement(most - known, 0, stated.settled) if most != known or stated.settled else None


def price(pricing: Pricing, model: str, tokens: Tokens, stated: Statement, terms: Terms = STANDARD) -> float | None:
    """Dollars that a statement adds: the price of the call as it is now known, less what it was before."""
    cost = pricing.cost(model, tokens, terms)
    if cost is None or stated.calls:
        return cost
    before = pricing.cost(model, tokens - stated.added, terms)
    return None if before is None else cost - before
