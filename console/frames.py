"""Frames with no byte too many: exactly the changed cells, and of each style only what differs from the one before.

Textual (8.2.8) sends a partial update from the left edge of the widget to the end of the changed span, and every
style in full with a reset after it. On a wall as wide as the screen that is most of the traffic. And it paints a
screen that opens three times: when it is laid out, when its widgets have told their first changes, and in full again.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from rich.color import ColorSystem
from rich.console import Console, RenderableType
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.strip import Strip

_RESET = "\x1b[0m"
_UNSEEN = {"", "1", "2", "3"}
"""SGR attributes that do nothing to a blank: bold, dim, italic."""


Piece = tuple[int, int, Strip]
"""The line and the cell where it begins, and what stands there from then on."""


class Shown:
    """The lines of the terminal that are known since the last full frame. What is there already is not sent again."""

    def __init__(self) -> None:
        self._screen: object = None
        self._lines: dict[int, Strip] = {}

    def on(self, screen: object) -> Shown:
        """The same for frames of `screen`. To come from another one also mends what others wrote over the lines."""
        if screen is not self._screen:
            self._screen = screen
            self.forget()
        return self

    def forget(self) -> None:
        """Nothing is known any more: the terminal may have been cleared or cut off."""
        self._lines.clear()

    def whole(self, line: Piece) -> bool:
        """Whether a whole line has to be sent; from then on it is known."""
        y, _, strip = line
        known = self._lines.get(y)
        self._lines[y] = strip
        return known != strip

    def part(self, piece: Piece) -> bool:
        """Whether a part of a line has to be sent; from then on the line is not known."""
        y, x, strip = piece
        known = self._lines.get(y)
        if known is not None and known.crop(x, x + strip.cell_length) == strip:
            return False
        self._lines.pop(y, None)
        return True


class LeanUpdate(CompositorUpdate):
    """An update of Textual's compositor, written sparingly."""

    def __init__(self, update: ChopsUpdate | LayoutUpdate, shown: Shown) -> None:
        self._update = update
        self._shown = shown

    def render_segments(self, console: Console) -> str:
        """The bytes of the frame: it begins and ends with the terminal's own style."""
        system = console._color_system or ColorSystem.TRUECOLOR
        out: list[str] = []
        before = _NOTHING
        for y, x, strip in self._pieces():
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
        return "".join(out) + _RESET if out else ""

    def _pieces(self) -> Iterator[Piece]:
        """What has to be sent."""
        update = self._update
        if isinstance(update, LayoutUpdate):
            x = update.region.x
            yield from filter(
                self._shown.whole, ((y, x, Strip.join(line)) for y, line in enumerate(update.strips, update.region.y))
            )
        else:
            for y, x1, x2 in update.spans:
                yield from filter(self._shown.part, _between(update, y, x1, x2))


def _between(update: ChopsUpdate, y: int, x1: int, x2: int) -> Iterator[Piece]:
    """The pieces of line `y` between `x1` and `x2`."""
    for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
        start, stop = max(x, x1), min(end, x2)
        if strip is not None and start < stop:
            yield y, start, strip.crop(start - x, stop - x)


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


def lean(renderable: RenderableType | None, shown: Shown) -> RenderableType | None:
    """The same frame, written sparingly, for a terminal of which so much is known."""
    if isinstance(renderable, ChopsUpdate | LayoutUpdate):
        return LeanUpdate(renderable, shown)  # type: ignore[return-value]  # drawn by render_segments, never by Rich
    return renderable
