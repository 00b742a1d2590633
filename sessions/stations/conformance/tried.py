"""What a kind may say of how it is tried against the scripted provider, as its attribute `tried`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

MODEL = "openai/scripted"
URL, ROOT = "{url}", "{root}"
"""In a file or a variable: the address of the scripted provider, with `/v1` and without."""


class Tried(msgspec.Struct, frozen=True):
    """The default is a kind that takes any model, and has a tool `ask` that asks the operator."""

    model: str = MODEL
    """"" leaves the choice to the agent."""
    options: Mapping[str, str] = {}
    """Of the brief."""
    files: Mapping[str, str] = {}
    """Below its home, by which it finds the provider: path, and text."""
    environment: Mapping[str, str] = {}
    """For the same."""
    tool: str = "ask"
    """One of the agent's that it asks about before it is used, and what it is called with."""
    arguments: Mapping[str, object] = MappingProxyType({"question": "May I go on?"})


def pointed(texts: Mapping[str, str], url: str) -> dict[str, str]:
    """Files or variables with the address in them."""
    root = url.removesuffix("/v1")
    return {name: text.replace(URL, url).replace(ROOT, root) for name, text in texts.items()}
