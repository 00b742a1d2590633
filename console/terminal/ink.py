"""Inks: how a cell is drawn, and the shortest way from one to the next.

Equal inks are one object, so that sameness is identity.
"""

from __future__ import annotations

from functools import cache, lru_cache

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.style import Style
from textual.strip import Strip

_UNSEEN = frozenset("123")
"""Attributes that do nothing to a blank: bold, dim, italic."""
_OFF = {"1": "22", "2": "22", "3": "23", "4": "24", "7": "27", "9": "29"}
"""What ends an attribute. One that is not here is ended by beginning anew."""
_PLAIN = frozenset[str]()


class Ink:
    """Attributes, colour and ground of a cell, as codes of SGR sequences."""

    __slots__ = ("attributes", "bare", "fore", "ground")

    def __init__(self, attributes: frozenset[str], fore: str, ground: str) -> None:
        self.attributes, self.fore, self.ground = attributes, fore, ground
        self.bare = attributes <= _UNSEEN
        """A blank in this ink shows its ground and nothing else."""

    @property
    def blank(self) -> Ink:
        """The ink of a blank in this ink: all that are bare have the same one on a ground."""
        return _ink(_PLAIN, "", self.ground) if self.bare else self

    @property
    def is_blank(self) -> bool:
        """There is nothing but the ground, and no colour."""
        return not self.fore

    def draws(self, other: Ink) -> bool:
        """Whether a cell of the ink `other` may as well be written in this one."""
        return other is self or (self.bare and not other.fore and other.ground == self.ground)


_ink = cache(Ink)
NOTHING = _ink(_PLAIN, "39", "49")
"""The terminal's own."""


@lru_cache(maxsize=2048)
def ink_of(style: Style, system: ColorSystem) -> Ink:
    """The ink of a style on a terminal with the colours of `system`."""
    fore = style.color.downgrade(system).get_ansi_codes() if style.color else ("39",)
    ground = style.bgcolor.downgrade(system).get_ansi_codes(foreground=False) if style.bgcolor else ("49",)
    codes = Strip.render_ansi(style.without_color, system).split(";")
    return _ink(frozenset(filter(None, codes)), ";".join(fore), ";".join(ground))


@lru_cache(maxsize=4096)
def turn(before: Ink, wanted: Ink) -> tuple[str, Ink]:
    """The shortest sequence after which the terminal draws what is `wanted`, and the ink it has then."""
    if before.draws(wanted):
        return "", before
    if wanted.is_blank:
        wanted = (
            _ink(before.attributes, before.fore, wanted.ground) if before.bare else _ink(_PLAIN, "39", wanted.ground)
        )
    ways = [["0", *sorted(wanted.attributes), *(c for c in (wanted.fore, wanted.ground) if c not in ("39", "49"))]]
    lost = before.attributes - wanted.attributes
    if all(code in _OFF for code in lost):
        off = {_OFF[code] for code in lost}
        # What ends bold ends dim, too.
        on = {code for code in wanted.attributes if code not in before.attributes or _OFF.get(code) in off}
        colours = ((before.fore, wanted.fore), (before.ground, wanted.ground))
        ways.append([*sorted(off), *sorted(on), *(new for old, new in colours if old != new)])
    codes = min((";".join(way) for way in ways), key=len)
    return f"\x1b[{codes}m", wanted


Cell = tuple[str, Ink]
"""What stands in a cell: a character with its marks, or nothing in the second cell of a wide one."""
_FIRST_EMOJI, _FIRST_IDEOGRAM = 0x1F000, 0x2E80
_cells_of_char = lru_cache(maxsize=4096)(cell_len)


@lru_cache(maxsize=4096)
def unsure(text: str) -> bool:
    """Whether terminals disagree about how many cells this character takes: marks, emoji, what joins them."""
    first = ord(text[0]) if text else 0
    return len(text) > 1 or first >= _FIRST_EMOJI or (first < _FIRST_IDEOGRAM and cell_len(text) == 2)


@lru_cache(maxsize=4096)
def is_single(text: str) -> bool:
    """Whether every terminal gives this character one cell."""
    return _cells_of_char(text) == 1 and not unsure(text)


def cells_of(strip: Strip, system: ColorSystem) -> list[Cell]:
    """The cells of a strip on a terminal with the colours of `system`."""
    cells: list[Cell] = []
    for text, style, control in strip:
        if control:
            continue
        ink = ink_of(style or Style.null(), system)
        blank: Cell = (" ", ink.blank)
        if not text.strip(" "):
            cells += [blank] * len(text)
            continue
        if text.isascii():
            cells += [blank if char == " " else (char, ink) for char in text]
            continue
        for char in text:
            wide = _cells_of_char(char)
            if wide == 1:
                cells.append(blank if char == " " else (char, ink))
            elif wide:
                cells += [blank if char == " " else (char, ink), ("", ink)][:wide]
            elif cells:  # a mark on the character before it, whose last cell may be its second
                at = -2 if len(cells) > 1 and not cells[-1][0] else -1
                before, drawn = cells[at]
                cells[at] = (before + char, ink if drawn.is_blank else drawn)
    return cells
