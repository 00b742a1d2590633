"""How styles and signs appear: the one place between a style's name and the colours of a theme.

A style name reads like a sentence: attributes, a colour word, and optionally `on` and a ground, such as
`bold failed on bar`. Which words there are is in `Colours`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import msgspec
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from widgets.draw.cells import Line, Span, line_width
from widgets.draw.contrast import readable
from widgets.draw.glyphs import ascii_twin

BLANK = "blank"
"""The colour word of a gap: a ground, and nothing on it."""
READ = frozenset(
    ("text", "soft", "faint", "accent", "working", "waiting", "needs_me", "failed", "idle", "stale", "unknown")
)
"""The colours of words; the others are of grounds, cells and rules."""
ATTRIBUTES = frozenset({"bold", "dim", "italic", "underline", "reverse"})


class Colours(msgspec.Struct, frozen=True):
    """The colours of a theme, as `#rrggbb`; an empty one is the terminal's own."""

    text: str
    soft: str
    """Secondary text: readable, and behind the first."""
    faint: str
    """Labels, and what stands behind all other words; still read."""
    line: str
    """Rules, tracks, and signs of which there are very many: seen, not read."""
    accent: str
    working: str
    waiting: str
    needs_me: str
    failed: str
    idle: str
    stale: str
    unknown: str
    flow: str
    """Sparklines: behind the figures."""
    ground: str
    """The screen."""
    bar: str
    """A card's title bar, the bars above and below."""
    cursor: str
    """The ground under the cursor."""
    alarm: str
    """The title bar of a card that needs a person."""
    fault: str
    """The title bar of a card that failed, and news of trouble."""
    clean: str
    """A cell of the matrix: two branches that merge."""
    shared: str
    """Two that merge, and changed the same file."""
    clash_few: str
    """Two that collide, in three steps by lines."""
    clash_some: str
    clash_many: str
    pending: str
    """Two that are still being compared."""
    cross: str
    """Two that merge, in the row or the column of the cursor."""
    added: str
    """Lines of a change that came, beside their sign."""
    removed: str
    """Lines that went."""
    hunk: str
    """Where in a file a change lies."""


class Look:
    """Draws lines in one theme; with `ascii` in plain letters, without `colour` by attributes alone."""

    def __init__(self, name: str, colours: Colours, *, ascii_only: bool = False, colour: bool = True) -> None:
        self.name = name
        self.colours = colours
        self.ascii_only = ascii_only
        self.colour = colour
        self._styles: dict[str, Style] = {}
        self._segment = lru_cache(maxsize=2048)(self._made)

    def style(self, name: str) -> Style:
        """The style of that name; every one has a ground, since cells without one are not painted over."""
        style = self._styles.get(name)
        if style is None:
            style = self._styles[name] = self._coloured(name) if self.colour else self._plain(name)
        return style

    def _coloured(self, name: str) -> Style:
        words, _, ground = name.partition(" on ")
        attributes = [word for word in words.split() if word in ATTRIBUTES]
        colour = next((word for word in words.split() if word not in ATTRIBUTES), "text")
        back = getattr(self.colours, ground or "ground")
        fore = [] if colour == BLANK else [self._fore(colour, back)]
        return Style.parse(" ".join([*attributes, *fore, "on", back]))

    def _fore(self, colour: str, back: str) -> str:
        """The colour of a word on its ground: one that is read there, if it is to be read at all."""
        shown: str = getattr(self.colours, colour)
        return readable(shown, back, self.colours.text) if colour in READ else shown

    def _plain(self, name: str) -> Style:
        """The same differences in weight: what is loud is reversed or bold, what is faint is dim."""
        words, _, ground = name.partition(" on ")
        named = set(words.split())
        # Italics do nothing to a gap but keep it apart from the words beside it.
        attributes = {"italic"} if BLANK in named else set(named & ATTRIBUTES)
        if named & {"needs_me", "failed", "accent", "clash_few", "clash_some", "clash_many", "added"}:
            attributes.add("bold")
        if named & {"soft", "faint", "line", "idle", "stale"}:
            attributes.add("dim")
        if ground == "cursor":
            attributes.add("reverse")
            attributes.discard("dim")
        elif ground in ("alarm", "fault"):
            attributes |= {"bold", "underline"}
        return Style.parse(" ".join(sorted(attributes)) or "none")

    def segments(self, line: Sequence[Span]) -> list[Segment]:
        """The line's segments; with `ascii_only` every sign by its twin."""
        return [*map(self._segment, _joined(line))]

    def _made(self, span: Span) -> Segment:
        text, style = span
        return Segment(ascii_twin(text) if self.ascii_only else text, self.style(style))

    def strip(self, line: Line, cells: int) -> Strip:
        """The line as a strip of exactly `cells` cells."""
        segments = self.segments(line)
        wide = line_width(line)
        if wide < cells:
            segments.append(Segment(" " * (cells - wide), self.style("text")))
        strip = Strip(segments, max(wide, cells))
        return strip if wide <= cells else strip.crop(0, cells)


def _joined(line: Sequence[Span]) -> list[Span]:
    """The line with its blanks set apart where they are a gap, else moved to the span before them.

    Pictures of the screen place spans, and what is inside one only as well as their font fits: words after a gap
    begin a span of their own, and no span of words begins with a blank.
    """
    spans: list[Span] = []
    for text, style in line:
        rest = text.lstrip(" ")
        blanks = len(text) - len(rest)
        if blanks:
            before = spans[-1] if spans else ("", "")
            ground = _ground(style)
            plain_before = before[0] and "underline" not in before[1] and _ground(before[1]) == ground
            if before[1] == BLANK + ground or (blanks == 1 and plain_before):
                spans[-1] = (before[0] + " " * blanks, before[1])
            else:
                spans.append((" " * blanks, BLANK + ground))
        if rest:
            before = spans[-1] if spans else ("", "")
            if before[1] == style:
                spans[-1] = (before[0] + rest, style)
            else:
                spans.append((rest, style))
    return spans


def _ground(style: str) -> str:
    """The ground of a style name with its ` on `, or nothing."""
    _, on, ground = style.partition(" on ")
    return on + ground
