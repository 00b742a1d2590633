"""What is still to be merged: parts that several pairs wait for, each only once, and pairs that only git can judge.

Each time as much is taken as some pairs need, the first pairs first. A pair with a large rest takes git long; it comes
after all others and by itself, as does what has proved to be slow.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sessions.branches.merges.verdicts import Merged, Pair
from sessions.branches.parts.known import Known
from sessions.branches.parts.parts import Part, Piece, Rest, Sheet, effort, sheets
from sessions.floor.conflicts import Outcome

HEAVY = 200_000
"""Files that git may have to compare for a rest, beyond which it is merged late and alone: it takes some tenths of a
second."""

Parts = frozenset[Part]


@dataclass(frozen=True)
class Task:
    """One merge for git: of a part (pieces on one sheet, or a rest), or of a whole pair of commits."""

    part: Sheet | Rest = ()
    pair: Pair = ("", "")

    @property
    def whole(self) -> bool:
        return not self.part

    @property
    def parts(self) -> tuple[Part, ...]:
        """What becomes known with it."""
        return (self.part,) if isinstance(self.part, Rest) else self.part


class Agenda:
    """The pairs of which nothing is known yet, and what must be merged for them."""

    def __init__(self, pairs: Sequence[Pair], parts: Mapping[Pair, Parts | None], known: Known) -> None:
        """`parts` are those of pairs that can be taken to parts; what is learned goes to `known`."""
        self._known, self._parts = known, parts
        self._left: dict[Pair, set[Part]] = {}
        """By pair the parts that are not known; none for one that must be merged as a whole."""
        self._due: dict[Pair, None] = {}
        """Pairs for which nothing was taken yet."""
        self._heavy: dict[Pair, None] = {}
        self._late: list[Task] = []
        self._having: dict[Part, list[Pair]] = {}
        self._awaited: set[Part] = set()
        self._complete: list[Pair] = []
        self._seconds: dict[Part, float] = {}
        """How long a part took that was merged alone."""
        for pair in pairs:
            own = parts.get(pair)
            lacking = self._left[pair] = known.lacking(own or ())
            for part in lacking:
                self._having.setdefault(part, []).append(pair)
            if own is not None and not lacking:
                self._complete.append(pair)
            elif effort(lacking) > HEAVY:
                self._heavy[pair] = None
            else:
                self._due[pair] = None

    def __len__(self) -> int:
        """Pairs of which nothing is known."""
        return len(self._left)

    def alone(self) -> bool:
        """Whether only what takes long is left to be taken."""
        return not self._due and bool(self._heavy or self._late)

    def awaiting(self, tasks: Iterable[Task]) -> Pair | None:
        """The first pair that waits for one of these."""
        for task in tasks:
            waiting = (
                [task.pair] if task.whole else [pair for part in task.parts for pair in self._having.get(part, ())]
            )
            if found := next((pair for pair in waiting if pair in self._left), None):
                return found
        return None

    def take(self, count: int) -> list[Task]:
        """What to merge now for at most so many pairs; nothing when all depend on what is being merged."""
        tasks: list[Task] = []
        pieces: dict[Piece, None] = {}
        wanted = self._due or self._heavy
        if wanted is self._heavy:
            count = 1
        for pair in list(wanted):
            if not count:
                break
            del wanted[pair]
            if pair not in self._left:
                continue
            lacking = self._left[pair] - self._awaited
            if not lacking and self._left[pair]:
                continue  # others fetch what it lacks
            count -= 1
            self._awaited |= lacking
            tasks += [Task(part) for part in lacking if isinstance(part, Rest)]
            pieces |= dict.fromkeys(part for part in lacking if not isinstance(part, Rest))
            if not self._left[pair]:
                tasks.append(Task(pair=pair))
        tasks += map(Task, sheets(sorted(pieces)))
        return tasks or [self._late.pop() for _ in self._late[-1:]]

    def delay(self, tasks: Iterable[Task]) -> None:
        """These take long: they come again when there is nothing else, one at a time."""
        self._late += tasks

    def merged(self, found: Mapping[Task, Merged], seconds: float = 0.0) -> dict[Pair, Merged]:
        """Note what became of tasks, and give what is now known of pairs. A task done alone took so many `seconds`."""
        done: dict[Pair, Merged] = {}
        for task, merged in found.items():
            if task.whole:
                del self._left[task.pair]
                done[task.pair] = Merged(merged.outcome, merged.files, reason=merged.reason, seconds=seconds)
            elif merged.outcome is Outcome.UNKNOWN or not self._known.learn(task.parts, merged):
                self._fail(task.parts)
            else:
                for part in task.parts:
                    self._awaited.discard(part)
                    self._seconds |= {part: seconds} if seconds else {}
                    self._strike(part)
        for pair in self._complete:
            own = self._parts[pair] or ()
            took = max((self._seconds.get(part, 0.0) for part in own), default=0.0)
            done[pair] = self._known.joined(own, took)
            del self._left[pair]
        self._complete.clear()
        return done

    def _strike(self, part: Part) -> None:
        for pair in self._having.pop(part, ()):
            if lacking := self._left.get(pair):
                lacking.discard(part)
                if not lacking:
                    self._complete.append(pair)

    def _fail(self, parts: Iterable[Part]) -> None:
        """Git must merge the pairs with these as a whole: what it cannot do for one of them, it may do for another."""
        for part in parts:
            self._awaited.discard(part)
            for pair in self._having.pop(part, ()):
                if self._left.get(pair):
                    self._left[pair] = set()
                    self._heavy.pop(pair, None)
                    self._due[pair] = None
