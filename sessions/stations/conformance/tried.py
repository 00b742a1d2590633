"""What a kind may say of how it is tried against the scripted provider, as its attribute `tried`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

MODEL = "openai/scripted"


class Tried(msgspec.Struct, frozen=True):
    """The default is a kind that takes any model, and has a tool `ask` that asks the operator."""

    model: str = MODEL
    """"" leaves the choice to the agent."""
    options: Mapping[str, str] = {}
    """Of the brief."""
    tool: str = "ask"
    """One of the agent's that it asks about before it is used, and what it is called with."""
    arguments: Mapping[str, object] = MappingProxyType({"question": "May I go on?"})
