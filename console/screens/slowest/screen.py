"""The slowest: the ranking with reasons and figures, and what takes a task from a station, or helps it on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import ClassVar

from msgspec.structs import replace
from textual.binding import BindingType

from console.actions.action import ScreenSpec
from console.links.link import LinkMode
from console.screens.base import bindings
from console.screens.palette.offers import Offer
from console.screens.slowest.actions import SPEC, SlowestSituation
from console.screens.tasks.offers import station_offers
from console.screens.tasks.writing import WritingList, split_of
from sessions.floor.commands import AnyWish, AssignScope, ChangeLife, RequeueStation
from sessions.floor.ours.lives import Change
from sessions.floor.rank.rank import rank
from sessions.floor.rank.ranking import Ranking
from sessions.floor.scope import Budget
from sessions.floor.state import FloorState
from sessions.text import clean
from sessions.views.forms.offers import model_offers
from sessions.views.slowest.kept import in_short, untakeable
from sessions.views.slowest.rows import Place, Row, counted, rows
from widgets.draw.cells import Line, Span
from widgets.parts.prompt import Choose, Menu
from widgets.slowest.lines import SIGN, row_line, told_lines

EVERY_S = 1.0
"""How often a ranking is made anew, by the clock of what is shown."""
TWICE = 2


class SlowestScreen(WritingList[Row]):
    """The ranking; whatever is done is asked of the supervisor, and can be undone."""

    SPEC: ClassVar[ScreenSpec] = SPEC
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(SPEC)]
    LIST_TITLE: ClassVar[str] = "ranking"
    TOLD_TITLE: ClassVar[str] = "why"
    LIST_SHARE: ClassVar[tuple[str, str]] = ("50%", "40%")

    def __init__(self) -> None:
        super().__init__()
        self.ranking: Ranking | None = None
        self._ranked: list[Row] = []
        self._of: FloorState | None = None

    # What there is

    def make_rows(self, state: FloorState, now: float) -> Sequence[Row]:
        fresh = self.ranking is not None and abs(now - self.ranking.time) < EVERY_S and self._of is not None
        if not fresh or self._of is None or self._of.tasks is not state.tasks or self._of.owned is not state.owned:
            self.ranking, self._of = rank(state, now), state
            self._ranked = rows(state, self.ranking)
        return self._ranked

    def key_of(self, row: Row) -> str:
        return row.station

    def searched(self, row: Row) -> str:
        return f"station {row.name}"

    def stations_of(self, row: Row) -> tuple[str, ...]:
        return (row.station,)

    # How it is drawn

    def row_line(self, row: Row, cells: int, ground: str, marked: bool) -> Line:
        link = self.factory.link
        return row_line(link.state, row, link.now(), cells, ground, marked)

    def told(self, row: Row, cells: int, rows: int) -> Sequence[Line]:
        link = self.factory.link
        return told_lines(link.state, row, link.now(), cells)

    def told_note(self, row: Row) -> str:
        return row.name

    def head(self) -> Sequence[Span]:
        counts = counted(self._ranked)
        spans: list[Span] = [(" slowest", "bold text on bar")]
        if slow := counts[Place.SLOW]:
            sign, style = SIGN[Place.SLOW]
            spans += [("  ", "text on bar"), (f"{sign} {slow} clearly slow", style + " on bar")]
        elif self._ranked:
            spans += [("  nothing is clearly slow", "text on bar")]
        also = ((counts[Place.RANKED], "more ranked" if slow else "ranked"), (counts[Place.UNRANKED], "not ranked"))
        return [*spans, *((f"  {number} {word}", "soft on bar") for number, word in also if number)]

    def nothing(self) -> Sequence[str]:
        if self.factory.link.mode is LinkMode.REPLAY:
            return ("no station was there up to here",)
        return ("no station is here: nobody can be slow", "c starts one")

    # What it says of itself

    def situation(self) -> SlowestSituation:
        base, state = super().situation(), self.factory.link.state
        meant = [row.station for row in self.meant]
        reasons = [untakeable(state, station) for station in meant]
        return SlowestSituation(
            at_hand=base.at_hand,
            branched=base.branched,
            untakeable="" if "" in reasons else next(iter(reasons), "nothing is selected"),
            task=len(meant) == 1 and meant[0] in state.hands,
            several=len(meant) > 1,
        )

    # Keys

    def action_requeue(self) -> None:
        """Show what is kept, and have a yes."""
        state, able = self.factory.link.state, self._able()
        items = (Choose("y", "do it"), Choose("n", "leave it"))
        one = len(able) == 1
        keeps = f"kept: {in_short(state, able[0].station)}" if one else "kept: branches, work, conversations"
        title = f"requeue {self._named(able)}?  {keeps}"

        def then(key: str) -> None:
            if key == "y":
                self._do_each(able, "goes back to the queue", _requeued)

        self._choice = (Menu(title, items, "enter y   esc back", enter="y"), then)

    def action_hand_over(self) -> None:
        """Choose who goes on with it."""
        from console.screens.palette.choosing import ChoosingScreen

        able = self._able()
        taken = frozenset(row.station for row in able)

        def to(station: str) -> None:
            self._do_each(able, "goes over", lambda row: replace(_requeued(row), to=station, slow=False))

        offers = station_offers(self.factory.link.state, to, self.action_create, taken)
        self.app.push_screen(ChoosingScreen(self, f"hand {self._their(able)} task to", offers))

    def action_more(self) -> None:
        """What it is to have more of, or other."""
        items = (Choose("m", "another model"), Choose("b", "twice the budget"), Choose("f", "an empty context"),
                 Choose("s", "its scope and budget"))  # fmt: skip
        self._choice = (Menu(f"have {self._named(self.meant)} go on with", items), self._more)

    def _more(self, key: str) -> None:
        from console.screens.palette.choosing import ChoosingScreen

        meant = [row for row in self.meant if row.station in self.factory.link.state.owned]
        if key == "s":
            self.begin(self.action_scope, group="form")
        elif key == "b":
            self._twice(meant)
        elif key == "f":
            self._do_each(meant, "goes on in a new conversation", lambda row: _resumed(row, fresh=True))
        elif key == "m":
            offers = [
                Offer(offer.text, offer.why, "", "", partial(self._with_model, meant, offer.value))
                for offer in model_offers(self.factory.link.state)
            ]
            self.app.push_screen(ChoosingScreen(self, f"{self._named(meant)} with", offers))

    def _with_model(self, meant: Sequence[Row], model: str) -> None:
        self._do_each(meant, f"goes on with {clean(model, 60)}", lambda row: _resumed(row, model=model))

    def _twice(self, meant: Sequence[Row]) -> None:
        owned = self.factory.link.state.owned
        bound = [row for row in meant if owned[row.station].budget != Budget()]
        if not bound:
            self.say("it has no bound that could be wider: + s gives it one")
            return

        def wish(row: Row) -> AnyWish:
            known = owned[row.station]
            wider = Budget(*(TWICE * getattr(known.budget, what) for what in Budget.__struct_fields__))
            return AssignScope(row.station, known.scope, wider)

        self._do_each(bound, "has twice its budget", wish)

    def action_split(self) -> None:
        state = self.factory.link.state
        for row in self.meant[:1]:
            if (task := state.tasks.get(state.hands.get(row.station, ""))) is not None:
                self.write(split_of(task))

    async def action_into(self) -> None:
        if self.row is not None:
            await self.factory.open_station(self.row.station)

    # Doing it

    def _able(self) -> list[Row]:
        """Those that are meant and have a task that can be taken from them."""
        return [row for row in self.meant if not untakeable(self.factory.link.state, row.station)]

    def _named(self, meant: Sequence[Row]) -> str:
        return f"{len(meant)} stations" if len(meant) > 1 else meant[0].name if meant else ""

    def _their(self, meant: Sequence[Row]) -> str:
        return f"{self._named(meant)}'{'' if len(meant) > 1 else 's'}"

    def _do_each(self, meant: Sequence[Row], done: str, wish: Callable[[Row], AnyWish]) -> None:
        """Do it to all of these, and tell every refusal; those that are meant and cannot be are told, too."""
        state = self.factory.link.state
        able = {row.station for row in meant}
        rest = {row.station: untakeable(state, row.station) for row in self.meant if row.station not in able}
        names = {row.station: row.name for row in (*meant, *self.meant)}

        def told(stations: Sequence[str]) -> str:
            return f"{len(stations)} stations: each {done}" if len(stations) > 1 else f"{names[stations[0]]}: {done}"

        self.send_all([(row.station, wish(row)) for row in meant], told, rest, names)


def _requeued(row: Row) -> RequeueStation:
    slow = row.place is Place.SLOW
    return RequeueStation(row.station, clean(row.words, 200) if slow else "", slow=slow)


def _resumed(row: Row, fresh: bool = False, model: str = "") -> ChangeLife:
    return ChangeLife(row.station, Change.RESUME, fresh=fresh, model=model)
