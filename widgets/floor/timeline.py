"""A past as a strip of time: where it was busy, where it failed, where the viewer is; a click or drag goes there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
from textual import events
from textual.message import Message

from sessions.floor.axis import Axis, Piece
from sessions.floor.state import Status
from sessions.floor.zone import Zone
from sessions.text import clean
from widgets.draw.cells import Line, Span, cut, line_width, pad, spread, width
from widgets.draw.glyphs import DOT, STATUS
from widgets.draw.numbers import count
from widgets.draw.plot import bars
from widgets.parts.lined import Lined

PLAYING, PAUSED, CURSOR = "▶", "║", "▲"
FOLD = "┊"
"""A silence that takes one slot."""
TALL_FROM = 30
"""On screens with at least so many lines the timeline takes `TALL` of them, else `SHORT`."""
TALL, SHORT = 5, 4
_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200)
_DAY = 86_400
MANY = 20
"""Slots from which on failures in most of them are drawn as bars: signs side by side say nothing."""
_GAP: Span = ("   ", "text")
EVENT_CELLS = 16
"""What an event has of the status line at least; what nothing else takes is also its own."""


class Slot(msgspec.Struct, frozen=True):
    """One of the equal spans of time that the strip is made of."""

    events: int = 0
    failures: int = 0


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """Where a replay stands, as the timeline shows it. Times are seconds since 1970."""

    first_time: float
    last_time: float
    moment: float
    seq: int
    last_seq: int
    speed: int = 1
    playing: bool = False
    skips_silence: bool = False
    lagging: bool = False
    """It plays slower than asked."""
    event: Sequence[Span] = ()
    """What happened at the moment, while it stands still."""
    zone: Zone = Zone()
    trouble: str = ""
    axis: Axis | None = None
    """Time along the strip; None while it is not known yet, and it passes evenly."""

    @property
    def along(self) -> Axis:
        """Time along the strip."""
        return self.axis or Axis(self.first_time, self.last_time)

    @property
    def fraction(self) -> float:
        """Where the moment lies, 0 to 1."""
        return self.along.place(self.moment)


def timeline(at: Position, slots: Sequence[Slot], cells: int, height: int) -> list[Line]:
    """`height` lines, `TALL` or `SHORT`; the strip is `len(slots)` cells wide after a margin of one cell."""
    cursor = min(len(slots) - 1, int(at.fraction * len(slots)))
    lines = [_status(at, slots, cells)]
    folds = [int((piece.left + piece.right) / 2 * len(slots)) for piece in at.along.pieces() if piece.folded]
    lines += [_bars(_with_folds(row, folds), cursor) for row in _rows(slots, height - 3)]
    lines += [_marks(slots, cursor), ((" " + _labels(at, len(slots)), "faint"),)]
    return [pad(line, cells, "text") for line in lines[:height]]


def _status(at: Position, slots: Sequence[Slot], cells: int) -> Line:
    sign = (PLAYING, "bold accent") if at.playing else (PAUSED, "accent")
    now: list[Span] = [(" " + moment_text(at), "bold text"), ("  ", "text"), sign, (f" {at.speed}×", "bold text")]
    if at.lagging:
        now.append((" at most", "soft"))
    elif not at.playing and at.seq >= at.last_seq:
        now.append((" at the end", "soft"))
    failures = sum(slot.failures for slot in slots)
    failed = (
        f"{STATUS[Status.FAILED]} {count(failures)} failure{'s' * (failures != 1)}",
        "failed" if failures else "faint",
    )
    pieces: list[tuple[int, bool, Sequence[Span]]] = [
        (0, False, now),
        (2, False, [("seq ", "soft"), (f"{at.seq:,}", "text"), (f" / {at.last_seq:,}", "soft")]),
        (5, False, [("silence skipped" if at.skips_silence else "silence played", "soft")]),
    ]
    if at.event:
        pieces.append((3, False, pad(at.event, min(line_width(at.event), EVENT_CELLS), "text")))
    if at.trouble:
        pieces.append((1, True, [(cut(clean(at.trouble), cells // 2), "failed")]))
    else:
        read = any(slot.events for slot in slots)  # before, as after another width came, nothing is known of them
        pieces += [*[(4, True, [failed])][: int(read)], (6, True, [(_span_text(at), "soft")])]
    # The event stands last on the left, so that it may be cut where the right begins.
    kept = [
        (place, at_right, at.event if place == 3 else spans) for place, at_right, spans in _fitting(pieces, cells - 1)
    ]
    left, right = (
        [span for _, at_right, spans in kept if at_right is side for span in (*spans, _GAP)] for side in (False, True)
    )
    line = spread(left[:-1], [_GAP, *right[:-1], (" ", "text")] if right else [(" ", "text")], cells, "text")
    return tuple((text, style + " on bar") for text, style in line)


def _fitting(pieces: Sequence[tuple[int, bool, Sequence[Span]]], cells: int) -> list[tuple[int, bool, Sequence[Span]]]:
    """The pieces that fit beside one another, those with the lowest numbers first, in their own order."""
    room, kept = cells, set[int]()
    for priority, _, spans in sorted(pieces, key=lambda piece: piece[0]):
        room -= line_width(spans) + width(_GAP[0])
        if room < 0:
            break
        kept.add(priority)
    return [piece for piece in pieces if piece[0] in kept or piece[0] == 0]


def moment_text(at: Position) -> str:
    """`12:04:31.2`, with the date when the past has more than one."""
    time, first, last = (at.zone.local(moment) for moment in (at.moment, at.first_time, at.last_time))
    if time is None:
        return "--:--:--.-"
    day = f"{time:%Y-%m-%d} " if first and last and first.date() != last.date() else ""
    return f"{day}{time:%H:%M:%S}.{time.microsecond // 100_000}"


def _span_text(at: Position) -> str:
    first, last = at.zone.local(at.first_time), at.zone.local(at.last_time)
    if first is None or last is None:
        return ""
    ends = f"{first:%Y-%m-%d %H:%M} – {last:%H:%M}" if first.date() == last.date() else f"{first:%m-%d} – {last:%m-%d}"
    return f"{ends} {DOT} {_length(at.last_time - at.first_time)}"


def _length(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = int(seconds // 60)
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60:02d}" if minutes < 48 * 60 else f"{minutes // 1_440} days"


def _rows(slots: Sequence[Slot], height: int) -> list[str]:
    # By the square root: a burst does not flatten everything else.
    heights = [slot.events**0.5 for slot in slots]
    return bars(heights, height, max(heights, default=0.0))


def _with_folds(row: str, folds: Sequence[int]) -> str:
    """The row with a mark in each slot that is a folded silence."""
    signs = list(row)
    for x in folds:
        signs[x] = FOLD
    return "".join(signs)


def _bars(row: str, cursor: int) -> Line:
    """One row of the strip: what is past brighter than what is to come, the cursor's column lit."""
    here = row[max(0, cursor) : cursor + 1]
    return ((" ", "text"), (row[: max(0, cursor)], "soft"), (here, "accent on cursor"), (row[cursor + 1 :], "faint"))


def _joined(spans: Sequence[Span]) -> Line:
    """Neighbours of one style as one span."""
    joined: list[Span] = []
    for text, style in spans:
        if joined and joined[-1][1] == style:
            joined[-1] = (joined[-1][0] + text, style)
        else:
            joined.append((text, style))
    return tuple(joined)


def _marks(slots: Sequence[Slot], cursor: int) -> Line:
    """Failures and the cursor under the strip; where failures are everywhere, how many there are."""
    failures = [slot.failures for slot in slots]
    signs = "".join(STATUS[Status.FAILED] if count else " " for count in failures)
    if 2 * sum(map(bool, failures)) > len(slots) >= MANY:
        (signs,) = bars(failures, 1, max(failures))
    spans: list[Span] = [(" ", "text")]
    for x, sign in enumerate(signs):
        spans.append((CURSOR, "bold accent") if x == cursor else (sign, "failed" if sign != " " else "text"))
    return _joined(spans)


def _labels(at: Position, cells: int) -> str:
    """Times of the clock at round steps, each beginning in its own cell; a day begins with its date.

    After a folded silence stands when it ended.
    """
    pieces = [piece for piece in at.along.pieces() if not piece.folded and piece.end > piece.begin]
    told = sum(piece.right - piece.left for piece in pieces) * cells
    if told <= 0:
        return " " * max(0, cells)
    least = sum(piece.end - piece.begin for piece in pieces) / told * 12
    step = next((step for step in _STEPS if step >= least), 0) or _DAY * (1 + int(least // _DAY))
    form = "%H:%M:%S" if step < 60 else "%H:%M" if step < _DAY else "%m-%d"
    labels = ""
    for piece in pieces:
        starts = [(piece.begin, form)] if piece.begin > at.first_time else []
        for tick, shape in [*starts, *_ticks(piece, at.zone, step, form)]:
            time, x = at.zone.local(tick), int(at.along.place(tick) * cells)
            label = time.strftime(shape) if time is not None else ""
            if label and x >= len(labels) and x + len(label) <= cells:
                labels = labels.ljust(x) + label + " "
    return labels.ljust(cells)[:cells]


def _ticks(piece: Piece, zone: Zone, step: int, form: str) -> Iterator[tuple[float, str]]:
    """The round times of a part of the axis, each with the form of its label."""
    shown = ((piece.begin + zone.offset(piece.begin)) // step + 1) * step
    while (tick := zone.time_of(shown)) < piece.end:
        yield tick, "%m-%d" if shown % _DAY == 0 else form
        shown += step


class Timeline(Lined):
    """The strip as a widget; it posts where the operator wants to go."""

    DEFAULT_CSS = "Timeline { dock: bottom; margin-bottom: 1; }"

    class Sought(Message):
        """A place was clicked or dragged to: a fraction of the past's time."""

        def __init__(self, fraction: float) -> None:
            super().__init__()
            self.fraction = fraction

    _slots: Sequence[Slot] = ()
    _position: Position | None = None

    @property
    def slots(self) -> int:
        """How many slots fit."""
        return max(1, self.size.width - 2)

    def fit(self, screen_lines: int) -> None:
        """Take the height that suits a screen of so many lines."""
        self.styles.height = TALL if screen_lines >= TALL_FROM else SHORT

    def set_slots(self, slots: Sequence[Slot]) -> None:
        """The density of the past in `slots` slots."""
        self._slots = slots
        self.draw()

    def set_position(self, at: Position) -> None:
        self._position = at
        self.draw()

    def draw(self) -> None:
        if self._position is None or not self.size.width:
            return
        slots = self._slots if len(self._slots) == self.slots else [Slot()] * self.slots
        self.show(timeline(self._position, slots, self.size.width, self.size.height))

    def on_resize(self, event: events.Resize) -> None:
        self.draw()

    def on_mouse_down(self, event: events.MouseDown) -> None:
        if event.y:  # the first line says something; it is no place
            self.capture_mouse()
            self._seek(event.x)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self.app.mouse_captured is self:
            self._seek(event.x)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        self.release_mouse()

    def _seek(self, x: int) -> None:
        self.post_message(self.Sought(min(1.0, max(0.0, (x - 1) / max(1, self.slots - 1)))))
