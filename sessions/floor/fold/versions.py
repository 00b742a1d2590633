"""The version of each slice of the floor, by itself: whoever only compares versions needs no fold.

Raise one whenever the same events would make another such slice: the stored ones are then made anew.
"""

from __future__ import annotations

GROUND = 2
STATIONS = 5
VERDICTS = 1
COMMANDS = 4
SKIPPED = 1
OWNED = 3
PROGRESS = 1
TASKS = 2
CASES = 1
FOLD_VERSION = GROUND + STATIONS + VERDICTS + COMMANDS + SKIPPED + OWNED + PROGRESS + TASKS + CASES - 1
"""Rises with any of them, from 3, when there were no slices: recordings store the floor as a whole."""
