"""A floor, for programs or for people."""

from __future__ import annotations

from console.cli.output import age, count, say, table
from console.cli.told.meters import figures
from console.cli.told.tasks import tasks_counted
from console.cli.told.triage import cases_counted
from sessions.floor.ours.changes import machine_stopped
from sessions.floor.ours.lives import Life
from sessions.floor.state import FloorState, Station, Status
from sessions.headless import floor_shape as jsonshape
from sessions.headless.line import text
from sessions.text import clean

EXPLAINED = (Status.NEEDS_ME, Status.FAILED, Status.WAITING, Status.STALE)
"""States whose reason `status` tells beside them."""
OVER = (Life.STOPPED, Life.KILLED, Life.LOST)
"""Lives that look idle, and are told for that."""


def print_status(state: FloorState, now: float, as_json: bool) -> None:
    """The floor as of `now`, for programs or for people."""
    shape = jsonshape.status(state, now)
    if as_json:
        say(text(shape))
        return
    there = [s for s in shape.stations if s.ours is None or s.ours.life != Life.REMOVED]
    stations, branches = count(len(there), "station"), count(len(shape.branches), "branch", "branches")
    tokens, dollars = _used_in_all(state)
    say(f"{stations}, {branches}, base {clean(shape.base) or '-'}, {tokens} tokens, {dollars}")
    if shape.rebooted:
        say(f"{machine_stopped(len(shape.rebooted))}: factory-tui resume brings them back")
    rows = [
        (
            s.name,
            (s.branch or s.directory) + (" (elsewhere)" if s.elsewhere else ""),
            ("? " if s.status_guess else "") + s.status,
            age(s.status_age_s),
            s.model,
            *_used(state.stations[s.id]),
            _why(s),
        )
        for s in there
    ]
    if rows:
        say()
        heads = ("station", "branch", "status", "age", "model", "tokens", "calls", "dollars", "why")
        table(heads, rows, left=3, told=True)
    if gone := len(shape.stations) - len(there):
        say()
        say(f"{count(gone, 'station')} more, removed: --json tells of them")
    if shape.branches:
        say()
        lines = (
            (b.name, b.head[:8], *("?" if n is None else str(n) for n in (b.ahead, b.behind, b.dirty)))
            for b in shape.branches
        )
        table(("branch", "head", "ahead", "behind", "dirty"), lines, left=2)
    if said := tasks_counted(shape.task_counts):
        say()
        say(f"tasks: {said}; see factory-tui task list")
    if shape.case_counts:
        say()
        say(f"needs you: {cases_counted(shape.case_counts)}; see factory-tui triage")
    if shape.skipped:
        say()
        say("skipped: " + ", ".join(f"{clean(reason)} {times:,}" for reason, times in shape.skipped.items()))


def _used_in_all(state: FloorState) -> tuple[str, str]:
    """Tokens and dollars; unknown where there are only stations of which nobody tells what they use."""
    from widgets.draw.glyphs import UNPRICED

    told = any(station.meter.calls or station.cost_usd is not None for station in state.stations.values())
    if state.stations and not told:
        return UNPRICED, UNPRICED
    tokens, _calls, dollars = figures(state.total)
    return tokens, dollars


def _used(station: Station) -> tuple[str, ...]:
    """What it has used; of one of which nobody tells that, nothing."""
    from widgets.draw.glyphs import UNPRICED

    unknown = station.cost_usd is None and not station.meter.calls
    return (UNPRICED,) * 3 if unknown else figures(station.meter)


def _why(station: jsonshape.StationShape) -> str:
    """What a station waits for, failed of or ended with, and how often it left its scope; nothing of one that works."""
    reason = station.status_reason if station.status in EXPLAINED else ""
    ours = station.ours
    if ours is not None and not reason and ours.life in OVER:
        reason = ": ".join(filter(None, (ours.life, ours.life_reason)))
    outside = f"{ours.violations} outside its scope" if ours is not None and ours.violations else ""
    return "; ".join(filter(None, (reason, outside)))
