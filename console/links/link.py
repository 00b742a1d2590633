"""The console's one source of truth: a supervisor, a recording, or a simulation, all alike to the screens."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import msgspec

from sessions.floor.commands import AnyWish, Progress, Reply
from sessions.floor.events import Event
from sessions.floor.state import FloorState

if TYPE_CHECKING:  # nobody asks before the first paint
    from sessions.asking.asked import Asked
    from sessions.asking.question import A, Question
    from sessions.views.floor.last import LastFloor


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
    behind: bool = False
    """What happened while nobody looked is still coming in."""


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
    def last(self) -> LastFloor | None:
        """What the floor showed when it was looked at last: there until the present is known. The state says nothing
        meanwhile."""
        ...

    def keep(self, floor: LastFloor) -> None:
        """Have what the floor showed for the next time, where it changes with time."""
        ...

    @property
    def drafts(self) -> Path | None:
        """Where what was written and not sent is kept; None: nowhere."""
        ...

    @property
    def state(self) -> FloorState: ...

    @property
    def health(self) -> LinkHealth: ...

    def now(self) -> float:
        """The clock of what is shown: the wall clock live, the moment shown in a replay and of the last floor."""
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

    def attach(self, station: str) -> str:
        """Lend this process's terminal to a station's, until a key comes back; returns what was wrong, or "".

        It blocks and never raises: for `lend_terminal`.
        """
        ...

    async def send(self, wish: AnyWish, together: str = "") -> Reply:
        """Ask the supervisor; a replay refuses with a reason.

        What one key wants several times has the same `together` (`operator.one_key`): it is undone together.
        """
        ...

    def ask(self, question: Question[A], heard: Callable[[A], None] | None = None) -> Asked[A]:
        """Ask something of whoever has the journal, the repository and the transcripts; returns at once.

        Wait for the answer in a worker. `heard` is called with every part as it comes, on a thread of the link's.
        """
        ...


def station_events(link: Link, station: str, before: int, limit: int) -> list[Numbered]:
    """The newest `limit` events of a station with a sequence number below `before`, oldest first. For a worker."""
    from sessions.asking.questions import StationEvents
    from sessions.journal import codec

    pages = link.ask(StationEvents(station, before, limit)).all()
    return [
        Numbered(seq, codec.decode(bytes(body)))
        for page in pages
        for seq, body in zip(page.numbers, page.events, strict=True)
    ]


def unheard() -> None:
    """Nobody listens to a link."""
