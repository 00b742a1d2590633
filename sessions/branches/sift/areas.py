"""Finds out where branches work: the area of what each changed since it left the base."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from sessions.branches.git.history import History
from sessions.branches.git.names import shown
from sessions.branches.git.run import Git, GitError
from sessions.branches.sift.changed import changes
from sessions.floor.branches.area import area_of

log = logging.getLogger(__name__)


class Areas:
    """Remembers the areas of the commits it was asked for last."""

    def __init__(self, history: History | None = None) -> None:
        """`history` spares a walk where others have asked for the same merge bases."""
        self._history = history or History()
        self._known: dict[str, str] = {}

    def of(self, git: Git, base_head: str, commits: Iterable[str]) -> dict[str, str]:
        """By commit its area (see `sessions.floor.branches.area`); "" with no merge base or several.

        Those that git cannot read are left out, and are asked for again.
        """
        wanted = set(commits)
        new = wanted - self._known.keys()
        found = self._found(git, base_head, new) if new else {}
        self._known = {commit: area for commit, area in (self._known | found).items() if commit in wanted}
        return self._known

    def _found(self, git: Git, base_head: str, commits: set[str]) -> dict[str, str]:
        sides = {(min(base_head, commit), max(base_head, commit)): commit for commit in commits if commit != base_head}
        try:
            bases = self._history.bases(git, list(sides))
            parted = {(found[0], sides[pair]) for pair, found in bases.items() if len(found) == 1}
            changed = changes(git, parted) if parted else {}
        except GitError as error:
            log.info("areas cannot be told: %s", error)
            return {}
        areas = {commit: area_of(map(shown, side.paths)) for (_, commit), side in changed.items()}
        return dict.fromkeys(commits, "") | areas
