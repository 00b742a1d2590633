"""The rows of a list: what a subclass says of them, which are shown and marked, and which of them a key is for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Generic, TypeVar

from console.actions.action import Situation
from console.copies import Copy, of_station
from console.screens.handed import HandedScreen
from console.screens.sampled import SampledScreen
from sessions.floor.branches.shown import own_branch
from sessions.floor.state import FloorState
from sessions.views.hands import NOTHING, Hands
from widgets.draw.cells import Line, Span
from widgets.parts.panel import Panel
from widgets.parts.picker import Picker

R = TypeVar("R")


class ListedRows(SampledScreen, HandedScreen, Generic[R]):
    """What is in the list. How it is drawn and gone through is in `screen`."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: Sequence[R] = ()
        """All there are, in their order."""
        self.shown: Sequence[R] = ()
        """Those that contain what was searched."""
        self.search = ""
        self.marks: set[str] = set()
        """Keys of the rows that are marked."""

    # What a subclass says

    def make_rows(self, state: FloorState, now: float) -> Sequence[R]:
        """All rows, in their order. Asked at every look that finds news; keep what is dear to make."""
        raise NotImplementedError

    def key_of(self, row: R) -> str:
        """What tells a row from all others as long as it is there, and after it was away."""
        raise NotImplementedError

    def row_line(self, row: R, cells: int, ground: str, marked: bool) -> Line:
        """A row in exactly so many cells; every span's style ends in `ground`, which is "", ` on bar` or ` on cursor`.

        A mark has a sign of its own: never the ground alone.
        """
        raise NotImplementedError

    def told(self, row: R, cells: int, rows: int) -> Sequence[Line]:
        """All that is told of a row; `rows` are in view, more are scrolled."""
        raise NotImplementedError

    def searched(self, row: R) -> str:
        """The text in which `/` looks."""
        return self.key_of(row)

    def stations_of(self, row: R) -> tuple[str, ...]:
        """The ids of the stations that it is about: what the keys of `console.actions.hands` are for."""
        return ()

    def nothing(self) -> Sequence[str]:
        """What is said in place of rows where there are none: why, and what can be done."""
        return ("there is nothing here",)

    def head(self) -> Sequence[Span]:
        """What stands at the left of the bar; styles end in ` on bar`."""
        return [(f" {self.SPEC.name}", "bold text on bar")]

    def tabs(self) -> tuple[Sequence[str], int]:
        """Names in the bar of which one is chosen; a click on one comes as `Bar.Chosen`."""
        return (), 0

    def list_note(self) -> str:
        """What stands at the right of the list's title."""
        return ""

    def told_note(self, row: R) -> str:
        """The same of what is told."""
        return ""

    def looked_at(self) -> tuple[object, ...]:
        """What beside the link's state and time changes the drawing, and comes without a key."""
        return ()

    async def open_row(self, row: R) -> None:
        """`enter`: go into it. Of itself: into the station that it is about."""
        for station in self.stations_of(row)[:1]:
            await self.factory.open_station(station)

    @property
    def lives(self) -> bool:
        """As of any screen; one whose parts were taken away already has nothing to draw on."""
        return super().lives and len(self.children) > 0

    @property
    def listing(self) -> Picker:
        return self.query_one("#list", Picker)

    @property
    def panel(self) -> Panel:
        return self.query_one("#told", Panel)

    # Which rows there are, and which of them is meant

    @property
    def row(self) -> R | None:
        """What is under the cursor."""
        return self.shown[self.listing.cursor] if self.shown and self.lives else None

    @property
    def meant(self) -> Sequence[R]:
        """What a key is for: what is marked, or else what is under the cursor."""
        marked = [row for row in self.rows if self.key_of(row) in self.marks] if self.marks else []
        return marked or ([self.row] if self.row is not None else [])

    def go_to(self, key: str) -> bool:
        """Put the cursor on a row; false where it is not shown."""
        at = next((i for i, row in enumerate(self.shown) if self.key_of(row) == key), None)
        if at is not None:
            self.listing.move(at - self.listing.cursor)
        return at is not None

    def go_to_station(self, name: str) -> None:
        at = next((row for row in self.shown if name in self.stations_of(row)), None)
        if at is not None:
            self.go_to(self.key_of(at))

    def hands(self) -> Hands:
        stations = dict.fromkeys(station for row in self.meant for station in self.stations_of(row))
        nobody = "no station is at work for it" if self.meant else NOTHING
        return Hands(self.factory.link.state, (*stations,), bool(self.marks) or len(stations) > 1, nobody=nobody)

    def situation(self) -> Situation:
        return Situation(at_hand=bool(self.hands().stations), branched=bool(self._branch()))

    def _branch(self) -> str:
        state = self.factory.link.state
        stations = self.hands().stations
        branch = own_branch(state, state.stations.get(stations[0])) if stations else None
        return branch.name if branch is not None else ""

    def copies(self) -> list[Copy]:
        state = self.factory.link.state
        found = [state.stations[name] for name in self.hands().stations[:1] if name in state.stations]
        return of_station(found[0]) if found else []

    def sees_whole(self, station: str) -> bool:
        """Of itself nothing of what it asks is here."""
        return False

    def palette_jumps(self) -> Iterator[tuple[str, Callable[[], object]]]:
        for row in self.shown:
            yield self.searched(row), partial(self.go_to, self.key_of(row))
