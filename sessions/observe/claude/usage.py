"""What the usage of one reply says: its own tokens, those of its helpers, its context, and on what terms it was served.

A reply may take several requests (`usage.iterations`). Those of type `message` are the reply itself, and the figures
above them are their sum; an advisor or a compaction is billed beside them, at its own model.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from msgspec import Raw, Struct

from sessions.floor.tokens import STANDARD, Terms, Tokens
from sessions.observe.claude import lines as cl
from sessions.observe.contract import Pricing
from sessions.observe.lines import decoded
from sessions.observe.words import safe

MESSAGE = "message"
"""The type of a request that is the reply's own."""
_NO_CHOICE = frozenset(("", "standard", "not_available"))
_PLAIN = frozenset((b"null", b'"standard"', b'""', b"[]", b'"not_available"'))
_CHARACTERS_PER_TOKEN = 20
"""No text takes so few tokens that one of them holds more characters, on the whole."""
_SHORT = 400


class Helper(Struct, frozen=True, gc=False):
    """A request that was made beside the reply's own; `model` is empty where it is the reply's."""

    number: int
    name: str
    model: str
    tokens: Tokens


class Reply(Struct, frozen=True, gc=False):
    """The usage of one reply so far. `parts` are its own requests, where there were several."""

    tokens: Tokens
    context: int
    terms: Terms = STANDARD
    parts: tuple[Tokens, ...] = ()
    helpers: tuple[Helper, ...] = ()

    def cost(self, pricing: Pricing, model: str, tokens: Tokens | None = None) -> float | None:
        """Dollars for the reply without its helpers, or for an earlier statement of its `tokens`.

        Where the price depends on the size of the context, that of each request decides.
        """
        if tokens is not None or not self.parts:
            return pricing.cost(model, self.tokens if tokens is None else tokens, self.terms)
        own = [pricing.cost(model, part, STANDARD if i else self.terms) for i, part in enumerate(self.parts)]
        return None if None in own else sum(cost for cost in own if cost is not None)


def reply_of(usage: cl.Usage) -> Reply:
    """What a line's usage says."""
    tokens, terms = tokens_of(usage), _terms(usage)
    if is_plain(usage.iterations):
        return Reply(tokens, tokens.total, terms)
    iterations = decoded(cl.decode_iterations, usage.iterations) or []
    own = [tokens_of(iteration) for iteration in iterations if iteration.type == MESSAGE]
    parts, helpers = requests_of(iterations, tokens)
    return Reply(tokens, own[-1].total if own else tokens.total, terms, parts, helpers)


def requests_of(iterations: Sequence[cl.Iteration], tokens: Tokens) -> tuple[tuple[Tokens, ...], tuple[Helper, ...]]:
    """The requests of which a reply of so many `tokens` is the sum, where they are several, and those beside it."""
    every = [tokens_of(iteration) for iteration in iterations]
    own = [part for part, iteration in zip(every, iterations, strict=True) if iteration.type == MESSAGE]
    included = sum(part.total for part in every) == tokens.total
    helpers = tuple(
        Helper(i, safe(iteration.type.removesuffix("_message"), 40) or "helper", safe(iteration.model or ""), every[i])
        for i, iteration in enumerate(iterations)
        if iteration.type != MESSAGE and every[i].total and not included
    )
    return (tuple(own) if len(own) > 1 and sum(part.total for part in own) == tokens.total else ()), helpers


def tokens_of(usage: cl.Counts) -> Tokens:
    """The usage in kinds that do not overlap; a cache write without a stated time to live is one of 5 minutes."""
    split, details = usage.cache_creation, usage.output_tokens_details
    hour = (split.ephemeral_1h_input_tokens or 0) if split else 0
    minutes = (split.ephemeral_5m_input_tokens or 0) if split else 0
    written = max(usage.cache_creation_input_tokens or 0, hour + minutes)
    output = usage.output_tokens or 0
    thinking = min(output, details.thinking_tokens or 0) if details else 0
    return Tokens(usage.input_tokens or 0, written - hour, hour, usage.cache_read_input_tokens or 0, output, thinking)


def _terms(usage: cl.Usage) -> Terms:
    tools, tier, speed, region = usage.server_tool_use, usage.service_tier, usage.speed, usage.inference_geo
    return _terms_said(bytes(tools), bytes(tier), bytes(speed), bytes(region))


@lru_cache(maxsize=256)
def _terms_said(tools: bytes, tier: bytes, speed: bytes, region: bytes) -> Terms:
    """The terms in these words; there are few different ones."""
    found = decoded(cl.decode_searches, tools) if tools else None
    searches = (found.web_search_requests or 0) if found else 0
    return terms_of(_word(tier), _word(speed), _word(region), searches)


@lru_cache(maxsize=256)
def terms_of(tier: str | None, speed: str | None, region: str | None, searches: int) -> Terms:
    """The terms in these words. Words that are no choice say nothing."""
    chosen = ["" if word is None or word in _NO_CHOICE else safe(word, 40) for word in (tier, speed, region)]
    terms = Terms(chosen[0], chosen[1], chosen[2], searches)
    return STANDARD if terms == STANDARD else terms


def is_plain(raw: Raw) -> bool:
    """Whether a detail says nothing."""
    return not raw or bytes(raw) in _PLAIN


def _word(raw: bytes) -> str:
    return "" if not raw or raw in _PLAIN else decoded(cl.decode_word, raw) or ""


def room(output: int) -> int:
    """The most characters that so many tokens can be."""
    return _SHORT + output * _CHARACTERS_PER_TOKEN


def is_partial(message: cl.Message, output: int) -> bool:
    """Whether the usage is known to be that of the reply's first moment.

    Up to version 2.1.42 no line of a reply told why it stopped, and the output stayed that of the beginning; newer
    versions tell both with the last line. Where the output is less than the line's own text can have taken, it is
    not true either.
    """
    if not message.stop_reason:
        return True
    content, most = message.content, room(output)
    if content is None or isinstance(content, str):
        return len(content or "") > most
    said = 0
    for block in content:
        said += len(block.text or "") + memoryview(block.input).nbytes
    return said > most
