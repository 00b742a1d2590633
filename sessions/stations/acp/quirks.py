"""In what agents differ beyond the protocol, found with the versions that `presets` names."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import msgspec


class Span(StrEnum):
    """What the usage that comes with the end of a turn covers."""

    TURN = "turn"
    REQUEST = "request"
    """The last request of the turn alone."""
    SESSION = "session"
    """The conversation, as long as the process has it."""
    NOTHING = "nothing"


class Quirks(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an agent does its own way. The default is an agent of which nothing is known."""

    span: Span = Span.TURN
    told_each: bool = False
    """Every `usage_update` is of another request; else a request may be told of several times, growing."""
    late: bool = False
    """It goes on telling of the past when it has said that a conversation is open again."""
    untold: bool = False
    """It makes calls beside the turn that it tells nobody of: its usage is at least what it tells."""
    record: str = ""
    """The agent's own record that is read for usage (see `usage.records`), because what it tells is not all."""
    alone: bool = True
    """A process has one conversation. Several in one are safe with some agents: with others a question of one keeps
    all others from being opened."""
    options: Mapping[str, object] = {}
    """Go along with the opening of a conversation, as `claudeCode.options` of its `_meta`; with a title, where this
    is not empty: an agent that has none asks a model for it, and tells nobody what that used."""
    logins: tuple[tuple[str, str], ...] = ()
    """Variables, with the method of `authenticate` by which it takes the key in that variable."""
    login_first: bool = False
    """It finds no conversation again before it was told how to log in; others are told when they ask for it."""
    model_flag: str = ""
    """The option of its program that chooses the model; else the protocol does."""
    bounded_mode: str = ""
    """The mode in which it runs inside a boundary that the kernel holds, where its own sandbox cannot be made."""
    tool_first: bool = False
    """The first title of a use of a tool is the tool's name."""
