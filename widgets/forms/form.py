"""A form: fields in rows, one of which has the keys. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from widgets.draw.cells import Line, Span, cut, fit, line_width, pad, width
from widgets.draw.glyphs import BAR, OUTSIDE
from widgets.draw.wrap import wrap
from widgets.forms.fields import Choice, Field, Words

LABEL = 9
"""Cells of a label."""
_COLUMN = 64
"""Cells of a field at most that has another one beside it."""
_EDGE = 1
_TROUBLE_ROWS = 2
GROUND = "text on bar"


class Form:
    """What is filled in. Rows hold one field, or two beside each other."""

    def __init__(self, rows: Sequence[Sequence[Field]]) -> None:
        self.rows = [list(row) for row in rows]
        self.by_key = {field.key: field for row in rows for field in row}
        self.hidden: set[str] = set()
        """Keys of fields that do not matter now."""
        self.touched: set[str] = set()
        """Keys of fields that a hand has changed."""
        self.focus = self.rows[0][0]

    @property
    def values(self) -> dict[str, str]:
        """What stands in each field that is seen."""
        return {key: field.value for key, field in self.by_key.items() if key not in self.hidden}

    @property
    def order(self) -> list[Field]:
        """The fields that are seen, as the keys go through them."""
        return [field for row in self.rows for field in row if field.key not in self.hidden]

    def move(self, steps: int) -> None:
        """Give the keys to another field, round and round."""
        order = self.order
        self.focus = order[(order.index(self.focus) + steps) % len(order)]

    def go_to(self, key: str) -> None:
        """Give the keys to this field, where it is seen."""
        if key in self.by_key and key not in self.hidden:
            self.focus = self.by_key[key]

    def hide(self, keys: set[str]) -> None:
        """See all but these."""
        if self.focus.key in keys:
            self.focus = self.rows[0][0]
        self.hidden = keys

    def type(self, key: str, character: str | None) -> bool:
        """Take a key for the field in hand; False when it did nothing to it."""
        before = self.focus.value
        done = self.focus.type(key, character)
        if self.focus.value != before:
            self.touched.add(self.focus.key)
        return done

    def put(self, text: str) -> None:
        """Have this stand in the field in hand, as if it had been typed."""
        if isinstance(self.focus, Words):
            self.focus.value = text
            self.touched.add(self.focus.key)

    def paste(self, text: str) -> None:
        self.focus.paste(text)
        self.touched.add(self.focus.key)

    def fill(self, values: Mapping[str, str]) -> None:
        """Have these stand there, as what nobody has touched."""
        for key, value in values.items():
            field = self.by_key.get(key)
            if isinstance(field, Words):
                field.value = value
            elif isinstance(field, Choice):
                field.choose(value)

    def refuse(self, troubles: Mapping[str, str]) -> None:
        """Say at each field what is wrong with it."""
        for key, field in self.by_key.items():
            field.trouble = troubles.get(key, "")

    @property
    def troubles(self) -> list[Field]:
        """The fields that cannot be as they are."""
        return [field for field in self.order if field.trouble]


class Drawn:
    """A form as lines, and which of them belong to which field."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.places: list[tuple[int, int, int, int, Field]] = []
        """Of each field its first line, how many there are, its first cell, how many there are."""

    def field_at(self, x: int, y: int) -> Field | None:
        """The field at a cell."""
        for top, height, left, cells, field in self.places:
            if top <= y < top + height and left <= x < left + cells:
                return field
        return None

    def span_of(self, field: Field) -> tuple[int, int]:
        """The first line of a field, and the one after its last."""
        return next(((top, top + height) for top, height, _, _, one in self.places if one is field), (0, 0))


def drawn(form: Form, cells: int, text_rows: int) -> Drawn:
    """The form in so many cells; a text of several lines has so many rows."""
    found = Drawn()
    for row in form.rows:
        seen = [field for field in row if field.key not in form.hidden]
        if not seen:
            continue
        top = len(found.lines)
        wide = [min(cells // len(seen), _COLUMN)] * len(seen)
        wide[-1] = cells - sum(wide[:-1])
        rows = max(field.rows(text_rows) for field in seen)
        blocks = [_block(field, form, size, rows) for field, size in zip(seen, wide, strict=True)]
        for y in range(rows):
            found.lines.append(tuple(span for block in blocks for span in block[y]))
        for field in seen:
            found.lines += _trouble(field, cells)
        left = 0
        for field, size in zip(seen, wide, strict=True):
            found.places.append((top, len(found.lines) - top, left, size, field))
            left += size
    return found


def _block(field: Field, form: Form, cells: int, rows: int) -> list[Line]:
    """A field with its label in a rectangle."""
    focused = field is form.focus
    room = max(4, cells - _EDGE - LABEL - 2)
    lines = field.lines(room, rows, focused)
    if lines and field.note and rows == 1:
        used = line_width(lines[0]) if not focused or not isinstance(field, Words) else _used(field, lines[0])
        left = room - used - 2
        if left >= min(12, width(field.note)):
            kept = lines[0] if used == line_width(lines[0]) else pad(lines[0], used, GROUND)
            lines[0] = (*kept, ("  " + cut(field.note, left), "faint on bar"))
    label = "bold failed" if field.trouble else "bold accent" if focused else "soft"
    block: list[Line] = []
    for y in range(rows):
        sign = BAR if focused else " "
        head: list[Span] = [(sign, "accent on bar"), (fit(field.label * (y == 0), LABEL), label + " on bar")]
        value = lines[y] if y < len(lines) else ()
        block.append(pad([*head, (" ", GROUND), *pad(value, room, GROUND)], cells, GROUND))
    return block


def _used(field: Words, line: Line) -> int:
    """Cells of a line that is padded for its cursor."""
    text = "".join(part for part, _ in line).rstrip()
    return min(line_width(line), width(text) + 1)


def _trouble(field: Field, cells: int) -> list[Line]:
    if not field.trouble:
        return []
    rows = wrap(field.trouble, max(8, cells - LABEL - 6))
    if len(rows) > _TROUBLE_ROWS:
        rows[_TROUBLE_ROWS - 1 :] = [cut(" ".join(rows[_TROUBLE_ROWS - 1 :]), max(8, cells - LABEL - 6))]
    lead = " " * (_EDGE + LABEL + 1)
    return [
        pad([(lead, GROUND), (OUTSIDE if not at else "  ", "failed on bar"), (row, "failed on bar")], cells, GROUND)
        for at, row in enumerate(rows)
    ]
