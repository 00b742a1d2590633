"""What is known of parts: when a base moves, or branches share commits, few merges are left to be tried."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sessions.branches.git.history import newer_half
from sessions.branches.git.names import shown
from sessions.branches.merges.tally import worst_first
from sessions.branches.merges.verdicts import Merged
from sessions.branches.parts.parts import Part, Rest
from sessions.floor.conflicts import FileConflict, Outcome

MOST_KNOWN = 40_000
"""Parts that are remembered: about 12 MB; beyond that the older half goes, and is merged again when it is met."""

Key = tuple[bytes, bytes, bytes, bytes] | bytes


class Known:
    """What is known of parts under one set of rules for merging."""

    def __init__(self) -> None:
        self._rules = b""
        self._known: dict[Key, tuple[FileConflict, ...]] = {}
        self._merely_told: set[Key] = set()
        """Rests with files of which git tells only where nothing else is unmerged."""

    def follow(self, rules: bytes) -> None:
        """Forget what other rules for merging led to, and the older half of what is too much."""
        if rules != self._rules:
            self._rules = rules
            self._known.clear()
            self._merely_told.clear()
        self._known = newer_half(self._known, MOST_KNOWN)
        self._merely_told &= self._known.keys()

    def lacking(self, parts: Iterable[Part]) -> set[Part]:
        """Those that are not known yet."""
        return {part for part in parts if _key(part) not in self._known}

    def learn(self, parts: Collection[Part], merged: Merged) -> bool:
        """Take over what the merge of some pieces, or of one rest, told of each; False where it told of others, too."""
        if any(isinstance(part, Rest) for part in parts):
            (rest,) = parts
            self._known[_key(rest)] = merged.files
            if merged.files and merged.merely_told:
                self._merely_told.add(_key(rest))
            return True
        told = {file.path: file for file in merged.files}
        paths = {shown(part[0]): part for part in parts if not isinstance(part, Rest)}
        if len(paths) < len(parts) or len(told) < len(merged.files) or not told.keys() <= paths.keys():
            return False
        self._known |= {piece: (told[path],) if path in told else () for path, piece in paths.items()}
        return True

    def joined(self, parts: Iterable[Part], seconds: float = 0.0) -> Merged:
        """What the merge of a pair with these parts, all of them known, comes to."""
        keys = [key for key in map(_key, parts) if self._known[key]]
        unmerged = [key for key in keys if key not in self._merely_told]
        files = worst_first(file for key in unmerged or keys for file in self._known[key])
        return Merged(Outcome.CONFLICT if files else Outcome.CLEAN, tuple(files), seconds=seconds)


def _key(part: Part) -> Key:
    return part.key if isinstance(part, Rest) else part
