"""What a scope would come to, before it is assigned: looked up in the tree of its branch."""

from __future__ import annotations

from sessions.asking.questions import ScopeSeen, ScopeSight
from sessions.branches.git.run import Git, GitError
from sessions.errors import FactoryError
from sessions.floor.patterns import normalised, suggest
from sessions.floor.scopes.meeting import completions, meetings
from sessions.floor.scopes.sets import trouble
from sessions.floor.state import FloorState
from sessions.place import Place
from sessions.text import clean

TIMEOUT_S = 10.0


def scope_seen(place: Place, state: FloorState, asked: ScopeSight) -> ScopeSeen:
    """The answer. Raises `FactoryError` when the branch cannot be looked into."""
    if reason := trouble(asked.write):
        return ScopeSeen(trouble=reason)
    branch = state.branches.get(asked.branch)
    head = branch.head if branch is not None else state.base_head
    if not head:
        raise FactoryError(f"there is no branch {clean(asked.branch, 80)}", "name one that is there")
    git = Git(place.common_dir)
    try:
        tree = _names(git, "ls-tree", "-r", "-z", "--name-only", head)
        touched = _touched(git, state.base_head, head)
    except GitError as error:
        raise FactoryError(f"the files of {clean(asked.branch, 80)} cannot be listed: {error.message}") from error
    compared = state.compared.get(asked.branch)
    return ScopeSeen(
        meetings=meetings(state, asked.station, asked.branch, normalised(asked.write), tree),
        completions=completions(asked.word, tree) if asked.word else (),
        touched=suggest(touched),
        area=compared.area if compared is not None else "",
    )


def _touched(git: Git, base: str, head: str) -> list[str]:
    """Files that the branch has changed since it left the base."""
    if not base or base == head:
        return []
    return _names(git, "diff", "-z", "--name-only", "--no-renames", "--no-ext-diff", f"{base}...{head}", "--")


def _names(git: Git, *words: str) -> list[str]:
    out = git.run(*words, timeout=TIMEOUT_S)
    return [name.decode("utf-8", "surrogateescape") for name in out.split(b"\0") if name]
