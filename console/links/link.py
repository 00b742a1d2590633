"""The console's one source of truth: a supervisor, a recording, or a simulation, all alike to the screens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Protocol

import msgspec

from sessions.floor.commands import AnyCommand, Progress, Reply
from sessions.floor.events import Event
from sessions.floor.state import FloorState


class LinkMode(StrEnum):
    """Where the floor comes from."""

    LIVE = "live"
    REPLAY = "replay"
    SIMULATED = "simulated"


class LinkHealth(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whether the floor is kept up to date, and what is being done to it."""

    connected: bool = True
    trouble: str = ""
    """Why it is not connected, or what keeps it from being up to date; with the cure."""
    progress: Progress | None = None


class Numbered(msgspec.Struct, frozen=True):
    """An event with its sequence number."""

    seq: int
    event: Event


class Link(Protocol):
    """Works on a thread of its own; the screens sample it and never wait for it.

    `state` and `health` are swapped whole, so reading them from another thread is safe.
    """

    mode: LinkMode
    title: str

    @property
    def state(self) -> FloorState: ...

    @property
    def health(self) -> LinkHealth: ...

    def now(self) -> float:
        """The clock of what is shown: the wall clock live, the moment shown in a replay."""
        ...

    def listen(self, changed: Callable[[], None]) -> None:
        """Have `changed` called whenever the state, the health or a clock that is not the wall's is another.

        It is called on any thread and must not block.
        """
        ...

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def again(self) -> None:
        """Start the supervisor again, where one feeds this and was lost; returns at once."""
        ...

    async def send(self, command: AnyCommand) -> Reply:
        """Ask the supervisor; a replay refuses with a reason."""
        ...

    def station_events(self, station: str, before: int, limit: int) -> Sequence[Numbered]:
        """The newest `limit` events of a station with a sequence number below `before`, oldest first.

        It reads the disk: call it from a worker.
        """
        ...


def unheard() -> None:
    """Nobody listens to a link."""
