"""The form of a boundary, filled in from a case: what it asked for, or tried outside, stands in it already."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from console.links.link import Link
from console.screens.forms.scope import ScopeScreen
from sessions.floor.commands import Reply
from sessions.floor.state import FloorState
from sessions.floor.triage.case import Case
from sessions.floor.triage.meanings import question_of
from sessions.views.hands import Hands


class RescopeScreen(ScopeScreen):
    """Assigns the boundary, and then has the cases settled that it was for."""

    def __init__(self, hands: Hands, link: Link, opened: Sequence[str], settled: Callable[[], None]) -> None:
        super().__init__(hands, link)
        self._settled = settled
        if opened:
            self.form.go_to("writes")
            self.form.put(" ".join(dict.fromkeys((*self.form.by_key["writes"].value.split(), *opened))))

    def done(self, replies: Mapping[str, Reply]) -> str:
        self._settled()
        return super().done(replies)


def asked_for(state: FloorState, case: Case) -> tuple[str, ...]:
    """Paths that a case asks to have opened, or that were tried."""
    if (question := question_of(state, case)) is not None:
        return question.paths
    act, _, place = case.about.partition(" ")
    return (place,) if place and act != "connect" else ()
