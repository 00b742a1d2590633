"""What widgets of lines that are scrolled have in common: the wheel, and a drawing that shows where the focus is."""

from __future__ import annotations

from textual import events

from widgets.parts.lined import Lined

WHEEL = 3
"""Lines that a notch of the wheel moves."""


class Scrolled(Lined, can_focus=True):
    """Draws itself again when it is resized, focused or left."""

    def draw(self) -> None:
        """Show the lines that are in view."""
        raise NotImplementedError

    def wheel(self, lines: int) -> None:
        """The mouse wheel asks for `lines` further down, or up when negative."""
        raise NotImplementedError

    def on_resize(self, event: events.Resize) -> None:
        self.draw()

    def watch_has_focus(self, has_focus: bool) -> None:
        # `on_focus` and `on_blur` come before the widget knows it: what they drew was the focus before.
        super().watch_has_focus(has_focus)
        self.draw()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.wheel(WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.wheel(-WHEEL)
