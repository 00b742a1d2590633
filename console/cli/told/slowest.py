"""Which station is the slowest, for programs or for people."""

from __future__ import annotations

from console.cli.output import say, table
from sessions.floor.state import FloorState
from sessions.headless import slowest_shape
from sessions.headless.line import text
from sessions.text import clean


def print_slowest(state: FloorState, now: float, as_json: bool) -> None:
    """The rank as of `now`."""
    shape = slowest_shape.slowest(state, now)
    if as_json:
        say(text(shape))
        return
    say(clean(shape.words, 1_000))
    for entry in shape.slow:
        say()
        figures = [figure for figure in entry.figures if figure.value or figure.median]
        table((clean(entry.name), "value", "age", "median"), map(_row, figures))
        if entry.unknown:
            say(f"not known: {', '.join(entry.unknown)}")
    if shape.others:
        say()
        table(("not slow", "how it stands"), ((entry.name, entry.words) for entry in shape.others), left=2)
    if shape.unranked:
        say()
        table(("not ranked", "why"), ((each.name, each.words) for each in shape.unranked), left=2)


def _row(figure: slowest_shape.FigureShape) -> tuple[str, ...]:
    median = "" if figure.median is None else _value(figure.median, figure.unit)
    age = "" if figure.age_s is None else _value(figure.age_s, "s")
    return figure.what, "not known" if figure.value is None else _value(figure.value, figure.unit), age, median


def _value(value: float, unit: str) -> str:
    from sessions.floor.rank.words import in_dollars, lasting

    if unit == "s":
        return lasting(value)
    return in_dollars(value) if unit == "$" else f"{value:,.0f}"
