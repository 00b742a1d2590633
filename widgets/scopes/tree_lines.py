"""The tree of the repository with who may write where, a line a place. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from sessions.text import clean
from sessions.views.scopes.ground import Node, Share
from sessions.views.scopes.unfolded import Row
from widgets.draw.cells import Line, Span, fit, line_width, pad, short, width
from widgets.draw.glyphs import CLASH
from widgets.draw.numbers import count

FOLDED, UNFOLDED = "▸ ", "▾ "
SHARED, ALONE = "≡ ", "■ "
"""Before those who may write the same, and before one who has a place to itself."""
NOBODY = "nobody"
_DEPTH = 2
_FIGURES = (("wrote", 6), ("out", 5), ("asks", 5), (CLASH, 5))
"""Columns at the right end, and their cells."""
_SIGN = 2


def columns(cells: int) -> tuple[int, int]:
    """Cells of the name and of who may write there; the rest are figures."""
    figures = sum(size for _, size in _FIGURES)
    name = max(20, min(56, (cells - figures) * 45 // 100))
    return name, max(0, cells - figures - name - _SIGN - 1)


def head_line(cells: int) -> Line:
    """What the columns are."""
    name, who = columns(cells)
    spans: list[Span] = [(fit(" place", name), "faint"), (fit("  may write", who + _SIGN), "faint")]
    spans += [(fit(word, size, right=True), "faint") for word, size in _FIGURES]
    return pad([*spans, (" ", "text")], cells, "text")


def row_line(row: Row, node: Node, cells: int, ground: str, owned: bool) -> Line:
    """A place; `owned` says that there are stations of ours, so that a place without one is a gap."""
    name, who = columns(cells)
    indent = min(row.depth * _DEPTH, name // 2)
    sign = "" if not row.path else (UNFOLDED if row.open else FOLDED) if node.folder else "  "
    files = f" {count(node.files)}" if node.folder else " +" * node.new
    room = name - 1 - indent - len(sign) - width(files)
    shown = short(clean(node.name, 300), room) if row.path else "the whole tree"
    style = "bold text" if node.folder else "text"
    left: list[Span] = [
        ("▌" if ground == " on cursor" else " ", "accent" + ground),
        (" " * indent + sign, "soft" + ground),
        (shown, ("faint" if not node.files else style) + ground),
        (files, "faint" + ground),
    ]
    spans = [*pad(left, name, "text" + ground), *_who(node, who + _SIGN, ground, owned)]
    figures = (
        (node.touched, "soft"),
        (node.outside, "bold failed"),
        (node.open or node.wanted, "bold needs_me" if node.open else "soft"),
        (node.hot, "needs_me"),
    )
    for (number, tone), (_, size) in zip(figures, _FIGURES, strict=True):
        spans.append((fit(count(number) if number else "", size, right=True), tone + ground))
    return pad([*spans, (" ", "text" + ground)], cells, "text" + ground)


def _who(node: Node, cells: int, ground: str, owned: bool) -> Sequence[Span]:
    """Who may write there: a sign, then names with how much of it where it is not all."""
    if not node.shares:
        return pad([("  ", "text" + ground), (NOBODY * owned, "faint" + ground)], cells, "text" + ground)
    alone = len(node.shares) == 1 and node.shares[0].owner.exclusive
    sign = SHARED if node.overlap else ALONE if alone else "  "
    tone = "needs_me" if node.overlap else "accent"
    spans: list[Span] = [(sign, tone + ground)]
    if node.gap and node.files > 1 and any(share.files < node.files for share in node.shares):
        spans.append((f"{count(node.gap)} free  ", "faint" + ground))
    names = [_share(share, node, ground) for share in node.shares]
    left = len(names)
    for number, name in enumerate(names):
        rest = left - number - 1
        more = [(f"  +{rest}", "faint" + ground)] if rest else []
        if number and line_width([*spans, *name, *more]) > cells:
            spans.append((f"+{rest + 1}", "faint" + ground))
            break
        spans += [*name, ("  ", "text" + ground)]
    return pad(spans, cells, "text" + ground)


def _share(share: Share, node: Node, ground: str) -> list[Span]:
    name = short(clean(share.owner.name, 60), 20)
    part = f" {count(share.files)}" if share.files < node.files else ""
    tone = "bold text" if share.owner.exclusive else "text"
    return [(name, tone + ground), (part, "faint" + ground)]
