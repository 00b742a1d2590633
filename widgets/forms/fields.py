"""The fields of a form: what stands in each, what keys do to it, and how its value is drawn. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from sessions.text import clean
from widgets.draw.cells import Line, Span, cut, end, line_width, pad, width
from widgets.parts.composer import NEWLINES, Composer

MOST_WORDS = 4_000
"""Characters of a field of one line."""
_MARGIN = 8
"""Cells behind the cursor that stay in view."""


class Field:
    """One field. `key` names it in values and refusals."""

    def __init__(self, key: str, label: str, hint: str = "", *, about: str = "") -> None:
        self.key, self.label = key, label
        self.hint = hint
        """What stands there while nothing does."""
        self.about = about
        """A sentence on what it is for."""
        self.trouble = ""
        """Why it cannot be as it is."""
        self.note = ""
        """What is behind the value, where there is room."""

    @property
    def value(self) -> str:
        raise NotImplementedError

    def type(self, key: str, character: str | None) -> bool:
        """Take a key; False when it does nothing here."""
        raise NotImplementedError

    def paste(self, text: str) -> None:
        """Take a text at the cursor, where there is one."""

    def rows(self, most: int) -> int:
        """Rows that it takes of those that can be had."""
        return 1

    def lines(self, cells: int, rows: int, focused: bool) -> list[Line]:
        """Its value, in rows of so many cells at most."""
        raise NotImplementedError


class Words(Field):
    """A line of text."""

    def __init__(self, key: str, label: str, hint: str = "", *, about: str = "", value: str = "") -> None:
        super().__init__(key, label, hint, about=about)
        self._composer = Composer(value)
        self.ghost = ""
        """How what was typed may go on: shown behind it."""
        self.proposal = ""
        """What stands there by itself: a word that is typed takes its place, and a blank goes on with it."""

    @property
    def value(self) -> str:
        return self._composer.text

    @value.setter
    def value(self, text: str) -> None:
        self._composer = Composer(text[:MOST_WORDS])

    @property
    def at_end(self) -> bool:
        """Nothing stands behind the cursor."""
        return self._composer.at == len(self._composer.text)

    def type(self, key: str, character: str | None) -> bool:
        if key in NEWLINES or key in ("up", "down", "pageup", "pagedown"):
            return False
        if character and character.isprintable():
            if len(self.value) >= MOST_WORDS:
                return True
            if self.proposal and self.value == self.proposal and self.at_end and character != " ":
                self.value = ""
        before = (self._composer.text, self._composer.at)
        return self._composer.type(key, character) and (self._composer.text, self._composer.at) != before

    def paste(self, text: str) -> None:
        room = MOST_WORDS - len(self.value)
        self._composer.paste(clean(text, room) if room > 1 else "")

    def lines(self, cells: int, rows: int, focused: bool) -> list[Line]:
        text, at = self._composer.text, self._composer.at
        if not focused:
            shown = cut(text, cells) if text else cut(self.hint, cells)
            return [((shown, "text on bar" if text else "faint on bar"),)] if shown else [()]
        behind = text[at + 1 : at + 1 + cells]
        room = max(1, cells - 1 - min(_MARGIN, width(behind)))
        before = end(text[max(0, at - 2 * cells) : at], room)
        after = "" if behind or at < len(text) else self.ghost or ("" if text else self.hint)
        spans: list[Span] = [
            (before, "text on bar"),
            (text[at : at + 1] or after[:1] or " ", "bold text on cursor" if at < len(text) else "soft on cursor"),
            (behind, "text on bar"),
            (after[1:], "faint on bar"),
        ]
        return [pad([span for span in spans if span[0]], cells, "text on bar")]


class Text(Field):
    """A text of several lines."""

    def __init__(self, key: str, label: str, hint: str = "", *, about: str = "", value: str = "") -> None:
        super().__init__(key, label, hint, about=about)
        self._composer = Composer(value)

    @property
    def value(self) -> str:
        return self._composer.text

    @property
    def at_end(self) -> bool:
        return self._composer.at == len(self._composer.text)

    @property
    def at_start(self) -> bool:
        return self._composer.at == 0

    def type(self, key: str, character: str | None) -> bool:
        return self._composer.type(key, character)

    def paste(self, text: str) -> None:
        self._composer.paste(text)

    def rows(self, most: int) -> int:
        return most

    def lines(self, cells: int, rows: int, focused: bool) -> list[Line]:
        if not focused and not self.value:
            return [((cut(self.hint, cells), "faint on bar"),)]
        shown = self._composer.lines(cells, rows)
        if focused and not self.value:
            shown[0] = pad(
                [(self.hint[:1] or " ", "soft on cursor"), (self.hint[1:], "faint on bar")], cells, "text on bar"
            )
        if not focused:
            return [tuple((text, "text on bar") for text, _ in line) for line in shown]
        return shown


class Option(msgspec.Struct, frozen=True):
    """Something to choose."""

    key: str
    name: str = ""
    refused: str = ""
    """Why it cannot be chosen."""

    @property
    def shown(self) -> str:
        return self.name or self.key


class Choice(Field):
    """One of several; the arrows go round, letters go to the next that begins with them."""

    def __init__(self, key: str, label: str, options: Sequence[Option], value: str = "", *, about: str = "") -> None:
        super().__init__(key, label, about=about)
        self.options: Sequence[Option] = options
        self.at = 0
        self._typed = ""
        """Letters that came one after the other, and with which what is chosen begins."""
        self.choose(value)

    @property
    def value(self) -> str:
        return self.options[self.at].key if self.options else ""

    @property
    def option(self) -> Option:
        return self.options[self.at] if self.options else Option("")

    def choose(self, key: str) -> bool:
        """Choose by key; False when there is no such option."""
        found = next((at for at, option in enumerate(self.options) if option.key == key), -1)
        self.at = max(found, 0) if not self.options or found >= 0 else self.at
        return found >= 0

    def offer(self, options: Sequence[Option]) -> None:
        """Have these to choose from; what was chosen stays, if it is among them."""
        chosen = self.value
        self.options, self.at = options, 0
        self.choose(chosen)

    def type(self, key: str, character: str | None) -> bool:
        count = len(self.options)
        if key in ("left", "right", "space") and count:
            self.at, self._typed = (self.at + (-1 if key == "left" else 1)) % count, ""
            return True
        if not character or not character.isprintable():
            self._typed = ""
            return False
        letter = character.casefold()
        for typed, step in ((self._typed + letter, 0), (letter, 1)) if self._typed else ((letter, 1),):
            if (found := self._beginning(typed, step)) >= 0:
                self.at, self._typed = found, typed
                return True
        return False

    def _beginning(self, typed: str, step: int) -> int:
        """Where the next is that begins so, from so many steps after what is chosen on; a whole name comes first."""
        count = len(self.options)
        after = [(self.at + step + more) % count for more in range(count)]
        names = [(at, self.options[at].shown.casefold()) for at in after]
        whole = (at for at, name in names if len(typed) > 1 and name == typed)
        return next(whole, next((at for at, name in names if name.startswith(typed)), -1))

    def lines(self, cells: int, rows: int, focused: bool) -> list[Line]:
        option = self.option
        style = "faint on bar" if option.refused else "text on bar"
        if not focused:
            return [((cut(option.shown, cells), style),)]
        spans: list[Span] = [
            ("◂ ", "accent on bar"),
            (cut(option.shown, max(1, cells - 4)), "bold " + style),
            (" ▸", "accent on bar"),
        ]
        for other in self.options:
            piece: Span = (f"  {other.shown}", "faint on bar" if other.refused else "soft on bar")
            if other is not option:
                if line_width(spans) + width(piece[0]) > cells:
                    break
                spans.append(piece)
        return [tuple(spans)]
