"""What agents say of tokens, made one: they disagree about what input and output hold. Pure.

The total that they give beside the parts says which of them holds which: each agent that was looked at (see `presets`)
adds up in one of four ways, and no two ways come to the same total where it matters.
"""

from __future__ import annotations

import msgspec

from sessions.floor.tokens import Tokens
from sessions.stations.acp.fields import Fields, count, fields, first_text, listed

_INPUT = ("inputTokens", "input_tokens")
_OUTPUT = ("outputTokens", "output_tokens")
_READ = ("cachedReadTokens", "cachedInputTokens", "cached_input_tokens", "cached_tokens")
_WRITTEN = ("cachedWriteTokens", "cacheWriteInputTokens", "cache_write_input_tokens")
_THOUGHT = ("thoughtTokens", "reasoningOutputTokens", "reasoning_output_tokens")
_TOTAL = ("totalTokens", "total_tokens")


class Row(msgspec.Struct, frozen=True, gc=False):
    """What calls of one model used."""

    tokens: Tokens
    model: str = ""
    sure: bool = True
    """Its parts and its total agree."""


def tokens_of(said: Fields) -> tuple[Tokens, bool]:
    """Counts in our sense, and whether their meaning is sure."""
    read, written, thought = count(said, *_READ), count(said, *_WRITTEN), count(said, *_THOUGHT)
    given, out, total = count(said, *_INPUT), count(said, *_OUTPUT), count(said, *_TOTAL)
    cached = read + written
    ways = (  # whether what was cached, and what was thought, stands apart from input and output
        (given + out + cached, True, False),
        (given + out, False, False),
        (given + out + cached + thought, True, True),
        (given + out + thought, False, True),
    )
    way = next((apart for sum_, *apart in ways if sum_ == total), None)
    cached_apart, thought_apart = way or (True, False)
    sure = way is not None or not (cached or total)
    tokens = Tokens(
        input=given if cached_apart else max(0, given - cached),
        cache_write_5m=written,
        cache_read=read,
        output=out + thought if thought_apart else out,
        thinking=thought,
    )
    return tokens, sure


def rows_of(response: Fields) -> list[Row]:
    """What the answer to a prompt says was used, by model where it says so."""
    rows = []
    for row in listed(fields(response, "_meta", "quota").get("model_usage")):
        tokens, sure = tokens_of(fields(row, "token_count"))
        if tokens.total:
            rows.append(Row(tokens, first_text(row, "model"), sure))
    if rows:
        return rows
    for said in (fields(response, "usage"), fields(response, "_meta", "quota", "token_count")):
        tokens, sure = tokens_of(said)
        if tokens.total:
            return [Row(tokens, sure=sure)]
    return []
