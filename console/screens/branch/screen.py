"""A branch: its commits since the base, the files they change, the lines, and with whom it collides.

The same screen serves the work of a station: it is the branch that is checked out where the station works.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from textual import events
from textual.binding import BindingType
from textual.widget import Widget

from console.actions.action import ScreenSpec, Situation
from console.copies import Copy, of_branch
from console.screens.base import bindings
from console.screens.branch.actions import SPEC
from console.screens.branch.scene import PANELS, BranchScene
from console.screens.handed import HandedScreen
from sessions.views.hands import Hands, on_branch
from widgets.parts.footer import Footer
from widgets.parts.panel import Bar

DIFF = PANELS.index("diff")


class BranchScreen(BranchScene, HandedScreen):
    """Keys, and which panel they are about."""

    SPEC: ClassVar[ScreenSpec] = SPEC
    CSS_PATH = "screen.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(SPEC)]

    # What it says of itself

    def situation(self) -> Situation:
        return Situation(at_hand=True)

    def hands(self) -> Hands:
        return on_branch(self.factory.link.state, self.branch)

    def sees_whole(self, station: str) -> bool:
        """Nothing of what it asks is here."""
        return False

    def copies(self) -> list[Copy]:
        branch = self.factory.link.state.branches.get(self.branch)
        commit = self.parts[self.commits.cursor].commit if self.parts else None
        copies = of_branch(branch) if branch is not None else []
        return [*copies, *([Copy("c", "commit", commit.name)] if commit is not None else [])]

    def restyle(self) -> None:
        for widget in (self.query_one(Bar), *self.panels, self.query_one(Footer)):
            widget.look = self.look

    def draw_header(self) -> None:
        self._draw_bar(self.factory.link.state.branches.get(self.branch), self.factory.link.now())

    # Searching

    def look_for(self, text: str) -> None:
        self.patch.mark(text)
        if text:
            self._show_panel(DIFF)
            self._find(1, again=False)

    def _find(self, step: Literal[1, -1], again: bool) -> None:
        if not self.patch.find(self.pattern, step, again):
            self.say(f"“{self.pattern[:30]}” is not in what is shown")

    # Moving about

    def on_mount(self) -> None:
        self._show_panel(0)

    def on_resize(self, event: events.Resize) -> None:
        self._arrange()
        self.call_after_refresh(self.draw)

    def on_picker_opened(self) -> None:
        self.action_open()

    def _arrange(self) -> None:
        """Beside each other where there is room, else one at a time."""
        for i, panel in enumerate(self.panels):
            panel.display = self.wide or i == self.panel
        lists, patch = self.query_one("#lists"), self.patch
        lists.display = self.wide or self.panel != DIFF
        _width(lists, "38%" if self.wide else "1fr")
        patch.display = self.wide or self.panel == DIFF
        self.query_one("#collisions").styles.height = 9 if self.wide else "1fr"

    def _show_panel(self, panel: int) -> None:
        changes = panel != self.panel and not self.wide
        self.panel = panel
        if changes:
            self.hold()
        self._arrange()
        self.panels[panel].focus()
        self.call_after_refresh(self.draw)

    def action_panel(self, step: int) -> None:
        self._show_panel((self.panel + step) % len(PANELS))

    def on_bar_chosen(self, message: Bar.Chosen) -> None:
        self._show_panel(message.index)

    def on_descendant_focus(self) -> None:
        focused = self.focused
        self.panel = next((i for i, panel in enumerate(self.panels) if panel is focused), self.panel)

    def action_move(self, way: str) -> None:
        panel = self.panels[self.panel]
        page = max(1, panel.rows - 1)
        if way in ("home", "end"):
            panel.to_start() if way == "home" else panel.follow()
        elif way in ("pageup", "pagedown"):
            panel.scroll(page if way == "pagedown" else -page)
        else:
            panel.move(1 if way == "down" else -1)

    def action_open(self) -> None:
        """Go on to what the selected row holds: from commits to files, from files to lines."""
        self._show_panel(1 if self.panel == 0 else DIFF)

    def action_next(self, step: Literal[1, -1]) -> None:
        """The next place of what was searched; without a search the next file."""
        if self.pattern:
            self._find(step, again=True)
        elif not self.wide and self.panel != DIFF:
            self._show_panel(DIFF)  # where they can be seen
        elif not self.patch.next_file(step):
            self.say("there is no further file" if step > 0 else "this is the first file")

    def action_back(self) -> None:
        """Drop the search, go back to the lists, or leave."""
        if self.pattern:
            self.drop_search()
        elif self.panel:
            self._show_panel(0)
        else:
            self.dismiss()


def _width(widget: Widget, width: str) -> None:
    if str(widget.styles.width) != width:
        widget.styles.width = width
