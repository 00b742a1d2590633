"""A screen shown again: what has to be written to a terminal so that it shows what a program last drew."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sessions.stations.keeping.keeper.ring import MODES
from sessions.stations.keeping.looking.sieve import Sieve
from sessions.stations.keeping.values import Kept

MOST = 1 << 18
"""Bytes of old output that are shown again at most: more only scrolls by."""
ALTERNATE = (47, 1047, 1049)
"""Modes with a screen of its own (xterm's control sequences, "Private Modes")."""
CLEARS = re.compile(rb"\x1b\[[23]J|\x1bc|\x1b\[(?:1;1)?H\x1b\[0?J|\x1b\[\?(?:1049|1047|47)[hl]")
"""From here on nothing of what was drawn before is seen."""
TAKEN_OVER = frozenset(
    {1, 5, 6, 7, 9, 12, 25, 66, 1000, 1002, 1003, 1004, 1005, 1006, 1007, 1015, 1016, 2004, *ALTERNATE}
)
"""Modes that are set again: of keys, mouse, cursor, paste and screen."""
BEGIN = b"\x1b[0m\x1b[r\x1b[H\x1b[2J"
LEAVE = (
    b"\x1b[?1049l\x1b[?9;1000;1002;1003;1004;1005;1006;1007;1015;1016;2004;2026;2031;2048;1;5;6;66l\x1b[?7;25h"
    b"\x1b[<99u\x1b[=0;1u\x1b[>4m\x1b[!p\x1b[r\x1b[0 q\x1b>\x0f\x1b(B\x1b[0m"
)
"""Undoes whatever a program may have set: screen, mouse, paste, keys, margins, cursor, letters and colours."""


def shown_again(kept: Kept) -> bytes:
    """The screen as it is, on a terminal of which nothing is known."""
    start = begin_of(kept.data)
    modes = modes_at(kept, start)
    data = kept.data[start:]
    if len(data) > MOST or (start == 0 and kept.at):
        # It began long ago: a whole line may stand where half a sequence would.
        data = data[-MOST:]
        data = data[data.find(b"\n") + 1 :]
    own = [mode for mode in ALTERNATE if modes.get(mode)]
    first = b"".join(b"\x1b[?%dh" % mode for mode in own[-1:])
    return first + BEGIN + set_again(modes) + Sieve().sift(data)


def begin_of(data: bytes) -> int:
    """The place from which on the present screen was drawn; 0 when that is not known."""
    last = 0
    for found in CLEARS.finditer(data):
        last = found.start()
    return last


def modes_at(kept: Kept, place: int) -> dict[int, bool]:
    """The modes of the terminal when the program had written so much of what is kept."""
    modes = dict(kept.modes)
    for found in MODES.finditer(kept.data, 0, place):
        for mode in found[1].split(b";"):
            if mode:
                modes[int(mode)] = found[2] == b"h"
    return modes


def set_again(modes: Mapping[int, bool]) -> bytes:
    """What sets these modes, but for those of the screen."""
    wanted = sorted(mode for mode in modes if mode in TAKEN_OVER and mode not in ALTERNATE)
    return b"".join(b"\x1b[?%d%c" % (mode, b"h" if modes[mode] else b"l") for mode in wanted)
