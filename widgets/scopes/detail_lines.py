"""All that is known of one place of the tree, as lines. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from sessions.floor.state import FloorState
from sessions.text import clean
from sessions.views.scopes.detail import Detail, HotFile, Meeting, Trial, Writer
from sessions.views.scopes.prevent import Prevention, who
from widgets.draw.cells import Line, Span, cut, line_width, pad, short, width
from widgets.draw.glyphs import CLASH, STATUS
from widgets.draw.numbers import age, count
from widgets.draw.wrap import wrap

MOST = 12
"""Rows of one kind."""
NO_STATIONS = "no station of ours lives, so nobody holds a scope: c starts one; others are only observed"
FEW = 6
"""Stations up to which each has two lines."""
NAMED = 3
"""Stations that are named of many."""


def detail_lines(found: Detail, now: float, chosen: str, cells: int, owned: bool = True) -> list[Line]:
    """One place; `chosen` is the station at hand, and `owned` says that the factory runs some at all."""
    node = found.node
    lines: list[Line] = []
    named = (*found.writers, *found.others[:MOST])
    many = len(found.writers) + len(found.others) > FEW
    room = min(max((width(clean(it.name, 60)) for it in named), default=0), max(8, cells // 3))
    for writer in found.writers:
        lines += _writer(writer, node.files, now, writer.station == chosen, cells, room, many)
    if not found.writers:
        words = "no station of ours may write here" if owned else NO_STATIONS
        lines += [((" " + row, "faint"),) for row in wrap(words, max(8, cells - 2))]
    if found.others:
        lines += [(), _title("wrote here, or may again", cells)]
        for writer in found.others[:MOST]:
            lines += _writer(writer, node.files, now, writer.station == chosen, cells, room, many)
        lines += _more(len(found.others), cells)
    if found.meetings:
        lines += [(), _title("overlaps", cells)]
        lines += [_meeting(meeting, cells) for meeting in found.meetings[:MOST]]
        lines += _more(len(found.meetings), cells)
    if found.unused:
        lines += [(), _title("granted, and never written", cells)]
        lines += [_unused(*it, cells) for it in found.unused[:MOST]]
        lines += _more(len(found.unused), cells)
    if found.outside:
        lines += [(), _title("tried outside of a scope", cells)]
        lines += [_trial(trial, node.path, cells, "failed") for trial in found.outside[:MOST]]
        lines += _more(len(found.outside), cells)
    if found.wanted:
        lines += [(), _title("asked for", cells)]
        lines += [_trial(trial, node.path, cells, "needs_me") for trial in found.wanted[:MOST]]
        lines += _more(len(found.wanted), cells)
    if found.hot:
        lines += [(), _title(f"branches collide {CLASH}", cells)]
        lines += [_hot(hot, node.path, cells) for hot in found.hot[:MOST]]
        lines += _more(len(found.hot), cells)
    return lines


def prevention_lines(found: Prevention, state: FloorState, cells: int) -> list[Line]:
    """The scopes that would have prevented the most conflicts."""
    if not found.rules:
        return []
    lines: list[Line] = [_title(f"would have prevented most of {count(found.pairs)} colliding pairs {CLASH}", cells)]
    for number, rule in enumerate(found.rules, 1):
        names = who(state, rule.leave)
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        leave = f"{', '.join(clean(name, 30) for name in names[:NAMED])}{more} leave{'s' * (len(names) == 1)} it"
        head = f" {number}  {rule.pairs:,} pair{'s' * (rule.pairs != 1)}  "
        place = short(clean(rule.place, 300), max(12, (cells - width(head)) // 2))
        room = cells - width(head) - width(place) - 3
        lines.append(((head, "bold text"), (place, "text"), ("  " + cut(leave, max(0, room)), "soft")))
    return [*lines, ()]


def _title(text: str, cells: int) -> Line:
    return ((" " + cut(text, cells - 2), "bold text"),)


def _words(text: str, cells: int, style: str = "soft") -> Line:
    return ((" " + cut(text, cells - 2), style),)


def _more(number: int, cells: int) -> list[Line]:
    return [_words(f"  and {number - MOST:,} more", cells, "faint")] if number > MOST else []


def _writer(writer: Writer, files: int, now: float, chosen: bool, cells: int, room: int, short_: bool) -> list[Line]:
    """Who and what of it, and in a second line what it did there; or all in one. The `chosen` one is at hand."""
    ground = " on bar" if chosen else ""
    sign, tone = STATUS[writer.status], writer.status.value
    may = _may(writer, files)
    head: list[Span] = [
        ("▌" if chosen else " ", "accent" + ground),
        (sign + " ", tone + ground),
        *pad([(short(clean(writer.name, 60), room), "bold text" + ground)], room, "text" + ground),
        (f"  {may}", ("text" if may.startswith("may write") else "faint") + ground),
    ]
    if writer.restricted:
        head.append(("  from its next start", "needs_me" + ground))
    since = f"since {age(writer.since, now)}" * bool(writer.since and may.startswith("may write"))
    by = f" by {clean(writer.by, 30)}" * bool(writer.by and since)
    tail = f"  {_wrote(writer, now)}" if short_ else f"  {since}{by}"
    head.append((cut(tail, cells - line_width(head)), "faint" + ground))
    line = pad(head, cells, "text" + ground)
    return [line] if short_ else [line, _second(writer, now, cells)]


def _may(writer: Writer, files: int) -> str:
    if not writer.ours:
        return "only observed"
    if not writer.lives:
        return f"{writer.life}; it might again" if writer.files else writer.life
    if not (writer.files or writer.whole):
        return "may not"
    part = f"{count(writer.files)} of {count(files)}" if writer.files < files else "all files"
    return f"may write {'all' if writer.whole else part}{', nobody else' * writer.exclusive}"


def _wrote(writer: Writer, now: float) -> str:
    if not writer.touched:
        return "never wrote here" if writer.ours and writer.lives else "wrote nothing here"
    many = f"{writer.touched:,} file{'s' * (writer.touched != 1)}, {writer.times:,} time{'s' * (writer.times != 1)}"
    return f"wrote {many}" + f", last {age(writer.last, now)} ago" * bool(writer.last)


def _second(writer: Writer, now: float, cells: int) -> Line:
    words: Span = ("     " + _wrote(writer, now), "soft" if writer.touched else "faint")
    names = "  ".join(clean(path.rpartition("/")[2], 60) for path in writer.first)
    room = cells - width(words[0]) - 3
    return (words, ("  " + cut(names, room), "faint")) if room > 8 and names else (words,)


def _meeting(meeting: Meeting, cells: int) -> Line:
    coming = f"what may come: {clean(meeting.might, 80)}" if meeting.might else "what may come there"
    what = f"{meeting.files:,} file{'s' * (meeting.files != 1)}" if meeting.files else coming
    names = "  ".join(clean(path.rpartition("/")[2], 60) for path in meeting.first)
    room = max(6, cells // 4)
    spans: list[Span] = [
        ("   " + short(clean(meeting.one, 60), room), "text"),
        (" × ", "faint"),
        (short(clean(meeting.other, 60), room), "text"),
        ("  " + what, "soft"),
    ]
    left = cells - line_width(spans) - 3
    return (*spans, ("  " + cut(names, left), "faint")) if left > 6 else tuple(spans)


def _unused(name: str, patterns: Sequence[str], cells: int) -> Line:
    shown = short(clean(name, 60), max(8, cells // 4))
    room = max(0, cells - width(shown) - 6)
    return (("   " + shown, "text"), ("  " + cut(clean(" ".join(patterns), 300), room), "soft"))


def _trial(trial: Trial, below: str, cells: int, tone: str) -> Line:
    path = trial.path[len(below) :] if below and trial.path.startswith(below) else trial.path
    times = f"  {trial.times:,}×" if trial.times > 1 else ""
    waits = "  waits for an answer" if trial.open else ""
    name = short(clean(trial.name, 60), max(8, cells // 4))
    room = cells - width(name) - width(times) - width(waits) - 7
    spans: list[Span] = [
        ("   " + name + "  ", "text"),
        (short(clean(path or trial.path, 300), max(8, room)), tone if tone == "failed" or trial.open else "soft"),
        (times, "soft"),
        (waits, "bold needs_me"),
    ]
    return tuple(spans)


def _hot(hot: HotFile, below: str, cells: int) -> Line:
    path = hot.path[len(below) :] if below and hot.path.startswith(below) else hot.path
    room = max(10, cells // 2)
    shown = short(clean(path or hot.path, 300), room)
    names = ", ".join(clean(name, 40) for name in hot.branches)
    return (("   " + shown, "text"), ("  " + cut(names, max(0, cells - width(shown) - 6)), "soft"))
