"""The conflicts: which branches collide, where and since when, and in what order they can land."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import ClassVar

from msgspec.structs import replace
from textual.binding import BindingType

from console.actions.action import ScreenSpec
from console.copies import Copy, of_branch
from console.screens.base import bindings
from console.screens.conflicts import menus
from console.screens.conflicts.actions import SPEC, ConflictsSituation
from console.screens.conflicts.board import Board
from console.screens.conflicts.layout import MATRIX, ORDER, SPOTS
from console.screens.conflicts.pair_work import land_first
from console.screens.conflicts.scene import ConflictsScene
from console.screens.conflicts.side import PANELS
from console.screens.conflicts.words import cannot_land
from console.screens.handed import HandedScreen
from sessions.errors import FactoryError
from sessions.text import clean
from sessions.views.conflicts.view import Choice
from sessions.views.hands import Hands, on_branch
from widgets.conflicts.matrix_shape import Spot
from widgets.draw.cells import Line, Span
from widgets.parts.footer import Footer
from widgets.parts.panel import FAR, Bar, Panel
from widgets.parts.prompt import Typing

UNSELECTED = "no branch is selected"


class ConflictsScreen(ConflictsScene, HandedScreen):
    """The scene with its keys. Simulations are worked out by workers."""

    SPEC: ClassVar[ScreenSpec] = SPEC
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(SPEC)]

    def __init__(self, board: Board) -> None:
        super().__init__(board)
        self._questions = menus.Questions()

    # What it says of itself

    def situation(self) -> ConflictsSituation:
        shown, verdict = self.scene.matrix, self.subject.verdict if self.subject else None
        return ConflictsSituation(
            pairs=len(shown.rows),
            conflicts=shown.conflicts,
            files=len(verdict.files) if verdict and self.panel not in (SPOTS, ORDER) else 0,
            planned_branch=self.panel == ORDER and bool(self.side.chosen_name),
            hot_spot=self.panel == SPOTS and bool(self.side.chosen_path),
            planned=self.planner.insight is not None,
            at_hand=bool(self._branch()),
            branched=bool(self._branch()),
        )

    def hands(self) -> Hands:
        return on_branch(self.factory.link.state, self._branch())

    def sees_whole(self, station: str) -> bool:
        """Nothing of what it asks is here."""
        return False

    def copies(self) -> list[Copy]:
        branch = self.factory.link.state.branches.get(self._branch())
        return of_branch(branch) if branch is not None else []

    def right(self) -> list[Span]:
        shown, ground = self.matrix.matrix, " on bar"
        if not shown.rows:
            return menus.chosen_filters(self.view.choice, self.names, ground)
        place = f"  {self.matrix.cursor.row + 1}×{self.matrix.cursor.column + 1}"
        hidden = f" of {shown.every}" if len(shown.rows) != shown.every else ""
        panel = [] if self.wide else [(("matrix", *PANELS)[self.panel] + "  ", "accent" + ground)]
        filters = menus.chosen_filters(self.view.choice, self.names, ground)
        return [*panel, *filters, (f"by {self.view.choice.sort.value}", "soft" + ground),
                (f"{place}  {len(shown.rows)}{hidden}", "faint" + ground)]  # fmt: skip

    def question(self) -> Line:
        return self._questions.line(len(self.scene.matrix.rows), self.size.width)

    def palette_jumps(self) -> Iterator[tuple[str, Callable[[], object]]]:
        for row in self.scene.matrix.rows:
            yield f"branch {row.label}", partial(self._go_to_branch, row.name)

    def restyle(self) -> None:
        for widget in (self.query_one(Bar), self.matrix, self.query_one(Footer), *self.query(Panel)):
            widget.look = self.look
        self.matrix.zoom(self.matrix.overview)

    # Questions

    async def answer(self, key: str, character: str | None) -> bool:
        if not self._questions.open:
            return False
        branch = self.matrix.row.name if self.matrix.row else ""
        area = known.area if (known := self.factory.link.state.compared.get(branch)) else ""
        choice = self._questions.answer(self.view.choice, key, character, branch, area)
        if self._questions.sorted:
            self.view.sort()
        self._show(choice)
        if self._questions.trouble:
            self.say(self._questions.trouble)
        return True

    def answer_paste(self, text: str) -> None:
        if self._questions.open:
            self._show(self._questions.paste(self.view.choice, text))

    def _show(self, choice: Choice) -> None:
        self.view.choose(choice)
        self.make_scene(self.factory.link.state)
        self.draw()

    def on_matrix_view_cursor_moved(self) -> None:
        self.draw()

    def on_matrix_view_opened(self) -> None:
        self.begin(lambda: self.act("conflicts.open"), exclusive=True, group="open")

    # Moving about

    async def action_back(self) -> None:
        if self.side.file.display:
            self._read_file(False)
        elif self.rehearsal is not None:
            self.end_rehearsal("as it is")
        elif self.view.choice.narrow:
            self._show(menus.unfiltered(self.view.choice))
        elif self.panel:
            self.show_panel(MATRIX)
        else:
            self.dismiss()

    def action_panel(self, step: int) -> None:
        if self.side.file.display:
            self._select_file(step)
        else:
            self.show_panel((self.panel + step) % (1 + len(PANELS)))

    def action_move(self, way: str) -> None:
        if self.panel == MATRIX and not self.side.file.display:
            self.matrix.move(way)
            return
        panel = self.side.file if self.side.file.display else self.side.panels[self.panel - 1]
        page = max(1, panel.rows - 2)
        steps = {"up": -1, "down": 1, "home": -FAR, "end": FAR, "pageup": -page, "pagedown": page}
        lines = steps.get(way, 0)
        if panel is self.side.order:
            self.side.move_chosen(lines)
            self.draw()
        elif panel is self.side.spots:
            self.side.move_spot(lines)
            self.draw()
        elif panel is not self.side.pair or abs(lines) != 1 or not self._select_file(lines):
            panel.scroll(lines)

    def action_next(self, step: int) -> None:
        if not self.matrix.next_clash(step):
            self.say("nothing collides here")

    def action_worse(self) -> None:
        before = self.matrix.pair
        if not self.matrix.next_worse(self.scene.verdicts):
            self.say("nothing collides here")
        elif self.matrix.pair == before:
            self.say("this is the worst")

    def _select_file(self, step: int) -> bool:
        """Select the pair's next file; whether there is one."""
        subject = self.subject
        if subject is None or subject.verdict is None or not 0 <= subject.file + step < len(subject.verdict.files):
            return False
        self.set_subject(replace(subject, file=subject.file + step))
        self.draw()
        return True

    def action_open(self) -> None:
        """Open the selected file; in the order, go to the branch; in hot spots, show who collides there."""
        if self.panel == ORDER and not self.side.file.display:
            self._go_to_branch(self.side.chosen_name)
        elif self.panel == SPOTS and not self.side.file.display:
            self._filter_path(self.side.chosen_path)
        else:
            self._read_file(not self.side.file.display)

    def _filter_path(self, path: str) -> None:
        """Show only conflicts at a path, or all again."""
        if path:
            self._show(replace(self.view.choice, path="" if self.view.choice.path == path else path))

    def _go_to_branch(self, name: str) -> None:
        at = self.scene.matrix.number(name)
        if at < 0:
            self.say(f"{self.names.get(name) or clean(name, 40)} is filtered out: esc shows all")
            return
        self.matrix.go_to(Spot(at, at))
        self.show_panel(MATRIX)

    def _read_file(self, open_: bool) -> None:
        self.side.file.display = open_
        self.lay_panels()
        self.call_after_refresh(self.draw)

    # Choosing

    def action_search(self) -> None:
        self._questions.typing = Typing("/", self.view.choice.search)

    def action_filter(self) -> None:
        self._questions.menu = menus.filter_menu(self.view.choice)

    def action_order(self) -> None:
        self._questions.menu = menus.sort_menu(self.view.choice)

    def action_uncommitted(self) -> None:
        self.rehearsal = None  # it was made with the other kind of work
        self._show(replace(self.view.choice, uncommitted=not self.view.choice.uncommitted))
        self.say("uncommitted work counts" if self.view.choice.uncommitted else "commits alone count")

    def action_zoom(self) -> None:
        if not self.look.colour or self.look.ascii_only:
            self.say("zoom: two rows in a line need colours and block characters")
            return
        self.matrix.zoom(not self.matrix.overview)
        self.show_panel(self.panel)

    # The plan and the simulation

    def _branch(self) -> str:
        """The branch that a verb is about: the selected one of the order, or that of the cursor's row; or none."""
        row = self.matrix.row
        return self.side.chosen_name if self.panel == ORDER else row.name if row else ""

    def action_wish(self, verb: str) -> None:
        if not (name := self._branch()):
            self.say(UNSELECTED)
        else:
            label = self.names.get(name) or clean(name, 40)
            if not self.planner.wish(verb, name, label):
                self.say(f"{label} cannot go {verb}")
            self.draw()

    def action_forget(self) -> None:
        if not self.planner.forget():
            self.say("there are no wishes")
        self.draw()

    def action_simulate(self) -> None:
        name = self._branch()
        if (shown := self.rehearsal) is not None:
            self.end_rehearsal("as it is")
            if shown.branch == name and not shown.moved(self.factory.link.state):
                return
        if not name:
            self.say(UNSELECTED)
            return
        if told := cannot_land(self.scene.verdicts, name, self.names.get(name) or clean(name, 40)):
            self.say(told, 10)
            return
        self.say(f"merging {clean(name, 40)} for a simulation …", 60)
        self.begin(lambda: self._simulate(name), group="rehearsal", exclusive=True)

    async def _simulate(self, name: str) -> None:
        link, scene, uncommitted = self.factory.link, self.scene, self.view.choice.uncommitted
        try:
            rehearsal = await land_first(link, link.state, scene.names, name, uncommitted)
        except FactoryError as error:
            self.say(f"cannot simulate: {clean(str(error), 160)}", 10)
            return
        if not self.lives:
            return
        if uncommitted is not self.view.choice.uncommitted:
            self.say("it was simulated with other work: press m again")
            return
        self.rehearsal = rehearsal
        self.make_scene(self.factory.link.state)
        self.say("SIMULATED: nothing was changed; m or esc goes back")
        self.draw()

    async def action_work(self) -> None:
        """Go into the branch."""
        await self.factory.open_branch(self._branch())
