"""What runs the agent of a station: a host that it converses with, or a terminal that the keeper holds."""

from __future__ import annotations

from abc import ABC, abstractmethod

import msgspec

from sessions.floor import events as ev
from sessions.floor.scope import Budget, Scope
from sessions.stations.contract import Brief
from sessions.stations.running.fitting import Fitted

LOST = "its conversation is lost"
"""How the reason begins of one that was begun afresh, as it could not go on with what it was at."""


class Begun(msgspec.Struct, frozen=True):
    """An agent that runs."""

    process: int
    started: int
    """As the kernel counts it (see `events.LifeChanged`)."""
    host: str
    reason: str = ""
    """Why it is not the conversation that it was."""
    prompted: bool = False
    """It was given its first request when it began."""


class Runner(ABC):
    """Each raises `FactoryError`, with the cure, when it cannot do it."""

    @abstractmethod
    async def find(self, stations: list[str]) -> set[str]:
        """Those of these stations whose agents outlived the last supervisor."""

    @abstractmethod
    async def begin(self, kind: str, fitted: Fitted, anew: bool = True) -> Begun:
        """Have the agent run, and go on with the conversation of its brief, if any.

        Where that is lost it begins another one; unless `anew`, it raises `LostSessionError`.
        """

    @abstractmethod
    async def was_given_its_task(self, station: str) -> bool:
        """Whether the agent that runs was started with its task, so that it is not to be prompted with that."""

    @abstractmethod
    async def prompt(self, station: str, prompt: str, text: str) -> None:
        """Give it a request; return when the agent has taken it."""

    @abstractmethod
    async def interrupt(self, station: str, command: str = "") -> None:
        """End its turn, if any."""

    @abstractmethod
    async def answer(self, asked: ev.AnswerWanted) -> None:
        """Answer what it asks."""

    @abstractmethod
    async def assign(
        self, station: str, scope: Scope, budget: Budget, command: str = "", brief: Brief | None = None
    ) -> bool:
        """Its boundary is another one, with so much for itself; whether that holds already, but for the kernel's.

        With a `brief`, in which it is drawn anew, whether all of it does.
        """

    @abstractmethod
    async def end(self, station: str) -> None:
        """End it, and all processes of it."""
