"""The names one model goes by: from what a transcript calls it to what a table of prices may call it.

Every step is a known way of writing the same model at the same price. Nothing is guessed from a resemblance.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_OPTION = re.compile(r"\[[^\[\]]*\]$")
"""Claude Code marks a variant of the same model in brackets: `claude-opus-4-6[1m]`."""
_WIDE = "[1m]"
_DATE = re.compile(r"(?:[-@]20\d{6}|-20\d\d-\d\d-\d\d|@default)$")
_BEDROCK_VERSION = re.compile(r"-v\d+(?::\d+)?$")
_DOTTED = re.compile(r"(?<=\d)\.(?=\d)")
_ROUTES = ("anthropic/", "openai/", "google/", "openrouter/", "models/", "bedrock/", "amazon-bedrock/", "converse/")
"""Prefixes that name who made or routes the model, at the maker's own price or with the price in the rest."""
_HOMES = (
    ("claude", "vertex_ai/"),
    ("gemini", "gemini/"),
    ("grok", "xai/"),
    ("kimi", "moonshot/"),
    ("glm", "zai/"),
    ("deepseek", "deepseek/"),
    ("mistral", "mistral/"),
    ("devstral", "mistral/"),
    ("codestral", "mistral/"),
    ("MiniMax", "minimax/"),
    ("qwen", "dashscope/"),
)
"""Where the table keeps a maker's models under a prefix of the maker's own."""


def is_wide(model: str) -> bool:
    """Whether the name asks for the context window of a million tokens."""
    return model.lower().endswith(_WIDE)


def names_of(model: str) -> Iterator[str]:
    """The model's possible names, the given one first; none for an empty name."""
    seen: set[str] = set()
    for name in _names(model.strip()):
        if name and name not in seen:
            seen.add(name)
            yield name


def _names(model: str) -> Iterator[str]:
    yield model
    plain = _OPTION.sub("", model)
    yield from _undated(plain)
    routed = _unrouted(plain)
    yield from _undated(routed)
    bare = _unbedded(routed)
    yield from _undated(bare)
    if bare.startswith("claude"):
        dashed = _DOTTED.sub("-", bare)
        yield from _undated(dashed)
        yield f"anthropic.{dashed}-v1:0"
    for start, home in _HOMES:
        if bare.startswith(start):
            yield from _undated(home + bare)


def _undated(name: str) -> Iterator[str]:
    yield name
    yield _DATE.sub("", name)


def _unrouted(name: str) -> str:
    """The name without those who route it."""
    if name.startswith("arn:aws:bedrock:"):
        name = name.rpartition("/")[2]
    while prefix := next((p for p in _ROUTES if name.startswith(p)), ""):
        name = name.removeprefix(prefix)
    return name


def _unbedded(name: str) -> str:
    """A name of Bedrock's as its maker writes it.

    Without a region Bedrock asks what the maker asks; regions may cost more, so they are not taken off.
    """
    own = name.removeprefix("global.").removeprefix("anthropic.")
    return _BEDROCK_VERSION.sub("", own) if own != name else name
