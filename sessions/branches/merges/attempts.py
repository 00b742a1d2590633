"""Finds out what pairs come to of which nothing is remembered: by their changed paths, then by git's own merges.

Pairs for which git may have to compare very many files come last: what spares it some of that takes time itself.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from msgspec.structs import replace

from sessions.branches.git.history import Bases
from sessions.branches.git.run import Git, GitError, Reins
from sessions.branches.git.scratch import Scratch
from sessions.branches.merges.trials import Found, Slow, Trials
from sessions.branches.merges.verdicts import CLEAN, Pair
from sessions.branches.parts.agenda import HEAVY, Agenda
from sessions.branches.parts.known import Known
from sessions.branches.parts.parts import effort
from sessions.branches.sift.division import Sifted
from sessions.branches.sift.likeness import AT_LAST, AT_ONCE
from sessions.branches.sift.overlap import Overlap

log = logging.getLogger(__name__)

_NOTHING = Sifted()
"""What is said of a pair whose changes cannot be told: that a merge of the whole is needed."""


class Attempts:
    """Merges pairs under one set of rules at a time, and keeps what later ones have in common with them."""

    def __init__(self, scratch: Scratch, trials: Trials) -> None:
        self.trials = trials
        self._scratch = scratch
        self._overlap, self._known = Overlap(), Known()
        self._rules = b""

    def follow(self, rules: bytes) -> None:
        """Forget what other rules led to: objects may stand in place of others now, or history be cut elsewhere."""
        self._known.follow(rules)
        if rules != self._rules:
            self._rules = rules
            self._overlap = Overlap()

    def found(
        self,
        reader: Git,
        pairs: Sequence[Pair],
        bases: Bases,
        reins: Reins,
        cancelled: Callable[[], bool],
        slow: Slow | None,
    ) -> Iterator[Found]:
        """What the pairs come to, in portions as they are known; see `judge.Matrix.judge`."""
        sifted = self._sift(reader, pairs, bases, AT_ONCE)
        heavy = {pair for pair, said in sifted.items() if effort(said.parts or ()) > HEAVY}
        yield from self._merge([pair for pair in pairs if pair not in heavy], sifted, reins, cancelled, slow)
        if heavy and not cancelled():
            last = [pair for pair in pairs if pair in heavy]
            yield from self._merge(last, self._sift(reader, last, bases, AT_LAST), reins, cancelled, slow)

    def _sift(self, reader: Git, pairs: Sequence[Pair], bases: Bases, most: int) -> dict[Pair, Sifted]:
        """What changed paths, and at `most` so many pairs of files, say; nothing where that cannot be read."""
        try:
            scratch = None if self._scratch.limits_renames else partial(self.trials.git, 1)
            return self._overlap.sift(reader, pairs, bases, scratch, most)
        except GitError as error:
            log.info("changes cannot be told: %s", error)
            return {}

    def _merge(
        self,
        pairs: Sequence[Pair],
        sifted: Mapping[Pair, Sifted],
        reins: Reins,
        cancelled: Callable[[], bool],
        slow: Slow | None,
    ) -> Iterator[Found]:
        """What pairs come to of which it is known what their changed paths say."""
        said = {pair: sifted.get(pair, _NOTHING) for pair in pairs}
        apart = {pair: CLEAN for pair in pairs if not said[pair].suspect}
        if apart:
            yield apart
        # Where texts are brought to one form first, the attributes of the sides have a say in that.
        parts = {} if self._scratch.renormalizes else {pair: said[pair].parts for pair in pairs}
        agenda = Agenda([pair for pair in pairs if pair not in apart], parts, self._known)
        for results in self.trials.run(agenda, reins, cancelled, slow):
            yield {pair: replace(merged, shared=said[pair].shared) for pair, merged in results.items()}
