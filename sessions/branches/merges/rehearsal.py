"""Lands branches one after the other for real, in the scratch store: three can collide where no two of them do.

Each landing is a merge commit on top of the last, so that git finds the merge bases that it would find on the day.
Authors, times and messages are always the same, so a rehearsal that is repeated makes the same objects.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import msgspec

from sessions.branches.git.run import Git
from sessions.branches.git.scratch import Scratch
from sessions.branches.merges import merges
from sessions.branches.merges.merges import merge_batch
from sessions.floor.conflicts import FileConflict, Outcome, Verdict
from sessions.landing.plan import Plan, fill_ins

TRIES = 24
"""Branches tried in place of those that bounced."""
_RULES = (":(glob)**/.gitattributes", ":(glob)**/.gitmodules")
_PERSON = {
    f"GIT_{role}_{part}": value
    for role in ("AUTHOR", "COMMITTER")
    for part, value in (("NAME", "rehearsal"), ("EMAIL", ""), ("DATE", "@1 +0000"))
}


class Bounced(msgspec.Struct, frozen=True):
    """A branch that could not land when its turn came."""

    name: str
    files: tuple[FileConflict, ...] = ()
    """Where it collides with all that had landed by then; lines are not counted."""
    reason: str = ""
    """Why git could not try it, or that it is gone."""


class Rehearsal(msgspec.Struct, frozen=True):
    """What became of an order when it was really merged."""

    landed: tuple[str, ...]
    bounced: tuple[Bounced, ...]
    commit: str
    """The last merge, in the scratch store; the base itself when nothing landed."""
    tree: str
    finished: bool = True
    """False when it was called off before the end."""

    @property
    def verified(self) -> bool:
        """Everything landed."""
        return self.finished and not self.bounced


def _never() -> bool:
    return False


def rehearse(
    scratch: Scratch,
    base: str,
    heads: Mapping[str, str],
    order: Sequence[str],
    *,
    cancelled: Callable[[], bool] = _never,
) -> Rehearsal:
    """Land `order` (names) on the commit `base`; `heads` has the commit of each name.

    A branch that collides is taken out, and the rest goes on without it. `cancelled` is asked before each. Raises
    GitError when the base cannot be read. Nobody else may use `scratch` meanwhile; afterwards it follows `base`.
    """
    with _Stage(scratch, base, heads, order) as stage:
        finished = stage.land(order, cancelled)
        return stage.result(finished)


def rehearse_plan(
    scratch: Scratch,
    base: str,
    heads: Mapping[str, str],
    plan: Plan,
    verdicts: Mapping[str, Verdict],
    *,
    cancelled: Callable[[], bool] = _never,
    tries: int = TRIES,
) -> Rehearsal:
    """The same for the order of a plan; what bounces is made good for as far as may be.

    Others that the bounced ones stood in the way of are tried at the end, at most `tries` of them. Then everything is
    tried once more with the bounced ones first, for renames can make it matter who comes first. The better counts.
    """
    first = _with_fill_ins(scratch, base, heads, plan, plan.names, verdicts, cancelled, tries)
    if first.verified or not first.finished:
        return first
    ahead = [item.name for item in first.bounced if not item.reason]
    again = (*ahead, *(name for name in plan.names if name not in ahead))
    second = _with_fill_ins(scratch, base, heads, plan, again, verdicts, cancelled, tries)
    return second if second.finished and len(second.landed) > len(first.landed) else first


def _with_fill_ins(
    scratch: Scratch,
    base: str,
    heads: Mapping[str, str],
    plan: Plan,
    order: Sequence[str],
    verdicts: Mapping[str, Verdict],
    cancelled: Callable[[], bool],
    tries: int,
) -> Rehearsal:
    with _Stage(scratch, base, heads, (*order, *(left.name for left in plan.left))) as stage:
        finished = stage.land(order, cancelled)
        tried: set[str] = set()
        while finished and stage.bounced and len(tried) < tries:
            spare = [name for name in fill_ins(plan, verdicts, stage.landed) if name not in tried]
            if not spare:
                break
            tried.add(spare[0])
            finished = stage.land(spare[:1], cancelled, keep=False)
        return stage.result(finished)


def take_in(
    scratch: Scratch, base: str, heads: Mapping[str, str], *, cancelled: Callable[[], bool] = _never
) -> dict[str, str]:
    """By name what each of the `heads` is once it has taken in the commit `base`, by the base's attributes.

    Those that do not merge with it are left out, and so is the rest once `cancelled`. Nobody else may use `scratch`
    meanwhile; afterwards it follows `base`.
    """
    scratch.follow(base)
    git = _git(scratch)
    taken: dict[str, str] = {}
    for name, found in zip(heads, merge_batch(git, [(base, head) for head in heads.values()]), strict=True):
        if cancelled():
            break
        if found.outcome is Outcome.CLEAN:
            taken[name] = _committed(git, found)
    return taken


def _git(scratch: Scratch) -> Git:
    return replace(scratch.git, env={**scratch.git.env, **_PERSON})


def _committed(git: Git, merged: merges.MergeResult) -> str:
    """A commit of a merge."""
    ours, theirs = merged.pair
    return git.text("commit-tree", "-p", ours, "-p", theirs, "-m", "rehearsed", merged.tree)


class _Stage:
    """The state of a rehearsal between two landings."""

    def __init__(self, scratch: Scratch, base: str, heads: Mapping[str, str], names: Sequence[str]) -> None:
        self._scratch, self._base, self._heads = scratch, base, heads
        self._git = _git(scratch)
        self._commit = base
        self._tree = self._git.text("rev-parse", "--verify", "--end-of-options", f"{base}^{{tree}}")
        self._rules_move = _touches_rules(self._git, base, [heads[name] for name in names if name in heads])
        self.landed: list[str] = []
        self.bounced: list[Bounced] = []

    def __enter__(self) -> _Stage:
        self._scratch.follow(self._base)
        return self

    def __exit__(self, *_: object) -> None:
        if self._rules_move:
            self._scratch.follow(self._base)

    def result(self, finished: bool) -> Rehearsal:
        return Rehearsal(tuple(self.landed), tuple(self.bounced), self._commit, self._tree, finished)

    def land(self, order: Sequence[str], cancelled: Callable[[], bool], *, keep: bool = True) -> bool:
        """Land what can be landed of `order`; whether it was not called off. Note what bounces if `keep`."""
        for name in order:
            if cancelled():
                return False
            bounced = self._land(name)
            if bounced and keep:
                self.bounced.append(bounced)
        return True

    def _land(self, name: str) -> Bounced | None:
        head = self._heads.get(name)
        if head is None:
            return Bounced(name, reason="there is no such branch")
        (found,) = merge_batch(self._git, [(self._commit, head)])
        if found.outcome is not Outcome.CLEAN:
            files = tuple(FileConflict(item.path, item.kind) for item in found.collisions)
            return Bounced(name, files, found.reason)
        self._commit = _committed(self._git, found)
        self._tree = found.tree
        self.landed.append(name)
        if self._rules_move:
            self._scratch.follow(self._commit)
        return None


def _touches_rules(git: Git, base: str, heads: Sequence[str]) -> bool:
    """Whether any branch has other merge attributes or submodules than the base; then each landing may change them."""
    stdin = "".join(f"{base} {head}\n" for head in heads).encode()
    status, out, _ = git.call("diff-tree", "--stdin", "-r", "-z", "--name-only", "--", *_RULES, stdin=stdin)
    return status != 0 or bool(out)  # a pair without differences prints nothing
