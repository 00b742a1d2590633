"""What the branch screen shows, and how that is read and drawn: commits, files, collisions and lines of a branch."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from console.screens.branch.reading import NO_REPOSITORY, BranchReading
from console.screens.branch.rows import collision_lines, file_row, message_lines, part_row
from console.screens.finding import FindingScreen
from sessions.asking.asked import UnheardError
from sessions.errors import FactoryError
from sessions.floor.branches.contents import BranchContents, Files, Part, PatchLine, parts
from sessions.floor.branches.shown import is_merged
from sessions.floor.conflicts import conflicts_of
from sessions.floor.ours.lives import Life
from sessions.floor.state import Branch, FloorState
from sessions.text import clean
from sessions.views.floor.panes import Pane, branch_pane
from widgets.branch.patch_view import PatchView
from widgets.draw.cells import Line, Span, cut, line_width
from widgets.draw.glyphs import BRANCH as BRANCH_SIGN
from widgets.draw.numbers import age
from widgets.draw.wrap import wrap
from widgets.floor.pane_text import divergence
from widgets.floor.topline import trouble_line
from widgets.parts.footer import Footer
from widgets.parts.panel import Bar, Panel
from widgets.parts.picker import Picker

WIDE = 110
"""From this width on the lists stand beside the lines; below, one panel is shown at a time."""
PANELS = ("commits", "files", "collisions", "diff")


class BranchScene(FindingScreen):
    """Three lists and a diff. What is read from the repository is read by a worker, the newest wish first."""

    def __init__(self, branch: str) -> None:
        super().__init__()
        self.branch = branch
        self._reading = BranchReading(lambda: self.factory.link, branch)
        self.panel = 0
        self._read: Branch | None = None
        """The branch as the floor had it when it was read last."""
        self._work: BranchContents | None = None
        self.parts: Sequence[Part] = ()
        self._files: Files | None = None
        self._trouble = ""
        self._settled = False
        """Something was read, or cannot be."""

    def compose(self) -> ComposeResult:
        yield Bar(self.look, id="bar")
        with Horizontal(id="body"):
            with Vertical(id="lists"):
                yield Picker(self.look, "commits", id="parts")
                yield Picker(self.look, "files", id="files")
                yield Panel(self.look, "collisions", id="collisions")
            yield PatchView(self.look, id="patch")
        yield Footer(self.look)

    # Its widgets

    @property
    def commits(self) -> Picker:
        return self.query_one("#parts", Picker)

    @property
    def files(self) -> Picker:
        return self.query_one("#files", Picker)

    @property
    def patch(self) -> PatchView:
        return self.query_one(PatchView)

    @property
    def panels(self) -> tuple[Picker | Panel | PatchView, ...]:
        return self.commits, self.files, self.query_one("#collisions", Panel), self.patch

    @property
    def wide(self) -> bool:
        return self.size.width >= WIDE

    def on_unmount(self) -> None:
        self._reading.halt()

    def complete(self) -> bool:
        """It waits for the commits."""
        return self._settled

    # Sampling

    def draw_news(self) -> None:
        if self.is_news(self.beat()):
            self.draw()

    def newest(self) -> float:
        """Commits are minutes old at least."""
        return 0.0

    def draw(self) -> None:
        """Draw the branch as it is now; what has moved in the repository is read anew."""
        if not self.lives or not self.size:
            return
        link = self.factory.link
        state, now = link.state, link.now()
        branch = state.branches.get(self.branch)
        self._draw_bar(branch, now)
        found = list(conflicts_of(state.verdicts, self.branch))
        compared = self.branch in state.compared
        self.query_one("#collisions", Panel).set_body(
            lambda cells, _: collision_lines(found, state.base, compared, cells),
            of=(state.verdicts, compared),
            note=str(len(found)) if found else "",
        )
        if link.mode in NO_REPOSITORY:
            self._cannot(NO_REPOSITORY[link.mode])
        elif branch is None:
            self._cannot("There is no such branch any more." + " What was read of it stays." * bool(self._work))
        elif branch is not self._read:
            self._read = branch
            self.begin(self._read_work, group="reading", exclusive=True)
        self.draw_footer()

    def _draw_bar(self, branch: Branch | None, now: float) -> None:
        state = self.factory.link.state
        head: list[Span] = [(f" {BRANCH_SIGN} ", "soft on bar"), (clean(self.branch, 80), "bold text on bar")]
        right: list[Span] = []
        if branch is not None:
            pane = branch_pane("", branch, state.repo)
            facts = (
                divergence(pane) or "level with the base",
                "merged" if is_merged(state, branch) else "",
                "the base" if branch.name == state.base else "",
                *_stations(state, self.branch),
                _place(pane),
            )
            head += [("  " + fact, "soft on bar") for fact in facts if fact]
            right = [(f"last commit {age(branch.committed, now)} ago ", "faint on bar")] if branch.committed else []
        names = () if self.wide else PANELS
        bar, counters, trouble = self.query_one(Bar), self.counters(), self.factory.link.health.trouble
        if trouble and self.wide:
            head, room = head[:2], max(0, bar.free(counters) - line_width(head[:2]) - 2)
            right = [(cut(f"✖ {clean(trouble, 400)}", room), "failed on bar")]
        elif trouble:
            head, names = list(trouble_line(trouble, bar.free(counters))), ()
        bar.set_bar(head, right, names, self.panel, counters)

    # Reading

    def _cannot(self, why: str) -> None:
        self._trouble, self._settled = why, True
        self._list_parts()
        if self._work is None:
            self.files.set_rows(0, lambda i, cells, ground: ())
            self.patch.show_patch("diff", (), empty=_words(why, self.patch.size.width))

    async def _read_work(self) -> None:
        self._reading.halt()
        kept = self.parts[self.commits.cursor].key if self.parts else ""
        try:
            work = await self._reading.work()
        except FactoryError as error:
            if isinstance(error, UnheardError):
                self._read = None  # asked again as soon as somebody is there
            if self.lives:
                self._cannot(f"It cannot be read: {clean(str(error), 300)}")
                self.draw_footer()
            return
        if not self.lives:
            return
        self._work, self.parts, self._trouble, self._settled = work, parts(work), work.trouble, True
        self._list_parts(next((i for i, part in enumerate(self.parts) if part.key == kept), 0))
        self.draw_footer()
        await self._read_part(keep=bool(kept))

    def _list_parts(self, cursor: int = 0) -> None:
        work, now = self._work, self.factory.link.now()
        if work is None:
            self.commits.set_rows(0, lambda i, cells, ground: (), empty=_words(self._trouble, self.commits.size.width))
            return
        note = "all of its history" if work.latest else f"{work.count:,} since the base"
        if work.count > len([part for part in self.parts if part.commit]):
            note = f"the newest of {note}"
        shown = self.parts
        empty = _words("It has no commits of its own.", self.commits.size.width)
        self.commits.set_rows(
            len(shown), lambda i, cells, ground: part_row(shown[i], work, now, cells, ground), note, empty, cursor
        )

    async def _read_part(self, keep: bool = False) -> None:
        """Read the files of the selected part, then its lines."""
        if not self.parts:
            return
        part = self.parts[self.commits.cursor]
        path = self._files.files[self.files.cursor - 1].path if keep and self._files and self.files.cursor else ""
        try:
            files = await self._reading.files(part)
        except FactoryError as error:
            self._say_trouble(error)
            return
        if not self.lives:
            return
        self._files = files
        cursor = next((i for i, file in enumerate(files.files, 1) if file.path == path), 0)
        empty = _words("It changes no file.", self.files.size.width)
        rows = len(files.files) + 1 if files.files else 0
        self.files.set_rows(rows, lambda i, cells, ground: file_row(files, i, cells, ground), files.note, empty, cursor)
        await self._read_patch(keep)

    async def _read_patch(self, keep: bool = False) -> None:
        files, part = self._files, self.parts[self.commits.cursor]
        if files is None:
            return
        file = files.files[self.files.cursor - 1] if self.files.cursor else None
        try:
            found = await self._reading.patch(files, file)
            words = await self._reading.words(part.commit) if part.commit and file is None else ""
        except FactoryError as error:
            self._say_trouble(error)
            return
        if not self.lives:
            return
        lines: Sequence[PatchLine] = (*message_lines(words), *found.lines)
        empty = _words("There are no lines to show.", self.patch.size.width)
        title = clean(file.path, 200) if file else "diff"
        self.patch.show_patch(title, lines, found.note, empty, keep=keep)

    def _say_trouble(self, error: Exception) -> None:
        if self.lives:
            self.patch.show_patch("diff", (), empty=_words(clean(str(error), 300), self.patch.size.width))

    def on_picker_picked(self, message: Picker.Picked) -> None:
        self._reading.halt()
        work = self._read_part if message.control is self.commits else self._read_patch
        self.begin(work, group="reading", exclusive=True)


def _stations(state: FloorState, branch: str) -> tuple[str, ...]:
    """Who works on a branch, and who does no more, with what became of it. One that was removed is not there."""
    told: dict[str, list[str]] = {}
    for station in state.stations.values():
        if station.branch == branch and not station.elsewhere:
            own = state.owned.get(station.id)
            told.setdefault("works" if own is None or own.lives else own.life.value, []).append(clean(station.name, 30))
    told.pop(Life.REMOVED.value, None)
    if "works" not in told:
        told = {"no station": [], **told}
    return tuple(f"{what}: {', '.join(names[:3])}" if names else what for what, names in told.items())


def _place(pane: Pane) -> str:
    return f"in {pane.directory}" if pane.directory else ""


def _words(text: str, cells: int) -> list[Line]:
    return [((" " + line, "soft"),) for line in wrap(text, max(1, (cells or 80) - 2))]
