"""The progress of one station under construction: what a batch of events adds up to is frozen once."""

from __future__ import annotations

from operator import attrgetter

import msgspec
from msgspec.structs import replace

from sessions.floor.progress.progress import Progress, Repeated, Wait
from sessions.floor.progress.stable import call_key, error_key, is_told, number_of, waits, writes

ONE_GO_S = 300.0
"""What settles within so many charged seconds of the change before is of one go with it."""
STAMPS = 4
LONG_TOOL_S = 60.0
"""A single use of a tool that takes longer is waited for, and not charged."""
KNOWN, FAILING, ERRORS, TOUCHED = 16, 8, 4, 64
"""How many are remembered."""
LONGEST = 4
"""How many calls there may be in a turn of calls that come round."""
FADES = 0.98
"""How much of its longest silence is left with every use of a tool."""
_fields = attrgetter(*Progress.__struct_fields__)
_UNSEEN = Repeated()


class Tally(msgspec.Struct):
    """A progress that can be added to: it has its fields, in their order, and never leaves the fold."""

    settled: int
    files: int
    written_at: float
    commits: int
    committed_at: float
    passed: int
    failed: int
    checked_at: float
    settled_at: float
    settled_what: str
    tokens: int
    dollars: float
    stamps: tuple[float, ...]
    touched: tuple[int, ...]
    ahead: int
    base: str
    task: str
    lease: int
    asked: int
    began: float
    began_at: float
    turn_since: float
    turned_at: float
    worked: float
    idle_turns: int
    calls: int
    heard: float
    quiet: float
    wait: Wait
    wait_since: float
    waited_person: float
    waited_provider: float
    rested: float
    in_tools: float
    waited_children: float
    waited_at: float
    excused: float
    excused_until: float
    children: int
    children_since: float
    retries: int
    retried_at: float
    known: tuple[int, ...]
    counts: tuple[tuple[int, int], ...]
    run_since: float
    top: Repeated
    cycle: tuple[int, ...]
    streaks: tuple[int, ...]
    streaks_since: tuple[float, ...]
    failing: tuple[Repeated, ...]
    errors: tuple[Repeated, ...]
    writes: int
    edits: int
    switches: int
    edited: int
    edits_since: float
    edited_at: float
    fresh: int
    recent: dict[int, int] | None = None
    """`known` as a table, while there is something to look up: how often each came since there was something new."""

    @classmethod
    def of(cls, progress: Progress) -> Tally:
        """The tally that goes on from a progress."""
        return cls(*_fields(progress))

    def freeze(self) -> Progress:
        """The progress as it is now."""
        if self.recent is not None:
            self.known = tuple(self.recent)
            self.counts = tuple((key, count) for key, count in self.recent.items() if count)
        return Progress(*_fields(self))

    def clock(self, time: float) -> float:
        """What it is charged with up to `time`, without what is still waited for."""
        return self.worked - self.excused + (max(0.0, time - self.turn_since) if self.turn_since else 0.0)

    # Turns and what is waited for.

    def asked_to(self, time: float, text: str, heard: float) -> None:
        """A request was given to it; `heard` is when anything was last heard of it."""
        if self.turn_since:  # nobody told the end of the last one
            self.turn_over(min(time, max(heard, self.turn_since)), told=False)
        self.turn_since = self.excused_until = time
        self.heard = time
        asked = number_of(text)
        if asked != self.asked:
            self.asked = asked
            self.told_something()
            if not self.task:
                self.begin(time)

    def begin(self, time: float, task: str = "", lease: int = 0) -> None:
        """Its present work is another one."""
        self.task, self.lease = task, lease
        self.began, self.began_at = self.clock(time), time
        self.touched = ()
        self.nothing_settled()

    def turn_over(self, time: float, told: bool = True) -> None:
        """Its turn ended, and with it what it waited for."""
        if self.wait is not Wait.REST:
            self.go_on(time)
        if not self.turn_since:
            return
        self.worked += max(0.0, time - self.turn_since)
        if told:
            self.idle_turns = 0 if self.settled_at >= self.turn_since else self.idle_turns + 1
            self.turned_at = time
        self.turn_since = 0.0

    def await_(self, wait: Wait, time: float) -> None:
        """It waits from now on; it may have waited for something else until now."""
        if wait is Wait.PROVIDER:
            self.retries += 1
            self.retried_at = max(self.retried_at, time)
        if self.wait is not wait:
            self.go_on(time)
            self.wait, self.wait_since = wait, time

    def go_on(self, time: float) -> None:
        """It waits no longer."""
        wait, since = self.wait, self.wait_since
        if wait is Wait.NOTHING:
            return
        self.wait, self.wait_since = Wait.NOTHING, 0.0
        seconds = max(0.0, time - since)
        if wait is Wait.PERSON:
            self.waited_person += seconds
        elif wait is Wait.PROVIDER:
            self.waited_provider += seconds
        else:
            self.rested += seconds
        self.waited_at = max(self.waited_at, time)
        self.excuse(since, time)

    def excuse(self, since: float, until: float) -> None:
        """It is not charged with this part of its turn; what overlaps is left out once."""
        if not self.turn_since:
            return
        since = max(since, self.excused_until, self.turn_since)
        if until > since:
            self.excused += until - since
            self.excused_until = until

    def child_begins(self, time: float) -> None:
        """A station works for it."""
        if not self.children:
            self.children_since = time
        self.children += 1

    def child_ends(self, time: float) -> None:
        """One that worked for it has ended."""
        if self.children:
            self.children -= 1
            if not self.children:
                self.waited_children += max(0.0, time - self.children_since)
                self.waited_at = max(self.waited_at, time)
                self.excuse(self.children_since, time)
                self.children_since = 0.0

    # What it settles.

    def settle(self, time: float, what: str, used: tuple[int, float]) -> None:
        """It settled something; `used` is what its meter says: tokens and dollars."""
        clock = self.clock(time)
        if not self.stamps or clock - self.stamps[-1] >= ONE_GO_S or self.stamps[-1] < self.began:
            self.settled += 1
            self.stamps = (*self.stamps, clock)[-STAMPS:]
        self.settled_at, self.settled_what = max(time, self.settled_at), what
        self.tokens, self.dollars = used
        self.idle_turns = 0
        self.nothing_settled()

    def nothing_settled(self) -> None:
        """What it does from now on is not settled yet."""
        self.edits = self.switches = self.edited = self.fresh = 0
        self.edits_since = self.edited_at = 0.0
        self.told_something()

    def told_something(self) -> None:
        """What it did before is no repetition of what it does from now on."""
        self.failing = self.errors = ()
        self.anew(0.0)

    def anew(self, time: float) -> None:
        """There is something new."""
        self.run_since, self.top = time, _UNSEEN
        self.cycle = self.streaks = self.streaks_since = ()
        if self.recent is not None:
            self.recent = dict.fromkeys(self.recent, 0)
        else:
            self.counts = ()

    def wrote(self, time: float, files: tuple[str, ...], used: tuple[int, float]) -> None:
        """It wrote files: those that are new to its work settle something."""
        self.writes += 1
        numbers = [number_of(file) for file in files if not file.startswith(("/tmp/", "/var/tmp/"))]
        new = [number for number in dict.fromkeys(numbers) if number not in self.touched]
        if new:
            self.touched = (*self.touched, *new)[-TOUCHED:]
            self.files += len(new)
            self.written_at = max(time, self.written_at)
            self.settle(time, "file", used)
        elif numbers:
            self.edits += 1
            self.switches += numbers[0] != self.edited
            self.edits_since = self.edits_since or time
            self.edited_at = max(self.edited_at, time)
            self.anew(0.0)
        self.edited = numbers[-1] if numbers else self.edited

    def committed(self, time: float, commits: int, used: tuple[int, float]) -> None:
        """Commits of it are on its branch."""
        self.commits += commits
        self.committed_at = max(time, self.committed_at)
        self.touched = ()
        self.settle(time, "commit", used)

    def checked(self, time: float, passed: bool, used: tuple[int, float]) -> None:
        """An acceptance check was run on its work."""
        self.checked_at = max(time, self.checked_at)
        if passed:
            self.passed += 1
            self.settle(time, "check", used)
        else:
            self.failed += 1

    # What it repeats.

    def came_back(self, time: float, since: float, source: str, tool: str, detail: str, error: str | None) -> None:
        """A tool that was called at `since` came back; `error` is how it failed, None where it did not."""
        self.calls += 1
        if not self.turn_since:  # nobody told that a turn began
            self.turn_since = self.excused_until = since
        if time - since > LONG_TOOL_S:
            self.in_tools += time - since
            self.waited_at = max(self.waited_at, time)
            self.excuse(since, time)
        self.quiet = max(since - self.heard, self.quiet * FADES) if self.heard else self.quiet
        self.heard = max(time, self.heard)
        if not detail:  # two that say nothing of what they do need not be the same
            return
        call = call_key(tool, detail, source)
        if error is None:
            self._outcome(time, call, call, tool, detail, "")
            if self.failing:
                self._succeeded(call, detail)
        else:
            how = error_key(error)
            self._outcome(time, call ^ how, call, tool, detail, error)
            self._failed(time, call ^ how, call, tool, detail, error)
            if is_told(error):
                self._erred(time, how, tool, detail, error)

    def _outcome(self, time: float, key: int, call: int, tool: str, detail: str, error: str) -> None:
        """Count this call with this outcome since there was something new."""
        recent = self.recent
        if recent is None:
            counts = dict(self.counts)
            recent = self.recent = {known: counts.get(known, 0) for known in self.known}
        count = recent.pop(key, None)
        if count is None:
            self.fresh += 1
            self.run_since, self.top = time, _UNSEEN
            self.cycle, self.streaks, self.streaks_since = (key,), (), ()
            recent = self.recent = dict.fromkeys(recent, 0)
            if len(recent) >= KNOWN:
                del recent[next(iter(recent))]
            recent[key] = 1
            return
        recent[key] = count = count + 1
        self.run_since = self.run_since or time
        self._cycles(key, time)
        top = self.top
        if count + (key != call) > top.count + (top.key != top.what) and (key != call or not waits(tool, detail)):
            self.top = Repeated(key, call, count, self.run_since, time, f"{tool} {detail}", error)
        elif key == top.key:
            self.top = replace(top, count=count, last=time)

    def _cycles(self, key: int, time: float) -> None:
        """Whether the calls come round, with one, two or more in a turn."""
        cycle, streaks, since = self.cycle, self.streaks or (0,) * LONGEST, self.streaks_since or (0.0,) * LONGEST
        same = [cycle[-back] == key for back in range(1, len(cycle) + 1)]
        same += [False] * (LONGEST - len(same))
        self.streaks = tuple(streak + 1 if so else 0 for streak, so in zip(streaks, same, strict=True))
        self.streaks_since = tuple(
            begin if so and streak else time for begin, streak, so in zip(since, streaks, same, strict=True)
        )
        self.cycle = (*cycle, key)[-LONGEST:]

    def _failed(self, time: float, key: int, call: int, tool: str, detail: str, error: str) -> None:
        """The same call failed in the same way, whatever else there was between."""
        self.failing = self._again(self.failing, key, call, time, f"{tool} {detail}", error)[-FAILING:]

    def _erred(self, time: float, key: int, tool: str, detail: str, error: str) -> None:
        """The same error, of whatever call."""
        self.errors = self._again(self.errors, key, 0, time, f"{tool} {detail}", error)[-ERRORS:]

    def _again(
        self, known: tuple[Repeated, ...], key: int, call: int, time: float, words: str, error: str
    ) -> tuple[Repeated, ...]:
        """What is known with one more of this key, the latest then; what was written between begins a round."""
        old = next((each for each in known if each.key == key), None)
        if old is None:
            new = Repeated(key, call, 1, time, time, words, error, 0, time, self.writes, self.calls - 1)
            return (*known, new)
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

    def _succeeded(self, call: int, detail: str) -> None:
        """A call that failed before works now; or, by its words, it may have changed what fails."""
        left = tuple(each for each in self.failing if each.what != call)
        if left != self.failing:
            self.failing, self.errors = left, ()
            self.edits = self.switches = self.fresh = 0
            self.edits_since = self.edited_at = 0.0
        elif writes(detail):
            self.writes += 1
