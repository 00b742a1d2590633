"""Facts of the repository that is observed: the factory, its branches, how they merge."""

from __future__ import annotations

from sessions.floor.conflicts import FileConflict, Outcome
from sessions.floor.events.event import Event
from sessions.text import Words


class FactoryOpened(Event, frozen=True, kw_only=True, omit_defaults=True, tag="factory_opened.1"):
    """A supervisor began to observe a repository; it begins a run."""

    repo: str
    name: str
    base: str = ""
    base_head: str = ""
    utc_offset: int = 0
    """Seconds east of UTC of the operator's clock: days are the operator's days."""
    utc_offsets: tuple[tuple[float, int], ...] = ()
    """That offset in the years around: from each time on, in order, so many seconds. Elsewhere `utc_offset` holds."""
    simulated: bool = False
    scripted: bool = False
    """Everything is real but the words of the models, which follow a script."""


class BaseChosen(Event, frozen=True, kw_only=True, omit_defaults=True, tag="base_chosen.1"):
    """Branches are measured against another base from now on; the `BranchChanged` that follow say what came of it."""

    base: str
    base_head: str = ""


class BranchChanged(Event, frozen=True, kw_only=True, omit_defaults=True, tag="branch_changed.1"):
    """A branch, or the worktree on it, is now like this. Always the whole state of the branch.

    `ahead`, `behind` and `dirty` are -1 when they were not counted: an older git counts only the branches that are
    likely to be shown, and a damaged history or worktree cannot be counted.
    """

    branch: str
    head: str = ""
    ahead: int = 0
    """Commits that the branch has and the base has not; `behind` the other way round."""
    behind: int = 0
    author: str = ""
    subject: Words = ""
    committed: float = 0.0
    worktree: str = ""
    """Directory of the worktree that has it checked out, if any."""
    dirty: int = 0
    """Files with uncommitted changes, untracked ones included; an untracked directory counts as one."""
    merged: bool = False
    """Every commit of it is in the base; never true of the base itself."""
    detached: bool = False
    """A worktree on no branch; `branch` is then a name made for it."""


class BranchRemoved(Event, frozen=True, kw_only=True, omit_defaults=True, tag="branch_removed.1"):
    """A branch is gone."""

    branch: str


class SourceSkipped(Event, frozen=True, kw_only=True, omit_defaults=True, tag="source_skipped.1"):
    """Part of a source could not be used; nothing is dropped in silence."""

    reason: str
    """Short and from a fixed list, such as `torn line`, `not JSON`, `unknown type`, `unreadable file`."""
    count: int = 1
    detail: Words = ""


class VerdictReached(Event, frozen=True, kw_only=True, omit_defaults=True, tag="verdict_reached.1"):
    """Git's own merge of two branches now comes to this. A pair of compared branches without one merges cleanly."""

    a: str
    b: str = ""
    """The other branch, `a` < `b` by name; "" is the base."""
    outcome: Outcome
    files: tuple[FileConflict, ...] = ()
    shared: int = 0
    """Paths that both sides changed."""
    reason: Words = ""
    """Why it is unknown."""
    cause: str = ""
    """The branch whose change brought it about."""
    commits_only: bool = False
    """It is about the commits alone, where uncommitted work makes a difference to one of the two."""
    seconds: float = 0.0
    """How long git took, where it was so long that the pair was merged alone and last."""


class BranchCompared(Event, frozen=True, kw_only=True, omit_defaults=True, tag="branch_compared.1"):
    """A branch has been compared with the base and with every other branch, as it is now.

    Without a head it is compared no longer, because it is merged, say: nothing is known of its pairs from then on.
    """

    branch: str
    head: str = ""
    tree: str = ""
    """What was compared: the tree of its uncommitted work, or of its head."""
    dirty: bool = False
    area: str = ""
    """The directory that holds most of what it changed since it left the base."""
