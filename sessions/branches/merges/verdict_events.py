"""What verdicts mean for the journal: an event where the floor shows something else, none where it does not. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec

from sessions.floor.conflicts import Outcome, Verdict, key_of
from sessions.floor.events import BranchCompared, Event, VerdictReached
from sessions.floor.state import FloorState
from sessions.redact import redact

SOURCE = "git"
MOST_FILES = 200
"""Files of a verdict in the journal, the worst; two branches that each reformat everything collide in thousands."""

Names = tuple[str, str]
As = tuple[str, str, bool, str]
"""Head, tree, whether it is dirty, and its area: as what a branch was compared."""


def departed(state: FloorState, rows: Collection[str], now: float) -> list[Event]:
    """Branches that were compared and are not any more."""
    return [BranchCompared(time=now, source=SOURCE, branch=name) for name in state.compared if name not in rows]


class Ledger:
    """Follows one round of comparing: which verdicts are news, whose doing they are, and which branches are done."""

    def __init__(self, state: FloorState, rows: Sequence[str], moved: Collection[str], pairs: Iterable[Names]) -> None:
        """`rows` are all branches compared, nearest to landing first; `moved` those that are not as they were."""
        self._rank = {name: number for number, name in enumerate(rows)}
        self._moved = moved
        self._known = frozenset(state.compared)
        self._left = Counter(name for pair in pairs for name in pair if name)
        self._ready = [name for name in rows if not self._left[name]]

    def events(self, state: FloorState, verdicts: Iterable[Verdict], commits_only: bool, now: float) -> list[Event]:
        """The news in some verdicts against the floor as it is."""
        news: list[Event] = []
        for verdict in verdicts:
            if not commits_only:
                for name in filter(None, (verdict.a, verdict.b)):
                    self._left[name] -= 1
                    if not self._left[name]:
                        self._ready.append(name)
            news += self._news(state, _bounded(verdict), commits_only, now)
        return news

    def _news(self, state: FloorState, verdict: Verdict, commits_only: bool, now: float) -> list[Event]:
        key = key_of(verdict.a, verdict.b)
        shown, apart = state.verdicts.get(key), state.committed_verdicts.get(key)
        if not commits_only:
            return [] if same(shown, verdict) else [self._event(state, verdict, False, now)]
        if same(shown, verdict):
            # No difference: an old one is taken back by stating the verdict again.
            return [] if apart is None else [self._event(state, verdict, False, now)]
        return [] if apart is not None and same(apart, verdict) else [self._event(state, verdict, True, now)]

    def _event(self, state: FloorState, verdict: Verdict, commits_only: bool, now: float) -> Event:
        return VerdictReached(
            time=now,
            source=SOURCE,
            a=verdict.a,
            b=verdict.b,
            outcome=verdict.outcome,
            files=verdict.files,
            shared=verdict.shared,
            reason=verdict.reason,
            cause=self._cause(state, verdict),
            commits_only=commits_only,
            seconds=verdict.seconds,
        )

    def _cause(self, state: FloorState, verdict: Verdict) -> str:
        """The branch that moved, the likelier one where both did; "" when both were there before anybody looked."""
        names = [name for name in (verdict.a, verdict.b) if name]
        moved = [name for name in names if name in self._moved]
        if not moved:
            return state.base if not verdict.b else ""
        if not any(name in self._known for name in names) and verdict.b:
            return ""
        if not verdict.b and verdict.a not in self._known:
            return ""
        return min(moved, key=lambda name: self._rank.get(name, 0))

    def compared(self, state: FloorState, rows: Mapping[str, As], now: float) -> list[Event]:
        """Branches of which all pairs are known since this was last asked, where the floor does not show it."""
        ready, self._ready = self._ready, []
        news: list[Event] = []
        for name in ready:
            known = state.compared.get(name)
            if known is None or (known.head, known.tree, known.dirty, known.area) != rows[name]:
                head, tree, dirty, area = rows[name]
                event = BranchCompared(
                    time=now, source=SOURCE, branch=name, head=head, tree=tree, dirty=dirty, area=area
                )  # fmt: skip
                news.append(event)
        return news


def same(known: Verdict | None, verdict: Verdict) -> bool:
    """Whether the floor shows it already; it shows nothing of a clean merge without a shared path, and no secret."""
    if known is None:
        return verdict.outcome is Outcome.CLEAN and not verdict.shared
    if (known.outcome, known.files, known.shared) != (verdict.outcome, verdict.files, verdict.shared):
        return False
    return known.reason == verdict.reason or known.reason == redact(verdict.reason)


def _bounded(verdict: Verdict) -> Verdict:
    if len(verdict.files) <= MOST_FILES:
        return verdict
    return msgspec.structs.replace(verdict, files=verdict.files[:MOST_FILES])
