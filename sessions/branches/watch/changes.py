"""What is new about the branches since the floor last heard of them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from sessions.floor.events import BranchChanged, BranchRemoved, Event
from sessions.floor.state import Branch
from sessions.redact import redact

SOURCE = "git"


def differences(known: Mapping[str, Branch], found: Iterable[Branch], now: float) -> list[Event]:
    """The events that lead from the `known` branches to the `found` ones; `now` is their time.

    A branch that is as it was makes no event. Removals come first, so that a renamed branch is never there twice.
    """
    new = {branch.name: branch for branch in found}
    gone: list[Event] = [BranchRemoved(time=now, source=SOURCE, branch=name) for name in known if name not in new]
    return gone + [changed(branch, now) for branch in new.values() if not same(known.get(branch.name), branch)]


def same(known: Branch | None, found: Branch) -> bool:
    """Whether nothing but the time of the last change differs, and the secrets that the floor does not hold."""
    if known is None:
        return False
    known = replace(known, changed=found.changed)
    return known == found or known == replace(found, subject=redact(found.subject))


def changed(branch: Branch, now: float) -> BranchChanged:
    """The event that makes the floor's branch like this one."""
    return BranchChanged(
        time=now,
        source=SOURCE,
        branch=branch.name,
        head=branch.head,
        ahead=branch.ahead,
        behind=branch.behind,
        author=branch.author,
        subject=branch.subject,
        committed=branch.committed,
        worktree=branch.worktree,
        dirty=branch.dirty,
        merged=branch.merged,
        detached=branch.detached,
    )
