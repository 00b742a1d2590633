"""What the conflicts screen asks of the repository itself: the hunks of a pair, and the conflicts after a landing.

Only a live floor has a repository to ask. Everything here takes its time: call it from a thread.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from console.links.link import LinkMode
from sessions.errors import FactoryError
from sessions.floor.conflicts import Outcome, Verdict
from sessions.floor.state import FloorState
from sessions.text import clean
from widgets.conflicts.hunk_lines import FileHunks, Hunk, Part

if TYPE_CHECKING:  # git is asked only when somebody looks into a pair
    from sessions.branches.merges.hunks import Hunk as RawHunk
    from sessions.branches.merges.judge import Matrix
    from sessions.branches.merges.subjects import Row

NO_REPOSITORY = {
    LinkMode.REPLAY: "A replay has no repository to read the lines from.",
    LinkMode.SIMULATED: "A simulated factory has no files to read the lines from.",
}
NO_TEXT = "There is no text to show: a conflict of this kind is about whole files."


class Wanted(msgspec.Struct, frozen=True):
    """The pair whose hunks are wanted; of the two, `one` stands on the left."""

    mode: LinkMode
    state: FloorState
    one: str
    verdict: Verdict
    uncommitted: bool = True


class Trial(msgspec.Struct, frozen=True):
    """What the conflicts are after a branch has landed, by really merging."""

    branch: str
    verdicts: Mapping[str, Verdict]
    compared: Mapping[str, object]
    base_head: str
    uncommitted: bool
    """Uncommitted work counts in it."""

    def holds(self, state: FloorState, uncommitted: bool) -> bool:
        """Nothing has moved since, and it is still the same work that is looked at."""
        return self.compared is state.compared and self.base_head == state.base_head and self.uncommitted is uncommitted


def read_hunks(wanted: Wanted) -> dict[str, FileHunks]:
    """By path, the hunks of every file in which the pair collides; a note says why there are none."""
    paths = [file.path for file in wanted.verdict.files]
    if wanted.mode in NO_REPOSITORY:
        return {path: FileHunks(path, note=NO_REPOSITORY[wanted.mode]) for path in paths}
    from sessions.branches.merges.pair import hunks_of

    names = [name for name in (wanted.verdict.a, wanted.verdict.b) if name]
    try:
        with _opened(wanted.state, names, wanted.uncommitted) as (matrix, base_head, rows):
            if len(rows) < len(names):
                raise FactoryError("one of the two is gone")
            found = hunks_of(matrix, base_head, rows, wanted.verdict)
    except (FactoryError, OSError) as error:
        return {path: FileHunks(path, note=f"The lines cannot be read: {clean(str(error), 400)}") for path in paths}
    # A branch is merged into the base; of two, the second by name into the first.
    swapped = wanted.one != (wanted.verdict.a if wanted.verdict.b else "")
    return {path: _shown(path, found.get(path, ()), swapped) for path in paths}


def _shown(path: str, hunks: Sequence[RawHunk], swapped: bool) -> FileHunks:
    shown = []
    for hunk in hunks:
        first, second = _part(hunk.ours_at, hunk.ours), _part(hunk.theirs_at, hunk.theirs)
        ours, theirs = (second, first) if swapped else (first, second)
        shown.append(Hunk(ours, _part(0, hunk.base), theirs, hunk.ours == hunk.theirs))
    return FileHunks(path, tuple(shown), "" if shown else NO_TEXT)


def _part(start: int, lines: Sequence[bytes]) -> Part:
    return Part(start, tuple(line.decode("utf-8", "replace") for line in lines))


def land_first(
    state: FloorState, verdicts: Mapping[str, Verdict], names: Sequence[str], branch: str, uncommitted: bool
) -> Trial:
    """Land a branch on the base in a scratch store, and merge the others with what comes of it.

    Raises FactoryError when it does not merge with the base, or git cannot say.
    """
    from sessions.branches.merges.landing import after_landing

    with _opened(state, names, uncommitted) as (matrix, base_head, rows):
        after = after_landing(matrix, base_head, rows, verdicts, branch)
    return Trial(branch, after, state.compared, state.base_head, uncommitted)


@contextmanager
def _opened(state: FloorState, names: Sequence[str], uncommitted: bool) -> Iterator[tuple[Matrix, str, list[Row]]]:
    """The repository's own matrix, the base's commit, and those of `names` that are still there."""
    from sessions.branches.merges.judge import Matrix
    from sessions.branches.merges.subjects import rows_of, subjects
    from sessions.place import place_of

    place = place_of(Path(state.repo))
    matrix = Matrix(place.common_dir, place.state_dir)
    try:
        chosen = subjects(matrix.git, place.common_dir, state.base, occupied=names)
        rows = rows_of(matrix, [item for item in chosen.others if item.name in names], dirty=uncommitted)
        yield matrix, chosen.base_head, rows
    finally:
        matrix.close()


def colliding(verdict: Verdict | None) -> bool:
    """There is something to read."""
    return verdict is not None and verdict.outcome is Outcome.CONFLICT and bool(verdict.files)
