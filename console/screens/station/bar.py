"""What the bar above a station says of the link: a supervisor that is gone, a past and its moment, a simulation."""

from __future__ import annotations

from console.links.link import Link, LinkMode
from console.links.replay import ReplayLink
from sessions.text import clean
from widgets.draw.cells import Span, cut, line_width
from widgets.draw.numbers import clock

_GAP: Span = ("  ", "text on bar")


def link_spans(link: Link, now: float, cells: int) -> list[Span]:
    """As much of it as fits into `cells`, the most important first; nothing of a live factory that is well."""
    told: list[list[Span]] = []
    if link.health.trouble:
        told.append([(cut("✖ " + clean(link.health.trouble, 200), cells), "failed on bar")])
    if link.mode is LinkMode.REPLAY:
        moment = clock(now, link.state.zone)
        told.append([("REPLAY ", "bold accent on bar"), (moment, "bold text on bar"), (_pace(link), "text on bar")])
    if link.state.simulated or link.mode is LinkMode.SIMULATED:
        told.append([("SIMULATED", "bold accent on bar")])
    if link.state.scripted:
        told.append([("SCRIPTED MODEL", "bold accent on bar")])
    spans: list[Span] = []
    for piece in told:
        more = [_GAP, *piece] if spans else piece
        if line_width(spans) + line_width(more) > cells:
            break
        spans += more
    return spans


def _pace(link: Link) -> str:
    player = link.player if isinstance(link, ReplayLink) else None
    return f" {'▶' if player.playing else '║'} {player.speed}×" if player else ""
