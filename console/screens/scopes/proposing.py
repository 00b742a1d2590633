"""Other scopes, proposed at a place: for whom, what would come of it, and how it is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sessions.floor.state import FloorState, Status, name_of
from sessions.views.scopes.change import Proposal
from sessions.views.scopes.effect import Effect, effect, refused
from sessions.views.scopes.ground import Ground
from sessions.views.status import status_at
from widgets.draw.cells import Line
from widgets.scopes.effect_lines import Candidate, candidate_lines, effect_lines

Propose = Callable[[FloorState, str], Proposal]
"""What is proposed for a station, on a floor."""
Rebinds = Callable[[str], bool]


class Proposing:
    """A key's proposal, with those to choose from for whom it is done. It is made anew of every floor."""

    def __init__(self, propose: Propose, stations: Sequence[str], at: str = "", vets: bool = True) -> None:
        """`vets` has all in view looked at whether it could be done for them, which may take long."""
        self._propose, self._vets = propose, vets
        self.stations = list(stations)
        self.at = at if at in self.stations else ""
        """Of nobody chosen it is the first one for whom it can be done."""
        self.told = ""
        """What is said above it."""
        self.typed = ""
        """Of the names of those to choose from."""
        self._made_of: tuple[object, ...] = ()
        self._refused: dict[str, str] = {}
        self.proposal = Proposal("")
        self.effect = Effect()

    def look(self, ground: Ground, state: FloorState, rebinds: Rebinds) -> None:
        """Take over this floor."""
        if not self.at and self.stations:
            able = (each for each in self.stations if not self._vets or not refused(state, self._propose(state, each)))
            self.at = next(able, self.stations[0])
        made_of = (ground, state.owned, self.at)
        if len(self._made_of) == 3 and all(a is b for a, b in zip(made_of, self._made_of, strict=True)):
            return
        if self._made_of[:2] != made_of[:2]:
            self._refused = {}
        self._made_of = made_of
        if self.stations and self.at not in state.owned:
            self.proposal, self.effect = Proposal(self.proposal.title, trouble="it is gone"), Effect()
            return
        self.proposal = self._propose(state, self.at)
        self.effect = effect(ground, state, self.proposal, rebinds)

    def forget(self) -> None:
        """Something else that it is made of is known now: have it made anew."""
        self._made_of = ()

    @property
    def refused(self) -> str:
        """Why it cannot be done."""
        return self.proposal.trouble or self.effect.refused

    def named(self, state: FloorState) -> list[str]:
        """Those to choose from whose names contain what was typed."""
        wanted = self.typed.casefold()
        return [each for each in self.stations if wanted in name_of(state, each).casefold()]

    def move(self, state: FloorState, steps: int) -> None:
        """Choose another one."""
        names = self.named(state)
        if names:
            at = names.index(self.at) if self.at in names else 0
            self.at = names[max(0, min(len(names) - 1, at + steps))]

    def type(self, state: FloorState, text: str) -> None:
        """Choose among those whose names contain a text."""
        before, self.typed = self.typed, text
        names = self.named(state)
        if not names:
            self.typed = before
        elif self.at not in names:
            self.at = names[0]

    def is_stale(self, state: FloorState) -> bool:
        """Whether a scope is another one by now than it was when this was shown."""
        return any(
            step.station not in state.owned or state.owned[step.station].scope != step.before
            for step in self.proposal.steps
        )

    def lines(
        self, ground: Ground, state: FloorState, rebinds: Rebinds, now: float, cells: int, rows: int
    ) -> list[Line]:
        """Those to choose from, and what comes of the one that is chosen."""
        self.look(ground, state, rebinds)
        names = self.named(state)
        room = min(len(names), max(3, rows // 3)) if len(self.stations) > 1 else 0
        lines: list[Line] = [((" " + self.told, "needs_me"),)] if self.told else []
        if room:
            at = names.index(self.at) if self.at in names else 0
            top = max(0, min(at - room // 2, len(names) - room))
            shown = [self._candidate(state, now, each, top <= number < top + room) for number, each in enumerate(names)]
            lines += [*candidate_lines(shown, at, cells, room), ()]
        return [*lines, *effect_lines(self.effect, self.proposal.trouble, cells)]

    def _candidate(self, state: FloorState, now: float, station: str, seen: bool) -> Candidate:
        known, own = state.stations.get(station), state.owned.get(station)
        if seen and self._vets and own is not None and station not in self._refused:
            proposal = self._propose(state, station)
            self._refused[station] = refused(state, proposal)
        return Candidate(
            station,
            name_of(state, station),
            status_at(known, now).status if known is not None else Status.UNKNOWN,
            " ".join(own.scope.write) + "  alone" * own.scope.exclusive if own is not None else "",
            self._refused.get(station, ""),
        )
