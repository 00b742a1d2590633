"""What the conflicts screen says beside the matrix: the figures of all, the pair with its files, hot spots. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from sessions.floor.conflicts import FileConflict, Outcome, Verdict
from sessions.landing.plan import Plan
from sessions.text import clean
from sessions.views.conflicts.hotspots import HotSpot, Ownership
from sessions.views.conflicts.matrix import CLASHES, Severity
from sessions.views.conflicts.reasons import extent
from widgets.conflicts.matrix_lines import GLYPHS
from widgets.draw.cells import Line, Span, cut, end, fill, fit, line_width, pad, short, spread, width
from widgets.draw.glyphs import AHEAD, BEHIND, DIRTY, DOT, STATUS, VERSUS
from widgets.draw.numbers import age, ago, count

NOTE_NAMES = 21
"""Cells that the two names of a pair have in a line of both and all that is said of them."""
LABEL_MIN = 18
"""Cells that a branch's name may take in its line whatever else stands there; the stations on it come after."""


class Side(msgspec.Struct, frozen=True):
    """One end of a pair: a branch, with who works on it, or the base."""

    label: str
    author: str = ""
    subject: str = ""
    committed: float = 0.0
    ahead: int = 0
    behind: int = 0
    dirty: int = 0
    stations: tuple[tuple[str, str], ...] = ()
    """Names of stations on it, each with its status as the glyphs know it."""
    base: bool = False
    area: str = ""
    """Where it works."""


class Frame(msgspec.Struct, frozen=True):
    """The figures of the top line."""

    branches: int = 0
    plan: Plan | None = None
    base: str = ""
    base_head: str = ""
    uncommitted: bool = True
    computing: int = 0
    pairs: int = 0
    conflicts: int = 0
    landed: str = ""
    """The branch that has landed in the simulation shown; empty for what is."""
    simulated: bool = False
    """The whole factory is."""
    replay: bool = False
    moment: str = ""
    """Of the replay."""
    hidden: int = 0
    """Unmerged branches that were not compared: older ones, beyond those shown."""
    slow: str = ""
    """The pair that takes long to be compared, and for how long it has."""
    moved: str = ""
    """What has moved since a landing was simulated, counted; empty when nothing has."""
    age: str = ""
    """Of the simulation."""


def frame_line(frame: Frame, cells: int) -> Line:
    """`48 branches   arrival order lands 27   suggested 35   bound 37 …` by priority."""
    ground = " on bar"

    def figure(number: int, word: str, after: str = "") -> list[Span]:
        text = [(word + " ", "soft" + ground)] if word else []
        return [*text, (count(number), "bold text" + ground), (after, "soft" + ground)]

    hidden = f" +{frame.hidden:,} hidden" if frame.hidden else ""
    branches = figure(frame.branches, "", " branch" + "es" * (frame.branches != 1) + hidden)
    mode = "REPLAY " * frame.replay + "SIMULATED " * frame.simulated
    landed = f" SIMULATED: {cut(frame.landed, 24)} has landed "
    pieces: list[tuple[int, list[Span]]] = [
        (0, [(landed, "bold needs_me on alarm")] * bool(frame.landed)),
        (0, [(_since(frame, cells), "bold waiting" + ground)] * bool(frame.moved)),
        (1, [("m again brings it up to date", "soft" + ground)] * bool(frame.moved)),
        (1, [(mode.rstrip(), "bold accent" + ground)] if mode else []),
        (2, branches),
        (3, figure(frame.conflicts, "", " conflict" + "s" * (frame.conflicts != 1))),
        (6, figure(frame.plan.in_arrival_order, "arrival order lands") if frame.plan else []),
        (4, figure(frame.plan.lands, "suggested") if frame.plan else []),
        (7, figure(frame.plan.upper_bound, "bound") if frame.plan else []),
        (9, [("base ", "faint" + ground), (cut(clean(frame.base, 80), 24), "soft" + ground),
             (" " + frame.base_head[:8], "faint" + ground)] if frame.base else []),
        (8, [("uncommitted: ", "faint" + ground), ("on" if frame.uncommitted else "off", "soft" + ground)]),
        (3 if frame.slow else 5, [(_computing(frame), "waiting" + ground)] if frame.computing or frame.slow else []),
    ]  # fmt: skip
    right = [(frame.moment + " ", "bold text" + ground)] if frame.moment else []
    room = cells - 2 - line_width(right)
    left = fill([piece for piece in pieces if piece[1]], room, "   " if cells >= 120 else "  ", "text" + ground)
    return spread([(" ", "text" + ground), *left], right, cells, "text" + ground)


def _since(frame: Frame, cells: int) -> str:
    """As of when a simulation is, where something has moved since."""
    short = f"{frame.age} ago, {frame.moved} moved"
    return f"as of {short} since" if cells >= 120 else short


def _computing(frame: Frame) -> str:
    counts = f"{frame.computing:,} of {frame.pairs:,}" if frame.computing else ""
    return "computing " + ": ".join(filter(None, (counts, frame.slow)))


def pair_lines(
    one: Side,
    other: Side,
    verdict: Verdict | None,
    step: Severity,
    selected: int,
    now: float,
    cells: int,
    cause: str = "",
    begun: float = 0.0,
) -> list[Line]:
    """The pair: how it stands, since when, who works on the two sides, and its files with one of them selected.

    `begun` tells since when git is at it, where that takes long.
    """
    sign, style = GLYPHS[step]
    told = (_told(verdict, step, other.base, age(begun, now)), _words(step))
    lines: list[Line] = [
        pad([(" ", "text"), *_names(one.label, other.label, cells - 2)], cells, "text"),
        pad([(" ", "text"), (sign.strip() + " " if sign.strip() else "", style), told], cells, "text"),
    ]
    if verdict is not None and verdict.since and verdict.outcome is not Outcome.CLEAN:
        after = f", after a change of {cause}" if cause else ""
        lines.append(((" " + cut(f"since {age(verdict.since, now)}{after}", cells - 2), "soft"),))
    if verdict is not None and verdict.seconds >= 1:
        lines.append(((" " + cut(f"git took {verdict.seconds:.1f} s to merge them", cells - 2), "faint"),))
    if verdict is not None and verdict.reason:
        lines.append(((" " + cut(clean(verdict.reason), cells - 2), "unknown"),))
    lines.append(())
    for side in (one, other):
        lines += _side(side, now, cells)
    files = verdict.files if verdict is not None else ()
    if files:
        lines += [(), *(_file(file, i == selected, cells) for i, file in enumerate(files))]
    return lines


def pair_note(
    one: str, other: str, verdict: Verdict | None, step: Severity, now: float, cells: int, begun: float = 0.0
) -> Line:
    """The pair in one line; where it is short, the names are, and the less important words are left out."""
    sign, style = GLYPHS[step]
    since = f"  since {age(verdict.since, now)}" if verdict is not None and verdict.since and step in CLASHES else ""
    told = _told(verdict, step, False, age(begun, now)).removeprefix("conflict in ")
    words, later = (" " + told, _words(step)), (since, "soft")
    room = cells - 4 - width(sign.strip())
    wanted = min(width(one + VERSUS + other), NOTE_NAMES)
    ways: list[list[Span]] = [[words, later], [words], [(words[0].partition(",")[0], words[1])], []]
    tail = next(way for way in ways if not way or room - line_width(way) >= wanted)
    return ((" ", "text"), *_names(one, other, room - line_width(tail)), ("  ", "text"), (sign.strip(), style), *tail)


def _words(step: Severity) -> str:
    """The style of what is said of a severity; the sign beside it has the colour."""
    return "bold text" if step in CLASHES else GLYPHS[step][1] if step is not Severity.CLEAN else "soft"


def _names(one: str, other: str, cells: int) -> Line:
    """Both names of a pair; what the shorter one leaves is the other's. Their ends stay, which tell them apart."""
    room = max(0, cells - width(VERSUS))
    half = room // 2
    one = short(one, max(half, room - width(other)))
    return ((one, "bold text"), (VERSUS, "soft"), (short(other, room - width(one)), "bold text"))


def _told(verdict: Verdict | None, step: Severity, base: bool, busy: str) -> str:
    if step is Severity.LANDED:
        return "landed in this simulation"
    if step is Severity.COMPUTING:
        return "being compared" + (f" for {busy}" if busy else "")
    if verdict is None or verdict.outcome is Outcome.CLEAN:
        shared = verdict.shared if verdict else 0
        with_base = "merges cleanly with the base" if base else "merge cleanly"
        return with_base + (f", though both changed {count(shared)} file{'s' * (shared != 1)}" if shared else "")
    if verdict.outcome is Outcome.UNKNOWN:
        return "unknown: git could not try it"
    return f"conflict in {extent(len(verdict.files), verdict.lines)}"


def _side(side: Side, now: float, cells: int) -> Iterator[Line]:
    if side.base:
        label = short(side.label, max(LABEL_MIN, cells - width("  the base ")))
        yield pad([(" " + fit(label, LABEL_MIN) if width(label) < LABEL_MIN else " " + label, "accent"),
                   (" the base", "faint")], cells, "text")  # fmt: skip
        return
    apart = " ".join(
        sign + count(number)
        for sign, number in ((AHEAD, side.ahead), (BEHIND, side.behind), (DIRTY, side.dirty))
        if number > 0
    )  # fmt: skip
    stations: list[Span] = []
    for name, status in side.stations[:3]:
        stations += [(_glyph(status) + " ", status), (name + "  ", "text")]
    if not stations:
        stations = [("no station  ", "faint")]
    label = short(side.label, max(LABEL_MIN, cells - 3 - line_width(stations) - width(apart)))
    label += " " * (LABEL_MIN - width(label))
    yield spread([(f" {label} ", "accent"), *stations], [(apart + " ", "soft")], cells, "text")
    made = ", ".join(filter(None, (side.author, ago(side.committed, now))))
    commit = f"  {DOT} ".join(filter(None, (made, side.subject)))
    if commit:
        yield ((" " * 2 + cut(commit, cells - 3), "faint"),)
    if side.area:
        yield ((" " * 2 + cut(f"works in {side.area}", cells - 3), "faint"),)


def _glyph(status: str) -> str:
    return next((sign for known, sign in STATUS.items() if known.value == status), "?")


def _file(file: FileConflict, selected: bool, cells: int) -> Line:
    ground = " on cursor" if selected else ""
    lines = f"{file.lines:>4,} line{'s' if file.lines != 1 else ' '}" if file.lines else " " * 10
    tail = f" {clean(file.kind, 20)}  {lines} "
    if file.same:
        tail = " same on both sides " + tail
    shown = _tail(file.path, cells - width(tail) - 3)
    return spread(
        [("▌" if selected else " ", "accent"), (" " + shown, ("bold text" if selected else "text") + ground)],
        [(tail, "soft" + ground)], cells, "text" + ground,
    )  # fmt: skip


def _tail(path: str, cells: int) -> str:
    """A path in at most so many cells; of a long one the end, which tells it from others."""
    return end(clean(path, 600), max(1, cells))


def spot_lines(
    spots: Sequence[HotSpot], scopes: Sequence[Ownership], labels: Mapping[str, str], cells: int, chosen: int = -1
) -> list[Line]:
    """The places where most collide, by whom, and whose they could have been; the first lines are the places'.

    Where there is little room the lines are not counted, and then nobody is named.
    """
    if not spots:
        return [((" nothing collides anywhere", "faint"),)]
    pairs = max(len(f"{spot.conflicts:,}") for spot in spots)
    most = max(len(f"{spot.lines:,}") for spot in spots)
    room = cells - 2 - len(f"{'':{pairs}} pairs {'':{most}} lines  ")
    if room < 32:
        room, most = cells - 2 - len(f"{'':{pairs}} pairs  "), 0
    longest = max(width(clean(spot.path, 600)) for spot in spots)
    least = room - 2 - max(width(_who(spot, labels, cells)) for spot in spots)
    wide = room if room < 32 else min(longest, max(20, room * 3 // 5, least))
    lines: list[Line] = []
    for at, spot in enumerate(spots):
        ground = " on cursor" if at == chosen else ""
        head = f"{spot.conflicts:>{pairs},} pair{'s' if spot.conflicts != 1 else ' '} "
        if most:
            head += f"{spot.lines:>{most},} line{'s' if spot.lines != 1 else ' '} "
        who = "  " + _who(spot, labels, room - wide - 2) if room - wide > 9 else ""
        line = [
            ("▌" if at == chosen else " ", "accent"), (head + " ", "soft" + ground),
            (fit(_tail(spot.path, wide), wide), "text" + ground), (who, ("soft" if ground else "faint") + ground),
        ]  # fmt: skip
        lines.append(pad(line, cells, "text" + ground))
    if scopes:
        lines += [(), ((" would have prevented most of it", "soft"),)]
        for scope in scopes:
            out = ", ".join(labels.get(name, clean(name, 40)) for name in scope.shut_out)
            owner = labels.get(scope.owner, clean(scope.owner, 40))
            text = f"{clean(scope.path, 60)} for {owner} alone: {scope.prevented:,} fewer; not {out}"
            lines.append(((" " * 3 + cut(text, cells - 4), "faint"),))
    return lines


def _who(spot: HotSpot, labels: Mapping[str, str], cells: int) -> str:
    """The branches that collide there most, as many as fit, and how many more."""
    names = [labels.get(name, clean(name, 40)) for name in spot.branches[:3]]
    text = ""
    for shown in range(len(names), 0, -1):
        more = f"  +{len(spot.branches) - shown}" if len(spot.branches) > shown else ""
        text = "  ".join(names[:shown]) + more
        if width(text) <= cells:
            break
    return short(text, cells)


def empty_lines(title: str, why: str, cells: int) -> list[Line]:
    """Why there is no matrix, and what to do."""
    block = min(cells - 2, max(width(title), width(why)))
    left = " " * max(0, (cells - block) // 2)
    return [((left, "text"), (cut(title, block), "bold text")), (), ((left, "text"), (cut(why, block), "soft"))]
