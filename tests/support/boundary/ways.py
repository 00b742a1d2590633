"""All the ways out that are tried. The table in the README is made from them.

Each harms nothing but what its own test made, also where the boundary that is tested fails.
"""

from __future__ import annotations

from tests.support.boundary import ways_files, ways_git, ways_machine, ways_network
from tests.support.boundary.escape import Escape

WAYS: tuple[Escape, ...] = (*ways_git.WAYS, *ways_files.WAYS, *ways_machine.WAYS, *ways_network.WAYS)


def table() -> str:
    """One row each: what is tried, and whether the two means hold it."""
    lines = ["| way out | what it tries | bubblewrap | Landlock |", "|---|---|---|---|"]
    for way in WAYS:
        bubblewrap = f"not for root: {way.root}" if way.root else "held"
        landlock = way.landlock and f"not held: {way.landlock}"
        lines.append(f"| {way.name} | {way.tries} | {bubblewrap} | {landlock or _since(way)} |")
    return "\n".join(lines)


def _since(way: Escape) -> str:
    return "held" if way.abi == 1 else f"held from version {way.abi} on"
