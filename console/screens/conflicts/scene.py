"""The conflicts as they are drawn: the scene that is sampled from the link, the pair under the cursor, the panels.

What keys do with all of it is in `screen`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from time import monotonic
from typing import ClassVar

from msgspec.structs import replace
from textual import events
from textual.app import ComposeResult
from textual.containers import Container
from textual.geometry import Offset, Region, Size

from console.links.link import LinkMode
from console.pulse import NEVER
from console.screens.conflicts.board import Board
from console.screens.conflicts.layout import FILE, MATRIX, NAMES, WIDE, lay_out
from console.screens.conflicts.pair_work import Rehearsal, Wanted, colliding, read_hunks
from console.screens.conflicts.plan import Planner
from console.screens.conflicts.side import ConflictsSide, Subject, names_of, subject_of
from console.screens.conflicts.words import begun_of, no_rows, note_of, standing
from console.screens.sampled import SampledScreen
from sessions.floor.state import FloorState
from sessions.text import clean
from sessions.views.conflicts.matrix import EMPTY, Matrix
from sessions.views.conflicts.view import EVERYTHING, ConflictView, Scene
from widgets.conflicts.matrix import MatrixView
from widgets.conflicts.matrix_shape import Spot
from widgets.conflicts.pair_lines import frame_line
from widgets.draw.cells import Line
from widgets.draw.numbers import age
from widgets.floor.topline import slow_part, trouble_line
from widgets.parts.footer import Footer
from widgets.parts.panel import Bar

HUNKS_AFTER_S = 0.12
"""How long the cursor rests on a pair until its hunks are read."""
EASE = 8.0
"""A scene that took long to make is made again only after so many times as long."""


class ConflictsScene(SampledScreen):
    """Samples the link like the floor does. Plans and hunks are worked out by workers."""

    CSS_PATH: ClassVar[str] = "screen.tcss"

    def __init__(self, board: Board) -> None:
        super().__init__()
        self.board = board
        self.view = ConflictView(board.choice or EVERYTHING)
        self.planner = Planner(board.wishes)
        self.scene = Scene(EMPTY, {}, ())
        self.subject: Subject | None = None
        self.rehearsal: Rehearsal | None = None
        self.names: Mapping[str, str] = {}
        """The labels of branches."""
        self._made_of: tuple[object, ...] = ()
        self._made_at = self._made_s = 0.0
        self.panel = MATRIX
        self._marks: tuple[Matrix, tuple[str, ...], Matrix] = (EMPTY, (), EMPTY)
        """A matrix, the pair that takes long, and the matrix that says so."""
        self._laid: dict[str, Region] = {}
        """Where the panels in view lie."""
        self._place = ("", "")
        """The names of the cursor's row and column."""

    def compose(self) -> ComposeResult:
        self.side = ConflictsSide(self.look)
        yield Bar(self.look, id="bar")
        with Container(id="body"):
            yield MatrixView(self.look, id="matrix")
            yield self.side.pair
            yield self.side.spots
            yield self.side.order
            yield self.side.file
        yield Footer(self.look)

    @property
    def matrix(self) -> MatrixView:
        return self.query_one(MatrixView)

    @property
    def wide(self) -> bool:
        return self.size.width >= WIDE

    def on_unmount(self) -> None:
        self.board.choice, self.board.wishes = self.view.choice, self.planner.wishes
        self.board.pair = self._place

    def on_resize(self, event: events.Resize) -> None:
        self.call_after_refresh(self._first_look)

    def _first_look(self) -> None:
        if self.lives and self.size:
            self.make_scene(self.factory.link.state)
            self.lay_panels()
            self.call_after_refresh(self.draw)

    def complete(self) -> bool:
        """It waits for the matrix. The plan of very many branches takes longer than anybody should wait for a key."""
        return bool(self._made_of)

    # Sampling

    def draw_news(self) -> None:
        """Make the scene again when what it is made of has changed, and draw."""
        if not self._made_of:
            return  # it has no size yet, and is made when it gets one
        state = self.factory.link.state
        if self._is_old(state) and monotonic() - self._made_at > EASE * self._made_s:
            self.make_scene(state)
            if self._places() != self._laid:
                self.lay_panels()
            self.draw()
            return
        if self.is_news(self.beat()):
            self.draw()

    def rest(self) -> float:
        eased = self._made_at + EASE * self._made_s - monotonic()
        return min(super().rest(), max(0.0, eased) if self._is_old(self.factory.link.state) else NEVER)

    def newest(self) -> float:
        """A simulation is told with its age."""
        return max(super().newest(), self.rehearsal.time if self.rehearsal else 0.0)

    @property
    def shown_state(self) -> FloorState:
        """What is drawn: as it is, or as it was when it was simulated."""
        return self.rehearsal.state if self.rehearsal else self.factory.link.state

    def _is_old(self, state: FloorState) -> bool:
        """The scene was made of something else."""
        return any(a is not b for a, b in zip(_sources(state), self._made_of, strict=False))

    def make_scene(self, state: FloorState) -> None:
        """Make what is drawn out of a state; it is not drawn yet."""
        begun, rehearsal = monotonic(), self.rehearsal
        landed = frozenset({rehearsal.branch}) if rehearsal else frozenset[str]()
        # Nothing moves under the hand of somebody who is at work here.
        untouched = self.last_key == 0.0
        self.view.landing = self.planner.landing
        verdicts = rehearsal.verdicts if rehearsal else None
        self.scene = self.view.look(rehearsal.state if rehearsal else state, untouched, verdicts, landed)
        self._made_of = _sources(state)
        names = names_of(self.view.names)
        if names != self.names:
            self.names = names
        self._made_at = monotonic()
        self._made_s = self._made_at - begun

    def draw(self) -> None:
        """Draw the scene as it is now."""
        if not self.lives or not self.size:
            return
        link, matrix = self.factory.link, self.matrix
        state, now = self.shown_state, link.now()
        knows = self._knows(state)
        shown = self._marked(self.scene.matrix) if knows else EMPTY
        matrix.set_matrix(shown, [] if shown.rows else no_rows(state, shown, knows, matrix.size.width))
        self._restore_cursor(shown)
        self._look_at_pair()
        self._draw_note(state, now)
        self._draw_bar(state, now)
        planner = self.planner
        self.side.draw(state, self.names, self.subject, planner.insight, self.scene.verdicts, planner.wishes, now,
                       begun_of(self.subject, link.health.progress))  # fmt: skip
        self.draw_footer()
        if planner.claim(state, self.scene):
            self.begin(lambda: self._make_plan(state), group="plan")

    def _marked(self, matrix: Matrix) -> Matrix:
        """The matrix as it is shown while git is at a pair that takes long."""
        progress = self.factory.link.health.progress
        part = progress.part if progress else ()
        if len(part) != 2:
            return matrix
        if self._marks[0] is not matrix or self._marks[1] != part:
            self._marks = (matrix, part, matrix.computing_at(*part))
        return self._marks[2]

    def _knows(self, state: FloorState) -> bool:
        """Branches were or will be compared here; in an old recording they never were."""
        return bool(state.compared) or self.factory.link.mode is not LinkMode.REPLAY

    def _restore_cursor(self, shown: Matrix) -> None:
        """Go back to the pair of the last visit."""
        if shown.rows and self.board.pair != ("", ""):
            row, column = (shown.number(name) for name in self.board.pair)
            self.board.pair = ("", "")
            if row >= 0 and column >= 0:
                self.matrix.go_to(Spot(row, column))

    def _draw_note(self, state: FloorState, now: float) -> None:
        """Where the pair has no panel in view, the matrix says it in its last line."""
        note: Line = ()
        if self.subject is not None and not self.wide:
            begun = begun_of(self.subject, self.factory.link.health.progress)
            note = note_of(self.subject, state, self.names, now, self.matrix.size.width, begun)
        if note != self.matrix.note:
            self.matrix.note = note
            self.matrix.draw()

    def _draw_bar(self, state: FloorState, now: float) -> None:
        link, bar, counters = self.factory.link, self.query_one(Bar), self.counters()
        if link.health.trouble:
            bar.set_bar(trouble_line(link.health.trouble, bar.free(counters)), [], (), 0, counters)
            return
        rehearsal = self.rehearsal
        landed = self.names.get(rehearsal.branch, clean(rehearsal.branch, 40)) if rehearsal else ""
        moved = rehearsal.moved(link.state) if rehearsal else ""
        plan = self.planner.insight.plan if self.planner.insight else None
        knows, counts = self._knows(state), self.view.choice.uncommitted
        progress, labels = link.health.progress, {"": clean(state.base, 40), **self.names}
        slow = slow_part(progress, now, labels) if progress and progress.since and knows else ""
        frame = standing(
            state, self.scene.matrix, plan, link.mode, now,
            knows=knows, uncommitted=counts, landed=landed, slow=slow,
            moved=moved, age=age(rehearsal.time, now) if rehearsal else "",
        )  # fmt: skip
        bar.set_bar(frame_line(frame, bar.free(counters)), [], (), 0, counters)

    def end_rehearsal(self, why: str) -> None:
        """Show the conflicts as they are again."""
        self.rehearsal = None
        self.make_scene(self.factory.link.state)
        self.say(why)
        self.draw()

    # The pair under the cursor

    def _look_at_pair(self) -> None:
        matrix = self.matrix
        pair = matrix.pair
        if matrix.row is None or matrix.column is None or pair is None:
            self.subject = None
        else:
            self._place = (matrix.row.name, matrix.column.name)
            self.set_subject(subject_of(self.scene.verdicts, pair, self.matrix.severity, self.subject))

    def set_subject(self, subject: Subject) -> None:
        """Look at this pair from now on, and have its hunks read where there are some."""
        before, self.subject = self.subject, subject
        if colliding(subject.verdict) and subject.hunks is None and (before is None or not _alike(before, subject)):
            self.begin(lambda: self._read_hunks(subject), group="hunks", exclusive=True)

    async def _read_hunks(self, subject: Subject) -> None:
        """Read the hunks of the pair, once the cursor rests."""
        await asyncio.sleep(HUNKS_AFTER_S)
        link, verdict = self.factory.link, subject.verdict
        assert verdict is not None
        wanted = Wanted(link, subject.one, verdict, self.view.choice.uncommitted)
        found = await read_hunks(wanted)
        if self.subject is not None and _alike(self.subject, subject):
            self.subject = replace(self.subject, hunks=found)
            self.draw()

    async def _make_plan(self, state: FloorState) -> None:
        first = self.planner.insight is None
        told = await self.planner.make(state, self.scene)
        if not self.lives:
            return
        if first and self.last_key == 0.0:
            self.make_scene(self.factory.link.state)
        if told:
            self.say(clean(told, 200))
        self.draw()

    # Panels

    def _places(self) -> dict[str, Region]:
        """Where the panels in view should lie."""
        room = Size(self.size.width, max(0, self.size.height - 2))
        return lay_out(room, self.matrix.height_of(self.scene.matrix), self.panel, self.side.file.display)

    def lay_panels(self) -> None:
        """Lay the panels out; done on resize, on keys, and when there are more branches or fewer. Draw them then."""
        self.hold()
        places = self._laid = self._places()
        panels = {FILE: self.side.file, **dict(zip(NAMES, (self.matrix, *self.side.panels), strict=True))}
        for name, panel in panels.items():
            panel.display = name in places
            if name in places:
                place = places[name]
                panel.styles.offset = Offset(place.x, place.y)
                panel.styles.width, panel.styles.height = place.width, place.height
        focused = panels[FILE if FILE in places else NAMES[self.panel]]
        if not focused.has_focus:
            self.set_focus(focused, scroll_visible=False)

    def show_panel(self, panel: int) -> None:
        """Choose a panel, by its number."""
        self.panel = panel
        self.lay_panels()
        self.call_after_refresh(self.draw)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """A click focuses a panel: it is then the chosen one, and shows its selected row."""
        widgets = [self.matrix, *self.side.panels]
        if event.widget in widgets:
            self.panel = widgets.index(event.widget)
            self.draw()

    def on_descendant_blur(self) -> None:
        """A panel that is left shows no selected row."""
        self.draw()


def _sources(state: FloorState) -> tuple[object, ...]:
    """What a scene is made of: it is the same as long as these are the same objects."""
    return (state.verdicts, state.committed_verdicts, state.compared, state.branches)


def _alike(one: Subject, other: Subject) -> bool:
    """Both have the same hunks."""
    return one.verdict is other.verdict and (one.one, one.other) == (other.one, other.other)
