"""The shape of everything that a supervisor does beside keeping the journal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from sessions.floor.commands import AnyErrand
from sessions.floor.events import AnyIntent, Event

Asked = AnyIntent | AnyErrand
"""What a service can be asked to do: an intent that is committed, or an errand."""


class Service:
    """One thing that a supervisor does; the others go on when it breaks.

    Its facts go into the journal through the recorder, and its progress and its trouble to the consoles, under its
    name. The methods are called in the order in which they stand here; what a service has no need of it leaves out.
    """

    name: ClassVar[str]
    """What it does, in a word: consoles and the log say it."""
    handles: ClassVar[tuple[type[Asked], ...]] = ()
    """What it carries out."""
    hears: ClassVar[tuple[type[Event], ...]] = ()
    """The committed events that it is told of."""

    attends: ClassVar[bool] = False
    """It begins also where nothing is watched, to be there for commands."""

    async def open(self) -> None:
        """Get ready. Raises `FactoryError` when the supervisor cannot begin without it."""

    async def begin(self) -> None:
        """Do what other services build on, before any of them follows."""

    async def follow(self) -> None:
        """Do its work until cancelled. When it breaks that is recorded, and it is begun again after a while."""
        raise NotImplementedError

    def hear(self, events: Sequence[Event]) -> None:
        """Events were committed, at least one of them of a kind that it hears. It must not block."""

    async def handle(self, asked: Asked) -> None:
        """Carry it out, and return when that is done. Raises `FactoryError`, with the cure, when it cannot be.

        An intent may come a second time, when a supervisor died before it could say that it was carried out.
        """

    async def close(self) -> None:
        """Let go of everything."""
