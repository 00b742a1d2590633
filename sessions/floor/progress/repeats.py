"""What a station does again, under construction: the same call, the same failure, the same files. Part of a tally."""

from __future__ import annotations

from msgspec.structs import replace

from sessions.floor.progress.progress import Progress, Repeated
from sessions.floor.progress.stable import but_for_numbers, call_key, checks, error_key, is_told, waits, writes

FORGOTTEN_S = 3_600.0
"""A failure of so long after the last one like it is another."""
KNOWN, FAILING, ERRORS = 16, 8, 4
"""How many are remembered."""
AGAIN = 2
"""What came more often since there was something new is looked at."""
LONGEST = 4
"""How many calls there may be in a turn of calls that come round."""
_UNSEEN = Repeated()
REPEATED = (
    "calls",
    "known",
    "counts",
    "run_since",
    "top",
    "cycle",
    "period",
    "streak",
    "streak_since",
    "failing",
    "errors",
    "writes",
    "edits",
    "switches",
    "edited",
    "edits_since",
    "edited_at",
    "fresh",
)
"""The fields of a progress that are about this."""


class Repeats:
    """The part of a tally that is about what is done again."""

    __slots__ = (*REPEATED, "recent", "repeats")

    def __init__(self, progress: Progress) -> None:
        self.calls = progress.calls
        self.known = progress.known
        self.counts = progress.counts
        self.run_since = progress.run_since
        self.top = progress.top
        self.cycle = progress.cycle
        self.period = progress.period
        self.streak = progress.streak
        self.streak_since = progress.streak_since
        self.failing = progress.failing
        self.errors = progress.errors
        self.writes = progress.writes
        self.edits = progress.edits
        self.switches = progress.switches
        self.edited = progress.edited
        self.edits_since = progress.edits_since
        self.edited_at = progress.edited_at
        self.fresh = progress.fresh
        self.recent: dict[int, int] | None = None
        """`known` as a table, while there is something to look up: how often each came since something was new."""
        self.repeats = True
        """More than the latest of them came since then."""

    def nothing_settled(self) -> None:
        """What it does from now on is not settled yet."""
        self.edits = self.switches = self.fresh = 0
        self.edits_since = self.edited_at = 0.0
        self.told_something()

    def told_something(self) -> None:
        """What it did before is no repetition of what it does from now on."""
        self.failing = self.errors = ()
        self.anew(0.0)

    def anew(self, time: float) -> None:
        """There is something new."""
        recent = self.recent
        if recent is None:
            self.counts = ()
        elif self.repeats:
            self.recent, self.repeats = dict.fromkeys(recent, 0), False
        elif self.cycle:
            recent[self.cycle[-1]] = 0  # the only one that came since there was something new
        self.run_since, self.top, self.cycle, self.period, self.streak = time, _UNSEEN, (), 0, 0

    def did(self, time: float, source: str, tool: str, detail: str, error: str | None) -> None:
        """It used a tool, which wrote no file; `error` is how that failed, None where it did not."""
        if not detail:  # two that say nothing of what they do need not be the same
            return
        call = key = call_key(tool, detail, source)
        if error is not None:
            key ^= self._failed(time, call, tool, detail, error)
        recent = self.recent or self._thawed()
        count = recent.get(key)
        if count is not None:
            recent[key] = count = count + 1
            self.repeats = True
            if count == 1 and self.edits and error is None and checks(detail):
                self.fresh += 1  # it is done to what was written since: that is good
            self._again(time, key, call, count, tool, detail, error or "")
        else:  # as nearly always
            self.fresh += 1
            if self.repeats:
                self.anew(time)
                recent = self.recent or recent
            else:
                if self.cycle:
                    recent[self.cycle[0]] = 0
                self.run_since = time
            self.cycle = (key,)
            recent[key] = 1
            if len(recent) > KNOWN:
                del recent[next(iter(recent))]
        if error is None and self.failing:
            self._succeeded(call, detail)

    def _thawed(self) -> dict[int, int]:
        """What is known as a table."""
        self.recent = dict.fromkeys(self.known, 0)
        self.recent.update(self.counts)
        self.repeats = bool(self.counts)
        return self.recent

    def _again(self, time: float, key: int, call: int, count: int, tool: str, detail: str, error: str) -> None:
        """A call that is known came with an outcome that is known, for the `count`th time since anything was new."""
        self.run_since = self.run_since or time
        self._comes_round(key, time)
        top, fails = self.top, key != call
        if key == top.key:
            self.top = replace(top, count=count, last=time)
        elif count + fails > max(AGAIN, top.count + (top.key != top.what)) and (fails or not waits(tool, detail)):
            self.top = Repeated(key, call, count, self.run_since, time, f"{tool} {detail}", error)

    def _comes_round(self, key: int, time: float) -> None:
        """Whether the calls come round, one, two or more in a turn."""
        cycle, period = self.cycle, self.period
        if period and cycle[-period] == key:
            self.streak += 1
        elif key in cycle:
            self.period = cycle[::-1].index(key) + 1
            self.streak, self.streak_since = 1, time
        else:
            self.period = self.streak = 0
        self.cycle = (*cycle[1 - LONGEST :], key)

    def _failed(self, time: float, call: int, tool: str, detail: str, error: str) -> int:
        """A call failed: remember that, and the error where it says enough; the error as a number."""
        how, words = error_key(error), f"{tool} {detail}"
        self.failing = self._one_more(self.failing, call ^ how, call, time, words, error)[-FAILING:]
        if is_told(error):
            self.errors = self._one_more(self.errors, how, 0, time, words, error)[-ERRORS:]
        return how

    def _one_more(
        self, known: tuple[Repeated, ...], key: int, call: int, time: float, words: str, error: str
    ) -> tuple[Repeated, ...]:
        """What is known with one more of this key, the latest then; what was written between begins a round."""
        old = next((each for each in known if each.key == key), None) or self._but_for_numbers(known, call, error)
        if old is None or time - old.last > FORGOTTEN_S:
            new = Repeated(key, call, 1, time, time, words, error, 0, time, self.writes, self.calls - 1)
            return (*(each for each in known if each is not old), new)
        if old.writes == self.writes:
            new = replace(old, count=old.count + 1, last=time, call=words)
        else:
            new = replace(
                old,
                count=1,
                since=time,
                last=time,
                call=words,
                rounds=old.rounds + 1,
                writes=self.writes,
                calls=self.calls - 1,
            )
        return (*(each for each in known if each is not old), new)

    def _but_for_numbers(self, known: tuple[Repeated, ...], call: int, error: str) -> Repeated | None:
        """What was the only thing that came since, and differs in numbers alone: nothing was done that could count."""
        last = known[-1] if known else None
        if last is None or last.what != call or last.writes != self.writes or last.calls + last.count != self.calls - 1:
            return None
        return last if but_for_numbers(last.error) == but_for_numbers(error) else None

    def _succeeded(self, call: int, detail: str) -> None:
        """A call that failed before works now; or, by its words, it may have changed what fails."""
        left = tuple(each for each in self.failing if each.what != call)
        if left != self.failing:
            self.failing, self.errors = left, ()
            self.edits = self.switches = self.fresh = 0
            self.edits_since = self.edited_at = 0.0
        elif writes(detail):
            self.writes += 1
