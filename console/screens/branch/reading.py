"""What the branch screen reads from the repository, one thing after another, in a thread."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from console.links.link import LinkMode
from sessions.errors import FactoryError
from sessions.floor.state import FloorState
from sessions.floor.work import Commit, FileChange, Files, Part, Patch, Work

if TYPE_CHECKING:  # git is asked only when somebody looks into a branch
    from sessions.branches.contents.reading import Reading

NO_REPOSITORY = {
    LinkMode.REPLAY: "A replay has no repository to read commits and lines from.",
    LinkMode.SIMULATED: "A simulated factory has no files to read.",
}


class BranchReading:
    """Reads one branch. Raises FactoryError where it cannot be read, or something else was asked for since."""

    def __init__(self, branch: str) -> None:
        self._branch = branch
        self._reading: Reading | None = None
        self._repo = ""

    async def work(self, state: FloorState) -> Work:
        """The branch as it is now, measured against the base."""
        branch = state.branches.get(self._branch)
        if branch is None:
            raise FactoryError("there is no such branch any more")
        reading = await asyncio.to_thread(self._opened, state.repo)
        base = "" if branch.name == state.base else state.base_head
        return await asyncio.to_thread(reading.work, branch.head, base, branch.name)

    async def files(self, part: Part) -> Files:
        """The files that a part of the work changes."""
        return await asyncio.to_thread(self._at_hand().files, part.sides)

    async def patch(self, files: Files, file: FileChange | None) -> Patch:
        """How they differ, or one of them."""
        return await asyncio.to_thread(self._at_hand().patch, files, file)

    async def words(self, commit: Commit) -> str:
        """The message of a commit."""
        return await asyncio.to_thread(self._at_hand().words, commit)

    def halt(self) -> None:
        """Call off what is being read."""
        if self._reading is not None:
            self._reading.halt()

    def close(self) -> None:
        """Remove what lies in scratch; nothing is read any more."""
        if self._reading is not None:
            self._reading.close()

    def _opened(self, repo: str) -> Reading:
        from sessions.branches.contents.reading import Reading
        from sessions.place import place_of

        if self._reading is None:
            place = place_of(Path(repo))
            self._reading = Reading(place.common_dir, place.state_dir)
        return self._reading

    def _at_hand(self) -> Reading:
        if self._reading is None:
            raise FactoryError("the branch has not been read yet")
        return self._reading
