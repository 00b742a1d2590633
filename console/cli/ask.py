"""Headless questions about the floor as it is now: `status` and `meters`."""

from __future__ import annotations

import time

from console.cli.call import Call
from console.cli.output import count, say, table
from console.cli.source import floor_between, floor_of_call, meters_of_call
from sessions.floor.state import FloorState, Status
from sessions.floor.tokens import Meter
from sessions.headless import floor_shape as jsonshape
from sessions.headless.line import text
from sessions.text import clean

EXPLAINED = (Status.NEEDS_ME, Status.FAILED, Status.WAITING, Status.STALE)
"""States whose reason `status` tells beside them."""


def status(call: Call) -> int:
    state = floor_of_call(call)
    print_status(state, time.time(), call.json)
    return 0


def print_status(state: FloorState, now: float, as_json: bool) -> None:
    """The floor as of `now`, for programs or for people."""
    shape = jsonshape.status(state, now)
    if as_json:
        say(text(shape))
        return
    stations, branches = count(len(shape.stations), "station"), count(len(shape.branches), "branch", "branches")
    tokens, _calls, dollars = _figures(state.total)
    say(f"{stations}, {branches}, base {clean(shape.base) or '-'}, {tokens} tokens, {dollars}")
    rows = [
        (
            s.name,
            (s.branch or s.directory) + (" (elsewhere)" if s.elsewhere else ""),
            ("? " if s.status_guess else "") + s.status,
            _age(s.status_age_s),
            s.model,
            *_figures(state.stations[s.name].meter),
            _why(s),
        )
        for s in shape.stations
    ]
    if rows:
        say()
        heads = ("station", "branch", "status", "age", "model", "tokens", "calls", "dollars", "why")
        table(heads, rows, left=3, told=True)
    if shape.branches:
        say()
        lines = (
            (b.name, b.head[:8], *("?" if n is None else str(n) for n in (b.ahead, b.behind, b.dirty)))
            for b in shape.branches
        )
        table(("branch", "head", "ahead", "behind", "dirty"), lines, left=2)
    if shape.skipped:
        say()
        say("skipped: " + ", ".join(f"{clean(reason)} {times:,}" for reason, times in shape.skipped.items()))


def meters(call: Call) -> int:
    state = floor_between(call) if call.start or call.until else meters_of_call(call)
    by = jsonshape.By(call.by)
    shape = jsonshape.meters(state, by)
    if call.json:
        say(text(shape))
        return 0
    parts = jsonshape.parts(state, by)
    rows = [(group.key or "(none)", *_kinds(parts[group.key]), *_figures(parts[group.key])) for group in shape.groups]
    rows.append(("total", *_kinds(state.total), *_figures(state.total)))
    heads = ("input", "write 5m", "write 1h", "read", "output", "tokens", "calls", "dollars")
    table((by.value, *heads), rows)
    return 0


def _kinds(meter: Meter) -> tuple[str, ...]:
    t = meter.tokens
    return tuple(f"{n:,}" for n in (t.input, t.cache_write_5m, t.cache_write_1h, t.cache_read, t.output))


def _figures(meter: Meter) -> tuple[str, str, str]:
    """Tokens, calls and dollars, each marked with how sure it is."""
    from widgets.draw.glyphs import AT_LEAST, ESTIMATED, REPORTED, UNPRICED

    mark = AT_LEAST if meter.undercounted else ESTIMATED if meter.estimated else REPORTED if meter.reported else ""
    dollars = UNPRICED
    if meter.cost_usd is not None:
        dollars = f"{AT_LEAST if meter.unpriced else mark}${meter.cost_usd:,.2f}"
    return f"{mark}{meter.tokens.total:,}", f"{meter.calls:,}", dollars


def _why(station: jsonshape.StationShape) -> str:
    """What a station waits for or failed of; nothing of one that works or is done."""
    return station.status_reason if station.status in EXPLAINED else ""


def _age(seconds: float) -> str:
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds >= size:
            return f"{seconds / size:.0f}{unit}"
    return f"{seconds:.0f}s"
