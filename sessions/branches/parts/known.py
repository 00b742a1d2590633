"""What is known of parts: when a base moves, or branches share commits, few merges are left to be tried."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from msgspec.structs import replace

from sessions.branches.git.history import newer_half
from sessions.branches.git.names import shown
from sessions.branches.merges.tally import worst_first
from sessions.branches.merges.verdicts import Merged, Told
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
        self._told: dict[Key, tuple[Told, ...]] = {}
        """Of rests the paths of which git tells although they are merged."""

    def follow(self, rules: bytes) -> None:
        """Forget what other rules for merging led to, and the older half of what is too much."""
        if rules != self._rules:
            self._rules = rules
            self._known.clear()
            self._told.clear()
        self._known = newer_half(self._known, MOST_KNOWN)
        self._told = {key: told for key, told in self._told.items() if key in self._known}

    def lacking(self, parts: Iterable[Part]) -> set[Part]:
        """Those that are not known yet."""
        return {part for part in parts if _key(part) not in self._known}

    def learn(self, parts: Collection[Part], merged: Merged) -> bool:
        """Take over what the merge of some pieces, or of one rest, told of each; False where it told of others, too."""
        if any(isinstance(part, Rest) for part in parts):
            (rest,) = parts
            self._known[_key(rest)] = () if merged.all_merged else merged.files
            if merged.files:
                self._told[_key(rest)] = merged.told
            return True
        told = {file.path: file for file in merged.files}
        paths = {shown(part[0]): part for part in parts if not isinstance(part, Rest)}
        if len(paths) < len(parts) or len(told) < len(merged.files) or not told.keys() <= paths.keys():
            return False
        self._known |= {piece: (told[path],) if path in told else () for path, piece in paths.items()}
        return True

    def joined(self, parts: Iterable[Part], seconds: float = 0.0) -> Merged:
        """What the merge of a pair with these parts, all of them known, comes to."""
        keys = list(map(_key, parts))
        files = [(key, file) for key in keys for file in self._known[key]]
        told = [conflict for key in keys for conflict in self._told.get(key, ())]
        # What is told first says most. Where nothing is unmerged at all, the first path stands for all of a conflict.
        kinds = {path: kind for kind, paths in reversed(told) for path in (paths if files else paths[:1])}
        unmerged = [
            file if key in self._told else replace(file, kind=kinds.get(file.path, file.kind)) for key, file in files
        ]
        found = unmerged or [FileConflict(path, kind) for path, kind in kinds.items()]
        return Merged(Outcome.CONFLICT if found else Outcome.CLEAN, tuple(worst_first(found)), seconds=seconds)


def _key(part: Part) -> Key:
    return part.key if isinstance(part, Rest) else part
