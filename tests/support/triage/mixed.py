"""A still floor with every kind of case, and a link that answers to keys as a supervisor decides."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from msgspec.structs import replace

from sessions.errors import FactoryError
from sessions.floor import events as ev
from sessions.floor.commands import AnyWish, Command, Reply
from sessions.floor.decide.decide import decide
from sessions.floor.decide.decision import Accepted, Errands, Known, Refusal
from sessions.floor.fold.fold import fold_all
from sessions.floor.identity import Owner
from sessions.floor.ours.lives import Asks, Life
from sessions.floor.tasks.task import Check, TaskSpec
from sessions.floor.triage.case import Act, Case, Cause, Kind
from sessions.operator import who
from tests.support.console import NOW, StillLink, state_of
from tests.support.stations.still import DIFF, PLACES, asking, ours

PUSH = "git push --force origin station/proxy-07"
SPEC = TaskSpec("Back off between retries", "Back off between retries of one host", Check(("make test",)), ("src/**",))


class DecidingLink(StillLink):
    """Decides and folds at once, or, with a `gate`, when that is opened; a `deaf` one answers nothing."""

    deaf = False
    changed: Callable[[], None] = staticmethod(lambda: None)
    gate: asyncio.Event | None = None

    def listen(self, changed: Callable[[], None]) -> None:
        self.changed = changed

    async def send(self, command: AnyWish, together: str = "") -> Reply:
        await super().send(command, together)
        if self.gate is not None:
            await self.gate.wait()
        if self.deaf:
            raise FactoryError("no supervisor answers", "r starts it again")
        number = f"c{len(self.sent)}"
        decision = decide(self.state, Command(number, who(), self.clock, command, together), self.clock)
        match decision:
            case Refusal(reason, cure):
                return Reply(False, reason, cure)
            case Accepted(events, told):
                done = [ev.CommandDone(time=self.clock, command=it.command) for it in events
                        if isinstance(it, ev.CommandEvent)]  # fmt: skip
                self.state = fold_all(self.state, [*events, *done])
                self.changed()
                return Reply(True, told)
            case Known() | Errands():
                return Reply(True)


def case(station: str, kind: Kind, cause: Cause, title: str, age: float = 60.0, **more: object) -> ev.CaseOpened:
    made = Case(f"{station}:{kind.value}:{int(age)}", kind, station, cause, title=title, since=NOW - age)
    opened = NOW - age + 0.1
    return ev.CaseOpened(time=opened, source="factory", station=station, what=replace(made, **more))


def mixed_events() -> list[ev.Event]:
    """Stations of ours and one that is not, and a case of each kind; three of one cause."""
    evidence = ("HTTP 429: rate limit exceeded, retry after 38 s", "turn ended after 3 retries")
    limited = {"group": "failed:rate limit:anthropic", "rule": "http-429", "evidence": evidence}
    events: list[ev.Event] = [
        ev.FactoryOpened(time=NOW - 7200, source="supervisor", repo="/srv/api", name="acme/api", base="main",
                         base_head="4f2c91e0"),
    ]  # fmt: skip
    for name in ("proxy-07", "proxy-08", "api-01", "api-02", "tests-03", "tests-04", "clean-01", "ship-09"):
        events += ours(name, now=NOW)
    for name in ("ship-01", "ship-02", "ship-03", "docs-02"):
        events += ours(name, now=NOW)
    events += ours("proxy-03", life=Life.HELD, reason="it failed 3 times: exit 1")
    events += ours("idle-01", now=NOW)
    events += [
        ev.BranchChanged(time=NOW - 100, source="git", branch="station/proxy-07", head="a1", ahead=7, behind=2,
                         author="ann", subject="Back off", committed=NOW - 200, dirty=3,
                         worktree=f"{PLACES}/proxy-07/work"),
        ev.TurnFinished(time=NOW - 30, source="builtin", station="idle-01", session="s-idle-01"),
        ev.StationOpened(time=NOW - 800, source="claude:x", station="wt-seen", session="x", kind="claude",
                         directory="/srv/wt/seen", branch="feature/seen", owner=Owner.OBSERVED),
        ev.TextWritten(time=NOW - 130, source="claude:x", station="wt-seen", session="x", text="I would like to push."),
        asking("proxy-07", "q1", NOW - 130, text=PUSH, said="The branch has to be pushed before the tests can run."),
        asking("proxy-08", "q2", NOW - 40, tool="Edit", text=DIFF.replace("fixer", "proxy-08"),
               paths=(f"{PLACES}/proxy-08/work/src/pool.py", "/etc/hosts")),
        asking("api-02", "q3", NOW - 25, tool="scope", text="docs/**", asks=Asks.SCOPE, paths=("docs/**",)),
        ev.ScopeViolated(time=NOW - 90, source="factory", station="api-01", path="docs/index.md", act="write"),
        ev.TaskAdded(time=NOW - 900, source="factory", task="t1", spec=SPEC, order=1.0, who="ann@box"),
        ev.TaskTaken(time=NOW - 800, source="factory", station="tests-03", task="t1", lease=1, base="4f2c91e0"),
        ev.TaskFailed(time=NOW - 420, source="factory", station="tests-03", task="t1", lease=1,
                      reason="make test failed"),
        case("proxy-07", Kind.PERMISSION, Cause.UNKNOWN, f"Bash {PUSH}", 130, about="q1"),
        case("proxy-08", Kind.PERMISSION, Cause.UNKNOWN, "Edit src/pool.py and /etc/hosts", 40, about="q2"),
        case("wt-seen", Kind.PERMISSION, Cause.UNKNOWN, "waits at its permission prompt", 120),
        case("", Kind.DISK, Cause.ENVIRONMENT, "1.2 GB are left where places are kept", 300, rule="disk-short",
             evidence=("412 MB a minute were written by proxy-03",)),
        case("proxy-03", Kind.CRASH_LOOP, Cause.CRASH, "ended 3 times in a row: exit status 1", 200, rule="exit-status",
             evidence=("exit status 1 after 4 s", "panic: cannot open /srv/api/.git/index.lock")),
        *[case(f"ship-0{i}", Kind.FAILED, Cause.RATE_LIMIT, "rate limit of anthropic", 90 + i, **limited)
          for i in (1, 2, 3)],
        case("docs-02", Kind.FAILED, Cause.AUTH, "the key was refused: 401 invalid x-api-key", 660, rule="http-401",
             evidence=("HTTP 401 invalid x-api-key",), plan="auth", plan_act=Act.HAND_OVER, plan_at=NOW + 40),
        case("api-01", Kind.SCOPE, Cause.SCOPE, "wrote docs/index.md, which is outside its scope", 90,
             about="write docs/index.md", rule="scope-violated", evidence=("write docs/index.md at 12:58:30",)),
        case("api-02", Kind.SCOPE, Cause.SCOPE, "asks for docs/**", 25, about="q3", rule="scope-asked"),
        case("clean-01", Kind.BUDGET, Cause.BUDGET, "97% of its tokens are used", 50, about="tokens",
             rule="budget-near"),
        case("tests-03", Kind.CHECK, Cause.FAILING_TEST, "its check failed 3 times: make test", 420, about="t1",
             rule="check-bounced", evidence=("FAILED tests/proxy/test_pool.py::test_backoff", "1 failed, 311 passed")),
        case("tests-04", Kind.STUCK, Cause.LOOP, "the same call 9 times in 6 minutes: pytest -q", 360, rule="same-call",
             evidence=("9 × Bash pytest -q tests/api", "nothing was written in between")),
        case("clean-01", Kind.CONFLICT, Cause.CONFLICT, "collides with station/ship-09, which lands next", 75,
             about="station/ship-09", rule="conflict-next", evidence=("src/pool.py: 2 hunks, 14 lines",)),
        case("ship-09", Kind.SIGNAL, Cause.UNKNOWN, "asks somebody to come: which of the two APIs is meant?", 33,
             about="s1", rule="signal-intervention"),
    ]  # fmt: skip
    return sorted(events, key=lambda event: event.time)


def mixed_link(events: Sequence[ev.Event] | None = None) -> DecidingLink:
    told = mixed_events() if events is None else events
    return DecidingLink(state_of(told), events=told)


def many_events(count: int, stations: int = 40) -> list[ev.Event]:
    """So many cases that stand alone."""
    events: list[ev.Event] = [event for i in range(stations) for event in ours(f"station-{i:02}")]
    kinds = (Kind.FAILED, Kind.STUCK, Kind.SIGNAL, Kind.CRASH_LOOP)
    for i in range(count):
        title = f"something went wrong the {i}th time"
        events.append(case(f"station-{i % stations:02}", kinds[i % 4], Cause.TOOL_ERROR, title, 60 + i, id=f"case-{i}"))
    return sorted(events, key=lambda event: event.time)
