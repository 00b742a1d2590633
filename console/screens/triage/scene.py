"""What the queue shows: its rows, what is told of the one under the cursor, and what each key would do about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from math import inf
from time import monotonic
from typing import ClassVar

from msgspec.structs import replace
from textual import events, on

from console.actions.registry import BY_ID, key_name, keys_of
from console.links.link import LinkMode
from console.screens.listed.screen import ListedScreen
from console.screens.triage.actions import KEYS, TriageSituation
from console.screens.triage.last import LastLines
from console.screens.triage.pending import Pending
from sessions.floor.ours.lives import Asks
from sessions.floor.state import FloorState, Status, name_of
from sessions.floor.triage.acts import Choice, choice, offered
from sessions.floor.triage.case import Act
from sessions.floor.triage.meanings import question_of
from sessions.text import clean
from sessions.views import undoing
from sessions.views.triage import queue
from sessions.views.triage.queue import Item
from sessions.views.triage.tab import Tab
from sessions.views.triage.told import told
from widgets.draw.cells import Line, Span
from widgets.draw.glyphs import STATUS
from widgets.triage.case_lines import CaseLines, Ending, KeyTold, case_lines
from widgets.triage.row_lines import item_line, settled_lines

_EMPTY: Mapping[Tab, tuple[str, ...]] = {
    Tab.WAITING: ("Nothing needs you.", "What asks, fails, is stuck or leaves its scope comes here by itself."),
    Tab.AWAY: ("Nothing is out of sight.", "L puts a case away for a while; = has its kind not shown for its station."),
    Tab.SETTLED: ("Nothing has left the queue lately.",),
}

_ASKS = {Act.SNOOZE: "out of sight for as long as you say, or until something happens"}
"""What a key does that asks for more before; what the act would be without an answer, it never is."""
_PERMITS = {
    Act.ALLOW: "this once",
    Act.ALWAYS: "this and its like, from now on",
    Act.DENY: "it goes on without, and is told the reason that you give",
}
"""What a key does with what is asked: that stands in full above it."""


class TriageScene(ListedScreen[Item]):
    """Draws. What keys do with it is in `screen`."""

    LIST_TITLE: ClassVar[str] = "cases"
    TOLD_TITLE: ClassVar[str] = "case"

    def __init__(self) -> None:
        super().__init__()
        self.tab = Tab.WAITING
        self.pending = Pending()
        self.back: frozenset[str] = frozenset()
        """Cases that come back since the operator undid what became of them: the cursor goes to them."""
        self._apart: set[str] = set()
        """Groups that are taken apart."""
        self._came_at = -inf
        """When the row under the cursor came there by itself, by the monotonic clock; long ago where a key did."""
        self._last_drawn = 0
        """Its age when it was drawn."""
        self._reading_last = False
        self._whole = ("", 0)
        """Of which row how many lines have to be seen before it is allowed."""
        self.last = LastLines()
        """The end of what the station of the case under the cursor shows or said."""
        self._able: tuple[FloorState | None, Item | None, tuple[Choice, ...]] = (None, None, ())

    def on_mount(self) -> None:
        self.last.changed = self.factory.pulse.stir

    def on_unmount(self) -> None:
        self.last.let_go()

    # Rows

    def make_rows(self, state: FloorState, now: float) -> Sequence[Item]:
        self.pending.look(state)
        return queue.items(state, now, self.tab, self._apart, self.pending.hides)

    def key_of(self, row: Item) -> str:
        return row.key

    def searched(self, row: Item) -> str:
        state = self.factory.link.state
        names = " ".join(name_of(state, station) for station in row.stations)
        told = " ".join(f"{case.kind.value} {case.cause.value} {case.title}" for case in row.cases)
        return clean(f"{names} {told}", 2_000)

    def stations_of(self, row: Item) -> tuple[str, ...]:
        return row.stations

    def row_line(self, row: Item, cells: int, ground: str, marked: bool) -> Line:
        link = self.factory.link
        refused = self.pending.refused.get(row.cases[0].id, "") if row.cases else ""
        return item_line(row, lambda id: name_of(link.state, id), link.now(), cells, ground, marked, refused)

    def told(self, row: Item, cells: int, rows: int) -> Sequence[Line]:
        link = self.factory.link
        if not row.cases:
            return [((" ", "text"), ("= has its cases shown again", "soft"))]
        # What a rule was about to do with one that has left the queue is over.
        cases = row.cases if row.settled is None else tuple(replace(case, plan="") for case in row.cases)
        known = told(link.state, cases, link.now())
        keys = self._keys(row) if self.tab is Tab.WAITING else ()
        made: CaseLines = case_lines(
            known, keys, link.now(), cells, rows, self.pending.refused.get(row.cases[0].id, ""), self._ending(row)
        )
        self._whole = (row.key, made.whole)
        above = settled_lines(row.settled, link.now(), cells, self.undoes(row)) if row.settled is not None else ()
        return [*above, *made.lines]

    def _ending(self, row: Item) -> Ending | None:
        """What its station said last; what has left the queue is history."""
        state = self.factory.link.state
        station = _station_of(row)
        if station not in state.stations:
            return None
        name = clean(name_of(state, station), 40) if len(row.stations) > 1 else ""
        return Ending(self.last.title, name, partial(self.last.lines, state.zone))

    def undoes(self, row: Item) -> bool:
        """Whether `u` takes back how a case was settled."""
        link = self.factory.link
        settled = row.settled if link.mode is LinkMode.LIVE else None
        return settled is not None and bool(undoing.with_its_key(link.state, settled.command))

    def _keys(self, row: Item) -> Sequence[KeyTold]:
        """What each key would do about a row, the most obvious first; nothing in a past."""
        if self.factory.link.mode is LinkMode.REPLAY:
            return ()
        found: dict[str, KeyTold] = {}
        question = question_of(self.factory.link.state, row.first) if row.first is not None else None
        short = _PERMITS if question is not None and question.asks is Asks.PERMISSION else {}
        for it in self.able(row):
            name = self.name_of_act(it.act, row)
            action = BY_ID[f"triage.{name}"]
            if name in found or not (keys := keys_of(action, self.factory.user_keys)):
                continue
            why_not = ": ".join(filter(None, (it.why_not, it.cure)))
            words = clean((_ASKS | short).get(it.act, it.words), 300)
            found[name] = KeyTold(key_name(keys[0]), action.title, words, clean(why_not, 300))
        return [*found.values()]

    def name_of_act(self, act: Act, row: Item) -> str:
        """The action that does an act about a row: of two the one that means it there."""
        acts = {it.act for it in self.able(row)}
        names = [name for name, means in KEYS.items() if next((it for it in means if it in acts), None) is act]
        return names[0] if names else "rescope"

    def able(self, row: Item) -> tuple[Choice, ...]:
        """What can be done about the first case of a row; it is asked several times for one drawing."""
        link = self.factory.link
        state, known, choices = self._able
        if state is not link.state or known != row:
            case = row.first
            now = link.now()
            choices = tuple(choice(link.state, case, act, now) for act in offered(case, link.state)) if case else ()
            self._able = (link.state, row, choices)
        return choices

    # What stands around

    def looked_at(self) -> tuple[object, ...]:
        return (len(self.pending),)

    def nothing(self) -> Sequence[str]:
        return _EMPTY[self.tab]

    def counts(self) -> tuple[int, int, int]:
        """Of each tab."""
        link = self.factory.link
        waiting = queue.waiting(link.state, link.now()) - len(self.pending)
        return max(0, waiting), queue.away(link.state, link.now()), len(link.state.settled)

    def tabs(self) -> tuple[Sequence[str], int]:
        names = [f"{tab.value} {count:,}" for tab, count in zip(Tab, self.counts(), strict=True)]
        return names, [*Tab].index(self.tab)

    def head(self) -> Sequence[Span]:
        sign: Span = (f" {STATUS[Status.NEEDS_ME]} ", "needs_me on bar") if self.counts()[0] else (" ○ ", "idle on bar")
        return [sign, ("triage", "bold text on bar")]

    def list_note(self) -> str:
        return f"{len(self.pending)} being settled" if len(self.pending) else ""

    def situation(self) -> TriageSituation:
        row = self.row
        shared = super().situation()
        return TriageSituation(
            at_hand=shared.at_hand,
            branched=shared.branched,
            tab=self.tab,
            row=row is not None,
            able={it.act: ": ".join(filter(None, (it.why_not, it.cure))) for it in self.able(row)} if row else {},
            grouped=row is not None and len(row.cases) > 1,
            apart=row is not None and len(row.cases) == 1 and row.cases[0].group in self._apart,
        )

    # Sampling

    def newest(self) -> float:
        """When the youngest of those that are shown began: their ages move with time."""
        began = (case.since for row in self.shown for case in row.cases[-1:])
        return max([super().newest(), *began])

    def rest(self) -> float:
        link = self.factory.link
        rest = super().rest()
        if link.mode is LinkMode.REPLAY:
            return rest
        return min(rest, max(0.05, queue.wakes_in(link.state, link.now())))

    def draw(self) -> None:
        before = self.row if self.lives else None
        super().draw()
        if self.back and self.tab is Tab.WAITING:
            row = next((row for row in self.shown if any(case.id in self.back for case in row.cases)), None)
            if row is not None and self.go_to(row.key):
                self.back = frozenset()
        if self.row is not None and not (
            before is not None and before.key == self.row.key and _holds(before, self.row)
        ):
            self._came_at = monotonic()

    def draw_news(self) -> None:
        super().draw_news()
        if not self.lives:
            return
        if self.last.age != self._last_drawn:
            self._draw_told()
        if self.last.wants(self.factory.link):
            self._read_last()

    def _draw_told(self) -> None:
        row = self.row
        if self.last.rest_on(_station_of(row) if row is not None else "") and self.last.wants(self.factory.link):
            self._read_last()
        self._last_drawn = self.last.age
        super()._draw_told()

    def _read_last(self) -> None:
        """Have a worker read it, one at a time: the one that is there waits until the cursor rests."""
        if not self._reading_last:
            self._reading_last = True
            self.begin(self._reads_last, group="last")

    async def _reads_last(self) -> None:
        try:
            while self.last.wants(self.factory.link):
                await self.last.read(self.factory.link)
                if self.lives and self.is_active:  # its first part, at any pace of drawing
                    self._draw_told()
        finally:
            self._reading_last = False

    @on(events.ScreenSuspend)
    def let_go_of_last(self) -> None:
        """Nobody looks: what is drawn next asks anew."""
        self.last.let_go()

    def seen(self, row: Item) -> bool:
        """Whether all that would be allowed was on the screen."""
        key, lines = self._whole
        return key == row.key and self.panel.seen >= lines


def _station_of(row: Item) -> str:
    """Whose end is shown beside a row: of several the first one's; nobody's of what has left the queue."""
    return row.stations[0] if row.cases and row.stations and row.settled is None else ""


def _holds(before: Item, row: Item) -> bool:
    """Whether nothing came to the cases that a row stands for: a key would be for that, too."""
    return {case.id for case in before.cases} >= {case.id for case in row.cases}
