"""What a form has to ask of the supervisor: kinds of agents, the files of a tree, what a branch touches."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from console.links.link import Link
from sessions.asking.questions import BranchFiles, BranchWork
from sessions.asking.station_questions import AgentKind, Agents, TreePart, TreePaths
from sessions.errors import FactoryError
from sessions.floor.scopes.paths import Paths

NO_PATHS = Paths()


class Knowing:
    """Answers as they come in. What cannot be answered stays unknown: a form can be filled in without."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self.kinds: Sequence[AgentKind] = ()
        self.kinds_trouble = ""
        """Why the kinds are not known."""
        self.tree = NO_PATHS
        self.tree_of: str | None = None
        """The branch whose files are known, or asked for; "" is the base."""
        self.missing = ""
        """What was looked for as a branch, a tag or a commit, and is none."""
        self.touched: Sequence[str] = ()
        """Files that the branch of a station changed."""

    async def learn_kinds(self) -> None:
        """Which kinds of agents there are."""
        try:
            self.kinds = (await self._link.ask(Agents()).told_one()).kinds
        except FactoryError as error:
            self.kinds_trouble = str(error)

    async def learn_tree(self, branch: str) -> None:
        """The files of a branch, a tag or a commit; those of the base where it has none yet."""
        self.tree_of = branch
        for name in dict.fromkeys((branch, "")):
            parts: list[TreePart] = []
            try:
                await self._link.ask(TreePaths(name), parts.append).told()
            except FactoryError:
                continue
            paths = (path for part in parts for path in part.paths)
            self.tree = await asyncio.to_thread(Paths, paths, any(part.more for part in parts))
            self.missing = branch if name != branch else ""
            return

    async def learn_touched(self, branch: str) -> None:
        """What a branch changed against the base, with what is not committed."""
        try:
            work = await self._link.ask(BranchWork(branch)).told_one()
            head = work.uncommitted or work.head
            if work.start and head != work.start:
                files = await self._link.ask(BranchFiles((work.start, head))).told_one()
                self.touched = tuple(file.path for file in files.files)
        except FactoryError:
            pass
