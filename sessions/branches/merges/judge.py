"""Finds out which of many commits merge and which collide: every pair, each only once ever, what matters most first.

From cheap to dear: what is remembered of the two commits; what is remembered of their trees and merge base; what
their changed paths rule out; git's own merge, of files and other parts that many pairs share.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Generator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sessions.branches.git.configured import Configured
from sessions.branches.git.history import Bases, History, newer_half
from sessions.branches.git.objects import told
from sessions.branches.git.room import Room, memory_room, sweep
from sessions.branches.git.run import Git, GitError, Reins
from sessions.branches.git.scratch import Scratch
from sessions.branches.merges.recall import ResultCache
from sessions.branches.merges.verdicts import CLEAN, UNRELATED, Merged, Pair, Verdicts, key
from sessions.floor.conflicts import Outcome

if TYPE_CHECKING:
    from sessions.branches.merges.attempts import Attempts
    from sessions.branches.merges.trials import Slow

log = logging.getLogger(__name__)

MOST_TREES = 10_000
"""Commits whose tree is remembered in memory: about 3 MB; beyond that the older half goes."""

Found = dict[Pair, Merged]
Cancelled = Callable[[], bool]


def _never() -> bool:
    return False


class Matrix:
    """Judges pairs of commits of one repository. One thread at a time may use it; `close` it afterwards.

    Results are remembered in `state_dir`; scratch objects lie there as long as they are needed. That a result could
    not be had is remembered for an hour at most: what is missing may be there tomorrow.
    """

    def __init__(
        self, common_dir: Path, state_dir: Path, *, wrapper: Sequence[str] = (), processes: int | None = None
    ) -> None:
        """`wrapper` are words before each git command that works, such as those of `nice`."""
        self.git = Git(common_dir, wrapper=tuple(wrapper))
        self._common_dir, self._rooms = common_dir, state_dir / "scratch"
        self._wrapper, self._processes = tuple(wrapper), max(1, processes or os.cpu_count() or 1)
        self._memory = ResultCache(self.git, common_dir, state_dir / "conflicts.db")
        self.history = History()
        """Merge bases that were found."""
        self._trees: dict[str, str] = {}
        self._configured: Configured | None = None
        self._rules = b""
        self._reins = Reins()
        self._room: Room | None = None
        self._quick_room: Room | None = None
        """For what lives for seconds."""
        self._scratch: Scratch | None = None
        self._attempts: Attempts | None = None
        if self._rooms.is_dir():
            sweep(self._rooms)

    def close(self) -> None:
        """Remove all scratch objects and let go of what is remembered."""
        self._memory.verdicts.close()
        for room in filter(None, (self._room, self._quick_room)):
            room.close()
        self._room = self._quick_room = self._scratch = None

    def halt(self) -> None:
        """Call off the judging under way, from any thread: git processes end at once, and no more results come."""
        self._reins.pull()

    @property
    def remembered(self) -> Verdicts:
        """The file of results and of small facts."""
        return self._memory.verdicts

    @property
    def tried(self) -> int:
        """Merges that git was asked for so far."""
        return self._attempts.trials.tried if self._attempts is not None else 0

    @property
    def scratch(self) -> Scratch:
        """Where uncommitted work becomes commits; made when it is first needed."""
        if self._scratch is None:
            self._room = Room(self._rooms)
            self._scratch = Scratch(self._common_dir, self._room.path / "git", self._wrapper)
            # Mostly everything is known, and nothing tried.
            from sessions.branches.merges.attempts import Attempts
            from sessions.branches.merges.trials import Trials

            self._quick_room = memory_room()
            place = (self._quick_room or self._room).path / "merged"
            self._attempts = Attempts(self._scratch, Trials(self._scratch, place, self._processes))
        return self._scratch

    def tidy(self) -> None:
        """Remove what merges left behind. Uncommitted work stays until the end."""
        if self._attempts is not None:
            self._attempts.trials.tidy()

    def merging(self, base_head: str) -> Git:
        """Git for one merge by the attributes of `base_head`; what it writes is gone with the next `tidy`."""
        return self._following(base_head).trials.git(1)

    def _following(self, base_head: str) -> Attempts:
        self.scratch.follow(base_head)
        assert self._attempts is not None
        return self._attempts

    def context(self, base_head: str) -> bytes:
        """A short name for all that decides about a merge besides the two commits."""
        known, self._configured = self._configured, None
        return self._memory.rules(base_head, self._reader, known)

    def believe(self, configured: Configured, trees: Mapping[str, str]) -> None:
        """Somebody has just read the settings, and these trees of commits: the next look goes by them."""
        self._configured = configured
        self._trees |= trees

    def judge(
        self, pairs: Sequence[Pair], base_head: str, cancelled: Cancelled = _never, slow: Slow | None = None
    ) -> Generator[Found, None, None]:
        """What the merge of each pair of commits comes to, in portions as they are known, each pair once.

        Merges follow the attributes of `base_head`. Order decides what is tried first. `cancelled` is asked before
        anything that takes time; then the rest does not come. `slow` is told of a pair that takes long. Raises
        GitError when nothing can be read at all.
        """
        self._reins = Reins()
        if not pairs:
            return
        rules = self.context(base_head)
        self._follow(rules)
        wanted = dict.fromkeys(pairs)
        found = {pair: CLEAN for pair in wanted if pair[0] == pair[1]}
        found |= self._memory.recall(rules, [pair for pair in wanted if pair not in found])
        if found:
            yield found
        left = [pair for pair in wanted if pair not in found]
        if not left or cancelled():
            return
        attempts = self._following(base_head)  # before history is read, which may be with it
        attempts.follow(rules)
        bases = self._bases(left)
        keys = self._keys(rules, left, bases)
        cheap = self._settled(rules, keys, bases)
        if cheap:
            yield cheap
        left = [pair for pair in left if pair not in cheap]
        if not left or cancelled():
            return
        for done in attempts.found(self._reader, left, bases or {}, self._reins, cancelled, slow):
            self._memory.keep(rules, keys, done)
            yield done

    def _follow(self, rules: bytes) -> None:
        """Forget what other rules led to: objects may stand in place of others now, or history be cut elsewhere."""
        self.history.follow(rules)
        if rules != self._rules:
            self._rules = rules
            self._trees.clear()

    def _bases(self, pairs: Sequence[Pair]) -> Bases | None:
        """The merge bases of the pairs; None when history cannot be walked."""
        try:
            return self.history.bases(self._reader, pairs)
        except GitError as error:
            log.info("merge bases cannot be told: %s", error)
            return None

    @property
    def _reader(self) -> Git:
        """Git that also knows commits of uncommitted work, if there are any."""
        return self._scratch.git if self._scratch is not None else self.git

    def _keys(self, rules: bytes, pairs: Sequence[Pair], bases: Bases | None) -> dict[Pair, bytes]:
        """By what each pair's result is remembered: its trees; the commits where their bases must be merged first."""
        single = {pair: found[0] for pair in pairs if bases and len(found := _of(bases, pair)) == 1}
        self.trees({commit for pair, base in single.items() for commit in (*pair, base)})
        keys = {}
        for a, b in pairs:
            words: tuple[str, ...] = ("commits", a, b)
            if base := single.get((a, b), ""):
                trees = [self._trees.get(commit, "") for commit in (a, b, base)]
                words = ("trees", *trees) if all(trees) else words
            keys[a, b] = key(rules, *words)
        return keys

    def trees(self, commits: set[str]) -> Mapping[str, str]:
        """The trees of commits; those that cannot be read are left out."""
        self._trees = newer_half(self._trees, MOST_TREES)
        wanted = sorted(commit for commit in commits if commit not in self._trees)
        if wanted:
            out = told(self._reader, [f"{commit}^{{tree}}" for commit in wanted], "%(objectname)")
            self._trees |= {commit: tree for commit, tree in zip(wanted, out, strict=True) if tree and " " not in tree}
        return {commit: self._trees[commit] for commit in commits if commit in self._trees}

    def _settled(self, rules: bytes, keys: Mapping[Pair, bytes], bases: Bases | None) -> Found:
        """Those that are known by their trees, or settled by history alone."""
        found = self._memory.by_trees(keys)
        if bases is not None:
            found |= {pair: settled for pair in keys if pair not in found and (settled := _by_history(bases, pair))}
        self._memory.keep(rules, keys, found)
        return found


def _by_history(bases: Bases, pair: Pair) -> Merged | None:
    parted = _of(bases, pair)
    if not parted:
        return Merged(Outcome.UNKNOWN, reason=UNRELATED)
    return CLEAN if parted[0] in pair else None  # then one contains the other


def _of(bases: Bases, pair: Pair) -> tuple[str, ...]:
    return bases.get((min(pair), max(pair)), ())
