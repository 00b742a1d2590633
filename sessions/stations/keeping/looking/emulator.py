"""What an emulator of terminals is asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Protocol

from sessions.floor.ours.picture import Ink
from sessions.stations.keeping.values import Size

_SEQUENCES = re.compile(r"(\x1b[^\x1b]*)")

Cell = tuple[str, Ink]


class Emulator(Protocol):
    """A terminal that exists in memory alone."""

    def feed(self, text: str) -> None:
        """Draw. Raises whatever it likes for a stream that it does not stand."""
        ...

    def rows(self) -> Iterator[Iterator[Cell]]:
        """The cells of each line; the second half of a wide one is ""."""
        ...

    def cursor(self) -> tuple[int, int] | None:
        """Its row and column; None while it is hidden."""
        ...


Make = Callable[[Size], Emulator]


def sequences(text: str) -> Iterator[str]:
    """A stream in pieces that each begin with an escape, so that one that breaks costs itself alone."""
    return (piece for piece in _SEQUENCES.split(text) if piece)
