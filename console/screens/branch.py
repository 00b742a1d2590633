"""A branch: its commits since the base, what is not committed, the files they change, and how, line by line."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical

from console.action import BRANCH, Situation
from console.link import LinkMode
from console.screens.base import bindings
from console.screens.sampled import SampledScreen
from console.screens.station_bar import link_spans
from sessions.branches.reading import Reading
from sessions.errors import FactoryError
from sessions.floor.state import Branch
from sessions.floor.work import FileChange, Files, Part, Patch, Work, parts
from sessions.supervisor.place import place_of
from sessions.text import clean
from widgets.cells import Line, Span
from widgets.footer import Footer
from widgets.panel import Bar
from widgets.patch_view import PatchView
from widgets.picker import Picker
from widgets.work_lines import collisions_note, file_row, head_spans, part_row

WIDE = 120
"""From this width on the lists stand beside the lines; below, one of the three is shown at a time."""
RESTS_S = 0.12
"""How long the cursor rests until what it is on is read."""
PANELS = ("commits", "files", "diff")
NOT_READ = {
    LinkMode.REPLAY: "A replay has no repository to read commits and lines from.",
    LinkMode.SIMULATED: "A simulated factory has no repository to read commits and lines from.",
}


class BranchScreen(SampledScreen):
    """Samples the link; what git is asked is read by a worker in a thread, and called off when it is not wanted."""

    WHERE: ClassVar[str] = BRANCH
    DEFAULT_CSS: ClassVar[str] = """
    BranchScreen > #bar { height: 1; dock: top; }
    BranchScreen > #body { height: 1fr; }
    BranchScreen #lists { height: 1fr; }
    BranchScreen Picker, BranchScreen PatchView { width: 1fr; height: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(BRANCH)]

    def __init__(self, name: str) -> None:
        super().__init__()
        self.branch = name
        self._panel = 0
        self._reading: Reading | None = None
        self._read_for: tuple[object, ...] = ()
        self._work: Work | None = None
        self._parts: list[Part] = []
        self._files: Files | None = None
        self._trouble = "Reading …"

    def compose(self) -> ComposeResult:
        yield Bar(self.look, id="bar")
        with Horizontal(id="body"):
            with Vertical(id="lists"):
                yield Picker(self.look, "commits", id="commits")
                yield Picker(self.look, "files", id="files")
            yield PatchView(self.look, id="diff")
        yield Footer(self.look)

    @property
    def panels(self) -> tuple[Picker, Picker, PatchView]:
        return (
            self.query_one("#commits", Picker),
            self.query_one("#files", Picker),
            self.query_one(PatchView),
        )

    def on_resize(self, event: events.Resize) -> None:
        self._arrange()
        self.call_after_refresh(self.draw)

    def on_unmount(self) -> None:
        if self._reading is not None:
            self._reading.close()

    def draw_news(self) -> None:
        if self.is_news(int(self.factory.link.now())):
            self.draw()

    def draw(self) -> None:
        """Draw the branch as it is now, and have read what has changed of it."""
        if not self.lives or not self.size:
            return
        link = self.factory.link
        state, now = link.state, link.now()
        branch = state.branches.get(self.branch)
        names = () if self.size.width >= WIDE else PANELS
        right = [*link_spans(link, now, 60), (" ", "text on bar")]
        self.query_one(Bar).set_bar(head_spans(self.branch, branch, state), right, names, self._panel)
        self._draw_lists(now)
        self.draw_footer()
        if link.mode in NOT_READ:
            self._say(NOT_READ[link.mode])
        elif branch is None:
            if self._work is None:
                self._say("This branch is not there: it was deleted, renamed, or is not known yet.")
        else:
            wanted = (branch, state.compared.get(self.branch), state.base_head)
            if len(self._read_for) != 3 or any(a is not b for a, b in zip(wanted, self._read_for, strict=True)):
                self._read_for = wanted
                self.begin(lambda: self._read(branch), group="work", exclusive=True)

    def _say(self, trouble: str) -> None:
        """Say why there is nothing to show."""
        if trouble != self._trouble:
            self._trouble = trouble
            self._draw_lists(self.factory.link.now())

    def _draw_lists(self, now: float) -> None:
        commits, files, diff = self.panels
        state = self.factory.link.state
        found, changed = self._parts, self._files
        empty: list[Line] = [((f"  {self._trouble}", "soft"),)]
        work = self._work
        note = collisions_note(state, self.branch)
        if work is not None:
            hidden = work.count - len(work.commits)
            note = ", ".join(filter(None, (f"+{hidden:,} hidden" if hidden > 0 else "", work.trouble, note)))
        base = clean(state.base, 40) or "the base"
        commits.set_rows(
            len(found),
            lambda i, cells, ground: part_row(found[i], base, now, cells, ground),
            note,
            empty,
            commits.cursor,
        )
        listed = changed.files if changed else ()
        files.set_rows(
            len(listed) + bool(listed),
            lambda i, cells, ground: file_row(listed[i - 1] if i else None, changed, cells, ground),
            changed.note if changed else "",
            (),
            files.cursor,
        )
        if not found:
            diff.show_patch("diff", (), "", empty)

    # Reading

    async def _read(self, branch: Branch) -> None:
        state = self.factory.link.state
        before = self._parts[self.panels[0].cursor].key if self._parts else ""
        try:
            work = await asyncio.to_thread(self._read_work, Path(state.repo), branch, state.base_head, state.base)
        except (FactoryError, OSError) as error:
            self._say(f"cannot read: {clean(str(error), 200)}")
            return
        if not self.lives:
            return
        self._work, self._parts = work, parts(work)
        self._trouble = "" if self._parts else "There is no commit."
        at = next((i for i, part in enumerate(self._parts) if part.key == before), 0)
        self.panels[0].cursor = at
        self._draw_lists(self.factory.link.now())
        self.begin(lambda: self._read_part(0.0, keep=bool(before)), group="part", exclusive=True)

    def _read_work(self, repo: Path, branch: Branch, base_head: str, base: str) -> Work:
        if self._reading is None:
            place = place_of(repo)
            self._reading = Reading(place.common_dir, place.state_dir)
        return self._reading.work(branch.head, "" if branch.name == base else base_head, branch.name)

    async def _read_part(self, wait: float, keep: bool = False, file_only: bool = False) -> None:
        """Read the files of the selected commit and the lines of the selected file, once the cursor rests."""
        await asyncio.sleep(wait)
        commits, files, diff = self.panels
        reading = self._reading
        if reading is None or not self._parts:
            return
        part = self._parts[min(commits.cursor, len(self._parts) - 1)]
        row = files.cursor if file_only or keep else 0
        chosen = self._files.files[row - 1].path if self._files and 0 < row <= len(self._files.files) else ""
        try:
            found, patch = await asyncio.to_thread(_read_both, reading, part, chosen)
        except (FactoryError, OSError) as error:
            self._say(f"cannot read: {clean(str(error), 200)}")
            return
        if not self.lives:
            return
        self._files = found
        files.cursor = next((i for i, file in enumerate(found.files, 1) if file.path == chosen), 0)
        self._draw_lists(self.factory.link.now())
        title = part.commit.subject if part.commit else part.key
        none: list[Line] = [((f"  {patch.note or 'Nothing differs.'}", "soft"),)]
        diff.show_patch(title, patch.lines, patch.note, none, keep=keep)

    def on_picker_picked(self, message: Picker.Picked) -> None:
        self._reread(message.picker.id == "files")

    def _reread(self, file_only: bool) -> None:
        if self._reading is not None:
            self._reading.halt()
        self.begin(lambda: self._read_part(RESTS_S, file_only=file_only), group="part", exclusive=True)

    # What it says of itself

    def situation(self) -> Situation:
        return Situation(mode=self.factory.link.mode, lost=self.lost, branch=True)

    def right(self) -> list[Span]:
        return []

    def restyle(self) -> None:
        for widget in (self.query_one(Bar), *self.panels, self.query_one(Footer)):
            widget.look = self.look

    # Panels

    def _arrange(self) -> None:
        wide, (commits, files, diff) = self.size.width >= WIDE, self.panels
        lists = self.query_one("#lists", Vertical)
        lists.display = wide or self._panel < 2
        lists.styles.width = (64 if self.size.width >= 160 else 48) if wide else "1fr"
        for at, panel in enumerate((commits, files, diff)):
            panel.display = wide or at == self._panel
        chosen = self.panels[self._panel]
        if not chosen.has_focus:
            self.set_focus(chosen, scroll_visible=False)

    def _show_panel(self, panel: int) -> None:
        self._panel = panel
        self._arrange()
        self.call_after_refresh(self.draw)

    def on_bar_chosen(self, message: Bar.Chosen) -> None:
        self._show_panel(message.index)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """A click focuses a panel: it is then the chosen one."""
        widgets = list(self.panels)
        if event.widget in widgets:
            self._panel = widgets.index(event.widget)

    # Actions

    def action_back(self) -> None:
        self.dismiss()

    def action_open(self) -> None:
        """From a commit to its files, from a file to its lines."""
        self._show_panel(min(2, self._panel + 1))

    def action_panel(self, step: int) -> None:
        self._show_panel((self._panel + step) % len(PANELS))

    def action_move(self, step: int) -> None:
        self.panels[self._panel].move(step)

    def action_page(self, step: int) -> None:
        panel = self.panels[self._panel]
        panel.scroll(step * max(1, panel.rows - 2))

    def action_home(self) -> None:
        self.panels[self._panel].to_start()

    def action_end(self) -> None:
        self.panels[self._panel].follow()

    def action_file(self, step: int) -> None:
        if not self.panels[2].next_file(1 if step > 0 else -1):
            self.say("there is no other file that way")


def _read_both(reading: Reading, part: Part, chosen: str) -> tuple[Files, Patch]:
    """The files of a part, and the lines of the chosen one, or of all."""
    files = reading.files(part.sides)
    file: FileChange | None = next((file for file in files.files if file.path == chosen), None)
    return files, reading.patch(files, file)
