"""Frames with no byte too many: exactly the changed cells, and of each style only what differs from the one before.

Textual (8.2.8) sends a partial update from the left edge of the widget to the end of the changed span, and every
style in full with a reset after it. On a wall as wide as the screen that is most of the traffic.
"""

from __future__ import annotations

from functools import lru_cache

from rich.color import ColorSystem
from rich.console import Console, RenderableType
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate
from textual.strip import Strip

_RESET = "\x1b[0m"
_UNSEEN = {"", "1", "2", "3"}
"""SGR attributes that do nothing to a blank: bold, dim, italic."""


class LeanUpdate(CompositorUpdate):
    """A partial update of Textual's compositor, written sparingly."""

    def __init__(self, update: ChopsUpdate) -> None:
        self._update = update

    def render_segments(self, console: Console) -> str:
        """The bytes of the frame: it begins and ends with the terminal's own style."""
        system = console._color_system or ColorSystem.TRUECOLOR
        out: list[str] = []
        before = _NOTHING
        for y, x1, x2 in self._update.spans:
            for x, strip in self._parts(y, x1, x2):
                out.append(f"\x1b[{y + 1};{x + 1}H")
                for text, style, control in strip:
                    if control or not text:
                        continue
                    wanted = _sgr(style or Style.null(), system)
                    if not text.strip(" ") and before.bare and wanted.bare:
                        wanted = _on(before, wanted.ground)
                    if wanted is not before:
                        out.append(_step(before, wanted))
                        before = wanted
                    out.append(text)
        return "".join(out) + _RESET

    def _parts(self, y: int, x1: int, x2: int) -> list[tuple[int, Strip]]:
        """The pieces of line `y` between `x1` and `x2`, each with its place."""
        parts: list[tuple[int, Strip]] = []
        for end, (x, strip) in zip(self._update.chop_ends[y], self._update.chops[y].items(), strict=False):
            start, stop = max(x, x1), min(end, x2)
            if strip is not None and start < stop:
                parts.append((start, strip.crop(start - x, stop - x)))
        return parts


class _Sgr:
    """A style as the parts of an SGR sequence; one object for each, so that sameness is identity."""

    __slots__ = ("attributes", "bare", "fore", "ground")

    def __init__(self, attributes: str, fore: str, ground: str) -> None:
        self.attributes, self.fore, self.ground = attributes, fore, ground
        self.bare = not set(attributes.split(";")) - _UNSEEN
        """A blank in this style shows its ground and nothing else."""


@lru_cache(maxsize=1024)
def _on(style: _Sgr, ground: str) -> _Sgr:
    """The same style on another ground: all that blanks need."""
    return style if style.ground == ground else _Sgr(style.attributes, style.fore, ground)


_NOTHING = _Sgr("", "", "")


@lru_cache(maxsize=2048)
def _sgr(style: Style, system: ColorSystem) -> _Sgr:
    fore = style.color.downgrade(system).get_ansi_codes() if style.color else ("39",)
    ground = style.bgcolor.downgrade(system).get_ansi_codes(foreground=False) if style.bgcolor else ("49",)
    return _Sgr(Strip.render_ansi(style.without_color, system), ";".join(fore), ";".join(ground))


@lru_cache(maxsize=4096)
def _step(before: _Sgr, wanted: _Sgr) -> str:
    """The shortest usual way from one style to the next."""
    if before.attributes == wanted.attributes:
        codes = [new for old, new in ((before.fore, wanted.fore), (before.ground, wanted.ground)) if old != new]
        return f"\x1b[{';'.join(codes)}m" if codes else ""
    codes = ["0", wanted.attributes, wanted.fore, wanted.ground]
    return f"\x1b[{';'.join(code for code in codes if code)}m"


def lean(renderable: RenderableType | None) -> RenderableType | None:
    """The same frame, written sparingly where it is a partial one."""
    if isinstance(renderable, ChopsUpdate):
        return LeanUpdate(renderable)  # type: ignore[return-value]  # drawn by render_segments, never by Rich
    return renderable
