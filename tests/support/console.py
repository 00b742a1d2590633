"""A small, still factory for the tests of the screens: events of every kind, and a link with a stopped clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from pathlib import Path

from console.links.link import LinkHealth, LinkMode
from sessions.asking.asked import Asked
from sessions.asking.desk import Desk, ask_here, lines_of
from sessions.asking.question import A, Question
from sessions.floor import events as ev
from sessions.floor.commands import AnyWish, Reply
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY, FloorState
from sessions.floor.tokens import Certainty, Tokens
from sessions.place import place_of
from sessions.views.floor.last import LastFloor

NOW = 1_763_730_000.0
"""2025-11-21 13:00:00 UTC: a full minute, so that ages of minutes stand still."""


WELL = LinkHealth()


class StillLink:
    """A link to a state that is there already."""

    def __init__(
        self,
        state: FloorState = EMPTY,
        *,
        mode: LinkMode = LinkMode.LIVE,
        health: LinkHealth = WELL,
        now: float = NOW,
        events: Sequence[ev.Event] = (),
    ) -> None:
        self.mode = mode
        self.title = "still"
        self.state = state
        self.health = health
        self.clock = now
        self.events = events
        self.sent: list[AnyWish] = []
        self.together: list[str] = []
        """By which key each of those was sent; "" for one that stands alone."""
        self.last: LastFloor | None = None
        self.kept: list[LastFloor] = []
        self.drafts: Path | None = None
        self.asked_again = 0
        self.attached: list[str] = []
        self.questions: list[object] = []
        """All that was asked."""

    @cached_property
    def desk(self) -> Desk:
        """It looks into the repository of a live floor, where there is one."""
        repo = Path(self.state.repo)
        there = self.mode is LinkMode.LIVE and self.state.repo and repo.exists()
        return Desk(lambda: self.state, self._lines_of, place_of(repo) if there else None)

    def now(self) -> float:
        return self.clock

    def keep(self, floor: LastFloor) -> None:
        self.kept.append(floor)

    def listen(self, changed: Callable[[], None]) -> None:
        """There is nothing to hear: a test that changes something says so itself."""

    def start(self) -> None:
        """There is nothing to start."""

    def stop(self) -> None:
        """There is nothing to stop."""

    def again(self) -> None:
        self.asked_again += 1

    def attach(self, station: str) -> str:
        self.attached.append(station)
        return "nobody is there"

    async def send(self, command: AnyWish, together: str = "") -> Reply:
        self.sent.append(command)
        self.together.append(together)
        return Reply(True)

    def ask(self, question: Question[A], heard: Callable[[A], None] | None = None) -> Asked[A]:
        self.questions.append(question)
        return ask_here(self.desk, question, heard)

    def _lines_of(self, station: str, before: int, limit: int) -> Sequence[tuple[int, bytes]]:
        own = [
            (seq, event)
            for seq, event in enumerate(self.events, 1)
            if isinstance(event, ev.StationEvent) and event.station == station and seq < before
        ]
        return lines_of(own[-limit:])


ROLES = ("ship", "test", "clean", "document", "dumb", "integrate")
MODELS = (
    ("claude-opus-4-6-20260115", 200_000),
    ("claude-sonnet-4-6", 200_000),
    ("claude-haiku-4-5-20251001", 200_000),
    ("gpt-5.3-codex", 400_000),
)
WORK = (
    ("Edit", "src/proxy/pool.py"),
    ("Bash", "pytest -q tests/proxy"),
    ("Read", "docs/architecture.md"),
    ("Grep", "retry_after"),
    ("Bash", "git rebase main"),
)
CERTAINTIES = (
    Certainty.EXACT,
    Certainty.EXACT,
    Certainty.REPORTED,
    Certainty.ESTIMATED,
    Certainty.UNDERCOUNTED,
)


def factory_events(stations: int = 31, branches: int = 48, now: float = NOW) -> list[ev.Event]:
    """A factory at work: every status, every certainty, and branches without a station."""
    events: list[ev.Event] = [
        ev.FactoryOpened(time=now - 7200, source="supervisor", repo="/srv/api", name="acme/api", base="main",
                         base_head="4f2c91e0")
    ]  # fmt: skip
    events += [_branch(i, stations, now) for i in range(branches)]
    for i in range(stations):
        events.extend(_station(i, now))
    return sorted(events, key=lambda event: event.time)


def _name(i: int) -> str:
    return f"{('proxy', 'docs', 'tests', 'ship', 'cache')[i % 5]}-{i:02d}"


def _branch(i: int, stations: int, now: float) -> ev.BranchChanged:
    name = f"station/{_name(i)}" if i < stations else f"topic/older-{i:02d}"
    return ev.BranchChanged(
        time=now - 4000 + i, source="git", branch=name, head=f"{i:040x}", ahead=(i * 5) % 13, behind=(i * 3) % 7,
        author="Ada Byron", subject=f"Keep the pool's retries apart ({i})", committed=now - 300 * (i + 1),
        worktree=f"/srv/wt/{_name(i)}" if i < stations else "", dirty=i % 4,
    )  # fmt: skip


def _station(i: int, now: float) -> list[ev.Event]:
    name, session = _name(i), f"session-{i}"
    kind = "codex" if i % 4 == 3 else "claude"
    source = f"{kind}:{session}"
    model, window = MODELS[i % 4]
    start = now - 3000 + i * 7
    tool, detail = WORK[i % 5]
    certainty = CERTAINTIES[i % 5]
    events: list[ev.Event] = [
        ev.StationOpened(time=start, source=source, station=name, session=session, kind=kind,
                         directory=f"/srv/wt/{name}", branch=f"station/{name}", role=ROLES[i % 6]),
        ev.SessionOpened(time=start, source=source, station=name, session=session, path=f"/t/{name}.jsonl",
                         title="Keep the pool's retries apart", version="2.1"),
        ev.TurnStarted(time=start + 1, source=source, station=name, session=session, text="Make the pool retry"),
    ]  # fmt: skip
    for k in range(12):
        when = now - 600 + k * 50 + i % 40 if i % 3 else now - 110 + k * 9
        events.append(
            ev.ToolCalled(
                time=when, source=source, station=name, session=session, tool=tool, call=f"c{i}.{k}", detail=detail,
                file=f"/srv/wt/{name}/src/f{k % 4}.py",
            )
        )  # fmt: skip
        events.append(ev.ToolFinished(time=when + 1, source=source, station=name, session=session, call=f"c{i}.{k}"))
        events.append(
            ev.TokensUsed(
                time=when + 2, source=source, station=name, session=session, call=f"m{i}.{k}", model=model,
                tokens=Tokens(900 + 37 * i, 4_000, 300, 61_000 + 4_000 * ((i * k) % 7), 700 + 90 * k),
                cost=None if i % 11 == 7 else 0.031 * (1 + i % 5), certainty=certainty, branch=f"station/{name}",
                context=9_000 + (i * 13_577) % (window - 9_000), window=window,
            )
        )  # fmt: skip
    return [*events, *_ending(i, name, session, source, now)]


def _ending(i: int, name: str, session: str, source: str, now: float) -> list[ev.Event]:
    """Its last event, which decides its status."""
    last = now - 2 - i % 20
    match i % 10:
        case 0:
            text = "allow: git push --force origin station/proxy ?"
            return [ev.PersonNeeded(time=now - 130 - i, source=source, station=name, session=session, reason=text),
                    ev.PersonNeeded(time=now - 120 - i, source=source, station=name, session=session, reason=text,
                                    guess=i == 10)] if i else [
                    ev.PersonNeeded(time=last, source=source, station=name, session=session, reason=text)]  # fmt: skip
        case 1:
            return [ev.TurnFailed(time=last, source=source, station=name, session=session,
                                  reason="API error 529: overloaded")]  # fmt: skip
        case 2:
            return [ev.MachineAwaited(time=last, source=source, station=name, session=session, reason="rate limit")]
        case 3 | 4:
            return [ev.TurnFinished(time=last, source=source, station=name, session=session)]
        case 5:
            return [ev.ToolCalled(time=last, source=source, station=name, session=session, tool="Bash",
                                  call=f"run{i}", detail="pytest -q tests/proxy -k retry")]  # fmt: skip
    return [ev.TextWritten(time=last, source=source, station=name, session=session,
                           text="The pool now keeps one timer per host.")]  # fmt: skip


def factory_state(stations: int = 31, branches: int = 48, now: float = NOW) -> FloorState:
    return fold_all(EMPTY, factory_events(stations, branches, now))


def state_of(events: Iterable[ev.Event]) -> FloorState:
    return fold_all(EMPTY, events)


HOSTILE = (
    "\x1b[31mred\x1b[0m \x1b]52;c;aGk=\x07 [red]x[/] [@click=app.quit]y[/] \u202eevil\u202c a\u200bb\ufe0f"
    " \x1b]8;;http://x\x07link\x1b]8;;\x07 \x9b2J \x07 漢字 \U0001f469\u200d\U0001f4bb " + "n" * 10_000
)
"""Everything that a name, a branch or a sentence may try on a terminal."""
