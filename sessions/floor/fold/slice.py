"""A slice of the floor, and the functions that make it. They register themselves beside their domain's slice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from sessions.floor.events import Event, kinds_taken
from sessions.floor.fold.draft import Draft

Handler = Callable[[Draft, Any], None]
"""Takes the kind of event that it is filed under, which a dictionary cannot say."""
E = TypeVar("E", bound=Event)


class Slice(msgspec.Struct, frozen=True):
    """A part of the floor that is stored by itself."""

    name: str
    version: int
    """From `versions`."""
    fields: tuple[str, ...]
    """Of `FloorState`."""
    reads: tuple[str, ...] = ()
    """The slices that it depends on."""
    handlers: dict[type[Event], Handler] = {}

    @property
    def kinds(self) -> tuple[type[Event], ...]:
        """The events that change it."""
        return tuple(self.handlers)

    def folds(self, handler: Callable[[Draft, E], None]) -> Callable[[Draft, E], None]:
        """A decorator: `handler` says what the events that it is annotated with do to this slice."""
        for kind in kinds_taken(handler):
            if kind in self.handlers:
                raise TypeError(f"{kind.__name__} is folded twice in the slice {self.name!r}")
            self.handlers[kind] = handler
        return handler
