"""Stations, and the conversations that are theirs."""

from __future__ import annotations

from sessions.floor.events.event import Event, StationEvent
from sessions.floor.identity import Owner, UsageSource
from sessions.floor.tokens import Counted
from sessions.text import Words


class StationOpened(StationEvent, frozen=True, kw_only=True, omit_defaults=True, tag="station_opened.1"):
    """A station was found or set up. `station` is its identity, unique in the journal, and its name until renamed."""

    kind: str
    """The agent: `claude`, `codex`, `openclaw`, ..."""
    directory: str = ""
    branch: str = ""
    role: str = ""
    elsewhere: bool = False
    """It works outside this repository: shown, but not part of the factory's own totals."""
    owner: Owner = Owner.OBSERVED
    parent: str = ""
    """The station that it works for; "" for none."""
    origin: str = ""
    """The machine on which it runs; "" for the supervisor's own."""


class StationRenamed(StationEvent, frozen=True, kw_only=True, omit_defaults=True, tag="station_renamed.1"):
    """A station has another name; what it is stays the same."""

    name: str


class SessionClaimed(StationEvent, frozen=True, kw_only=True, omit_defaults=True, tag="session_claimed.1"):
    """The session is this station's, said by who runs it before its transcript is found: nothing else seats it."""

    usage: UsageSource = UsageSource.TRANSCRIPT
    """Who tells what it uses; the other one is not counted, so that a call which both tell counts once."""


class SessionOpened(StationEvent, frozen=True, kw_only=True, omit_defaults=True, tag="session_opened.1"):
    """A station's conversation began, or was found. `path` is its transcript (for later reading where it lies)."""

    path: str = ""
    parent: str = ""
    """The session it was forked from."""
    title: Words = ""
    version: str = ""
    """Version of the agent that writes it."""


class SessionsOver(Event, frozen=True, kw_only=True, omit_defaults=True, tag="sessions_over.1"):
    """Nothing is expected of these sessions any more: the floor forgets them, and the journal keeps what it knew."""

    sessions: tuple[str, ...]


class SessionReturned(StationEvent, frozen=True, kw_only=True, omit_defaults=True, tag="session_returned.1"):
    """Something is told of a session that was over: what the floor knew of it, when it was."""

    path: str = ""
    parent: str = ""
    title: Words = ""
    version: str = ""
    opened: float = 0.0
    closed: bool = False
    usage: UsageSource = UsageSource.TRANSCRIPT
    counted: Counted = Counted()
    """The meters that count it already."""


class SessionClosed(StationEvent, frozen=True, kw_only=True, omit_defaults=True, tag="session_closed.1"):
    """The agent ended the conversation."""


class BranchEntered(StationEvent, frozen=True, kw_only=True, omit_defaults=True, tag="branch_entered.1"):
    """The station now works on another branch or in another directory."""

    branch: str = ""
    directory: str = ""
