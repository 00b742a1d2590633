"""A line in the footer into which is typed what to find, on screens that go from one place of it to the next."""

from __future__ import annotations

from console.screens.sampled import SampledScreen
from widgets.draw.cells import Line
from widgets.parts.prompt import Typing


class FindingScreen(SampledScreen):
    """Subclasses go to what was typed in `look_for`."""

    def __init__(self) -> None:
        super().__init__()
        self._typing: Typing | None = None
        self.pattern = ""
        """What was searched; empty when nothing was."""

    def look_for(self, text: str) -> None:
        """Mark a text wherever it stands and go to the first place of it; an empty one ends the search."""
        raise NotImplementedError

    def action_search(self) -> None:
        self._typing = Typing("find", self.pattern)

    def question(self) -> Line:
        return self._typing.line(self.size.width, "n next, N previous") if self._typing else ()

    async def answer(self, key: str, character: str | None) -> bool:
        if self._typing is None:
            return False
        if key in ("enter", "escape"):
            self.pattern, self._typing = self._typing.text.strip() if key == "enter" else "", None
            self.look_for(self.pattern)
        else:
            self._typing.type(key, character)
        self.draw_footer()
        return True

    def answer_paste(self, text: str) -> None:
        if self._typing:
            self._typing.paste(text)
            self.draw_footer()

    def drop_search(self) -> None:
        """End the search."""
        self.pattern = ""
        self.look_for("")
