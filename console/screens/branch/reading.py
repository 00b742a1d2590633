"""What the branch screen asks of the repository, one thing after another."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from msgspec.structs import replace

from console.links.link import Link, LinkMode
from sessions.asking.questions import A, BranchFiles, BranchPatch, BranchWork, CommitWords, Question
from sessions.floor.work import Commit, FileChange, Files, Part, Patch, PatchLine, Work

NO_REPOSITORY = {
    LinkMode.REPLAY: "A replay has no repository to read commits and lines from.",
    LinkMode.SIMULATED: "A simulated factory has no files to read.",
}


class BranchReading:
    """Asks about one branch. Raises FactoryError where it cannot be read, or something else was asked for since."""

    def __init__(self, link: Callable[[], Link], branch: str) -> None:
        self._link, self._branch = link, branch
        self._asked: Callable[[], None] | None = None
        """Calls off what was asked last."""

    async def work(self) -> Work:
        """The branch as it is now, measured against the base."""
        (work,) = await self._ask(BranchWork(self._branch))
        return work

    async def files(self, part: Part) -> Files:
        """The files that a part of the work changes."""
        (files,) = await self._ask(BranchFiles(part.sides))
        return files

    async def patch(self, files: Files, file: FileChange | None) -> Patch:
        """How they differ, or one of them."""
        path, before = (file.path, file.before) if file is not None else ("", "")
        found = await self._ask(BranchPatch(files.sides, path, before))
        lines: list[PatchLine] = [line for part in found for line in part.lines]
        return replace(found[0], lines=tuple(lines))

    async def words(self, commit: Commit) -> str:
        """The message of a commit."""
        (words,) = await self._ask(CommitWords(commit.name))
        return words.text

    def halt(self) -> None:
        """Call off what is being read."""
        if self._asked is not None:
            self._asked()

    async def _ask(self, question: Question[A]) -> list[A]:
        asked = self._link().ask(question)
        self._asked = asked.cancel
        return await asyncio.to_thread(asked.all)
