"""What a form tells beside its fields: what can be taken, what a scope meets, what holds it. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from sessions.floor.scope import Held, HeldBy
from sessions.text import clean
from sessions.views.forms.offers import Offer
from sessions.views.forms.overlap import FIRST, Meeting, Overlap
from widgets.draw.cells import Line, Span, cut, fit, pad, short, width
from widgets.draw.glyphs import BAR, CLASH, DOT, INSIDE, OUTSIDE
from widgets.draw.wrap import wrap
from widgets.forms.fields import Choice
from widgets.forms.form import GROUND, LABEL

_LEAD = " " * (LABEL + 2)
_NAME, _SHORT = 26, 14
"""Cells of a station's name, and on a small screen."""


def told(words: str, cells: int, most: int, style: str = "soft on bar", label: str = "") -> list[Line]:
    """A sentence below the values, in at most so many rows."""
    room = max(8, cells - len(_LEAD) - 1)
    rows = wrap(words, room) if words else []
    if len(rows) > most:
        rows[most - 1 :] = [cut(" ".join(rows[most - 1 :]), room)]
    heads = (" " + fit(label, LABEL) + " ", *[_LEAD] * most)
    return [pad([(head, "soft on bar"), (row, style)], cells, GROUND) for head, row in zip(heads, rows, strict=False)]


def offer_lines(offers: Sequence[Offer], at: int, cells: int, rows: int) -> list[Line]:
    """What can be taken, around the one that is picked; -1 when none is."""
    rows_of = [(offer.text, offer.why, "text", "") for offer in offers]
    return _listed(rows_of, at, cells, rows)


def option_lines(choice: Choice, titles: Sequence[str], cells: int, rows: int) -> list[Line]:
    """All that can be chosen around what is, each with its title, or why it cannot be."""
    rows_of = [
        (option.shown, option.refused or title, "faint" if option.refused else "text",
         OUTSIDE if option.refused else INSIDE)
        for option, title in zip(choice.options, titles, strict=True)
    ]  # fmt: skip
    return _listed(rows_of, choice.at, cells, rows)


def _listed(rows_of: Sequence[tuple[str, str, str, str]], at: int, cells: int, rows: int) -> list[Line]:
    """Rows of a name, words, a style and a sign; the one at `at` is under the cursor."""
    top = max(0, min(at - rows // 2, len(rows_of) - rows))
    shown = rows_of[top : top + rows]
    name = min(max((width(text) for text, *_ in shown), default=0), max(20, (cells - LABEL) // 2))
    below = len(rows_of) - top - len(shown)
    lines: list[Line] = []
    for number, (text, words, style, sign) in enumerate(shown, top):
        ground = " on cursor" if number == at else " on bar"
        more = f"   and {below} more" if below and number == top + len(shown) - 1 else ""
        spans: list[Span] = [
            (_LEAD[:-2], GROUND),
            (BAR if number == at else " ", "accent" + ground),
            (" " + sign, ("failed" if sign == OUTSIDE else "working") + ground),
            *pad([(short(text, name), style + ground)], name, "text" + ground),
            (f"  {words}{more}", ("faint" if style == "faint" else "soft") + ground),
        ]
        lines.append(pad(spans, cells, "text" + ground))
    return lines


def overlap_lines(found: Overlap | None, why: str, cells: int, rows: int) -> list[Line]:
    """With whom a scope is shared; `why` is said while that is not known."""
    label: Span = (" " + fit("overlap", LABEL) + " ", "soft on bar")
    if found is None:
        return [pad([label, (why, "faint on bar")], cells, GROUND)]
    notes: list[Line] = []
    if found.collides:
        names = [f"{clean(name, 40)} {_many(lines, 'line')}" for name, lines in found.collides[:FIRST]]
        more = f"  and {len(found.collides) - FIRST} more" if len(found.collides) > FIRST else ""
        words = f"{CLASH} its branch collides already: {_joined(names)}{more}"
        notes.append(_note(words, cells, "needs_me on bar"))
    if found.hot:
        names = [f"{clean(hot.path, 60)} ({_many(hot.pairs, 'pair')})" for hot in found.hot]
        notes.append(_note(f"{CLASH} branches collide in it: {_joined(names)}", cells, "soft on bar"))
    room = max(1, rows - 1 - len(notes))
    body = [_meeting(meeting, cells) for meeting in found.meetings]
    if len(body) > room:
        body = [*body[: room - 1], _note(f"and {len(body) - room + 1} more of them", cells, "faint on bar")]
    return [pad([label, *_whole(found)], cells, GROUND), *body, *notes]


def _whole(found: Overlap) -> list[Span]:
    files = f"it may write {found.files:,} of {found.of:,}{'+' * found.more} files  {DOT} " if found.of else ""
    bound = sum(not meeting.observed for meeting in found.meetings)
    seen = len(found.meetings) - bound
    if not found.meetings:
        return [(files, "text on bar"), ("nobody else writes there", "text on bar")]
    words = []
    if bound:
        words.append(f"{_many(bound, 'other station')} may write there")
    if seen:
        words.append(f"{seen} that {'are' if seen > 1 else 'is'} only observed wrote there")
    return [(files, "text on bar"), (", ".join(words), "bold text on bar")]


def _meeting(meeting: Meeting, cells: int) -> Line:
    room = _NAME if cells >= 120 else _SHORT
    name: Span = (short(clean(meeting.name, 60), room), "bold text on bar")
    spans: list[Span] = [(_LEAD, GROUND), *pad([name], room, GROUND), ("  ", GROUND)]
    if meeting.exclusive:
        spans.append(("has it to itself  ", "bold failed on bar"))
    if meeting.lines:
        spans.append((f"{CLASH} {_many(meeting.lines, 'line')}  ", "needs_me on bar"))
    if meeting.files:
        first = "  ".join(clean(path, 80) for path in meeting.first)
        more = f"  and {meeting.files - len(meeting.first):,} more" if meeting.files > len(meeting.first) else ""
        size = f"{'wrote ' * meeting.observed}{_many(meeting.files, 'file')}  "
        spans += [(size, "text on bar"), (first + more, "soft on bar")]
    elif meeting.might:
        both = f"; both could make {clean(meeting.might, 80)}" if meeting.might != "**" else ""
        spans.append((f"shares no file that exists{both}", "soft on bar"))
    return pad(spans, cells, GROUND)


def held_lines(
    held: Held | None, asked: Sequence[str] | None, hooked: bool, when: str, cells: int, rows: int
) -> list[Line]:
    """Who holds what of a boundary, and from when on. `asked` are patterns that no mount can say; None: not known.

    `hooked` agents have a hook of their own that denies what does not match those.
    """
    leaving = "what leaves the station is checked against all of it"
    if held is not None and held.by is HeldBy.ADVISORY:
        words = "no kernel holds it: " + "the agent's own hook asks, and " * hooked + leaving
    elif asked and not hooked:
        rest = clean(" ".join(asked), 160)
        words = f"the kernel holds what is around it; {rest} nobody holds before {leaving}"
    elif asked is None:
        words = f"the kernel holds it as far as mounts can say it, and {leaving}"
    elif asked:
        words = f"the kernel holds what is around it, the agent's own hook {clean(' '.join(asked), 160)}, and {leaving}"
    else:
        words = f"the kernel holds all of it, and {leaving}"
    return [
        *told(words, cells, max(1, rows - 1), "text on bar", "held"),
        *told(when, cells, 1, "bold text on bar", "from"),
    ]


def _joined(names: Sequence[str]) -> str:
    return f"  {DOT} ".join(names)


def _note(words: str, cells: int, style: str) -> Line:
    return pad([(_LEAD, GROUND), (cut(words, max(1, cells - len(_LEAD) - 1)), style)], cells, GROUND)


def _many(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' * (number != 1)}"
