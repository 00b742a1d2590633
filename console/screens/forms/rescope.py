"""The form of a boundary, filled in from a case: what it asked for, or tried outside, stands in it already."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from console.links.link import Link
from console.screens.forms.scope import ScopeScreen
from sessions.floor.commands import Reply
from sessions.floor.state import FloorState
from sessions.floor.triage.case import Act, Case
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


def opened_together(
    state: FloorState, found: Sequence[tuple[Case, Act]]
) -> tuple[list[tuple[Case, Act]], Mapping[str, tuple[str, ...]]]:
    """Those of them that one key can settle, and by station all paths that are opened for its cases.

    A scope is assigned as a whole: of two that open another path each, the one that is done last would be what is so.
    So each opens the paths of all; and of what is to be reached over the network, which no path says, one at a time.
    """
    chosen: list[tuple[Case, Act]] = []
    places: dict[str, tuple[str, ...]] = {}
    for case, act in found:
        if act is Act.RESCOPE:
            asked, known = asked_for(state, case), places.get(case.station)
            if known is not None and not (asked and known):
                continue
            places[case.station] = (*(known or ()), *asked)
        chosen.append((case, act))
    return chosen, {station: tuple(dict.fromkeys(paths)) for station, paths in places.items()}
