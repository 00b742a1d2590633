"""What was used, for programs or for people."""

from __future__ import annotations

from console.cli.output import moment, say, table
from sessions.floor.tokens import By, Meter, Used
from sessions.headless import meters_shape
from sessions.headless.line import text


def print_meters(used: Used, since: float = 0.0, until: float | None = None, *, by: By, as_json: bool) -> None:
    """What was used in that time, in groups."""
    shape = meters_shape.meters(used, by, since, until)
    if as_json:
        say(text(shape))
        return
    if since or until is not None:
        begin, end = (moment(since) if since else "the beginning"), (moment(until) if until is not None else "now")
        say(f"used from {begin} to {end}")
    parts = used.groups
    rows = [(group.key or "(none)", *_kinds(parts[group.key]), *figures(parts[group.key])) for group in shape.groups]
    rows.append(("total", *_kinds(used.total), *figures(used.total)))
    heads = ("input", "write 5m", "write 1h", "read", "output", "tokens", "calls", "dollars")
    table((by.value, *heads), rows)


def _kinds(meter: Meter) -> tuple[str, ...]:
    t = meter.tokens
    return tuple(f"{n:,}" for n in (t.input, t.cache_write_5m, t.cache_write_1h, t.cache_read, t.output))


def figures(meter: Meter) -> tuple[str, str, str]:
    """Tokens, calls and dollars, each marked with how sure it is."""
    from widgets.draw.glyphs import AT_LEAST, ESTIMATED, REPORTED, UNPRICED

    mark = AT_LEAST if meter.undercounted else ESTIMATED if meter.estimated else REPORTED if meter.reported else ""
    dollars = UNPRICED
    if meter.cost_usd is not None:
        dollars = f"{AT_LEAST if meter.unpriced else mark}${meter.cost_usd:,.2f}"
    return f"{mark}{meter.tokens.total:,}", f"{meter.calls:,}", dollars
