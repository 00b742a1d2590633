"""The progress of one station under construction: what a batch of events adds up to is frozen once."""

from __future__ import annotations

from operator import attrgetter

from sessions.floor.progress.progress import Progress, Wait
from sessions.floor.progress.repeats import REPEATED, Repeats
from sessions.floor.progress.stable import number_of

ONE_GO_S = 300.0
"""What settles within so many charged seconds of the change before is of one go with it."""
STAMPS = 4
QUIET_S = 300.0
"""A silence between two uses of tools that is longer is not charged, either."""
LONG_TOOL_S = 60.0
"""A single use of a tool that takes longer is waited for, and not charged."""
APART_S = 900.0
"""After so long a silence nothing is a repetition of what was before it."""
TOUCHED = 64
"""How many files are remembered."""
FADES = 0.98
"""How much of its longest silence is left with every use of a tool."""
_fields = attrgetter(*Progress.__struct_fields__)
_MOMENTS = (
    "written_at",
    "committed_at",
    "checked_at",
    "settled_at",
    "began_at",
    "turn_since",
    "turned_at",
    "heard",
    "wait_since",
    "waited_at",
    "excused_until",
    "children_since",
    "retried_at",
    "run_since",
    "streak_since",
)
_SCRATCH = ("/tmp/", "/var/tmp/")
"""Where nothing that is written stays."""


class Tally(Repeats):
    """A progress that can be added to: it has its fields, and never leaves the fold."""

    __slots__ = (*(name for name in Progress.__struct_fields__ if name not in REPEATED), "seen")

    def __init__(self, progress: Progress) -> None:
        """One that goes on from a progress. Written out: it is made for every batch of events."""
        super().__init__(progress)
        self.settled = progress.settled
        self.files = progress.files
        self.written_at = progress.written_at
        self.commits = progress.commits
        self.committed_at = progress.committed_at
        self.passed = progress.passed
        self.failed = progress.failed
        self.checked_at = progress.checked_at
        self.settled_at = progress.settled_at
        self.settled_what = progress.settled_what
        self.tokens = progress.tokens
        self.dollars = progress.dollars
        self.settled_clock = progress.settled_clock
        self.stamps = progress.stamps
        self.touched = progress.touched
        self.ahead = progress.ahead
        self.base = progress.base
        self.task = progress.task
        self.lease = progress.lease
        self.asked = progress.asked
        self.began = progress.began
        self.began_at = progress.began_at
        self.turn_since = progress.turn_since
        self.turned_at = progress.turned_at
        self.worked = progress.worked
        self.idle_turns = progress.idle_turns
        self.heard = progress.heard
        self.quiet = progress.quiet
        self.wait = progress.wait
        self.wait_since = progress.wait_since
        self.waited_person = progress.waited_person
        self.waited_provider = progress.waited_provider
        self.rested = progress.rested
        self.in_tools = progress.in_tools
        self.waited_children = progress.waited_children
        self.silent = progress.silent
        self.waited_at = progress.waited_at
        self.excused = progress.excused
        self.excused_until = progress.excused_until
        self.children = progress.children
        self.children_since = progress.children_since
        self.retries = progress.retries
        self.retried_at = progress.retried_at
        self.seen: dict[int, None] | None = None
        """`touched` as a table, while there is something to look up."""

    def freeze(self) -> Progress:
        """The progress as it is now."""
        if self.recent is not None:
            self.known = tuple(self.recent)
            self.counts = tuple((key, count) for key, count in self.recent.items() if count)
        if self.seen is not None:
            self.touched = tuple(self.seen)
        return Progress(*_fields(self))

    @property
    def has_written(self) -> bool:
        """Whether it wrote files since its last commit."""
        return bool(self.touched if self.seen is None else self.seen)

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
        self.touched, self.seen = (), None
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

    def clock_set(self, time: float, before: float) -> None:
        """The clock shows `time` at once, where it would have shown `before` (0: not known): what is in between was
        neither work nor silence. Where it went back nothing is dated later than now."""
        wait = self.wait
        if before and self.turn_since:
            self.go_on(before)
            self.wait, self.wait_since = wait, time if wait is not Wait.NOTHING else 0.0
            if self.children:
                self.excuse(self.children_since, before)
            self.worked += max(0.0, before - self.turn_since)
            self.turn_since = self.excused_until = time
            self.waited_at = time
        if before < time and before:
            return
        for name in _MOMENTS:
            setattr(self, name, min(getattr(self, name), time))
        self.nothing_settled()

    # What it settles.

    def settle(self, time: float, what: str, used: tuple[int, float]) -> None:
        """It settled something; `used` is what its meter says: tokens and dollars."""
        self.settled_clock = clock = self.clock(time)
        if not self.stamps or clock - self.stamps[-1] >= ONE_GO_S or self.stamps[-1] < self.began:
            self.settled += 1
            self.stamps = (*self.stamps, clock)[-STAMPS:]
        self.settled_at, self.settled_what = max(time, self.settled_at), what
        self.tokens, self.dollars = used
        self.heard = max(time, self.heard)
        self.idle_turns = 0
        self.nothing_settled()

    def wrote(self, time: float, files: tuple[str, ...]) -> bool:
        """It wrote files; whether any of them is new to its work, which settles something."""
        self.writes += 1
        seen = self.seen
        if seen is None:
            seen = self.seen = dict.fromkeys(self.touched)
        new, number, before = 0, 0, self.edited
        for file in files:
            if file.startswith(_SCRATCH):
                continue
            number = number_of(file)
            if number not in seen:
                new += 1
                seen[number] = None
                if len(seen) > TOUCHED:
                    del seen[next(iter(seen))]
        if new:
            self.files += new
            self.written_at = max(time, self.written_at)
        elif number:
            self.edits += 1
            self.switches += number != before
            self.edits_since = self.edits_since or time
            self.edited_at = max(time, self.edited_at)
            self.anew(0.0)
        self.edited = number or before
        return new > 0

    def committed(self, time: float, commits: int, used: tuple[int, float]) -> None:
        """Commits of it are on its branch."""
        self.commits += commits
        self.committed_at = max(time, self.committed_at)
        self.touched, self.seen = (), None
        self.settle(time, "commit", used)

    def checked(self, time: float, passed: bool, used: tuple[int, float]) -> None:
        """An acceptance check was run on its work."""
        self.checked_at = max(time, self.checked_at)
        if passed:
            self.passed += 1
            self.settle(time, "check", used)
        else:
            self.failed += 1

    def came_back(self, time: float, since: float) -> None:
        """A tool that was called at `since` came back."""
        self.calls += 1
        if not self.turn_since:  # nobody told that a turn began
            self.turn_since = self.excused_until = since
        if time - since > LONG_TOOL_S:
            self.in_tools += time - since
            self.waited_at = max(self.waited_at, time)
            self.excuse(since, time)
        heard = self.heard
        if heard:
            silence, usual = since - heard, self.quiet * FADES
            self.quiet = silence if silence > usual else usual
            if silence > QUIET_S:
                self._was_silent(heard, since)
        if time > heard:
            self.heard = time

    def _was_silent(self, since: float, until: float) -> None:
        """Nothing came back and nothing was called: it is not charged with waiting for its model."""
        if self.turn_since:
            self.silent += until - since
            self.waited_at = max(self.waited_at, until)
            self.excuse(since, until)
        if until - since > APART_S:
            self.told_something()
