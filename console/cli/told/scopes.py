"""Who may write where, for programs or for people."""

from __future__ import annotations

from console.cli.output import count, say, table
from sessions.headless import scopes_shape
from sessions.headless.line import text
from sessions.text import clean
from sessions.views.scopes.ground import Ground

FIRST = 10
"""Rows of overlaps and gaps that people are told."""


def print_scopes(ground: Ground, depth: int, as_json: bool) -> None:
    """The tree of scopes."""
    shape = scopes_shape.scopes(ground, depth)
    if as_json:
        say(text(shape))
        return
    living = [station for station in shape.stations if station.lives]
    files = f"{count(shape.files, 'file')}{' and more' * shape.more}"
    known = "" if shape.tree == "repository" else ", as far as the floor knows: no repository was looked at"
    say(f"{files}{known}; {count(len(living), 'station')} of ours may write")
    if shape.stations:
        say()
        rows = [
            (
                it.name + (" (alone)" if it.exclusive else ""),
                it.life,
                *map(str, (it.files, it.touched, sum(mark.times for mark in it.outside))),
                " ".join(it.write) + (f"; never used: {' '.join(it.unused)}" if it.unused else ""),
            )
            for it in shape.stations
        ]
        table(("station", "life", "files", "touched", "outside", "may write"), rows, left=2, told=True)
    say()
    places = [
        (it.path or "the whole tree", _who(it), *(str(n or "") for n in (it.files, it.touched, it.outside, it.wanted)))
        for it in shape.places
    ]
    table(("place", "may write", "files", "touched", "outside", "asked"), places, left=2)
    _more(shape)


def _who(place: scopes_shape.PlaceShape) -> str:
    names = [it.name + (f" {it.files:,}" if it.files < place.files else "") for it in place.owners]
    return ", ".join(names)


def _more(shape: scopes_shape.ScopesShape) -> None:
    if shape.overlaps:
        say()
        say(f"{count(shape.overlap_files, 'file')} may be written by several who do not work for one another:")
        for pair in shape.overlaps[:FIRST]:
            what = count(pair.files, "file") if pair.files else f"no file yet, but {clean(pair.might, 80)}"
            say(f"  {clean(pair.a, 40)} × {clean(pair.b, 40)}: {what}  {clean('  '.join(pair.first), 200)}".rstrip())
        _rest(len(shape.overlaps))
    if shape.gaps and any(station.lives for station in shape.stations):
        say()
        say(f"{count(shape.gap_files, 'file')} nobody may write: {clean('  '.join(shape.gaps[:FIRST]), 500)}")
        _rest(len(shape.gaps))
    if shape.suggestions:
        say()
        say(f"of {count(shape.colliding_pairs, 'pair')} that collide would not, had")
        for rule in shape.suggestions:
            others = f" and {len(rule.leave) - 3} more" if len(rule.leave) > 3 else ""
            leave = clean(", ".join(rule.leave[:3]), 120)
            say(f"  {rule.pairs:,}: {leave}{others} left {clean(rule.place, 200)} to others")


def _rest(number: int) -> None:
    if number > FIRST:
        say(f"  and {number - FIRST:,} more: --json tells of all")
