"""Looks into the branches of a repository for everybody who asks: one reading at a time, called off one by one."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager

from msgspec.structs import replace

from sessions.asking.asked import Halt
from sessions.asking.questions import BranchFiles, BranchPatch, BranchWork, CommitWords, Words
from sessions.branches.contents.reading import Reading
from sessions.errors import FactoryError
from sessions.floor.branches.contents import BranchContents, Commit, FileChange, Files, Patch, Sides
from sessions.floor.state import FloorState
from sessions.place import Place

KEPT = 16
"""Lists of files that are remembered, so that a patch needs not make its list again."""
PART_LINES = 4_000
"""Lines of a patch in one part."""


class BranchDesk:
    """Answers for one repository. Any thread may ask; `close` it afterwards. Raises FactoryError where it cannot."""

    def __init__(self, place: Place) -> None:
        self._reading = Reading(place.common_dir, place.state_dir)
        self._turn = threading.Lock()
        self._now: Halt | None = None
        """Whose reading is under way."""
        self._swap = threading.Lock()
        self._files: OrderedDict[Sides, Files] = OrderedDict()

    def work(self, state: FloorState, asked: BranchWork, halt: Halt) -> BranchContents:
        """The branch as it is now."""
        branch = state.branches.get(asked.branch)
        if branch is None:
            raise FactoryError("there is no such branch any more")
        base = "" if branch.name == state.base else state.base_head
        with self._reads(halt):
            return self._reading.work(branch.head, base, branch.name)

    def files(self, asked: BranchFiles, halt: Halt) -> Files:
        """The files in which two sides differ."""
        with self._reads(halt):
            return self._listed(asked.sides)

    def patch(self, asked: BranchPatch, halt: Halt) -> Iterator[Patch]:
        """The lines, part by part."""
        with self._reads(halt):
            files = self._listed(asked.sides)
            found = self._reading.patch(files, _chosen(files, asked))
        for start in range(0, max(1, len(found.lines)), PART_LINES):
            yield replace(found, lines=found.lines[start : start + PART_LINES])

    def words(self, asked: CommitWords, halt: Halt) -> Words:
        """The message of a commit."""
        with self._reads(halt):
            return Words(self._reading.words(Commit(asked.commit)))

    def close(self) -> None:
        """Call off what is being read, and remove what lies in scratch."""
        self._reading.close()

    def _listed(self, sides: Sides) -> Files:
        files = self._files.get(sides)
        if files is None:
            files = self._files[sides] = self._reading.files(sides)
            if len(self._files) > KEPT:
                self._files.popitem(last=False)
        return files

    @contextmanager
    def _reads(self, halt: Halt) -> Iterator[None]:
        """A turn at the reading, which `halt` can call off without disturbing the others'."""
        halt.then(lambda: self._call_off(halt))
        with self._turn:
            halt.check()
            with self._swap:
                self._now = halt
            try:
                yield
            finally:
                with self._swap:
                    self._now = None

    def _call_off(self, halt: Halt) -> None:
        with self._swap:
            if self._now is halt:
                self._reading.halt()


def _chosen(files: Files, asked: BranchPatch) -> FileChange | None:
    if not asked.path:
        return None
    for file in files.files:
        if (file.path, file.before) == (asked.path, asked.before):
            return file
    raise FactoryError("this file is not among them any more")
