"""What the conflicts screen asks of the repository: the hunks of a pair, and the conflicts after a landing.

Only a live floor has a repository to ask. Everything here takes its time, and is called off with who waits for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from console.links.link import Link, LinkMode
from sessions.asking.questions import Hunk as ToldHunk
from sessions.asking.questions import LandFirst, PairHunks
from sessions.errors import FactoryError
from sessions.floor.conflicts import Outcome, Verdict
from sessions.floor.state import FloorState
from sessions.text import clean
from widgets.conflicts.hunk_lines import FileHunks, Hunk, Part

NO_REPOSITORY = {
    LinkMode.REPLAY: "A replay has no repository to read the lines from.",
    LinkMode.SIMULATED: "A simulated factory has no files to read the lines from.",
}
NO_TEXT = "There is no text to show: a conflict of this kind is about whole files."


class Wanted(msgspec.Struct, frozen=True):
    """The pair whose hunks are wanted; of the two, `one` stands on the left."""

    link: Link
    one: str
    verdict: Verdict
    uncommitted: bool = True


class Rehearsal(msgspec.Struct, frozen=True):
    """What the conflicts were after a branch had landed, by really merging: of its moment, until it is left."""

    branch: str
    verdicts: Mapping[str, Verdict]
    state: FloorState
    """As it was asked about."""
    time: float
    uncommitted: bool
    """Uncommitted work counts in it."""

    def moved(self, state: FloorState) -> str:
        """What has moved since, counted; nothing when nothing has."""
        before, now = self.state.compared, state.compared
        count = 0 if before is now else sum(before.get(name) != now.get(name) for name in before.keys() | now.keys())
        base = "the base" * (state.base_head != self.state.base_head)
        return " and ".join(filter(None, (base, f"{count} branch{'es' * (count != 1)}" if count else "")))


async def read_hunks(wanted: Wanted) -> dict[str, FileHunks]:
    """By path, the hunks of every file in which the pair collides; a note says why there are none."""
    paths = [file.path for file in wanted.verdict.files]
    mode = wanted.link.mode
    if mode in NO_REPOSITORY:
        return {path: FileHunks(path, note=NO_REPOSITORY[mode]) for path in paths}
    question = PairHunks(wanted.verdict.a, wanted.verdict.b, wanted.uncommitted)
    try:
        found = {file.path: file.hunks for file in await wanted.link.ask(question).told()}
    except FactoryError as error:
        return {path: FileHunks(path, note=f"The lines cannot be read: {clean(str(error), 400)}") for path in paths}
    # A branch is merged into the base; of two, the second by name into the first.
    swapped = wanted.one != (wanted.verdict.a if wanted.verdict.b else "")
    return {path: _shown(path, found.get(path, ()), swapped) for path in paths}


def _shown(path: str, hunks: Sequence[ToldHunk], swapped: bool) -> FileHunks:
    shown = []
    for hunk in hunks:
        first, second = Part(hunk.ours_at, hunk.ours), Part(hunk.theirs_at, hunk.theirs)
        ours, theirs = (second, first) if swapped else (first, second)
        shown.append(Hunk(ours, Part(0, hunk.base), theirs, hunk.ours == hunk.theirs))
    return FileHunks(path, tuple(shown), "" if shown else NO_TEXT)


async def land_first(link: Link, state: FloorState, names: Sequence[str], branch: str, uncommitted: bool) -> Rehearsal:
    """Land a branch on the base in a scratch store, and merge the others with what comes of it.

    Raises FactoryError when it does not merge with the base, or git cannot say.
    """
    time = link.now()
    landed = await link.ask(LandFirst(branch, tuple(names), uncommitted)).told_one()
    return Rehearsal(branch, landed.verdicts, state, time, uncommitted)


def colliding(verdict: Verdict | None) -> bool:
    """There is something to read."""
    return verdict is not None and verdict.outcome is Outcome.CONFLICT and bool(verdict.files)
