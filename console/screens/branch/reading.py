"""What the branch screen asks of the repository, one thing after another."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from console.links.link import Link, LinkMode, unheard
from sessions.asking.asked import Asked
from sessions.asking.question import A, Question
from sessions.asking.questions import BranchFiles, BranchPatch, BranchWork, CommitWords
from sessions.floor.branches.contents import BranchContents, Commit, FileChange, Files, Part, Patch, PatchLine

NO_REPOSITORY = {
    LinkMode.REPLAY: "A replay has no repository to read commits and lines from.",
    LinkMode.SIMULATED: "A simulated factory has no files to read.",
}


class BranchReading:
    """Asks about one branch. Raises FactoryError where it cannot be read, or something else was asked for since."""

    def __init__(self, link: Callable[[], Link], branch: str) -> None:
        self._link, self._branch = link, branch
        self._call_off: Callable[[], None] = unheard

    async def work(self) -> BranchContents:
        """The branch as it is now, measured against the base."""
        return await self._ask(BranchWork(self._branch)).told_one()

    async def files(self, part: Part) -> Files:
        """The files that a part of the work changes."""
        return await self._ask(BranchFiles(part.sides)).told_one()

    async def patch(self, files: Files, file: FileChange | None) -> Patch:
        """How they differ, or one of them."""
        path, before = (file.path, file.before) if file is not None else ("", "")
        found = await self._ask(BranchPatch(files.sides, path, before)).told()
        lines: list[PatchLine] = [line for part in found for line in part.lines]
        return replace(found[0], lines=tuple(lines))

    async def words(self, commit: Commit) -> str:
        """The message of a commit."""
        return (await self._ask(CommitWords(commit.name)).told_one()).text

    def halt(self) -> None:
        """Call off what is being read."""
        self._call_off()

    def _ask(self, question: Question[A]) -> Asked[A]:
        asked = self._link().ask(question)
        self._call_off = asked.cancel
        return asked
