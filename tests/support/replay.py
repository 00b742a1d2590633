"""A small past with known failures and silences, and a replay that stands still, for the tests of both screens."""

from __future__ import annotations

from console.links.replay import ReplayLink
from sessions.floor.events import (
    BranchChanged,
    Event,
    FactoryOpened,
    SessionOpened,
    StationOpened,
    TextWritten,
    TokensUsed,
    ToolCalled,
    ToolFinished,
    TurnFailed,
    TurnFinished,
    TurnStarted,
)
from sessions.floor.tokens import Tokens
from sessions.journal.past.past import Past

START = 1_763_726_400.0
"""2025-11-21 12:00:00 UTC."""
NAMES = ("proxy-07", "docs-02", "tests-11", "ship-04")
MODELS = ("claude-opus-4-6", "claude-haiku-4-5", "gpt-5.3-codex", "claude-sonnet-4-6")


def turn(name: str, number: int, time: float, failed: bool = False) -> list[Event]:
    """One turn of a station: asked, answered, a tool used, tokens counted, ended."""
    at = NAMES.index(name)
    session, call = f"session-{at}", f"{name}-{number}"
    path = f"src/{name[:-3]}/pool_{number % 3}.py"
    source = f"claude:{at}"

    def seconds(after: float) -> float:
        return time + after

    return [
        TurnStarted(
            time=seconds(0), text=f"Please mend retry number {number}", station=name, session=session, source=source
        ),
        TextWritten(
            time=seconds(3), text=f"I will look at {path} first.", station=name, session=session, source=source
        ),
        ToolCalled(
            time=seconds(5),
            tool="Edit",
            call=call,
            detail=path,
            file=path,
            station=name,
            session=session,
            source=source,
        ),
        ToolFinished(
            time=seconds(9),
            call=call,
            failed=failed,
            detail="exit 1" if failed else "",
            station=name,
            session=session,
            source=source,
        ),
        TokensUsed(
            time=seconds(10),
            tokens=Tokens(200 + number, 1_000, 0, 40_000 + 900 * number, 600 + 40 * at, 100),
            call=call,
            model=MODELS[at],
            branch=f"station/{name}",
            cost=0.03 + 0.01 * at,
            context=41_000 + 900 * number,
            window=200_000,
            station=name,
            session=session,
            source=source,
        ),
        TurnFailed(time=seconds(12), reason="API error 529: overloaded", station=name, session=session, source=source)
        if failed
        else TurnFinished(time=seconds(12), station=name, session=session, source=source),
    ]


def sample_events(turns: int = 12, simulated: bool = False) -> list[Event]:
    """`turns` turns of each of four stations, one failure in nine, and one hour of silence in the middle."""
    events: list[Event] = [
        FactoryOpened(time=START, source="git", repo="/srv/acme/api", name="acme/api", base="main", simulated=simulated)
    ]
    for at, name in enumerate(NAMES):
        directory = f"/srv/acme/api-{name}"
        events += [
            BranchChanged(
                time=START,
                source="git",
                branch=f"station/{name}",
                ahead=3 + at,
                behind=at,
                worktree=directory,
                dirty=at,
            ),
            StationOpened(
                time=START, source="git", station=name, kind="claude", directory=directory, branch=f"station/{name}"
            ),
            SessionOpened(time=START, source="claude", station=name, session=f"session-{at}", version="2.1.198"),
        ]
    timed: list[Event] = []
    for number in range(turns):
        silence = 3_600.0 if number >= turns // 2 else 0.0
        for at, name in enumerate(NAMES):
            begins = START + 5 + silence + number * 20 + at * 4
            timed += turn(name, number, begins, failed=(number * len(NAMES) + at) % 9 == 8)
    return events + sorted(timed, key=lambda event: event.time)


class StillReplay(ReplayLink):
    """A replay whose ticks the test makes, and whose clock the test moves."""

    def __init__(self, past: Past, seq: int | None = None) -> None:
        self.time = 0.0
        super().__init__(past, seq=seq, clock=lambda: self.time)

    def start(self) -> None:
        """No thread."""
