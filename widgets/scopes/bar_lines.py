"""How the scopes stand, in one line. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import msgspec

from sessions.views.scopes.ground import Ground
from sessions.views.scopes.spots import Spot, Why
from widgets.draw.cells import Line, Span, fill, pad
from widgets.draw.glyphs import CLASH
from widgets.draw.numbers import count


class Standing(msgspec.Struct, frozen=True):
    """What the bar says."""

    name: str = ""
    files: int = 0
    more: bool = False
    owners: int = 0
    overlap: int = 0
    gap: int = 0
    outside: int = 0
    asked: int = 0
    hot: int = 0
    trouble: str = ""
    """Why the files of the repository are not known."""
    replay: bool = False

    @staticmethod
    def of(ground: Ground | None, spots: Sequence[Spot], trouble: str, replay: bool) -> Standing:
        if ground is None:
            return Standing(replay=replay)
        root, kinds = ground.node(""), Counter(spot.why for spot in spots)
        return Standing(
            ground.state.name,
            ground.files,
            ground.paths.more,
            len(ground.owners),
            root.overlap,
            root.gap,
            kinds[Why.OUTSIDE],
            kinds[Why.ASKED],
            ground.known.hot.paths(""),
            trouble,
            replay,
        )


def standing_line(it: Standing, cells: int) -> Line:
    """`scopes  412 files  6 stations may write  160 shared  5 nobody's …`, by priority."""
    ground = " on bar"

    def figure(number: int, word: str, tone: str = "bold text") -> list[Span]:
        return [(count(number), tone + ground), (f" {word}", "soft" + ground)] if number else []

    files = f"{it.files:,}{'+' * it.more} file{'s' * (it.files != 1)}"
    pieces: list[tuple[int, list[Span]]] = [
        (0, [("scopes", "bold text" + ground)]),
        (1, [("REPLAY", "bold accent" + ground)] * it.replay),
        (7, [(files, "soft" + ground)] * bool(it.files)),
        (6, figure(it.owners, f"station{'s' * (it.owners != 1)} may write")),
        (3, figure(it.overlap, "shared", "bold needs_me")),
        (4, figure(it.gap, "free")),
        (2, figure(it.outside, "tried outside", "bold failed")),
        (2, figure(it.asked, "asked for", "bold needs_me")),
        (5, figure(it.hot, f"collide {CLASH}", "needs_me")),
        (8, [("no repository here: only what is known on the floor", "faint" + ground)] * bool(it.trouble)),
    ]
    shown = [piece for piece in pieces if piece[1]]
    line = fill(shown, max(0, cells - 2), "   " if cells >= 120 else "  ", "text" + ground)
    return pad([(" ", "text" + ground), *line], cells, "text" + ground)
