"""News for the operator: who calls and what begins to collide, kept in a line for a while and rung for in batches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from sessions.floor.state import FloorState, Status, name_of
from sessions.text import clean
from sessions.views.conflicts.clashes import CollisionWatch, notice
from sessions.views.floor.calls import CALLING, Call, CallTracker
from sessions.views.status import RESTING_S
from widgets.draw.cells import Line, Span, line_width, pad, plain, spread
from widgets.draw.glyphs import CLASH, STATUS
from widgets.draw.numbers import age

if TYPE_CHECKING:
    from sessions.views.triage.fresh import CaseWatch

NEWS_S = 12.0
"""How long news stay in the line."""
RING_EVERY_S = 5.0
"""What comes within this time after one bell or notification waits for the next, which tells of all of it."""
LEAST_S = 0.1
"""A station is stale only after the moment up to which its silence is believed."""
SMALL = 40
"""Cells below which the way there is not said."""
NAMED = 3
"""Stations that are named in one line."""
_NAME, _REASON = 40, 120
_ONE = {Status.NEEDS_ME: "needs you", Status.FAILED: "failed"}
_MANY = {Status.NEEDS_ME: "stations need you", Status.FAILED: "stations failed"}


class Collided(msgspec.Struct, frozen=True):
    """Branches have begun to collide, in words."""

    text: str


class Opened(msgspec.Struct, frozen=True):
    """There is a case that no status of a station tells."""

    case: str
    name: str
    """Of its station; "" for the whole floor."""
    title: str


Item = Call | Collided | Opened


class News:
    """What is new since the console was opened. The clocks come from the caller.

    `moment` is the operator's own clock, which never jumps; `now` is that of what is shown.
    """

    def __init__(self, tells: bool = True, resting_s: float = RESTING_S) -> None:
        """One that does not tell, as in a replay, counts only; what rests for `resting_s` seconds is in no count."""
        self._tells = tells
        self._watch = CallTracker(resting_s)
        self._collisions = CollisionWatch()
        self._cases: CaseWatch | None = None
        self._quiet = 0.0
        """For so many seconds from the last look on nobody is rung for."""
        self._told: list[tuple[float, Item]] = []
        """What the line says, each with the moment at which it was said."""
        self._unrung: list[Item] = []
        self._rung_at = float("-inf")
        self._callers: list[str] = []
        """Stations that called and were not gone to, in the order of their calls."""

    def counts(self, state: FloorState, now: float, moment: float) -> Mapping[Status, int]:
        """How many stations need somebody, failed, wait and are stale; what is new in `state` is not missed."""
        self._take([*self._watch.look(state, now)], moment)
        return self._watch.counts

    def look(self, state: FloorState, now: float, moment: float) -> None:
        """Take in what is new."""
        self.counts(state, now, moment)
        if not self._tells:
            return
        if began := self._collisions.look(state):
            self._take([Collided(notice(state, began))], moment)
        from sessions.views.triage.fresh import CaseWatch, worked_until  # the first paint does not wait for them

        self._cases = self._cases or CaseWatch()
        opened = self._cases.look(state, now)
        self._take([Opened(case.id, name_of(state, case.station), case.title) for case in opened], moment)
        self._quiet = max(0.0, worked_until(state, now) - now)

    def _take(self, items: Sequence[Item], moment: float) -> None:
        if not self._tells:
            return
        self._told += [(moment, item) for item in items]
        self._unrung += items
        self._callers += [item.station for item in items if isinstance(item, Call)]

    def told(self, moment: float) -> list[Item]:
        """What the line says: the news of the last seconds, of each station the last, and none that is over."""
        self._told = [(at, item) for at, item in self._told if moment - at < NEWS_S and self._holds(item)]
        latest = {_who(item): item for _, item in self._told}
        return [*latest.values()]

    def hold(self, moment: float) -> None:
        """The line cannot be seen: what it says is said later."""
        self._told = [(moment, item) for _, item in self._told]

    def to_ring(self, moment: float) -> list[Item]:
        """What is to be rung for now."""
        if not self._unrung or moment - self._rung_at < RING_EVERY_S or self._quiet:
            return []
        ringing, self._unrung, self._rung_at = self._unrung, [], moment
        return [*{_who(item): item for item in ringing if self._holds(item)}.values()]

    def rest(self, now: float, moment: float) -> float:
        """Seconds until time alone changes what it says or counts; infinite for never."""
        due = [self._watch.due() - now + LEAST_S]
        due += [1.0] * bool(self._told)  # its ages
        due += [max(self._quiet, self._rung_at + RING_EVERY_S - moment)] * bool(self._unrung)
        return max(0.0, min(due))

    def _holds(self, item: Item) -> bool:
        if isinstance(item, Opened):
            return self._cases is not None and item.case in self._cases.present
        return isinstance(item, Collided) or self._watch.is_loud(item.station)

    @property
    def calls(self) -> bool:
        """Somebody needs a person or has failed, since whenever."""
        return self._watch.calls

    def next_caller(self, present: str = "") -> str:
        """The station to go to: who called first and was not gone to, else the next of those that call; or none.

        `present` is the station one is in.
        """
        loud = self._watch.loud
        self._callers = [name for name in self._callers if name in loud and name != present]
        if self._callers:
            return self._callers.pop(0)
        after = loud.index(present) + 1 if present in loud else 0
        others = [name for name in (*loud[after:], *loud[:after]) if name != present]
        return others[0] if others else ""


def _who(item: Item) -> str:
    if isinstance(item, Opened):
        return f"case {item.case}"
    return f"station {item.station}" if isinstance(item, Call) else item.text


def news_line(items: Sequence[Item], now: float, way: str, cells: int) -> Line:
    """The news in words: of several of a kind how many there are and the first of them; then the `way` there.

    Where there is little room every part has its share of it.
    """
    parts = [*_parts(items, now)]
    right: list[Span] = [(f"  {way} ", "bold soft on bar")] if way and cells >= SMALL else []
    room = max(1, cells - 1 - line_width(right)) // max(1, len(parts))
    spans: list[Span] = [(" ", "text on bar")]
    for part in parts:
        spans += [("  ", "text on bar")] if len(spans) > 1 else []
        spans += part if len(parts) == 1 or line_width(part) < room else pad(part, room - 2, "text on bar")
    return spread(spans, right, cells, "text on bar")


def news_text(items: Sequence[Item], now: float) -> str:
    """The same without signs, for a notification."""
    return "; ".join(plain(part[1:]).strip() for part in _parts(items, now))


def _parts(items: Sequence[Item], now: float) -> Iterator[Line]:
    """Each a sign and what it is about."""
    for status in CALLING:
        calls = [item for item in items if isinstance(item, Call) and item.status is status]
        style = f"bold {status.value} on bar"
        if len(calls) == 1:
            yield ((STATUS[status] + " ", style), *_one(calls[0], now))
        elif calls:
            names = [f"{clean(call.name, _NAME)}{'?' * call.guess}" for call in calls[:NAMED]]
            more = f" and {len(calls) - NAMED} more" if len(calls) > NAMED else ""
            said = f"{len(calls)} {_MANY[status]}: "
            yield ((STATUS[status] + " ", style), (said, "bold text on bar"), (", ".join(names) + more, "text on bar"))
    opened = [item for item in items if isinstance(item, Opened)]
    if opened:
        yield _opened(opened)
    for item in items:
        if isinstance(item, Collided):
            yield ((CLASH + " ", "bold failed on bar"), (item.text, "text on bar"))


def _opened(items: Sequence[Opened]) -> Line:
    """`guide: write shop/taxes.py`, or how many there are and the first of them."""
    sign = (STATUS[Status.NEEDS_ME] + " ", "bold needs_me on bar")
    names = [clean(item.name or "the floor", _NAME) for item in items[:NAMED]]
    if len(items) == 1:
        return (sign, (names[0], "bold text on bar"), (f": {clean(items[0].title, _REASON)}", "soft on bar"))
    more = f" and {len(items) - NAMED} more" if len(items) > NAMED else ""
    return (sign, (f"{len(items)} cases: ", "bold text on bar"), (", ".join(names) + more, "text on bar"))


def _one(call: Call, now: float) -> Line:
    """`proxy-07 needs you? 12s: permission for Bash`."""
    said = f" {_ONE[call.status]}{'?' * call.guess} {age(call.since, now)}"
    reason = clean(call.reason, _REASON)
    return (
        (clean(call.name, _NAME), "bold text on bar"),
        (said + ":" * bool(reason), "text on bar"),
        (" " + reason if reason else "", "soft on bar"),
    )
