"""Remembers what merges came to, by all that decides about them, and does without when the disk does not play along."""

from __future__ import annotations

import hashlib
import logging
import sqlite3
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from sessions.branches.git.configured import Configured
from sessions.branches.git.run import Git, learn_version, program, version
from sessions.branches.git.scratch import rules_of
from sessions.branches.merges.verdicts import UNRELATED, Merged, Pair, Verdicts, key
from sessions.floor.conflicts import Outcome

log = logging.getLogger(__name__)

RETRY_S = 3_600
"""How long a result that could not be had is believed, unless new objects arrive."""

Found = dict[Pair, Merged]


class ResultCache:
    """The results for one repository, in a file of `Verdicts`."""

    def __init__(self, git: Git, common_dir: Path, path: Path) -> None:
        self.verdicts = Verdicts(path)
        self._learn_version()
        self._git, self._common_dir = git, common_dir

    def _learn_version(self) -> None:
        """Spare a process for the version of a git that was here before. Raises FactoryError as `run.version`."""
        name = f"git {program()}"
        known = self.verdicts.note(name) or b""
        if known.count(b".") == 1 and known.replace(b".", b"").isdigit():
            major, _, minor = known.partition(b".")
            learn_version((int(major), int(minor)))
        elif name != "git ":
            major_, minor_ = version()
            self.verdicts.keep_note(name, b"%d.%d" % (major_, minor_))

    def rules(self, base_head: str, reader: Git, known: Configured | None = None) -> bytes:
        """A short name for all that decides about a merge besides the two commits.

        `base_head`, whose attributes are followed, is a commit that `reader` can read; `known` are settings just read.
        """
        words = (str(version()).encode(), self._attributes(base_head, reader).encode(), *rules_of(self._git, known))
        return hashlib.blake2b(b"\n".join(words), digest_size=16).digest()

    def _attributes(self, base_head: str, reader: Git) -> str:
        """The attribute files of a commit."""
        if not base_head:
            return ""
        known = self.verdicts.note(f"rules {base_head}")
        if known is None:
            out = reader.run("ls-tree", "-r", "-z", "--full-tree", base_head)
            entries = (entry for entry in out.split(b"\0") if entry.endswith((b".gitattributes", b".gitmodules")))
            known = hashlib.sha256(b"\0".join(entries)).hexdigest().encode()
            self.verdicts.keep_note(f"rules {base_head}", known)
        return known.decode()

    def recall(self, rules: bytes, pairs: Sequence[Pair]) -> Found:
        """Those of the pairs of commits whose result is known."""
        try:
            found = self.verdicts.find(rules, pairs)
            if left := [pair for pair in pairs if pair not in found]:
                found |= self.verdicts.find(self._for_now(rules), left)
        except sqlite3.Error as error:
            log.warning("remembered conflicts cannot be read: %s", error)
            found = {}
        return found

    def by_trees(self, keys: Mapping[Pair, bytes]) -> Found:
        """Those of the pairs whose result is known by their trees; `keys` are made by `verdicts.key`."""
        try:
            results = self.verdicts.results(list(dict.fromkeys(keys.values())))
        except sqlite3.Error as error:
            log.warning("remembered conflicts cannot be read: %s", error)
            return {}
        return {pair: results[name] for pair, name in keys.items() if name in results}

    def keep(self, rules: bytes, keys: Mapping[Pair, bytes], found: Found) -> None:
        """Remember results, each by the key of its trees; for a while only if it is none that git will stand by."""
        for_now = self._for_now(rules)
        lasting, passing = {}, {}
        for pair, merged in found.items():
            if merged.outcome is Outcome.UNKNOWN and merged.reason != UNRELATED:
                passing[pair] = (key(for_now, *pair), merged)
            else:
                lasting[pair] = (keys[pair], merged)
        try:
            self.verdicts.keep(rules, lasting)
            self.verdicts.keep(for_now, passing)
        except sqlite3.Error as error:
            log.warning("conflicts are not remembered: %s", error)

    def _for_now(self, rules: bytes) -> bytes:
        """The same for what may change by itself: objects that are missing may arrive, a slow disk may recover."""
        packs = self._common_dir / "objects" / "pack"
        arrived = packs.stat().st_mtime_ns if packs.is_dir() else 0
        words = f"{arrived} {time.time() // RETRY_S}"
        return hashlib.blake2b(words.encode(), key=rules, digest_size=16).digest()
