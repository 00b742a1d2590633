"""Conflicts as values: what git said of a pair of branches, and which pairs matter to whom. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum

import msgspec


class Outcome(StrEnum):
    """What git's own merge of a pair came to."""

    CLEAN = "clean"
    CONFLICT = "conflict"
    UNKNOWN = "unknown"
    """It could not be tried; the verdict has the reason."""


class FileConflict(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One path that the two sides cannot both have their way with."""

    path: str
    kind: str
    """content, add/add, modify/delete, rename/rename, rename/delete, rename/add, file/directory, directory rename,
    mode, submodule, binary, or git's own word for one not known here."""
    lines: int = 0
    """Conflicting lines: of every hunk the longer side; 0 where a path has no text to count."""
    same: bool = False
    """Both sides wrote the same thing here."""


class Verdict(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What is known of one pair: `a` < `b` by name, or `b` is "" for the base."""

    a: str
    b: str
    outcome: Outcome
    files: tuple[FileConflict, ...] = ()
    shared: int = 0
    """Paths that both sides changed, also where git merges them."""
    reason: str = ""
    since: float = 0.0
    """When the pair came to this outcome."""
    cause: str = ""
    """The branch whose change brought it about."""
    seconds: float = 0.0
    """How long git took, where it was so long that the pair was merged alone and last."""

    @property
    def lines(self) -> int:
        """Conflicting lines of all files; at least 1 for a conflict, so that every conflict weighs something."""
        return max(1, sum(file.lines for file in self.files)) if self.outcome is Outcome.CONFLICT else 0


class Compared(msgspec.Struct, frozen=True, omit_defaults=True):
    """As what a branch was compared with the base and every other branch."""

    tree: str = ""
    """The tree that was compared: that of its head, or of its uncommitted work."""
    head: str = ""
    dirty: bool = False
    time: float = 0.0
    area: str = ""
    """The directory that holds most of what it changed (see `area`); "" when none does, or nobody looked."""


def pair_of(one: str, other: str) -> tuple[str, str]:
    """The pair as verdicts name it; the base is ""."""
    if not one or not other:
        return (one or other, "")
    return (one, other) if one < other else (other, one)


def key_of(one: str, other: str) -> str:
    """The key of a pair in a mapping of verdicts: visible text, which recordings leave as it is. No ref has `..`."""
    return "..".join(pair_of(one, other))


def between(verdicts: Mapping[str, Verdict], one: str, other: str) -> Verdict | None:
    """The verdict on a pair (other "" is the base); None for a clean merge of branches that share no path."""
    return verdicts.get(key_of(one, other))


def conflicts_of(verdicts: Mapping[str, Verdict], branch: str) -> Iterator[tuple[str, Verdict]]:
    """The partners that `branch` collides with, the base as "", worst first."""
    found = [
        (verdict.b if verdict.a == branch else verdict.a, verdict)
        for verdict in verdicts.values()
        if verdict.outcome is Outcome.CONFLICT and branch in (verdict.a, verdict.b)
    ]
    yield from sorted(found, key=lambda item: (-item[1].lines, item[0]))
