"""What the station screen says beside the conversation, as lines: head, meters, files, sub-agents, events. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from sessions.floor import events as ev
from sessions.floor.describe import Said, Tone, describe
from sessions.floor.state import Session, Status
from sessions.floor.tokens import Certainty
from sessions.floor.zone import Zone
from sessions.text import clean
from sessions.views.floor.panes import Pane
from widgets.draw.cells import Line, Span, cut, fit, pad, short, spread, width
from widgets.draw.glyphs import AT_LEAST, DOT, STATUS, TOOL, UNPRICED
from widgets.draw.numbers import MARKS, ago, clock, count, money, percent, rate
from widgets.draw.paths import path_spans
from widgets.draw.spark import bar
from widgets.draw.wrap import wrap
from widgets.floor.pane_text import cost_text, divergence, status_age, status_word
from widgets.session.passages import date

_LABEL = 11
_ROOM = 3 + _LABEL + 1
"""Cells of a row that are not its value's: the indentation, the label, the right margin."""
DAY_S = 86_400
_REASON = 8
"""Lines at most that say why somebody is needed."""
TONE = {
    Tone.PLAIN: "text",
    Tone.ASKED: "bold accent",
    Tone.QUIET: "soft",
    Tone.FAINT: "faint",
    Tone.NEEDS_ME: "needs_me",
    Tone.WAITING: "waiting",
    Tone.FAILED: "failed",
}
"""The colour of an event's word."""


def state_spans(pane: Pane, now: float, ground: str = "") -> list[Span]:
    """` ● proxy-07  works 3s`: who, and in which state."""
    colour = pane.status.value + ground
    return [
        (" " + STATUS[pane.status] + " ", colour),
        (pane.name, "bold text" + ground),
        ("  " + status_word(pane) + " ", colour),
        (status_age(pane, now), "soft" + ground),
    ]


def head(pane: Pane, session_id: str, session: Session | None, now: float, cells: int) -> list[Line]:
    """In which state it is and why, where it works, and with what."""
    loud = pane.status in (Status.NEEDS_ME, Status.FAILED)
    heard = f" {DOT} ".join(filter(None, (pane.source, ago(pane.seen, now))))
    place = pane.directory if pane.directory != "." else "the repository itself"
    version = f"  {clean(session.version, 20)}" if session and session.version else ""
    state = [(f"{STATUS[pane.status]} {status_word(pane)} ", pane.status.value), (status_age(pane, now), "soft")]
    rows: list[tuple[str, Sequence[Span]]] = [
        ("status", state),
        *_because(pane, loud, cells),
        ("heard", [(heard + ("  guessed" if pane.guess else ""), "soft")] if heard else []),
        ("role", [(pane.role, "text")] if pane.role else []),
        ("branch", _branch(pane)),
        ("directory", [(("elsewhere: " if pane.elsewhere else "") + (place or "unknown"), "text")]),
        ("model", [(pane.model or "unknown", "text"), (f"  {pane.kind}{version}", "soft")]),
        ("session", [(clean(session_id, 36) or "none yet", "text"), ("  " + pane.title, "soft")]),
    ]
    return [_row(label, value, cells) for label, value in rows if value]


def _branch(pane: Pane) -> list[Span]:
    if not pane.branch:
        return [("none", "soft")]
    more = [word for word in (divergence(pane), "merged" if pane.merged else "") if word]
    return [(pane.branch, "text"), ("  " + "  ".join(more), "soft")]


def _because(pane: Pane, loud: bool, cells: int) -> list[tuple[str, Sequence[Span]]]:
    """Why it is in its state: in one line, or in full where it is a question or a failure."""
    reason, room = pane.reason or "nothing was heard yet", max(0, cells - _ROOM)
    if not loud:
        return [("because", [(cut(reason, room), "text")])]
    lines = wrap(reason, room)
    if len(lines) > _REASON:
        lines[_REASON - 1 :] = [cut(" ".join(lines[_REASON - 1 :]), room)]
    return [("because" * (not at), [(line, pane.status.value)]) for at, line in enumerate(lines)]


def _row(label: str, value: Sequence[Span], cells: int) -> Line:
    """A label and its value; of a value that is too long, what comes first keeps its end, and the rest is cut."""
    room = max(0, cells - _ROOM)
    (first, style), *rest = value
    return pad([("   " + fit(label, _LABEL), "faint"), *pad([(short(first, room), style), *rest], room, "text")],
               cells, "text")  # fmt: skip


def meters(pane: Pane, cells: int, now: float) -> list[Line]:
    """Tokens by kind with the mark of their certainty, dollars, rates, the context window, and counts of work."""
    tokens = pane.tokens

    def marked(number: int) -> str:
        if pane.cost is None and not pane.calls:
            return UNPRICED
        return MARKS[pane.certainty] + count(number) if number else "0"

    left = [
        ("fresh input", marked(tokens.input)),
        ("write 5 min", marked(tokens.cache_write_5m)),
        ("write 1 h", marked(tokens.cache_write_1h)),
        ("cache read", marked(tokens.cache_read)),
        ("output", marked(tokens.output)),
        ("  thinking", marked(tokens.thinking) if tokens.thinking else "not told"),
        ("all tokens", marked(tokens.total)),
    ]
    right = [
        ("now", rate(pane.rate(now))),
        ("1 min", rate(pane.rate(now, 60))),
        ("10 min", rate(pane.rate(now, 600))),
        ("per hour", money(None if pane.cost is None else pane.pace.dollars_per_h(now))),
        ("model calls", count(pane.calls)),
        ("", ""),
        ("cost", cost_text(pane)),
    ]
    half = _half(cells)
    lines: list[Line] = []
    for i, (a, b) in enumerate(zip(left, right, strict=True)):
        style = "bold text" if i == len(left) - 1 else "text"
        lines.append((("   ", "text"), *_figure(a, half, style), ("   ", "text"), *_figure(b, half, style)))
    lines += [(), _context(pane, cells), _work(pane, cells)]
    lines += [(("   " + cut(doubt, cells - 4), "faint"),) for doubt in _doubts(pane)]
    return lines


def _half(cells: int) -> int:
    """Width of one of two columns of figures, between margins and a gap."""
    return max(0, cells - 7) // 2


def _figure(figure: tuple[str, str], cells: int, style: str) -> list[Span]:
    label, value = figure
    return [(fit(label, cells - width(value)), "soft"), (fit(value, min(cells, width(value))), style)]


def _context(pane: Pane, cells: int) -> Line:
    label = ("   " + fit("context", _LABEL), "soft")
    share = pane.context_share
    if share is None:
        known = f"{count(pane.context)} tokens, window unknown" if pane.context else "not told"
        return (label, (known, "soft"))
    tail = f" {percent(share)}  {count(pane.context)} of {count(pane.window)}"
    full, rest = bar(share, max(6, 2 * _half(cells) + 3 - _LABEL - width(tail)))
    style = "bold text" if share >= 0.85 else "soft"
    return (label, (full, style), (rest, "faint"), (tail, "bold text" if share >= 0.85 else "text"))


def _work(pane: Pane, cells: int) -> Line:
    figures = ((pane.turns, "turn"), (pane.tool_calls, "tool"), (pane.file_count, "file"), (pane.errors, "error"))
    line: list[Span] = [("   " + fit("work", _LABEL), "soft")]
    for number, noun in figures:
        style = "failed" if noun == "error" and number else "text"
        line += [(count(number), style), (f" {noun}{'s' * (number != 1)}  ", "soft")]
    return pad(line, cells, "text")


def _doubts(pane: Pane) -> list[str]:
    """What the marks on the figures mean, when there are any."""
    words = {
        Certainty.EXACT: "",
        Certainty.REPORTED: f"{MARKS[Certainty.REPORTED]} summed up by the agent itself",
        Certainty.ESTIMATED: f"{MARKS[Certainty.ESTIMATED]} estimated",
        Certainty.UNDERCOUNTED: f"{MARKS[Certainty.UNDERCOUNTED]} its transcript is known to miss some",
    }[pane.certainty]
    priced = f"{AT_LEAST} some calls have no known price" if pane.part_priced else ""
    if pane.cost is None:
        priced = f"{UNPRICED} {'the model has no known price' if pane.calls else 'nobody tells what it uses'}"
    return [doubt for doubt in (words, priced) if doubt]


def files(written: Mapping[str, int], repo: str, cells: int) -> list[Line]:
    """Files by how often they were written, most first."""
    if not written:
        return [(("   no file was written yet", "faint"),)]
    most = sorted(written.items(), key=lambda item: (-item[1], item[0]))
    widest = max(3, *(width(f"{times:,}") for _, times in most))
    return [
        (
            (" " * 3 + fit(f"{times:,}", widest, right=True) + "  ", "soft"),
            *path_spans(_short(file, repo), cells - widest - 6),
        )
        for file, times in most
    ]


def _short(file: str, repo: str) -> str:
    prefix = repo.rstrip("/") + "/"
    return clean(file[len(prefix) :] if repo and file.startswith(prefix) else file)


class SubAgent(msgspec.Struct, frozen=True):
    """What one sub-agent used, in the part of the past that was read."""

    calls: int = 0
    tokens: int = 0
    dollars: float | None = 0.0


def sub_agents(agents: Mapping[str, SubAgent], cells: int) -> list[Line]:
    """One line a sub-agent, the most expensive first."""
    lines: list[Line] = []
    for name, agent in sorted(agents.items(), key=lambda item: -item[1].tokens):
        calls = f"{count(agent.calls)} call{' ' if agent.calls == 1 else 's'}"
        used = f"{calls}  {fit(count(agent.tokens), 6, right=True)}  {money(agent.dollars):>6}"
        lines.append(
            spread(
                [("   " + TOOL + " ", "soft"), (clean(name, 60), "text")],
                [(used, "soft")],
                2 * _half(cells) + 6,
                "text",
            )
        )
    return lines


def event_lines(events: Iterable[ev.Event], zone: Zone, cells: int) -> list[Line]:
    """One line an event, oldest first; where another day begins, its date stands above."""
    lines: list[Line] = []
    day: float | None = None
    for event in events:
        before, day = day, (event.time + zone.offset(event.time)) // DAY_S
        if before not in (None, day):
            lines.append((("   " + date(event.time, zone), "faint"),))
        said = describe(event)
        style = TONE[said.tone]
        room = cells - 3 - 10 - 10 - 1
        lines.append(
            (
                ("   " + fit(clock(event.time, zone), 10), "faint"),
                (fit(said.word, 9) + " ", style),
                (cut(clean(text_of(said)), room), "soft" if style != "failed" else "failed"),
            )
        )
    return lines


def text_of(said: Said) -> str:
    """The details of an event, with its figures."""
    if said.tokens is None:
        return said.text
    used = f"{count(said.tokens)}  {money(said.dollars)}"
    return f"{used}  {said.text}" if said.text else used
