"""`scope`: what stations may touch and use up, shown or assigned anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.cli.commands.stations.bounds import Bounded
from console.cli.output import say
from console.cli.words import Parser, filled
from sessions.errors import UsageError
from sessions.floor import scope as bounds
from sessions.floor.commands import AnyWish, AssignScope
from sessions.text import clean

if TYPE_CHECKING:
    from sessions.floor.state import FloorState


class Scope(Bounded, frozen=True, kw_only=True):
    """Show the boundaries of stations, or assign others: what is not said stays each one's own."""

    changes = True
    stations: tuple[str, ...] = ()
    export: bool = False
    json: bool = False

    @classmethod
    def words(cls, parser: Parser) -> None:
        parser.add_argument("stations", type=filled, nargs="*", metavar="STATION", help="names or ids")
        parser.add_argument(
            "--export", action="store_true", help="print the scopes of all stations as presets for the settings"
        )
        parser.json()
        super().words(parser)

    def run(self) -> int:
        if self.export:
            return self._export()
        if not self.stations:
            raise UsageError("no station is named", "name one, or print the presets of all with --export")
        from console.cli.commands.stations.named import floor_now
        from console.cli.commands.stations.obeyed import obey_all, tell_all
        from sessions.floor.decide.naming import meant

        state = floor_now(self.repo)
        found = {word: meant(state, word) for word in self.stations}
        if not self.said:
            return tell_all(found, lambda station: self._show(state, station), self.json)
        wishes: dict[str, AnyWish] = {}
        for word, station in found.items():
            known = state.owned.get(station) if isinstance(station, str) else None
            # Of one that is not there the supervisor says why, after all others.
            scope, budget = (known.scope, known.budget) if known is not None else (bounds.Scope(), bounds.Budget())
            wishes[word] = AssignScope(word, self.scope(scope), self.budget(budget))
        return obey_all(self.repo, wishes, "has another boundary", self.json)

    def _export(self) -> int:
        """Print the presets; the operator's file is written by the operator alone."""
        from console.cli.commands.stations.named import floor_now
        from console.cli.output import warn
        from sessions.views.scopes.export import presets, written

        if self.stations or self.said or self.json:
            raise UsageError("--export is about all stations, as TOML", "leave the rest out")
        found = written(presets(floor_now(self.repo)))
        if found:
            say(found)
        else:
            warn("no station of ours lives: there is nothing to export")
        return 0

    def _show(self, state: FloorState, station: str) -> None:
        from sessions.floor.state import name_of
        from sessions.headless.line import text
        from sessions.headless.ours_shape import boundary_shape
        from sessions.views.ours import bound_word, mend_of

        if self.json:
            say(text(boundary_shape(state, station, state.time)))
            return
        known = state.owned[station]
        scope = known.scope
        held = "not started yet" if known.held is None else f"held by {known.held.by.value}"
        say(f"{clean(name_of(state, station), 80)}: {bound_word(known.mode, known.held)}, {held}")
        for word, values in (("write", scope.write), ("read", scope.read), ("tools", scope.tools)):
            say(f"  {word:8}{clean(' '.join(values), 500) or 'as it is set up'}")
        say(f"  network {scope.network.value} {clean(' '.join(scope.hosts), 500)}".rstrip())
        if scope.exclusive:
            say("  exclusive: no other station may write there")
        budget = {what: getattr(known.budget, what) for what in bounds.Budget.__struct_fields__}
        say(f"  budget  {', '.join(f'{most:,.12g} {what}' for what, most in budget.items() if most) or 'no bound'}")
        if known.held is not None:
            for line in filter(None, (clean(known.held.why, 500), *(clean(text, 500) for text in known.held.unheld))):
                say(f"  but     {line}")
        if known.violations:
            mend = mend_of(known.violated, "--write assigns more")
            say(f"  outside {known.violations}, the last: {clean(known.violated, 200)}; {mend}")
        if known.next_start:
            say("  the kernel holds what it was before, until the next start")
