"""What was settled a moment ago: not shown any more, before the supervisor has answered."""

from __future__ import annotations

from collections.abc import Iterable

from sessions.floor.state import FloorState
from sessions.floor.triage.case import Case


class Pending:
    """Cases that a key was for. One that is refused is there again, and why is told."""

    def __init__(self) -> None:
        self._taken: dict[str, Case] = {}
        self.refused: dict[str, str] = {}
        """By case, why the last key for it did nothing."""

    def __len__(self) -> int:
        return len(self._taken)

    def take(self, cases: Iterable[Case]) -> None:
        for case in cases:
            self._taken[case.id] = case
            self.refused.pop(case.id, None)

    def refuse(self, case: Case, reason: str) -> None:
        """It is in the queue still."""
        self._taken.pop(case.id, None)
        self.refused[case.id] = reason

    def hides(self, case: Case) -> bool:
        """Whether it is as it was when a key was pressed for it. One that came back since says so in its note."""
        taken = self._taken.get(case.id)
        return taken is not None and (taken.note, taken.snoozed) == (case.note, case.snoozed)

    def look(self, state: FloorState) -> None:
        """Forget what is settled, or came back, by the floor itself."""
        for id, taken in [*self._taken.items()]:
            case = state.cases.get(id)
            if case is None or not self.hides(case) or taken.kind in state.expected.get(taken.station, ()):
                del self._taken[id]
        for id in [id for id in self.refused if id not in state.cases]:
            del self.refused[id]
