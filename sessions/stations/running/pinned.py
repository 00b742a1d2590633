"""Which settings of agents stay as they are in a place, though the scope is wide enough to write them.

An agent that begins there later, whoever starts it, runs programs by these files. So `**` does not open them: a scope
names them itself, such as `.claude/**`. What is not there yet no mount can keep from coming; before the next start it
is asked for (`sessions.stations.places.suspects`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sessions.floor.patterns import matches, parsed
from sessions.floor.scopes.sets import overlaps
from sessions.stations.places import suspects

_TOPS = tuple(dict.fromkeys(parsed(text).segments[0] for text in suspects.RUNS))


def pinned(work: Path, write: Sequence[str]) -> tuple[str, ...]:
    """Directories of settings, and files, that the scope would open and does not name; relative to the root."""
    found = []
    for top in _TOPS:
        path = work / top
        if path.is_symlink() or not path.exists() or not overlaps(write, [top, f"{top}/**"]):
            continue
        naming = [text for text in write if parsed(text.removeprefix("!")).segments[0] == top]
        if not any(not text.startswith("!") for text in naming):
            found.append(top)
        elif path.is_dir():
            below = (each.path for each in suspects.listing(work) if each.effect is suspects.Effect.RUNS)
            found += [name for name in below if name.startswith(f"{top}/") and not matches(naming, name)]
    return tuple(found)
