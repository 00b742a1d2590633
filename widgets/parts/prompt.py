"""What the footer asks: a menu of single keys, or a line to type into. Values without a widget of their own."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from sessions.text import clean
from widgets.draw.cells import Line, Span, cut, end, line_width, width

MAX_TYPED = 200
SENTENCE = 20
"""Cells from which on a menu's title says what would be done: of such a one the beginning stays, whatever room."""
LEAST_NAME = 3
"""Cells of a menu's name, below which it would say nothing any more."""


class Choose(msgspec.Struct, frozen=True):
    """One item of a menu: its key, its name, its sign, and whether it is on."""

    key: str
    name: str
    sign: str = ""
    style: str = "text"
    on: bool = False


class Menu(msgspec.Struct, frozen=True):
    """A question answered by one key."""

    title: str
    items: tuple[Choose, ...]
    hint: str = "esc back"
    enter: str = ""
    """The key of the item that `enter` takes, too."""

    def line(self, cells: int) -> Line:
        """The menu in one line; where there is little room it says less: no signs, no hint, no title, cut names.

        A choice whose key is not seen is none, so that names are cut before one of them is left out.
        """
        if width(self.title) > SENTENCE and (told := self._cut(cells)):
            return told
        unhinted = replace(self, hint="")
        for it, signs, head, gap in (
            (self, True, True, 3),
            (self, False, True, 2),
            (unhinted, False, True, 2),
            (self, False, False, 2),
            (self, False, False, 1),
        ):
            line = it._drawn(signs, head, gap)
            if line_width(line) <= cells:
                return line
        for most in range(max((width(item.name) for item in self.items), default=0), LEAST_NAME, -1):
            line = self._drawn(False, False, 1, most - 1)
            if line_width(line) <= cells:
                return line
        return self._drawn(False, False, 1)

    def _cut(self, cells: int) -> Line:
        """The same with as much of the title as has room beside all choices; nothing where that says little."""
        for gap, hint in ((3, self.hint), (2, "")):
            room = cells - line_width(self._drawn(False, False, gap)) - width(hint) - 2
            if room >= min(width(self.title), SENTENCE if gap == 2 else 1_000):
                return replace(self, title=cut(self.title, room), hint=hint)._drawn(False, True, gap)
        return ()

    def _drawn(self, signs: bool, head: bool, gap: int, most: int = 1_000) -> Line:
        spans: list[Span] = [(f" {self.title}  " if head else " ", "bold accent on bar")]
        for item in self.items:
            weight = "bold text on bar" if item.on else "soft on bar"
            spans.append((item.key + " ", "bold accent on bar"))
            if item.sign and signs:
                spans.append((item.sign + " ", item.style + " on bar"))
            name = cut(item.name, most)
            spans += [(name, "underline " + weight if item.on else weight), (" " * gap, "text on bar")]
        return (*spans, (self.hint, "faint on bar")) if head else tuple(spans)

    def chosen(self, key: str) -> Choose | None:
        """The item of a key."""
        wanted = self.enter if key == "enter" else key
        return next((item for item in self.items if item.key == wanted), None)


class Typing:
    """A line being typed."""

    def __init__(self, title: str, text: str = "") -> None:
        self.title = title
        self.text = text

    def type(self, key: str, character: str | None) -> bool:
        """Take a key; False when it is none of typing."""
        if key in ("backspace", "ctrl+h"):
            self.text = self.text[:-1]
        elif key == "ctrl+u":
            self.text = ""
        elif key == "ctrl+w":
            self.text = self.text.rstrip().rpartition(" ")[0]
        elif character and character.isprintable() and len(self.text) < MAX_TYPED:
            self.text += character
        else:
            return False
        return True

    def paste(self, text: str) -> None:
        self.text = (self.text + clean(text, MAX_TYPED))[:MAX_TYPED]

    def line(self, cells: int, found: str, hint: str = "enter keeps   esc drops") -> Line:
        """The line with a still cursor: one that blinks would send bytes while nothing happens.

        Of a long text the end is seen, where it is being typed; what was `found` stays beside it, up to half the room.
        """
        room = max(1, cells - width(self.title) - 3)
        return (
            (f" {self.title} ", "bold accent on bar"),
            (end(self.text, max(room // 2, room - width(found) - 3)), "text on bar"),
            (" ", "text on cursor"),
            (f"   {found}", "soft on bar"),
            (f"   {hint}", "faint on bar"),
        )


def keys_line(keys: Sequence[tuple[str, str, bool]], kept: int = 0) -> list[tuple[int, list[Span]]]:
    """Footer pieces from (key, title, works), each with its priority, the last `kept` before all others.

    What cannot work is faint: the letter of what can is told from it by its weight too, where there are few colours.
    """
    return [
        (place - len(keys) if place >= len(keys) - kept else place,
         [(key, ("bold text" if works else "faint") + " on bar"), (" ", "text on bar"),
          (title, ("soft" if works else "faint") + " on bar")])
        for place, (key, title, works) in enumerate(keys)
    ]  # fmt: skip
