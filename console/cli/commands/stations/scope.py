"""`scope`: what a station may touch, shown or assigned anew."""

from __future__ import annotations

import msgspec

from console.cli.commands.stations.bounds import Bounded
from console.cli.output import say
from console.cli.words import Parser, filled
from sessions.errors import FactoryError
from sessions.floor.ours.owned import Owned
from sessions.floor.scope import Budget, Held
from sessions.text import clean


class ScopeShape(msgspec.Struct, frozen=True, kw_only=True):
    """Answer of `scope --json`."""

    version: int = 1
    station: str
    mode: str
    write: tuple[str, ...]
    read: tuple[str, ...]
    tools: tuple[str, ...]
    network: str
    hosts: tuple[str, ...]
    exclusive: bool
    budget: Budget
    held: Held | None
    next_start: bool
    violations: int


class Scope(Bounded, frozen=True, kw_only=True):
    """Show the boundary of a station, or assign another one."""

    station: str
    json: bool = False

    @classmethod
    def words(cls, parser: Parser) -> None:
        parser.add_argument("station", type=filled, metavar="STATION", help="its name or id")
        parser.json()
        super().words(parser)

    def run(self) -> int:
        from console.cli.commands.stations.obeyed import obey_all
        from sessions.floor.commands import AssignScope

        station, known = self._known()
        if not self.said:
            return self._show(station, known)
        wish = AssignScope(station, self.scope(known.scope), self.budget(known.budget))
        return obey_all(self.repo, {self.station: wish}, "has another boundary", self.json)

    def _known(self) -> tuple[str, Owned]:
        from sessions.asking.past_questions import FloorNow, whole_floor
        from sessions.headless.supervised import Supervised

        with Supervised(self.repo) as supervised:
            state = whole_floor(supervised.ask(FloorNow()))
        for station, known in state.owned.items():
            if self.station in (station, state.stations[station].name):
                return station, known
        raise FactoryError(f"{clean(self.station, 80)!r} is no station of ours", "see `factory-tui status`")

    def _show(self, station: str, known: Owned) -> int:
        from sessions.headless.line import text

        scope = known.scope
        if self.json:
            say(
                text(
                    ScopeShape(
                        station=station,
                        mode=known.mode.value,
                        write=scope.write,
                        read=scope.read,
                        tools=scope.tools,
                        network=scope.network.value,
                        hosts=scope.hosts,
                        exclusive=scope.exclusive,
                        budget=known.budget,
                        held=known.held,
                        next_start=known.next_start,
                        violations=known.violations,
                    )
                )
            )
            return 0
        held = "not started yet" if known.held is None else f"held by {known.held.by.value}"
        say(f"{clean(station, 80)}: {known.mode.value}, {held}")
        for word, values in (("write", scope.write), ("read", scope.read), ("tools", scope.tools)):
            say(f"  {word:8}{clean(' '.join(values), 500) or 'as it is set up'}")
        say(f"  network {scope.network.value} {clean(' '.join(scope.hosts), 500)}".rstrip())
        budget = {what: getattr(known.budget, what) for what in Budget.__struct_fields__}
        bounds = ", ".join(f"{most:,g} {what}" for what, most in budget.items() if most)
        say(f"  budget  {bounds or 'no bound'}")
        return 0
