"""`python -I -S …/keeping/keeper/__main__.py --directory DIR`: one keeper, detached; the first word it prints says how
the start went."""

from __future__ import annotations

import os
import sys

ABOVE = 5
"""Directories from this file up to the one that holds the packages."""


def main() -> None:
    """Run until nobody has needed it for long enough."""
    root = os.path.abspath(__file__)  # noqa: PTH100 - pathlib takes as long to import as all the rest
    for _ in range(ABOVE):
        root = os.path.dirname(root)  # noqa: PTH120
    sys.path.append(root)  # after the standard library, which nothing there may take the place of
    from sessions.stations.keeping.keeper import life

    raise SystemExit(life.main(sys.argv[1:]))


if __name__ == "__main__":
    main()
