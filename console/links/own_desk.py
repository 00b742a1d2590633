"""The desk of a link that has the past at hand and answers by itself."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from sessions.floor.state import FloorState

if TYPE_CHECKING:  # nobody asks before the first paint
    from sessions.asking.asked import Asked
    from sessions.asking.desk import Desk, LinesOf
    from sessions.asking.question import A, Question


class OwnDesk:
    """A desk that is set up when somebody asks first, on any thread."""

    def __init__(self, state: Callable[[], FloorState], lines_of: LinesOf) -> None:
        self._state, self._lines_of = state, lines_of
        self._lock = threading.Lock()
        self._desk: Desk | None = None

    def ask(self, question: Question[A], heard: Callable[[A], None] | None) -> Asked[A]:
        """Ask; the answer comes on a thread of its own."""
        from sessions.asking.desk import Desk, ask_here

        with self._lock:
            if self._desk is None:
                self._desk = Desk(self._state, self._lines_of)
        return ask_here(self._desk, question, heard)

    def close(self) -> None:
        """Let go of what was asked for."""
        with self._lock:
            if self._desk is not None:
                self._desk.close()
